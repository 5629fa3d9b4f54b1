"""The download handler: Scrapy's own for aiohttp, dialling through the egress guard."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Headers, Response

from network import Guard
from storywatch.urls import host_of


class Transfers:
    """The downloads under way: one a host at a time, and so that a stop can end them all.

    Scrapy's slots let through together what waited together (2.19 without a reactor: what starts is counted too late),
    and its stop waits until the slowest server is done.
    """

    def __init__(self) -> None:
        self._scopes: set[asyncio.Timeout] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._ended = False

    @asynccontextmanager
    async def one(self, host: str) -> AsyncIterator[None]:
        """Run one download in its host's turn. Raises `DownloadFailedError` in it when all are ended."""
        turn = self._turns.setdefault(host, asyncio.Lock())
        try:
            async with asyncio.timeout(0 if self._ended else None) as scope:
                self._scopes.add(scope)
                try:
                    async with turn:
                        yield
                finally:
                    self._scopes.discard(scope)
        except TimeoutError:
            raise DownloadFailedError("the crawler stops") from None

    def end(self) -> None:
        """End all that run and all that still start."""
        self._ended = True
        now = asyncio.get_running_loop().time()
        for scope in tuple(self._scopes):
            scope.reschedule(now)


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
        )

    async def download_request(self, request: Request) -> Response:
        """Download as the parent does, until the crawler stops."""
        async with self._transfers.one(host_of(request.url)):
            return await super().download_request(request)

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """Keep the bytes: the parent encodes what aiohttp decoded, and fails on what isn't UTF-8."""
        return Headers([(name, value) for name, value in response.raw_headers])
