"""Reads Google News sitemaps (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from itertools import islice
from xml.etree.ElementTree import Element, ParseError, iterparse

from spiders.parsing.dates import read_time
from spiders.parsing.fields import language_tag, says_something, title_of, web_link
from spiders.parsing.markup import Markup
from spiders.parsing.outline import Shape
from spiders.parsing.sniff import not_a_feed
from spiders.parsing.text import html_to_text, looks_like_html
from storywatch.errors import VisitError
from storywatch.model import Document, ParsedItem, SourceKind

_FIELDS = frozenset({"loc", "lastmod", "title", "publication_date", "language"})


def read_news_sitemap(markup: Markup, *, url: str | None, now: datetime, max_items: int) -> Document:
    """Return the document, without an entry in whose middle it broke off. Raises VisitError.

    Its codes: `not_a_feed` for a sitemap that is not about news, `malformed`.
    """
    entries = [dict(_fields(each)) for each in islice(_entries(markup.text), max_items)]
    news = [fields for fields in entries if "publication_date" in fields or "title" in fields]
    if entries and not news:
        raise not_a_feed(markup.text, "urlset")
    if not entries and markup.shape is not Shape.WHOLE:
        raise VisitError("malformed", "the document breaks off before its first entry ends")
    items = (_item(fields, url, now) for fields in news)
    return Document(kind=SourceKind.NEWS_SITEMAP, format="news_sitemap", items=tuple(filter(says_something, items)))


def _entries(text: str) -> Iterator[Element]:
    """Yield the `url` elements up to the end, or to where the document is no XML any more."""
    # The document has no DOCTYPE any more, so that there is nothing to expand or to load.
    elements = iterparse(BytesIO(text.encode()))  # noqa: S314
    with suppress(ParseError):
        for _, element in elements:
            if _local(element) == "url":
                yield element
                # What was read needn't stay: a sitemap may have 50,000 entries.
                element.clear()


def _fields(entry: Element) -> Iterator[tuple[str, str]]:
    """Yield the fields that are read; those of an image or video inside have their own title and are left out."""
    for child in entry:
        name = _local(child)
        if name in {"news", "publication"}:
            yield from _fields(child)
        elif name in _FIELDS and child.text:
            yield name, child.text


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def _item(fields: dict[str, str], url: str | None, now: datetime) -> ParsedItem:
    title = fields.get("title", "")
    updated = read_time(fields.get("lastmod", ""), now)
    return ParsedItem(
        url=web_link(fields.get("loc", ""), url),
        title=title_of(html_to_text(title) if looks_like_html(title) else title),
        published=read_time(fields.get("publication_date", ""), now) or updated,
        updated=updated,
        language=language_tag(fields.get("language", "")),
    )
