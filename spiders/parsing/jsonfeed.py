"""Reads JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from spiders.parsing.channel import push_offer
from spiders.parsing.dates import item_times
from spiders.parsing.fields import author_name, guid_of, language_tag, says_something, title_of, web_link
from spiders.parsing.limits import check_depth, nests_too_deep
from spiders.parsing.pieces import Terms, beyond, read_entries
from spiders.parsing.sniff import not_a_feed
from spiders.parsing.tails import without_tail
from spiders.parsing.text import html_to_text, paragraphs
from storywatch.errors import VisitError
from storywatch.model import Document, ParsedItem, SourceKind

# Some feeds write the bare number.
_VERSION = re.compile(r"(?:https?://(?:www\.)?jsonfeed\.org/version/)?1(?:\.(\d))?/?")

Node = Mapping[str, Any]


def read_json_feed(text: str, *, url: str | None, now: datetime, zone: tzinfo, terms: Terms) -> Document:
    """Return the document. Raises VisitError `malformed` (no JSON), `parse_limit` or `not_a_feed` (other JSON)."""
    limits = terms.limits
    feed = _loaded(text, limits.depth)
    version = _VERSION.fullmatch(_string(feed, "version").strip())
    if version is None or not isinstance(feed.get("items"), list):
        raise not_a_feed(text, "")
    nodes = [node for node in feed["items"][: limits.max_items] if isinstance(node, dict)]

    def read(node: Node) -> Sequence[ParsedItem]:
        item = _item(node, feed, url=url, now=now, zone=zone, field_chars=limits.max_field_chars)
        return (item,) if limits.keep_empty or says_something(item) else ()

    pieces = read_entries(nodes, read, terms)
    return Document(
        kind=SourceKind.FEED,
        format=f"json1{version[1] or 0}",
        items=pieces.items,
        dropped=pieces.dropped,
        set_aside=(*pieces.set_aside, *beyond(len(feed["items"]) - limits.max_items, limits)),
        push=push_offer(_hubs(feed), (_string(feed, "feed_url"),), url),
    )


def _loaded(text: str, deepest: int) -> Node:
    try:
        feed = json.loads(text.strip("\ufeff \t\r\n"))
        check_depth(feed, deepest)
    except RecursionError as error:
        raise nests_too_deep(deepest) from error
    except ValueError as error:
        raise VisitError("malformed", f"the document starts like JSON but can't be read as it: {error}") from error
    return feed if isinstance(feed, dict) else {}


def _item(node: Node, feed: Node, *, url: str | None, now: datetime, zone: tzinfo, field_chars: int) -> ParsedItem:
    times = item_times((_string(node, "date_published"),), (_string(node, "date_modified"),), now, zone)
    markup, plain = _string(node, "content_html"), _string(node, "content_text")
    return ParsedItem(
        guid=guid_of(_string(node, "id")),
        url=next(filter(None, (web_link(link, base) for link, base in _links(node, url))), None),
        title=title_of(_string(node, "title")),
        summary=without_tail(paragraphs(_string(node, "summary"), field_chars)),
        content=without_tail(paragraphs(html_to_text(markup) if markup else plain, field_chars)),
        author=next(filter(None, map(author_name, (*_names(node), *_names(feed)))), None),
        published=times.published,
        updated=times.updated,
        language=language_tag(_string(node, "language")) or language_tag(_string(feed, "language")),
        time_origin=times.origin,
        time_correction=times.correction,
    )


def _links(node: Node, base: str | None) -> Iterator[tuple[str, str | None]]:
    """Yield what could be the item's link, best first; the identifier is ideally the address, says the standard."""
    yield _string(node, "url"), base
    yield _string(node, "external_url"), base
    yield _string(node, "id"), None


def _names(node: Node) -> Iterator[str]:
    """Yield the names of `authors` (1.1), then of `author` (1.0)."""
    listed = node.get("authors")
    for author in (*(listed if isinstance(listed, list) else ()), node.get("author")):
        if isinstance(author, dict):
            yield _string(author, "name")


def _hubs(feed: Node) -> Iterator[str]:
    """Yield the hubs that speak WebSub, by its present name or its first."""
    listed = feed.get("hubs")
    for hub in listed if isinstance(listed, list) else ():
        if isinstance(hub, dict) and _string(hub, "type").lower() in {"websub", "pubsubhubbub"}:
            yield _string(hub, "url")


def _string(node: Node, key: str) -> str:
    value = node.get(key)
    # An identifier that is a number counts as the string of it, says the specification.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
