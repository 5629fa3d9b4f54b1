"""gofeed's test suite: what it expects of each case with items, and what `storywatch parse` reads, field by field.

Text is compared after tags are removed on both sides. The data is not part of the project (`tests.support.corpus`).
"""

import html
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spiders.parsing import ParseLimits, parse_document
from spiders.parsing.text import html_to_text
from storywatch.errors import VisitError
from storywatch.model import ParsedItem

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMITS = ParseLimits(keep_empty=True)
JSON_CASES = ("json10_simple", "json10_full", "json11_full")
FOLDERS = ("translator/rss", "translator/atom", "parser/rss", "parser/atom")

Fields = dict[str, str]

# docs/reference/conformance.md lists them too.
DIFFERING = {
    "issue_275_extensions_and_source": "Content that its type calls a film or JSON is no text to read or match.",
    "entry_id_xml_base": "Identifiers are never resolved, not even against `xml:base`: of a feed that moves, all "
    "would be new.",
}


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    for _ in range(4):
        text = html_to_text(text)
    return " ".join(text.split())


def _expected(item: Mapping[str, Any], feed: Mapping[str, Any]) -> Fields:
    guid, content = item.get("guid", item.get("id")), item.get("content")
    links = [each for each in item.get("links", []) if isinstance(each, dict)]
    alternate = next((each.get("href") for each in links if each.get("rel", "alternate") == "alternate"), "")
    # What has no author has its source's, or the feed's (RFC 4287, section 4.2.1).
    author = _author(item) or _author(item.get("source") or {}) or _author(feed)
    return {
        "guid": _plain(guid.get("value") if isinstance(guid, dict) else guid),
        "url": _plain(item.get("link") or alternate),
        "title": _plain(item.get("title")),
        "summary": _plain(item.get("description") or item.get("summary")),
        "content": _plain(content.get("value") if isinstance(content, dict) else content),
        "published": _iso(item.get("publishedParsed") or item.get("pubDateParsed")),
        "updated": _iso(item.get("updatedParsed")),
        "author": author,
    }


def _author(node: Mapping[str, Any]) -> str:
    first = (node.get("authors") or [{}])[0]
    named = first.get("name") or first.get("email") or node.get("author")
    extensions = (node.get("itunesExt") or {}).get("author") or (node.get("dcExt") or {}).get("creator", [""])[0]
    return _plain(named or extensions)


def _found(item: ParsedItem) -> Fields:
    texts = {name: _plain(html.escape(getattr(item, name))) for name in ("title", "summary", "content")}
    times = {name: _iso(getattr(item, name)) for name in ("published", "updated")}
    return texts | times | {"guid": _plain(item.guid), "url": item.url or "", "author": _plain(item.author)}


def _iso(moment: datetime | str | None) -> str:
    return str(datetime.fromisoformat(moment) if isinstance(moment, str) else moment) if moment else ""


def _is_fallback(name: str, found: Fields, case: str) -> bool:
    """Tell whether a field that gofeed leaves empty was filled on purpose."""
    return {
        "guid": "rdf" in case,  # rdf:about is RSS 1.0's identifier
        "url": found["url"] == found["guid"],  # an identifier that is an address, where there is no link
        "published": found["published"] == found["updated"],  # the only date that there is
    }.get(name, False)


def _differences(case: str, expected: list[Fields], found: list[Fields]) -> Iterator[str]:
    if len(expected) != len(found):
        yield f"{len(found)} items instead of {len(expected)}"
    for wanted, got in zip(expected, found, strict=False):
        for name in wanted:
            if wanted[name] != got[name] and (wanted[name] or not _is_fallback(name, got, case)):
                yield f"{name}: {got[name]!r} instead of {wanted[name]!r}"


def _items(path: Path) -> tuple[ParsedItem, ...]:
    try:
        return parse_document(
            path.read_bytes(),
            url="http://example.org/feed.xml",
            content_type=None,
            now=NOW,
            limits=LIMITS,
        ).items
    except VisitError:
        return ()


def _cases(data: Path) -> Iterator[tuple[Path, list[Fields]]]:
    for folder in FOLDERS:
        for path in sorted((data / folder).glob("*.xml")):
            result = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            if items := result.get("items") or result.get("entries"):
                yield path, [_expected(item, result) for item in items]


def wrong_cases(data: Path) -> tuple[int, dict[str, list[str]]]:
    """Return how many cases there are, and by name what is wrong with those that are not fully right."""
    cases = list(_cases(data))
    wrong = {path.stem: _wrong(path, expected) for path, expected in cases}
    return len(cases), {name: differences for name, differences in wrong.items() if differences}


def _wrong(path: Path, expected: list[Fields]) -> list[str]:
    found = [_found(item) for item in _items(path)]
    return list(_differences(path.stem, expected, found))


def wrong_json_case(data: Path, name: str) -> list[str]:
    """Return what is wrong with one of the JSON feeds."""
    folder = data / "translator" / "json"
    expected = json.loads((folder / f"{name}_expected.json").read_text(encoding="utf-8"))
    found = [_found(item) for item in _items(folder / f"{name}.json")]
    return list(_differences(name, [_expected(item, expected) for item in expected["items"]], found))
