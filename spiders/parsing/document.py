"""Reads one document of whatever kind: the pure part of a visit."""

import zlib
from datetime import datetime, tzinfo

from spiders.parsing.channel import push_of, wishes_of
from spiders.parsing.dialect import read_feed
from spiders.parsing.encoding import decode
from spiders.parsing.entries import items_of
from spiders.parsing.jsonfeed import read_json_feed
from spiders.parsing.limits import ParseLimits
from spiders.parsing.markup import Markup, Shape, prepare
from spiders.parsing.sitemap import read_news_sitemap, read_sitemap_index
from spiders.parsing.sniff import looks_like_json, may_hold_feed, not_a_feed, root_name
from spiders.parsing.zones import zone_called
from storywatch.errors import VisitError
from storywatch.model import Document, Outlet, PageRules, SourceKind

UNKNOWN_OUTLET = Outlet(id="", name="")
PAGE_ALONE = PageRules()

_UNNAMED = {"channel": "cdf", "rdf": "rss10"}


def parse_document(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None,
    kind: SourceKind | None = None,
    now: datetime,
    limits: ParseLimits,
    outlet: Outlet = UNKNOWN_OUTLET,
    page: PageRules = PAGE_ALONE,
    elements: bytes = b"",  # noqa: ARG001 - wired next
) -> Document:
    """Return what a document says: the items of a feed, a news sitemap or a page, in its order.

    `url` is the final address, for relative links; `content_type` the header's value; `kind` what is expected, None for
    whatever it is; `now` bounds the times that are believed. `outlet` owns the time zone and the address rules; `page`
    says how to read a page; `elements` is what the last document of the source left (`Document.elements`).
    Only the size, item and field limits are kept here: the time that a hostile document takes is bounded by `ParsePool`
    alone.

    Raises VisitError: `empty_body`, `too_large`, `not_a_feed`, `malformed`, `entity_declaration`, `kind_mismatch`, and
    for pages those of `spiders.parsing.pages`.
    """
    plain = _checked(body, limits)
    if kind is SourceKind.PAGE:
        from spiders.parsing.pages import read_page  # noqa: PLC0415 - lxml is heavy, and few sources are pages

        return read_page(plain, url=url, content_type=content_type, now=now, limits=limits, outlet=outlet, rules=page)
    text = decode(plain, content_type)
    document = _read(text, url=url, now=now, zone=zone_called(outlet.time_zone), limits=limits)
    if kind is not None and document.kind is not kind:
        raise VisitError(
            "kind_mismatch",
            f"the source is declared as {kind.value} but serves a {document.kind.value}: declare it as that",
            permanent=True,
        )
    return document


def _checked(body: bytes, limits: ParseLimits) -> bytes:
    """Return the body, unpacked if it is a .gz file as sitemaps are."""
    plain = _unpacked(body, limits.max_bytes + 1) if body.startswith(b"\x1f\x8b") else body
    if len(plain) > limits.max_bytes:
        raise VisitError("too_large", f"the document has more than the {limits.max_bytes} bytes permitted")
    if not plain.strip(b"\0\t\n\r \xef\xbb\xbf\xfe\xff"):
        raise VisitError("empty_body", "the document is empty")
    return plain


def _unpacked(body: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(body, most)
    except zlib.error as error:
        raise VisitError("malformed", f"the document is a damaged .gz file: {error}") from error


def _read(text: str, *, url: str | None, now: datetime, zone: tzinfo, limits: ParseLimits) -> Document:
    if looks_like_json(text):
        return read_json_feed(text, url=url, now=now, zone=zone, limits=limits)
    markup = prepare(text)
    root = root_name(markup.text)
    if root == "urlset":
        return read_news_sitemap(markup, url=url, now=now, zone=zone, max_items=limits.max_items)
    if root == "sitemapindex":
        return read_sitemap_index(markup, url=url, max_items=limits.max_items)
    if not may_hold_feed(markup.text, root):
        raise not_a_feed(text, root)
    return _feed(markup, root, url=url, now=now, zone=zone, limits=limits)


def _feed(markup: Markup, root: str, *, url: str | None, now: datetime, zone: tzinfo, limits: ParseLimits) -> Document:
    raw = read_feed(markup, limits.max_items)
    version = raw.version or _UNNAMED.get(root, "rss" if raw.entries else "")
    if not version or (not raw.version and not raw.entries):
        raise not_a_feed(markup.text, root)
    if not raw.entries and markup.shape is not Shape.WHOLE:
        raise VisitError("malformed", "the document breaks off before its first item ends")
    items = tuple(items_of(raw, root=root, url=url, now=now, zone=zone, field_chars=limits.max_field_chars))
    dropped = len(raw.entries) - len(items)
    return Document(
        kind=SourceKind.FEED,
        format=version,
        items=items,
        wishes=wishes_of(raw),
        dropped=dropped,
        push=push_of(raw, url),
        broken_off=markup.shape is Shape.BEGINNING,
    )
