"""Loads addresses by the crawler, unconditionally, for who reads the answers otherwise than a poll does."""

from spiders import answers
from spiders.asking import Asked, Trail
from spiders.crawler import Crawler, headers_of
from spiders.discovery.exploring import Served
from spiders.failures import EXPECTED, fault_of
from storywatch.errors import Fault
from storywatch.model import Validators


async def load(crawler: Crawler, url: str) -> Served | Fault:
    """Visit an address and return what it serves. Fails by a fault, or raises VisitError."""
    trail = Trail()
    try:
        response = await crawler.download(url, Validators(), Asked(), crawler.budget(), trail)
    except EXPECTED as error:
        return fault_of(error)
    headers = headers_of(response)
    answers.check_status(response.status, headers, crawler.clock())
    return Served(
        url=response.url,
        body=response.body,
        content_type=headers.get("content-type"),
        conditional=bool(headers.get("etag") or headers.get("last-modified")),
        delay=trail.crawl_delay,
    )
