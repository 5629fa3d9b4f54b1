"""Reads one document of whatever kind: the pure part of a visit."""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import islice

from spiders.parsing.budget import Budget, Overrun, Unbounded
from spiders.parsing.channel import push_of, wishes_of
from spiders.parsing.dialect import ElementReader, RawFeed, Unsuitable, read_feed
from spiders.parsing.encoding import decode, may_be_utf8
from spiders.parsing.entries import Entry, items_of
from spiders.parsing.jsonfeed import read_json_feed
from spiders.parsing.limits import ParseLimits
from spiders.parsing.markup import Markup, prepare, ready
from spiders.parsing.outline import Outline, Shape
from spiders.parsing.pieces import Pieces, ReadPiece, Terms, read_entries, read_pieces
from spiders.parsing.sitemap import read_news_sitemap, read_sitemap_index
from spiders.parsing.sniff import FEED_ROOTS, is_empty_feed, looks_like_json, may_hold_feed, not_a_feed, root_name
from spiders.parsing.zones import zone_called
from storywatch.elements import NO_CONTEXT, context_of
from storywatch.errors import VisitError
from storywatch.model import Document, Outlet, PageRules, ParsedItem, SourceKind

UNKNOWN_OUTLET = Outlet(id="", name="")
PAGE_ALONE = PageRules()
UNBOUNDED = Unbounded()

_UNNAMED = {"channel": "cdf", "rdf": "rss10"}
_ROOT_BYTES = 20_000
_MOST_MEMBERS = 100
# How much of the budget the reading in one piece may take, so that there is some left for reading piece by piece.
_WHOLE_SHARE = 0.4
_ITEM_TAG = re.compile(rb"<(?:item|entry)[\s>]", re.IGNORECASE)


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
    elements: bytes = b"",
) -> Document:
    """Return what a document says: the items of a feed, a news sitemap or a page, in its order.

    `url` is the final address, for relative links; `content_type` the header's value; `kind` what is expected, None for
    whatever it is; `now` bounds the times that are believed. `outlet` owns the time zone and the address rules; `page`
    says how to read a page; `elements` is what the last document of the source left (`Document.elements`).
    The limits of CPU, memory and time are kept by `ParsePool` alone.

    Raises VisitError: `empty_body`, `too_large`, `not_a_feed`, `malformed`, `entity_declaration`, `kind_mismatch`,
    `parse_limit`, and for pages those of `spiders.parsing.pages`.
    """
    return parse_within_budget(
        body,
        url=url,
        content_type=content_type,
        kind=kind,
        now=now,
        limits=limits,
        outlet=outlet,
        page=page,
        elements=elements,
        budget=UNBOUNDED,
    )


def parse_within_budget(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None,
    kind: SourceKind | None,
    now: datetime,
    limits: ParseLimits,
    outlet: Outlet,
    page: PageRules,
    elements: bytes,
    budget: Budget,
) -> Document:
    """Do what `parse_document` does; an item that takes more than its share of the budget is set aside."""
    plain = _checked(body, limits)
    if kind is SourceKind.PAGE:
        from spiders.parsing.pages import read_page  # noqa: PLC0415 - lxml is heavy, and few sources are pages

        return read_page(plain, url=url, content_type=content_type, now=now, limits=limits, outlet=outlet, rules=page)
    terms = Terms(limits=limits, budget=budget, outlet=outlet, elements=elements)
    document = _read(plain, content_type, _Reading(url=url, now=now, terms=terms))
    if kind is not None and document.kind is not kind:
        raise VisitError(
            "kind_mismatch",
            f"the source is declared as {kind.value} but serves a {document.kind.value}: declare it as that",
            permanent=True,
        )
    return document


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """One parse."""

    url: str | None
    now: datetime
    terms: Terms

    @property
    def limits(self) -> ParseLimits:
        return self.terms.limits

    @property
    def zone(self) -> tzinfo:
        return zone_called(self.terms.outlet.time_zone)


