"""The download handler: Scrapy's own for aiohttp, dialling through the egress guard."""

import ssl

import aiohttp
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler

from network import Guard


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Differs from its parent in the session: guarded connector, verified certificates, bounded headers.

    The parent builds an unguarded session in its constructor, so that is skipped; tests pin the names used here.
    """

    experimental = False

    def __init__(self, crawler: Crawler) -> None:
        super(AiohttpDownloadHandler, self).__init__(crawler)
        guard: Guard = crawler.settings["STORYWATCH_GUARD"]
        self._ssl_context = ssl.create_default_context()
        self._session = aiohttp.ClientSession(
            connector=guard.connector(limit=self._pool_size_total, limit_per_host=self._pool_size_per_host),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            trust_env=False,
        )
