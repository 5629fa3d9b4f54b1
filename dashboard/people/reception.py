"""Answers requests for the pages: where a path leads, who may ask, what is read of a body.

A GET changes nothing, for mail scanners follow links. Nobody logs in, no cookie is set, and a token that is not right
in every way gets the page of what was never there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web

from dashboard.people import answering, choosing, leaving, subscribing
from dashboard.people.manners import SAFE, Refused, check_host, check_origin, client_of
from dashboard.people.service import Form, Service
from storywatch.errors import StorageError

log = structlog.get_logger()

MOST_BYTES = 16 * 1024
MOST_FIELDS = 300
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
ANSWER_SECONDS = 10.0

Show = Callable[[Service, str], Awaitable[web.Response]]
Take = Callable[[Service, str, Form], Awaitable[web.Response]]

PAGES: Final[Mapping[str, tuple[Show, Take]]] = {
    "confirm": (subscribing.show_confirmation, subscribing.confirm),
    "unsubscribe": (leaving.show, leaving.leave),
    "preferences": (choosing.show, choosing.choose),
    "answer": (answering.show, answering.take),
}
"""What stands behind each kind of link, for a GET and for a POST."""


@dataclass(frozen=True, kw_only=True)
class Reception:
    """Answers one request after the other, in a bounded time."""

    service: Service
    seconds: float = ANSWER_SECONDS

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer; whatever goes wrong is a page too."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self._answer(request)
        except Refused as refused:
            return self._problem(refused.status, refused.headers)
        except TimeoutError:
            return self._problem(408)
        except StorageError as error:
            log.error("page_broke", reason=str(error))
            return self._problem(503)
        except Exception:  # the border of a request: a bug that one brings out must not show, nor stop the others
            log.exception("page_broke")
            return self._problem(500)

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        check_host(request, self.service.settings)
        name, _, token = self._place(request).partition("/")
        if name in PAGES and token and "/" not in token:
            return await self._behind_link(request, *PAGES[name], token)
        if token or name not in ("", "subscribe", "health", "style.css"):
            raise Refused(404)
        if name == "subscribe":
            return await self._subscribe(request)
        _allow(request, "GET", "HEAD")
        if name == "style.css":
            return self.service.pages.style()
        return await self._health() if name else subscribing.show_form(self.service)

    def _place(self, request: web.BaseRequest) -> str:
        """Return the path below the public one, which a proxy may have cut off already."""
        base = self.service.pages.base
        path = request.path
        return (path[len(base) :] if base and f"{path}/".startswith(f"{base}/") else path).strip("/")

    async def _behind_link(self, request: web.BaseRequest, show: Show, take: Take, token: str) -> web.Response:
        _allow(request, "GET", "HEAD", "POST")
        if request.method != "POST":
            return await show(self.service, token)
        form = await _form(request)
        if take is not leaving.leave or not leaving.is_one_click(form):
            check_origin(request, self.service.settings)
        return await take(self.service, token, form)

    async def _subscribe(self, request: web.BaseRequest) -> web.Response:
        _allow(request, "POST")
        check_origin(request, self.service.settings)
        return await subscribing.subscribe(self.service, await _form(request), client_of(request))

    async def _health(self) -> web.Response:
        await self.service.joining.people.find("")
        return web.Response(text="ok\n", headers=SAFE)

    def _problem(self, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
        """Say what is wrong and hang up: what else comes on this connection is not read."""
        response = self.service.pages.problem(status)
        response.headers.update(headers or {})
        response.force_close()
        return response


def _allow(request: web.BaseRequest, *methods: str) -> None:
    if request.method not in methods:
        raise Refused(405, {"Allow": ", ".join(methods)})


async def _form(request: web.BaseRequest) -> Form:
    """Read a form, urlencoded or multipart, which RFC 8058 permits both. Raises `Refused`."""
    if (request.content_length or 0) > MOST_BYTES:
        raise Refused(413)
    if request.content_type not in FORMS:
        raise Refused(400)
    try:
        sent = await request.clone(client_max_size=MOST_BYTES, client_max_fields=MOST_FIELDS).post()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413) from None
    except (web.HTTPException, web.RequestPayloadError, ConnectionError, ValueError, LookupError):
        raise Refused(400) from None
    form: dict[str, list[str]] = {}
    for name, value in sent.items():
        if isinstance(value, str):
            form.setdefault(name, []).append(value)
    return form