def _checked(body: bytes, limits: ParseLimits) -> bytes:
    """Return the body, unpacked if it is a .gz file as sitemaps are."""
    plain = _unpacked(body, limits.max_bytes + 1) if body.startswith(b"\x1f\x8b") else body
    if len(plain) > limits.max_bytes:
        raise VisitError(
            "too_large",
            f"the document has more than the {limits.max_bytes} bytes permitted (settings.polling.max_bytes)",
        )
    if not plain.strip(b"\0\t\n\r \xef\xbb\xbf\xfe\xff"):
        raise VisitError("empty_body", "the document is empty")
    return plain


def _unpacked(body: bytes, most: int) -> bytes:
    """Unpack a .gz file, all of its members, up to `most` bytes."""
    parts: list[bytes] = []
    rest = body
    try:
        while rest.startswith(b"\x1f\x8b") and most > 0:
            member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            parts.append(member.decompress(rest, most))
            most -= len(parts[-1])
            rest = member.unused_data
            if len(parts) > _MOST_MEMBERS:
                raise VisitError("malformed", f"the document is a .gz file of more than {_MOST_MEMBERS} members")
    except zlib.error as error:
        raise VisitError("malformed", f"the document is a damaged .gz file: {error}") from error
    return b"".join(parts)


def _read(body: bytes, content_type: str | None, reading: _Reading) -> Document:
    markup = ready(body, reading.limits) if may_be_utf8(body, content_type) else None
    if markup is None:
        text = decode(body, content_type)
        if looks_like_json(text):
            return read_json_feed(text, url=reading.url, now=reading.now, zone=reading.zone, terms=reading.terms)
        markup = prepare(text, reading.limits)
    root = _root_of(markup)
    if root == "urlset":
        return _sitemap(markup, reading)
    if root == "sitemapindex":
        return read_sitemap_index(markup, url=reading.url, max_items=reading.limits.max_items)
    if root not in FEED_ROOTS and not may_hold_feed(markup.text, root):
        raise not_a_feed(markup.text, root)
    return _feed(markup, root, reading)


def _root_of(markup: Markup) -> str:
    beginning = root_name(markup.data[markup.begin : markup.begin + _ROOT_BYTES].decode("utf-8", "replace"))
    return beginning or (root_name(markup.text) if len(markup.data) > _ROOT_BYTES else "")


def _feed(markup: Markup, root: str, reading: _Reading) -> Document:
    if markup.outline.elements and root in FEED_ROOTS:
        try:
            return _feed_by_elements(markup, root, reading)
        except Unsuitable:
            pass
    return _whole_feed(markup, root, reading)


def _feed_by_elements(markup: Markup, root: str, reading: _Reading) -> Document:
    """Read a feed item by item. Raises Unsuitable where that can't be."""
    outside = _outside(markup)

    def new() -> ElementReader:
        return ElementReader(outside, markup.doctype, reading.limits.max_items)

    first = new()
    ready_made = iter((first,))

    def begin() -> ReadPiece:
        reader = next(ready_made, None) or new()
        return lambda piece: [
            item for entry in reader.read(piece) for item in _items(reader.feed, entry, root, reading)
        ]

    pieces = _pieces(markup, begin, reading)
    has_items = bool(pieces.items or pieces.known or pieces.dropped)
    document = _document_of(first.feed, root, markup, reading.url, has_items=has_items)
    return _completed(document, pieces)


def _outside(markup: Markup) -> tuple[bytes, bytes]:
    """Return what precedes the first child of the items' parent, and those of its children that are no items."""
    data, outline = markup.data, markup.outline
    ends = [outline.head, *(end for _, end in outline.elements)]
    begins = [*(begin for begin, _ in outline.elements), outline.tail]
    return data[markup.begin : outline.head], b"".join(data[end:begin] for end, begin in zip(ends, begins, strict=True))


def _pieces(markup: Markup, begin: Callable[[], ReadPiece], reading: _Reading) -> Pieces:
    """Read the elements of a document that are not known."""
    depends = (markup.outline.context, markup.doctype, reading.url, reading.limits.max_field_chars)
    context = context_of((*depends, reading.terms.outlet))
    return read_pieces(markup, begin, context, reading.terms)


def _completed(document: Document, pieces: Pieces) -> Document:
    return replace(
        document,
        items=pieces.items,
        known=pieces.known,
        dropped=pieces.dropped,
        set_aside=pieces.set_aside,
        elements=pieces.elements,
    )


