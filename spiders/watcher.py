"""The one long-lived spider: it starts with nothing to do, never closes by itself, and is given visits one by one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider

from network import Guard
from spiders.identity import ACCEPT, ROBOT, user_agent
from spiders.turns import Transfers
from storywatch.model import Settings
from storywatch.ports import Clock

MOST_REDIRECTS = 5


class WatchSpider(scrapy.Spider):
    """Stays open while the daemon runs."""

    name = "watch"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "WatchSpider":
        """Build the spider and keep it open when it is idle."""
        spider: WatchSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.stay_open, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Begin with no request."""
        return
        yield

    def stay_open(self) -> None:
        """Answer Scrapy's question whether to close: no."""
        raise DontCloseSpider


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _as_function(clock: Clock) -> Clock:
    """Return what Scrapy does not copy with its settings: a clock's copy would stand still."""

    def tell() -> datetime:
        return clock()

    return tell


def scrapy_settings(settings: Settings, guard: Guard, clock: Clock = _utc_now) -> dict[str, Any]:
    """Return the settings of the crawler: what is safe and polite, with everything off that we don't use."""
    return {
        "TWISTED_REACTOR_ENABLED": False,
        "USER_AGENT": user_agent(settings.contact),
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "DEFAULT_REQUEST_HEADERS": {"Accept": ACCEPT},
        "DOWNLOAD_HANDLERS": {
            "http": "spiders.handler.GuardedDownloadHandler",
            "https": "spiders.handler.GuardedDownloadHandler",
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            **({"spiders.politeness.RobotsMiddleware": 100} if settings.obey_robots else {}),
            "spiders.decoding.DecodingMiddleware": 590,
            "spiders.politeness.RedirectsMiddleware": 600,
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "STORYWATCH_GUARD": guard,
        "STORYWATCH_TRANSFERS": Transfers(),
        "STORYWATCH_LIMITS": settings.limits,
        "STORYWATCH_CLOCK": _as_function(clock),
        # How many hosts are visited at once is the work queue's to say; here nothing may wait.
        "CONCURRENT_REQUESTS": 10_000,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_ITEMS": 1,
        "DOWNLOAD_TIMEOUT": settings.timeout.total_seconds(),
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": MOST_REDIRECTS,
        "RETRY_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_ENABLED": False,
    }
