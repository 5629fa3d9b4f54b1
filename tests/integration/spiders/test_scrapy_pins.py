"""What we rely on in Scrapy beyond its documentation. One that fails after an upgrade says where to look."""

import inspect
from collections.abc import AsyncIterator

import pytest
from scrapy.core.downloader.handlers import _aiohttp, _base_streaming
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.crawler import Crawler as ScrapyCrawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware, RedirectMiddleware
from scrapy.utils import _compression

from network import Guard
from spiders.decoding import DecodingMiddleware
from spiders.handler import GuardedDownloadHandler
from spiders.politeness import RedirectsMiddleware
from spiders.turns import Transfers
from spiders.watcher import WatchSpider, scrapy_settings
from storywatch.egress import EgressPolicy
from tests.integration.spiders.crawling import SETTINGS, crawling

PINS = [
    (_aiohttp.AiohttpDownloadHandler, "_extract_headers", "(response: '_ClientResponse') -> 'Headers'"),
    (_aiohttp.AiohttpDownloadHandler, "__init__", "(self, crawler: 'Crawler')"),
    (_base_streaming.BaseStreamingDownloadHandler, "download_request", "(self, request: 'Request') -> 'Response'"),
    (RedirectMiddleware, "_engine_started", "(self) -> 'None'"),
    (BaseRedirectMiddleware, "handle_referer", "(self, request: 'Request', response: 'Response') -> 'None'"),
    (
        BaseRedirectMiddleware,
        "_redirect",
        "(self, redirected: 'Request', request: 'Request', reason: 'Any') -> 'Request'",
    ),
    (
        RedirectMiddleware,
        "process_response",
        "(self, request: 'Request', response: 'Response', spider: 'Spider | None' = None) -> 'Request | Response'",
    ),
    (
        HttpCompressionMiddleware,
        "process_response",
        "(self, request: 'Request', response: 'Response', spider: 'Spider | None' = None) -> 'Request | Response'",
    ),
    (
        HttpCompressionMiddleware,
        "_handle_encoding",
        "(self, body: 'bytes', content_encoding: 'list[bytes]', max_size: 'int') -> 'tuple[bytes, list[bytes]]'",
    ),
]


@pytest.mark.parametrize(
    ("owner", "name", "signature"), PINS, ids=[f"{owner.__name__}.{name}" for owner, name, _ in PINS]
)
def test_what_is_overridden_is_there_with_its_signature(owner: type, name: str, signature: str) -> None:
    """spiders/handler.py, spiders/politeness.py and spiders/decoding.py replace these."""
    assert str(inspect.signature(getattr(owner, name))) == signature


def test_a_body_that_inflates_too_far_raises_what_we_let_pass() -> None:
    """spiders/decoding.py must not take it for a broken body."""
    assert issubclass(_compression._DecompressionMaxSizeExceeded, Exception)
    source = inspect.getsource(HttpCompressionMiddleware.process_response.__wrapped__)  # type: ignore[attr-defined]
    assert "_DecompressionMaxSizeExceeded" in source
    assert "self._handle_encoding(" in source


@pytest.fixture
async def scrapy_crawler() -> AsyncIterator[ScrapyCrawler]:
    """A crawler of Scrapy's whose engine runs."""
    async with crawling() as crawler:
        yield crawler.engine.crawler


async def test_the_handler_makes_all_that_its_parent_makes(scrapy_crawler: ScrapyCrawler) -> None:
    """It skips the parent's constructor: an attribute that a newer one adds would be missing."""
    ours, parents = GuardedDownloadHandler(scrapy_crawler), _aiohttp.AiohttpDownloadHandler(scrapy_crawler)
    await ours.close()
    await parents.close()
    assert vars(ours).keys() == vars(parents).keys() | {"_transfers", "_limits"}
    assert {"_session", "_ssl_context", "_pool_size_total", "_pool_size_per_host"} <= vars(ours).keys()


def test_the_skipped_constructor_is_the_parents_alone() -> None:
    """`super(AiohttpDownloadHandler, self)` runs the one above it."""
    assert _aiohttp.AiohttpDownloadHandler.__mro__[1] is _base_streaming.BaseStreamingDownloadHandler


def test_scrapy_copies_its_settings() -> None:
    """So that the transfers that a stop ends are fetched back from the copy. Should it stop copying, that works too."""
    settings = scrapy_settings(SETTINGS, Guard(EgressPolicy()))
    copied = AsyncCrawlerRunner(settings).create_crawler(WatchSpider).settings["STORYWATCH_TRANSFERS"]
    assert isinstance(copied, Transfers)


async def test_nothing_runs_beside_what_we_chose(scrapy_crawler: ScrapyCrawler) -> None:
    """Middlewares and extensions that a newer Scrapy turns on by itself show up here."""
    assert scrapy_crawler.engine is not None
    assert scrapy_crawler.extensions is not None
    downloader = scrapy_crawler.engine.downloader
    assert [type(one).__name__ for one in downloader.middleware.middlewares] == [
        "RobotsMiddleware",
        "DownloadTimeoutMiddleware",
        "DefaultHeadersMiddleware",
        "UserAgentMiddleware",
        "DecodingMiddleware",
        "RedirectsMiddleware",
        "DownloaderStats",
    ]
    assert scrapy_crawler.extensions.middlewares == ()
    assert {type(one) for one in downloader.middleware.middlewares} >= {DecodingMiddleware, RedirectsMiddleware}


async def test_only_the_web_has_handlers(scrapy_crawler: ScrapyCrawler) -> None:
    """No files, no FTP, no cloud storage; and both are guarded."""
    assert scrapy_crawler.engine is not None
    handlers = scrapy_crawler.engine.downloader.handlers
    assert set(handlers._schemes) == {"http", "https"}
    assert {type(handlers._get_handler(scheme)) for scheme in ("http", "https")} == {GuardedDownloadHandler}
