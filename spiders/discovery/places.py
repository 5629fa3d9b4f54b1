"""Where outlets keep their feeds and news sitemaps."""

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from spiders.discovery.values import Candidate, Promise
from spiders.parsing.fields import web_link

USUAL_FEEDS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/news.xml")
USUAL_NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemaps/news.xml", "/sitemap/news.xml")

_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_LOC = re.compile(r"<(?:[\w-]{1,20}:)?loc\s*>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})", re.IGNORECASE)
_NEWS = re.compile(r"news|latest|recent", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MOST_READ = 5000
_MOST_PARTS = 5


def usual_places(url: str) -> Iterator[Candidate]:
    """Yield the addresses that are worth a try on the page's host, beginning beside the page itself."""
    path = urlsplit(url).path
    if path.strip("/"):
        yield Candidate(url=urljoin(url, path.rstrip("/") + "/feed/"), promise=Promise.USUAL_FEED)
    for place in USUAL_FEEDS:
        yield Candidate(url=urljoin(url, place), promise=Promise.USUAL_FEED)
    for place in USUAL_NEWS_SITEMAPS:
        yield Candidate(url=urljoin(url, place), promise=Promise.USUAL_NEWS_SITEMAP)


def sitemaps_of_robots(text: str, url: str) -> tuple[Candidate, ...]:
    """Return the sitemaps that a robots.txt names (https://www.sitemaps.org/protocol.html#submit_robots)."""
    return tuple(_sitemaps(_SITEMAP_LINE.findall(text[: 512 * 1024]), url))


def parts_of_index(text: str, url: str) -> tuple[Candidate, ...]:
    """Return the parts of an index of sitemaps that look like news.

    Parts with a year in their address are left out: next month there is another one, and nobody would see it.
    """
    locs = (html.unescape(loc) for loc in _LOC.findall(text))
    named = [part for part in _sitemaps(locs, url) if part.promise is Promise.DECLARED_NEWS_SITEMAP]
    return tuple(part for part in named if not _YEAR.search(urlsplit(part.url).path))[:_MOST_PARTS]


def _sitemaps(links: Iterable[str], url: str) -> Iterator[Candidate]:
    for link, _ in zip(links, range(_MOST_READ), strict=False):
        address = web_link(link, url)
        if address is not None:
            is_news = _NEWS.search(urlsplit(address).path)
            promise = Promise.DECLARED_NEWS_SITEMAP if is_news else Promise.DECLARED_SITEMAP
            yield Candidate(url=address, promise=promise)
