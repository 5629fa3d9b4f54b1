"""The download handler: Scrapy's own for aiohttp, dialling through the egress guard."""

import ssl

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from network import Guard
from spiders.asking import Trail
from spiders.failures import RefusedVisit
from spiders.turns import Budget, Transfers
from storywatch.errors import Fault
from storywatch.model import Limits
from storywatch.urls import host_of

MOST_FIELDS = 100
"""Of header fields in one answer; aiohttp also bounds each of them, at 8,190 bytes."""


async def _without_length(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Say nothing of a body: the parent hands over an empty one, and a GET that has a length looks odd to firewalls."""
    request.headers.popall("Content-Length", None)
    return await send(request)


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Differs from its parent in the session: guarded connector, verified certificates, bounded headers.

    The parent builds an unguarded session in its constructor, so that is skipped; tests pin the names used here.
    """

    experimental = False
    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super(AiohttpDownloadHandler, self).__init__(crawler)
        guard: Guard = crawler.settings["STORYWATCH_GUARD"]
        self._transfers: Transfers = crawler.settings["STORYWATCH_TRANSFERS"]
        self._ssl_context = ssl.create_default_context()
        self._session = aiohttp.ClientSession(
            connector=guard.connector(limit=self._pool_size_total, limit_per_host=self._pool_size_per_host),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            middlewares=(_without_length,),
            trust_env=False,
            max_headers=MOST_FIELDS,
        )
        self._limits: Limits = crawler.settings["STORYWATCH_LIMITS"]

    async def download_request(self, request: Request) -> Response:
        """Download as the parent does, within what is left of the visit's time, until the crawler stops."""
        budget: Budget = request.meta["storywatch_budget"]
        trail: Trail = request.meta.get("storywatch_trail") or Trail()
        trail.url = request.url
        turn = self._transfers.one(host_of(request.url), paced=not request.meta.get("storywatch_own"))
        async with turn, budget.spending() as seconds:
            request.meta["download_timeout"] = seconds
            return await super().download_request(request)

    def _extract_headers(self, response: _ClientResponse) -> Headers:  # type: ignore[override]  # static in the parent
        """Keep the bytes: the parent encodes what aiohttp decoded, and fails on what isn't UTF-8."""
        fields = [(name, value) for name, value in response.raw_headers]
        size = sum(len(name) + len(value) + 4 for name, value in fields)
        if size > self._limits.headers:
            message = f"the answer's header fields have {size} bytes, more than settings.limits.headers allows"
            raise RefusedVisit(Fault(code="headers_too_large", message=message))
        return Headers(fields)
