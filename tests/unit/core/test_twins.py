"""Sources that would bring the same document: `storywatch.twins`."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.model import PageRules, SourceKind
from storywatch.twins import twins
from tests.support.samples import a_source

URL = "https://nyt.example/world.xml"


@pytest.mark.parametrize(
    "second",
    [
        {"url": "https://nyt.example/world.xml?edition=2"},
        {"url": "http://nyt.example/world.xml"},
        {"outlet": "cnn"},
        {"kind": SourceKind.NEWS_SITEMAP},
        {"page": PageRules(items="article")},
        {"drop_urls": ("*/sport/*",)},
        {"enabled": False},
    ],
)
def test_what_would_bring_other_items_is_no_twin(second: dict[str, Any]) -> None:
    """Another address, outlet, kind or reading; who is off repeats nobody."""
    sources = [a_source("one", url=URL), a_source(**({"source_id": "two", "url": URL} | second))]
    assert twins(sources) == {}


def test_each_repeats_the_first() -> None:
    """In the order of the config, however often; how often it is polled makes no other document."""
    sources = [a_source(one, url=URL) for one in ("one", "two", "three")]
    assert twins(sources) == {"two": "one", "three": "one"}


def test_who_is_off_gives_its_place_to_the_next() -> None:
    """Else nobody would ask for the document."""
    sources = [a_source("one", url=URL, enabled=False), a_source("two", url=URL), a_source("three", url=URL)]
    assert twins(sources) == {"three": "two"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["nyt", "cnn"]), st.booleans()), max_size=12))
def test_each_document_is_asked_for_by_exactly_one(drawn: list[tuple[str, str, bool]]) -> None:
    """Of the enabled sources that would bring it."""
    sources = [
        a_source(f"s{number}", outlet, url=f"https://a.example/{path}", enabled=enabled)
        for number, (path, outlet, enabled) in enumerate(drawn)
    ]
    resting = twins(sources)
    awake = [(one.url, one.outlet) for one in sources if one.enabled and one.id not in resting]
    assert len(awake) == len(set(awake))
    assert set(awake) == {(one.url, one.outlet) for one in sources if one.enabled}
    assert not resting.keys() & set(resting.values())


def test_one_that_waits_for_gaps_never_keeps_another_waiting() -> None:
    """Wherever it stands."""
    seldom, often = a_source("seldom", url=URL, gaps_only=True), a_source("often", url=URL)
    assert twins([seldom, often]) == twins([often, seldom]) == {"seldom": "often"}
