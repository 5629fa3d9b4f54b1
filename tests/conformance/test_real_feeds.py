"""Real feeds, 212 of them: each ends in items or in a clear error."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spiders.parsing import ParseLimits, parse_document
from storywatch.errors import VisitError
from storywatch.model import Document
from tests.support.corpus import corpus

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WITHOUT_ITEMS = {
    "feedkit__AtomMedia.xml__7678a6d4": "its one entry has only pictures",
    "kde__atom10_authors_and_contributors.xml__a516140c": "its entries have only authors",
    "kde__atom10_authors_priority.xml__f465e58e": "its entries have only authors",
}
REFUSED = {"feedrs__rss_2.0_invalid_1.xml__982b1044": "malformed"}


def _files() -> list[Path]:
    return sorted(path for path in corpus("real-feeds").iterdir() if path.name != "README.md")


def _outcome(path: Path, url: str | None = "https://outlet.example/feed.xml") -> Document | str:
    try:
        return parse_document(path.read_bytes(), url=url, content_type=None, now=NOW, limits=ParseLimits())
    except VisitError as error:
        return error.fault.code


def test_every_real_feed_gives_items_or_a_known_error(capsys: pytest.CaptureFixture[str]) -> None:
    """The exceptions are known by name."""
    outcomes = {path.name: _outcome(path) for path in _files()}
    refused = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, str)}
    documents = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Document)}
    formats = Counter(document.format for document in documents.values())
    items = sum(len(document.items) for document in documents.values())
    with capsys.disabled():
        print(f"\nreal feeds: {len(documents)} read, {len(refused)} refused, {items} items, {dict(formats)}")  # noqa: T201
    assert len(outcomes) == 212
    assert refused == REFUSED
    assert {name for name, document in documents.items() if not document.items} == WITHOUT_ITEMS.keys()


def test_identifiers_do_not_depend_on_the_address() -> None:
    """A move to https or to another host leaves every item what it was."""
    for path in _files():
        outcomes = [_outcome(path, url) for url in (None, "http://a.example/x/", "https://b.example/feed?y=1")]
        identifiers = {
            tuple(item.guid for item in each.items) if isinstance(each, Document) else each for each in outcomes
        }
        assert len(identifiers) == 1, path.name


def test_half_of_a_real_feed_gives_only_items_of_the_whole() -> None:
    """Wherever it breaks off, what is given was there whole."""
    for path in _files():
        body = path.read_bytes()
        whole = _outcome(path)
        if not isinstance(whole, Document):
            continue
        try:
            half = parse_document(
                body[: len(body) * 2 // 3],
                url="https://outlet.example/feed.xml",
                content_type=None,
                now=NOW,
                limits=ParseLimits(),
            )
        except VisitError as error:
            assert error.fault.code in {"malformed", "not_a_feed"}, path.name  # noqa: PT017
            continue
        assert len(half.items) <= len(whole.items), path.name
        known = {(item.guid, item.url, item.title) for item in whole.items}
        assert {(item.guid, item.url, item.title) for item in half.items} <= known, path.name
