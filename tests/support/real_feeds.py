"""Real feeds: what plain feedparser makes of them, and what we do. The data is not part of the project."""

from calendar import timegm
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser

from spiders.parsing import ParseLimits, parse_document
from storywatch.errors import VisitError
from storywatch.model import Document, ParsedItem

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
URL = "https://outlet.example/feed.xml"
MOVED = "https://moved.example/rss"


def real_feeds(data: Path) -> list[Path]:
    """Return the files."""
    return sorted(path for path in data.iterdir() if path.name != "README.md")


def outcome(body: bytes, url: str | None = URL) -> Document | str:
    """Parse as a poll would. Returns the document, or the code with which it is refused."""
    try:
        return parse_document(body, url=url, content_type=None, now=NOW, limits=ParseLimits())
    except VisitError as error:
        return error.fault.code


def comparison(data: Path) -> list[tuple[str, int, int]]:
    """Return the lines of the table: what is counted, in plain feedparser's reading and in ours."""
    theirs, ours = Counter[str](), Counter[str]()
    for path in real_feeds(data):
        body = path.read_bytes()
        theirs.update(_counted(_theirs, body))
        ours.update(_counted(_ours, body))
    return [(name, theirs[name], ours[name]) for name in NAMES]


NAMES = (
    *("documents", "exceptions", "documents with items", "items", "without id", "without link", "without date"),
    *("without title", "without anything to know them by", "ids that change with the feed's address"),
    *("links that are no http(s) address", "dates before 1990 or in the future", "titles with control characters"),
)


def _counted(read: Callable[[bytes, str], Iterable[Mapping[str, Any]]], body: bytes) -> Iterator[str]:
    yield "documents"
    try:
        items, moved = list(read(body, URL)), list(read(body, MOVED))
    except Exception:  # noqa: BLE001 - exceptions are what is counted
        yield "exceptions"
        return
    if items:
        yield "documents with items"
    for item, after in zip(items, moved, strict=True):
        yield from _seen(item)
        if item["id"] != after["id"]:
            yield "ids that change with the feed's address"


def _seen(item: Mapping[str, Any]) -> Iterator[str]:
    yield "items"
    yield from (f"without {name}" for name in ("id", "link", "date", "title") if not item[name])
    if not any(item[name] for name in ("id", "link", "title", "text")):
        yield "without anything to know them by"
    if item["link"] and urlsplit(item["link"]).scheme not in {"http", "https"}:
        yield "links that are no http(s) address"
    if item["date"] and not OLDEST <= item["date"] <= NOW + timedelta(hours=36):
        yield "dates before 1990 or in the future"
    if any(ord(each) < 32 and each not in "\t\r\n" for each in item["title"]):
        yield "titles with control characters"


def _ours(body: bytes, url: str) -> Iterator[Mapping[str, Any]]:
    document = outcome(body, url)
    for item in document.items if isinstance(document, Document) else ():
        yield _fields(item)


def _fields(item: ParsedItem) -> Mapping[str, Any]:
    text = item.summary or item.content
    return {"id": item.guid, "link": item.url, "date": item.published, "title": item.title, "text": text}


def _theirs(body: bytes, url: str) -> Iterator[Mapping[str, Any]]:
    with redirect_stdout(StringIO()):
        parsed = feedparser.parse(body, response_headers={"content-location": url})
    for entry in parsed.entries:
        moment = entry.get("published_parsed") or dict.get(entry, "updated_parsed")
        text = entry.get("summary") or entry.get("content")
        yield {
            "id": entry.get("id"),
            "link": entry.get("link"),
            "date": _moment(moment),
            "title": entry.get("title") or "",
            "text": text,
        }


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, TypeError, OverflowError):
        return None
