"""The feeds that a page declares or links to."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urldefrag, urlsplit

from spiders.discovery.values import Candidate, Promise
from spiders.parsing.fields import title_of, web_link
from spiders.parsing.pages.selectors import line_of
from spiders.parsing.pages.tree import Page
from storywatch.urls import host_of

_FEED_TYPES = frozenset(
    f"application/{kind}" for kind in ("rss+xml", "atom+xml", "rdf+xml", "feed+json", "json", "xml", "rss", "atom")
) | {"text/xml", "text/rss+xml"}
_FEED_PATH = re.compile(
    r"(?:^|[/_.-])(?:rss|feeds?|atom)(?:$|[/_.-])|\.(?:rss|atom|rdf)$|(?:rss|feed)\.(?:xml|json|php)$", re.IGNORECASE
)
_FEED_WORDS = re.compile(r"\b(?:rss|atom)\b", re.IGNORECASE)
# WordPress's REST and oEmbed interfaces are declared with the type of JSON.
_NO_FEED = re.compile(r"/wp-json/|oembed|/xmlrpc|opensearch|manifest", re.IGNORECASE)
_COMMENTS = re.compile(r"comment", re.IGNORECASE)
_MOST = 500


def feeds_of(page: Page) -> tuple[Candidate, ...]:
    """Return the feeds of a page, each once: those that it declares, then those that it links to."""
    found: dict[str, Candidate] = {}
    for candidate in (*islice(_declared(page), _MOST), *islice(_linked(page), _MOST)):
        found.setdefault(candidate.url, candidate)
    return tuple(found.values())


def same_site(url: str, other: str) -> bool:
    """Tell whether two addresses belong together: one host is the other, or lies below it."""
    one, two = (host_of(each).removeprefix("www.") for each in (url, other))
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def _declared(page: Page) -> Iterator[Candidate]:
    for link in page.root.iter("link"):
        rels = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "feed" in rels or ("alternate" in rels and kind in _FEED_TYPES):
            yield from _candidate(link.get("href") or "", link.get("title") or "", page, Promise.DECLARED_FEED)


def _linked(page: Page) -> Iterator[Candidate]:
    for link in page.root.iter("a", "area"):
        href = link.get("href") or ""
        url = web_link(href, page.base)
        if url is None or (page.url is not None and not same_site(url, page.url)):
            continue
        said = link.get("title") or link.get("aria-label") or ""
        if _FEED_PATH.search(urlsplit(url).path) or _FEED_WORDS.search(f"{line_of(link)[:100]} {said[:100]}"):
            yield from _candidate(href, said or line_of(link), page, Promise.LINKED_FEED)


def _candidate(href: str, title: str, page: Page, promise: Promise) -> Iterator[Candidate]:
    url = web_link(href, page.base)
    if url is None or _NO_FEED.search(url):
        return
    if _COMMENTS.search(f"{url} {title}"):
        promise = Promise.COMMENTS
    yield Candidate(url=urldefrag(url).url, promise=promise, title=title_of(title)[:200])
