"""Asks hubs by POST (WebSub, section 5.1), through the egress guard, one connection a request."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import aiohttp

from network import Guard, refusal_in
from storywatch.errors import HubError
from storywatch.http_dates import retry_after
from storywatch.ports import Clock

# From the look-up of the name to the last byte of the answer that is read, redirects included.
DEADLINE = 15.0
MAX_ANSWER = 16 * 1024
MAX_HOPS = 3
FOLLOWED = (307, 308)
"""The redirects that a hub may use (section 5.2); both repeat the request as it is."""


class HubClient:
    """Implements `storywatch.ports.Hubs`."""

    def __init__(self, guard: Guard, clock: Clock, *, user_agent: str, deadline: float = DEADLINE) -> None:
        self._guard = guard
        self._clock = clock
        self._user_agent = user_agent
        self._deadline = deadline

    async def ask(self, hub: str, form: Mapping[str, str]) -> None:
        """Send a request; returning means that the hub took it. Raises `HubError`, which names its host alone."""
        where = _where(hub)
        try:
            async with asyncio.timeout(self._deadline):
                status, asked_pause = await self._follow(hub, form)
        except TimeoutError:
            raise HubError("hub_timeout", f"{where} gave no whole answer within {self._deadline:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Without its context: aiohttp's errors may repeat the whole address.
            raise _unreachable(error, where) from None
        if status in FOLLOWED:
            raise HubError("hub_redirect", f"{where} redirects too often, to no web address, or from https to http")
        if not 200 <= status < 300:
            pause = retry_after(asked_pause, self._clock())
            raise HubError("hub_refused", f"{where} answered {status} to the request", retry_after=pause)

    async def _follow(self, url: str, form: Mapping[str, str]) -> tuple[int, str | None]:
        async with self._session() as session:
            for hop in range(MAX_HOPS + 1):
                status, pause, location = await _post(session, url, form)
                target = urljoin(url, location) if status in FOLLOWED and location else None
                if target is None or hop == MAX_HOPS or not _may_follow(url, target):
                    break
                url = target
        return status, pause

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            # Every request dials anew, so every one is judged anew.
            connector=self._guard.connector(force_close=True, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent},
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
        )


async def _post(
    session: aiohttp.ClientSession, url: str, form: Mapping[str, str]
) -> tuple[int, str | None, str | None]:
    async with session.post(url, data=dict(form), allow_redirects=False) as answer:
        await _read_some(answer)
        return answer.status, answer.headers.get("Retry-After"), answer.headers.get("Location")


async def _read_some(answer: aiohttp.ClientResponse) -> None:
    """Read what a decent hub answers, so that it can finish; what comes after the limit is cut off."""
    left = MAX_ANSWER
    while left > 0 and (chunk := await answer.content.read(left)):
        left -= len(chunk)


def _may_follow(url: str, target: str) -> bool:
    """Tell whether the secret may travel there: not from https to http."""
    schemes = urlsplit(url).scheme, urlsplit(target).scheme
    return schemes[1] == "https" or schemes == ("http", "http")


def _where(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"


def _unreachable(error: Exception, where: str) -> HubError:
    refused = refusal_in(error)
    if refused is not None:
        message = f"{where} was not dialled: {refused}; settings.egress.allow can permit a host and port"
        return HubError("egress_refused", message, permanent=True)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return HubError("hub_unreachable", f"{where} shows no valid certificate")
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.os_error.strerror or type(error.os_error).__name__
        return HubError("hub_unreachable", f"{where} can't be reached: {reason[:100]}")
    return HubError("hub_unreachable", f"{where} broke the exchange off ({type(error).__name__})")
