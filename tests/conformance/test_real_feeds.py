"""Real feeds, 212 of them: each ends in items or in a clear error."""

import pytest

from storywatch.model import Document
from tests.support.corpus import corpus
from tests.support.pages import DOCS, tables
from tests.support.real_feeds import comparison, outcome, real_feeds

WITHOUT_ITEMS = {
    "feedkit__AtomMedia.xml__7678a6d4": "its one entry has only pictures",
    "kde__atom10_authors_and_contributors.xml__a516140c": "its entries have only authors",
    "kde__atom10_authors_priority.xml__f465e58e": "its entries have only authors",
}
REFUSED = {"feedrs__rss_2.0_invalid_1.xml__982b1044": "malformed"}


def test_every_real_feed_gives_items_or_a_known_error() -> None:
    """The exceptions are known by name."""
    outcomes = {path.name: outcome(path.read_bytes()) for path in real_feeds(corpus("real-feeds"))}
    refused = {name: code for name, code in outcomes.items() if isinstance(code, str)}
    documents = {name: document for name, document in outcomes.items() if isinstance(document, Document)}
    assert len(outcomes) == 212
    assert refused == REFUSED
    assert {name for name, document in documents.items() if not document.items} == WITHOUT_ITEMS.keys()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:feedparser")
def test_the_table_of_real_feeds_is_documented() -> None:
    """What lacks an id, a link or a date, before and after; and nothing raised an exception."""
    page = tables((DOCS / "reference" / "conformance.md").read_text("utf-8"))
    counted = comparison(corpus("real-feeds"))
    assert page["Real feeds"] == [(name, f"{theirs:,}", f"{ours:,}") for name, theirs, ours in counted]
    assert ("exceptions", 0, 0) in counted


def test_identifiers_do_not_depend_on_the_address() -> None:
    """A move to https or to another host leaves every item what it was."""
    for path in real_feeds(corpus("real-feeds")):
        outcomes = [
            outcome(path.read_bytes(), url) for url in (None, "http://a.example/x/", "https://b.example/feed?y=1")
        ]
        identifiers = {
            tuple(item.guid for item in each.items) if isinstance(each, Document) else each for each in outcomes
        }
        assert len(identifiers) == 1, path.name


def test_half_of_a_real_feed_gives_only_items_of_the_whole() -> None:
    """Wherever it breaks off, what is given was there whole."""
    for path in real_feeds(corpus("real-feeds")):
        body = path.read_bytes()
        whole = outcome(path.read_bytes())
        if not isinstance(whole, Document):
            continue
        half = outcome(body[: len(body) * 2 // 3])
        if not isinstance(half, Document):
            assert half in {"malformed", "not_a_feed"}, path.name
            continue
        assert len(half.items) <= len(whole.items), path.name
        known = {(item.guid, item.url, item.title) for item in whole.items}
        assert {(item.guid, item.url, item.title) for item in half.items} <= known, path.name
