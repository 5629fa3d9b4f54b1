"""Reads Google News sitemaps (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap).

Also the indexes that list them (https://www.sitemaps.org/protocol.html#index).
"""

from contextlib import suppress
from datetime import datetime, tzinfo
from xml.parsers import expat

from spiders.parsing.dates import item_times
from spiders.parsing.fields import language_tag, says_something, title_of, web_link
from spiders.parsing.limits import ParseLimits
from spiders.parsing.markup import Markup
from spiders.parsing.outline import Shape
from spiders.parsing.sniff import not_a_feed
from spiders.parsing.text import html_to_text, looks_like_html, one_line
from storywatch.errors import VisitError
from storywatch.model import Document, ParsedItem, SitemapPart, SourceKind

_FIELDS = frozenset({"loc", "lastmod", "title", "publication_date", "language"})
# What may stand around a field; those of an image or a video have titles and addresses of their own.
_AROUND = frozenset({"news", "publication"})
_LASTMOD_CHARS = 100

Fields = dict[str, str]


def read_news_sitemap(markup: Markup, *, url: str | None, now: datetime, zone: tzinfo, limits: ParseLimits) -> Document:
    """Return the document, without an entry in whose middle it broke off. Raises VisitError.

    Its codes: `not_a_feed` for a sitemap that is not about news, `malformed`.
    """
    entries = _entries(markup, "url", limits.max_items)
    news = [fields for fields in entries if "publication_date" in fields or "title" in fields]
    if entries and not news:
        raise not_a_feed(markup.text, "urlset")
    read = (_item(fields, url, now, zone) for fields in news)
    items = tuple(item for item in read if limits.keep_empty or says_something(item))
    return Document(
        kind=SourceKind.NEWS_SITEMAP,
        format="news_sitemap",
        items=items,
        dropped=len(news) - len(items),
        broken_off=markup.shape is Shape.BEGINNING,
    )


def read_sitemap_index(markup: Markup, *, url: str | None, max_items: int) -> Document:
    """Return what the index lists, in its order, at most `max_items`. Raises VisitError `malformed`."""
    listed = ((web_link(each.get("loc", ""), url), each) for each in _entries(markup, "sitemap", max_items))
    parts = (
        SitemapPart(url=address, lastmod=one_line(fields.get("lastmod", ""), _LASTMOD_CHARS) or None)
        for address, fields in listed
        if address
    )
    return Document(kind=SourceKind.NEWS_SITEMAP, format="sitemap_index", items=(), parts=tuple(parts))


def _entries(markup: Markup, name: str, most: int) -> list[Fields]:
    """Return the fields of the entries up to the end, or to where the document is no XML any more."""
    reader = _Reader(name, most)
    reader.read(markup.data[markup.begin :])
    if not reader.entries and markup.shape is not Shape.WHOLE:
        raise VisitError("malformed", "the document breaks off before its first entry ends")
    return reader.entries


class _Full(Exception):  # noqa: N818 - ends a parse that has enough
    """As many entries as wanted have been read."""


class _Reader:
    """Collects entries. It knows elements by their local names: prefixes vary, and some are never declared."""

    def __init__(self, entry: str, most: int) -> None:
        self.entries: list[Fields] = []
        self._entry, self._most = entry, most
        self._path: list[str] = []
        self._fields: Fields = {}
        self._text: list[str] = []

    def read(self, data: bytes) -> None:
        # The document has no DOCTYPE any more, so that there is nothing to expand or to load.
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        with suppress(expat.ExpatError, _Full):
            parser.Parse(data, True)  # noqa: FBT003 - positional only

    def _start(self, name: str, _: object) -> None:
        if len(self.entries) >= self._most:
            raise _Full
        self._path.append(_local(name))
        self._text.clear()
        if self._is_entry():
            self._fields = {}

    def _end(self, name: str) -> None:
        if self._is_entry():
            self.entries.append(self._fields)
        elif self._path[1:2] == [self._entry] and _local(name) in _FIELDS and _AROUND.issuperset(self._path[2:-1]):
            self._keep(_local(name), "".join(self._text))
        self._path.pop()
        self._text.clear()

    def _is_entry(self) -> bool:
        return self._path[1:] == [self._entry]

    def _keep(self, name: str, value: str) -> None:
        if value.strip():
            self._fields.setdefault(name, value)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _item(fields: Fields, url: str | None, now: datetime, zone: tzinfo) -> ParsedItem:
    title = fields.get("title", "")
    times = item_times((fields.get("publication_date", ""),), (fields.get("lastmod", ""),), now, zone)
    return ParsedItem(
        url=web_link(fields.get("loc", ""), url),
        title=title_of(html_to_text(title) if looks_like_html(title) else title),
        published=times.published,
        updated=times.updated,
        language=language_tag(fields.get("language", "")),
        time_origin=times.origin,
        time_correction=times.correction,
    )
