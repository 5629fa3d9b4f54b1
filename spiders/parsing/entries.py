"""Turns feedparser's entries into items."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from spiders.parsing.dates import item_times
from spiders.parsing.dialect import RawFeed
from spiders.parsing.fields import author_name, guid_of, language_tag, says_something, title_of, web_link
from spiders.parsing.limits import ParseLimits
from spiders.parsing.tails import without_tail
from spiders.parsing.text import html_to_text, is_escaped_twice, looks_like_html, paragraphs
from storywatch.model import ParsedItem

Entry = Mapping[str, Any]

_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedContext:
    """What the items of one document share. `typed`: the format says which text is HTML, as Atom does, RSS doesn't."""

    url: str | None
    now: datetime
    zone: tzinfo
    field_chars: int
    typed: bool
    author: str | None
    language: str | None


def items_of(
    raw: RawFeed, *, root: str, url: str | None, now: datetime, zone: tzinfo, limits: ParseLimits
) -> Iterator[ParsedItem]:
    """Yield the items of a feed that say anything at all, in its order; all of them if the limits say so."""
    context = FeedContext(
        url=url,
        now=now,
        zone=zone,
        field_chars=limits.max_field_chars,
        typed=root == "feed",
        author=_author(raw.feed),
        language=language_tag(_string(raw.feed, "language")),
    )
    for entry in raw.entries:
        item = _item(entry, context)
        if limits.keep_empty or says_something(item):
            yield item


def _item(entry: Entry, context: FeedContext) -> ParsedItem:
    # dc:date, and the only date of many Atom feeds, is an update to feedparser.
    published, updated = (_string(entry, "published"), _string(entry, "created")), (_string(entry, "updated"),)
    times = item_times(published, updated, context.now, context.zone)
    guid, url = guid_of(_string(entry, "id")), _url(entry, context)
    # A picture's title has to do where there is something that it could be the title of.
    others = _plain(_string(entry, "media_title"), "", context) if guid or url else ""
    return ParsedItem(
        guid=guid,
        url=url,
        title=title_of(_text(entry, "title", context)) or title_of(others),
        summary=without_tail(paragraphs(_summary(entry, context), context.field_chars)),
        content=without_tail(paragraphs(_content(entry, context), context.field_chars)),
        author=_author(entry) or _author(_mapping(entry, "source")) or context.author,
        published=times.published,
        updated=times.updated,
        language=_entry_language(entry) or context.language,
        time_origin=times.origin,
        time_correction=times.correction,
    )


def _string(entry: Entry, key: str) -> str:
    # Not feedparser's own getter, which answers for other keys and warns. A key that a feed invents may hold anything.
    value = dict.get(entry, key) if isinstance(entry, dict) else None
    return value if isinstance(value, str) else ""


def _mappings(entry: Entry, key: str) -> Iterable[Entry]:
    value = dict.get(entry, key) if isinstance(entry, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _mapping(entry: Entry, key: str) -> Entry:
    value = dict.get(entry, key) if isinstance(entry, dict) else None
    return value if isinstance(value, dict) else {}


def _detail(entry: Entry, key: str) -> Entry:
    return _mapping(entry, f"{key}_detail")


def _plain(value: str, media_type: str, context: FeedContext) -> str:
    if media_type == "text/plain" and context.typed:
        return value
    says_html = media_type in {"text/html", "application/xhtml+xml"} and context.typed
    if not says_html and not looks_like_html(value):
        return value
    # What says that it is markup and is escaped markup is a common mistake.
    if is_escaped_twice(value) or (media_type == "application/xhtml+xml" and "<" not in value):
        return html_to_text(html_to_text(value))
    return html_to_text(value)


def _text(entry: Entry, key: str, context: FeedContext) -> str:
    return _plain(_string(entry, key), _string(_detail(entry, key), "type"), context)


def _summary(entry: Entry, context: FeedContext) -> str:
    # Without a detail it is feedparser's copy of the content.
    if _detail(entry, "summary"):
        return _text(entry, "summary", context)
    others = (_string(entry, key) for key in ("dc_description", "itunes_summary", "media_description"))
    return next((_plain(other, "", context) for other in others if other), "")


def _content(entry: Entry, context: FeedContext) -> str:
    parts = ((_string(part, "value"), _string(part, "type")) for part in _mappings(entry, "content"))
    texts = (_content_text(value, media_type, context) for value, media_type in parts)
    return next((text for text in texts if text.strip()), "")


def _content_text(value: str, media_type: str, context: FeedContext) -> str:
    if media_type.startswith("text/") or media_type.endswith("xml") or "/" not in media_type:
        return _plain(value, media_type, context)
    # Atom content may also be a picture in base64, and once in a while that hides a text (RFC 4287, section 4.1.3.3).
    return _plain(value, "", context) if media_type == "application/octet-stream" and not _is_base64(value) else ""


def _is_base64(value: str) -> bool:
    """Tell whether feedparser left the value as it was, because no text came out of it."""
    try:
        return bool(b64decode("".join(value.splitlines()), validate=True))
    except ValueError:
        return False


def _url(entry: Entry, context: FeedContext) -> str | None:
    """Return feedburner's original link, else the item's own, else a guid that is one."""
    return next(filter(None, (web_link(link, base) for link, base in _links(entry, context))), None)


def _links(entry: Entry, context: FeedContext) -> Iterator[tuple[str, str | None]]:
    """Yield what could be the item's link, best first, each with what it is relative to."""
    yield _string(entry, "feedburner_origlink"), None
    link = _string(entry, "link")
    alternates = [each for each in _mappings(entry, "links") if _string(each, "rel") == "alternate"]
    pages = [_string(each, "href") for each in alternates if _string(each, "type") in _PAGE_TYPES]
    # An Atom entry may have one for each language; the first is meant. Of RSS's links the last one counts.
    if context.typed:
        yield from ((page, context.url) for page in pages)
    # A guid that stands for the link is never resolved: "abc123" is no page of the outlet's.
    yield link, None if link == _string(entry, "id") else context.url
    yield from ((_string(each, "href"), context.url) for each in alternates)
    yield _string(entry, "permalink"), None


def _author(entry: Entry) -> str | None:
    """Return the first author with a name; an address such as `noreply@outlet.example` has to do where none has one."""
    written = [_string(each, "name") or _string(each, "email") for each in _mappings(entry, "authors")]
    names = [name for name in map(author_name, written) if name]
    return next((name for name in names if "@" not in name), names[0] if names else None)


def _entry_language(entry: Entry) -> str | None:
    own = (_string(entry, "language"), *(_string(_detail(entry, key), "language") for key in ("title", "summary")))
    return next(filter(None, map(language_tag, own)), None)
