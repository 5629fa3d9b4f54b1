"""Looks through one document for what it leads to. Pure; it runs in a worker process, for pages may be hostile."""

import zlib
from contextlib import suppress

from lxml.html import HtmlElement

from spiders.discovery.links import feeds_of
from spiders.discovery.listings import listings_of
from spiders.discovery.places import parts_of_index
from spiders.discovery.values import Survey
from spiders.parsing.encoding import decode
from spiders.parsing.fields import title_of
from spiders.parsing.pages.tree import load_page
from spiders.parsing.sniff import root_name
from storywatch.errors import VisitError

_MOST_BYTES = 8 * 1024 * 1024
_NAME_CHARS = 100


def survey(body: bytes, url: str, content_type: str | None) -> Survey:
    """Return what a page or an index of sitemaps leads to; nothing for other documents."""
    if body.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            body = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(body, _MOST_BYTES)
    text = decode(body, content_type)
    if root_name(text[:5000]) == "sitemapindex":
        return Survey(candidates=parts_of_index(text, url))
    try:
        page = load_page(body, url=url, content_type=content_type)
    except VisitError:
        return Survey()
    return Survey(
        name=_name(page.root),
        language=page.language,
        candidates=feeds_of(page),
        listings=listings_of(page),
    )


def _name(root: HtmlElement) -> str:
    """Return the outlet's name, if the page says it; titles of pages say too much."""
    named = (meta.get("content") or "" for meta in root.iter("meta") if meta.get("property") == "og:site_name")
    other = (meta.get("content") or "" for meta in root.iter("meta") if meta.get("name") == "application-name")
    return title_of(next(filter(str.strip, (*named, *other)), ""))[:_NAME_CHARS]