def _whole_feed(markup: Markup, root: str, reading: _Reading) -> Document:
    """Read a feed in one piece: what is no XML, and what has its items in odd places."""
    try:
        with reading.terms.budget.part(_WHOLE_SHARE):
            raw = read_feed(markup, reading.limits.max_items)
    except (VisitError, MemoryError, Overrun) as error:
        return _salvaged(markup, root, reading, error)
    if raw.version and not raw.entries and markup.shape is not Shape.WHOLE and not is_empty_feed(markup.text):
        raise VisitError("malformed", "the document breaks off before its first item ends")
    document = _document_of(raw, root, markup, reading.url, has_items=bool(raw.entries))
    pieces = read_entries(raw.entries, lambda entry: _items(raw, entry, root, reading), reading.terms)
    return _completed(document, pieces)


def _salvaged(markup: Markup, root: str, reading: _Reading, error: BaseException) -> Document:
    """Read what can be read of a feed that breaks the parser: each item alone, from its start tag to the next one's."""
    most = reading.limits.max_items
    begins = [found.start() for found in islice(_ITEM_TAG.finditer(markup.data), most + 1)]
    if not begins:
        raise error
    head = markup.data[markup.begin : begins[0]]
    spans = tuple(zip(begins, [*begins[1:], len(markup.data)], strict=True))
    split = replace(markup, outline=Outline(elements=spans[:most], count=len(spans)))

    def alone(piece: bytes) -> RawFeed:
        return read_feed(Markup(data=head + piece, doctype=markup.doctype, shape=Shape.LOOSE), most)

    def read(piece: bytes) -> Sequence[ParsedItem]:
        raw = alone(piece)
        return [item for entry in raw.entries for item in _items(raw, entry, root, reading)]

    # Without elements of the last document everything is read, and nothing is known afterwards.
    pieces = read_pieces(split, lambda: read, NO_CONTEXT, replace(reading.terms, elements=b""))
    return _completed(_document_of(alone(b""), root, markup, reading.url, has_items=bool(pieces.items)), pieces)


def _document_of(raw: RawFeed, root: str, markup: Markup, url: str | None, *, has_items: bool) -> Document:
    """Return what the feed says of itself."""
    version = raw.version or _UNNAMED.get(root, "rss" if has_items else "")
    if not version or (not raw.version and not has_items):
        raise not_a_feed(markup.text, root)
    return Document(
        kind=SourceKind.FEED,
        format=version,
        items=(),
        wishes=wishes_of(raw),
        push=push_of(raw, url),
        broken_off=markup.shape is Shape.BEGINNING,
    )


def _items(raw: RawFeed, entry: Entry, root: str, reading: _Reading) -> Sequence[ParsedItem]:
    """Return the item that an entry is, or nothing if it says nothing."""
    alone = replace(raw, entries=(entry,))
    return tuple(items_of(alone, root=root, url=reading.url, now=reading.now, zone=reading.zone, limits=reading.limits))


def _sitemap(markup: Markup, reading: _Reading) -> Document:
    """Read a sitemap entry by entry where that can be; one that has no news in it is told from the whole."""
    if not markup.outline.elements:
        return _whole_sitemap(markup, reading)
    data, outline = markup.data, markup.outline
    head, end = data[markup.begin : outline.head], data[data.rindex(b"</") :]

    def read(piece: bytes) -> Sequence[ParsedItem] | None:
        try:
            alone = Markup(data=b"".join((head, piece, end)), doctype=markup.doctype, shape=markup.shape)
            return _whole_sitemap(alone, reading).items
        except VisitError:
            # An entry without news.
            return None

    pieces = _pieces(markup, lambda: read, reading)
    if not (pieces.items or pieces.known or pieces.set_aside):
        return _whole_sitemap(markup, reading)
    broken_off = markup.shape is Shape.BEGINNING
    document = Document(kind=SourceKind.NEWS_SITEMAP, format="news_sitemap", items=(), broken_off=broken_off)
    return _completed(document, pieces)


def _whole_sitemap(markup: Markup, reading: _Reading) -> Document:
    return read_news_sitemap(markup, url=reading.url, now=reading.now, zone=reading.zone, limits=reading.limits)
