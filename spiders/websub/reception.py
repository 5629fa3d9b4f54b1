"""Answers the calls of hubs: is it meant, it is denied, and here is what is new (WebSub, sections 5 to 7).

What hubs know of us is one address a subscription, which nobody can guess. Whoever calls another gets the same 404.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiohttp import web

from spiders.websub.signature import is_signed
from storywatch.allowance import Allowance
from storywatch.errors import StorageError
from storywatch.push import HubMode, Push, PushStanding, PushState
from storywatch.subscribing import Subscribing, granted_lease

log = structlog.get_logger()

BODY_SECONDS = 10.0
"""From the head of a push to its last byte."""
BODIES_AT_ONCE = 4
LONGEST_CHALLENGE = 4096
LONGEST_REASON = 200
RETRY_SECONDS = 60

SAFE: Final = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", "Server": "Storywatch"}
"""The challenge that is echoed comes from outside: no browser may take it for a page (section 8.2)."""


class _Refused(Exception):  # noqa: N818 - it names what happened
    """A push is not taken: the status that says so, and the reason for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Reception:
    """Answers one request after the other. `take` hands over a push that was accepted; it may not wait."""

    subscribing: Subscribing
    take: Callable[[Push], None]
    max_bytes: int
    body_seconds: float = BODY_SECONDS
    allowance: Allowance = field(default_factory=Allowance)
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BODIES_AT_ONCE))

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer. A database that fails lets the hub try again later."""
        try:
            return await self._answer(request)
        except StorageError as error:
            log.error("push_broke", reason=str(error))
            return _closing(503)
        except Exception:  # the border of a request: a bug that one brings out must not show, nor stop the others
            log.exception("push_broke")
            return _closing(500)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        state = await self.subscribing.find(request.path.rpartition("/")[2])
        if state is None:
            return _closing(404)
        if request.method == "GET":
            return await self._answer_question(request, state)
        if request.method == "POST":
            return await self._answer_push(request, state)
        return _closing(405)

    async def _answer_question(self, request: web.BaseRequest, state: PushState) -> web.Response:
        """Echo the challenge of what we mean; everything else is 404 (section 5.3)."""
        asked = {name: values[0] for name in request.query if len(values := request.query.getall(name)) == 1}
        mode, topic = asked.get("hub.mode"), asked.get("hub.topic", "")
        if mode == "denied":
            reason = "".join(filter(str.isprintable, asked.get("hub.reason", "")))[:LONGEST_REASON]
            await self.subscribing.deny(state, topic, reason)
            log.warning("push_denied", source=state.source, reason=reason)
            return _plain(200)
        challenge = asked.get("hub.challenge", "")
        if mode not in set(HubMode) or not 0 < len(challenge) <= LONGEST_CHALLENGE:
            return _closing(404)
        lease = granted_lease(asked.get("hub.lease_seconds"))
        if await self.subscribing.verify(state, HubMode(mode), topic, lease) is None:
            return _closing(404)
        seconds = None if lease is None else round(lease.total_seconds())
        log.info("push_verified", source=state.source, mode=mode, lease_seconds=seconds)
        return _plain(200, challenge)

    async def _answer_push(self, request: web.BaseRequest, state: PushState) -> web.Response:
        """Take what is signed; say 202 to what is not as well, so that nobody learns more by trying (section 7.1)."""
        if state.standing is not PushStanding.ACTIVE:
            return _closing(410 if state.standing is PushStanding.ENDING else 404)
        try:
            body = await self._body(request, state)
        except _Refused as refused:
            log.warning("push_refused", source=state.source, status=refused.status, reason=refused.reason)
            return _closing(refused.status)
        signature = request.headers.get("X-Hub-Signature")
        if not is_signed(signature, self.subscribing.secret(state), body):
            reason = "its signature is wrong" if signature else "it is not signed"
            log.warning("push_dropped", source=state.source, reason=reason)
            return _plain(202)
        self.take(await self.subscribing.promise(state, body, request.headers.get("Content-Type")))
        return _plain(202)

    async def _body(self, request: web.BaseRequest, state: PushState) -> bytes:
        """Read the body within all limits. Raises `_Refused`."""
        if not self.allowance.take(state.id, time.monotonic()):
            raise _Refused(429, "it comes too often")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise _Refused(415, "it is compressed")
        if (request.content_length or 0) > self.max_bytes:
            raise _Refused(413, "it is larger than settings.polling.max_bytes allows")
        try:
            # One at a time for each subscription: a hub that drips bytes keeps only its own pushes waiting.
            async with asyncio.timeout(self.body_seconds), self.turns.setdefault(state.id, asyncio.Lock()), self.room:
                return await self._read(request)
        except TimeoutError:
            raise _Refused(408, f"it takes longer than {self.body_seconds:g} s to send") from None
        except (web.RequestPayloadError, ConnectionError):
            raise _Refused(400, "the connection broke off") from None

    async def _read(self, request: web.BaseRequest) -> bytes:
        body = bytearray()
        if request.headers.get("Expect", "").lower() == "100-continue":
            # Who asks before it sends (RFC 9110, section 10.1.1) would wait; aiohttp leaves this to its router.
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > self.max_bytes:
                raise _Refused(413, "it is larger than settings.polling.max_bytes allows")
        return bytes(body)


def _plain(status: int, text: str = "") -> web.Response:
    return web.Response(status=status, body=text.encode(), headers=SAFE)


def _closing(status: int) -> web.Response:
    """Refuse and hang up: what else comes on this connection is not read."""
    response = _plain(status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.force_close()
    return response
