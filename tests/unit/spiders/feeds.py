"""Small feeds, written for the tests, and how the tests read them."""

from datetime import UTC, datetime

import pytest

from spiders.parsing import ParseLimits, parse_document
from spiders.parsing.document import UNKNOWN_OUTLET
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, Outlet, ParsedItem, SourceKind

NOW = datetime(2021, 9, 1, 12, 0, tzinfo=UTC)
URL = "https://outlet.example/feeds/world.xml"
LIMITS = ParseLimits()

_PREFIXES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "atom": "http://www.w3.org/2005/Atom",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _PREFIXES.items())


def rss(*items: str, channel: str = "") -> str:
    """Return an RSS 2.0 document with these item contents."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {_DECLARED}><channel><title>Outlet</title>{channel}{inside}</channel></rss>'


def atom(*entries: str, feed: str = "") -> str:
    """Return an Atom 1.0 document with these entry contents."""
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {_DECLARED}><title>Outlet</title>{feed}{inside}</feed>'


def read(
    source: str | bytes,
    *,
    url: str | None = URL,
    content_type: str | None = None,
    kind: SourceKind | None = None,
    limits: ParseLimits = LIMITS,
    outlet: Outlet = UNKNOWN_OUTLET,
    elements: bytes = b"",
) -> Document:
    """Parse in this process."""
    body = source.encode() if isinstance(source, str) else source
    return parse_document(
        body,
        url=url,
        content_type=content_type,
        kind=kind,
        now=NOW,
        limits=limits,
        outlet=outlet,
        elements=elements,
    )


def only(source: str | bytes, *, url: str | None = URL, content_type: str | None = None) -> ParsedItem:
    """Return the single item of a document."""
    (item,) = read(source, url=url, content_type=content_type).items
    return item


def fault_of(source: str | bytes, *, kind: SourceKind | None = None, limits: ParseLimits = LIMITS) -> Fault:
    """Return the fault with which a document is refused."""
    with pytest.raises(VisitError) as caught:
        read(source, kind=kind, limits=limits)
    return caught.value.fault
