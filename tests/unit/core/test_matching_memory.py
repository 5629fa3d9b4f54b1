"""What matching learns, and how it is taken back: `storywatch.matching.memory`."""

import json
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching import Matcher
from storywatch.matching import matcher as matching
from storywatch.matching.language import QueryError, tree_of
from storywatch.matching.lessons import Lessons
from storywatch.matching.likeness.background import Background
from storywatch.model import Event, Item, Seed
from tests.support.samples import ATTACK, KABUL, NOW, an_item

FLOOD = Event(id="flood", title="Flood in London", all_of=(("London",), ("flood*",)))
TITLES = [
    ATTACK,
    "Kabul airport: Marines mourn thirteen killed at Abbey Gate",
    "Flood in London after heavy rain",
    "London floods: Thames barrier closed",
    "Kabul falls",
    "Elections in Norway",
]


def a_matcher() -> Matcher:
    """Return a matcher of two events."""
    return Matcher([KABUL, FLOOD])


def follow(matcher: Matcher, *items: Item) -> None:
    """Judge items and tell what was said."""
    for item in items:
        matcher.tell(item, matcher.match(item))


def state(matcher: Matcher) -> Any:
    """Return what was learned, without what float arithmetic leaves."""
    return _plain(json.loads(json.dumps(matcher.memory.saved())))


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: plain for name, one in part.items() if (plain := _plain(one))}
    if isinstance(part, float):
        return round(part, 9)
    return [_plain(one) for one in part] if isinstance(part, list) else part


ITEMS = st.lists(
    st.tuples(st.sampled_from(TITLES), st.integers(0, 9), st.integers(1, 3)).map(
        lambda told: an_item(f"{told[0]} {told[2]}", item=f"i{told[1]}", number=told[2])
    ),
    max_size=12,
)


def undone(matcher: Matcher, items: list[Item]) -> None:
    """Tell items in an attempt that fails."""
    with matcher.memory.attempt():
        follow(matcher, *items)
        raise ZeroDivisionError


@given(before=ITEMS, told=ITEMS)
def test_an_attempt_that_fails_leaves_no_trace(before: list[Item], told: list[Item]) -> None:
    """Revisions of what was known before included."""
    matcher = a_matcher()
    follow(matcher, *before)
    wanted = state(matcher)
    with pytest.raises(ZeroDivisionError):
        undone(matcher, told)
    assert state(matcher) == wanted


def test_an_attempt_that_succeeds_is_kept() -> None:
    """The negative control."""
    matcher = a_matcher()
    before = state(matcher)
    with matcher.memory.attempt():
        follow(matcher, an_item())
    assert state(matcher) != before


@given(told=ITEMS, again=ITEMS)
def test_to_judge_changes_nothing(told: list[Item], again: list[Item]) -> None:
    """Neither what was told nor what was not."""
    matcher = a_matcher()
    follow(matcher, *told)
    wanted = state(matcher)
    for item in again:
        matcher.match(item)
        matcher.explain(item, "kabul")
    assert state(matcher) == wanted


@given(told=ITEMS)
def test_an_item_is_judged_as_if_it_had_never_been_told(told: list[Item]) -> None:
    """It is not accepted because of itself; nor is its next revision."""
    item = an_item("Abbey Gate: Marines killed in Kabul", item="own")
    fresh, knowing = a_matcher(), a_matcher()
    follow(fresh, *told)
    follow(knowing, *told, item)
    for revision in (item, replace(item, revision=replace(item.revision, number=2, title="Marines at Abbey Gate"))):
        wanted, found = fresh.match(revision), knowing.match(revision)
        assert [match.event for match in found if match.accepted] == [one.event for one in wanted if one.accepted]
        scores = {match.event: match.score for match in found}
        for match in wanted:
            assert scores[match.event] == pytest.approx(match.score, abs=1e-9)


def test_what_a_revision_teaches_takes_the_place_of_what_was_taught_before() -> None:
    """The matcher knows as much as if it had only seen the last one."""
    first, last = an_item("Kabul airport attack: zebras", number=1), an_item("Kabul airport attack: gnus", number=2)
    revised, fresh = a_matcher(), a_matcher()
    follow(revised, first, last)
    follow(fresh, last)
    assert revised.memory.profile("kabul").taken
    assert state(revised)["event:kabul"] == state(fresh)["event:kabul"]
    follow(revised, first)  # an old revision that comes late changes nothing
    assert state(revised)["event:kabul"] == state(fresh)["event:kabul"]


def test_a_rejected_item_is_unlearned_and_a_revoked_answer_restores_it() -> None:
    matcher = a_matcher()
    item = an_item("Kabul airport attack: Marines mourn")
    follow(matcher, item)
    before = state(matcher)["event:kabul"]
    assert matcher.teach("kabul", Lessons(rejected=(item,)))
    assert not matcher.teach("kabul", Lessons(rejected=(item,)))
    assert not matcher.memory.profile("kabul").taken
    follow(matcher, replace(item, revision=replace(item.revision, number=2, title="Kabul airport attack: mourning")))
    assert not matcher.memory.profile("kabul").taken
    assert matcher.teach("kabul", Lessons())
    assert len(matcher.memory.profile("kabul").taken) == 1
    assert state(matcher)["event:kabul"].keys() == before.keys()


@given(counts=st.lists(st.integers(0, 3), max_size=30), back=st.integers(0, 8))
def test_a_background_that_takes_items_back_is_what_it_was(counts: list[int], back: int) -> None:
    """Also over the moment at which what was counted took effect."""
    with patch("storywatch.matching.likeness.background.RENEWED_EVERY", 10):
        wanted, found = Background(), Background()
        for count in counts:
            for background in (wanted, found):
                background.add({"kabul", f"w{count}"})
        for number in range(back):
            found.add({f"x{number}"})
        for number in reversed(range(back)):
            found.take_back({f"x{number}"})
        assert _plain(found.saved()) == _plain(wanted.saved())
        assert found.weight("kabul") == pytest.approx(wanted.weight("kabul"))


def test_a_reload_compiles_only_what_changed() -> None:
    """And keeps what was learned of the others."""
    matcher = a_matcher()
    follow(matcher, an_item())
    known = state(matcher)
    changed = replace(FLOOD, title="Flood in the City of London")
    with patch.object(matching, "tree_of", wraps=tree_of) as compiling:
        matcher.declare([KABUL, changed])
    assert [call.args[0] for call in compiling.call_args_list] == [changed]
    assert state(matcher) == known
    assert matcher.match(an_item("Flood in London"))[0].event == "flood"


def test_a_reload_that_breaks_while_compiling_changes_nothing() -> None:
    """The old events are matched as before."""
    matcher = a_matcher()
    bad = replace(KABUL, query="(((")
    with pytest.raises(QueryError):
        matcher.declare([replace(FLOOD, title="Other"), bad])
    assert matcher.events == {"kabul": KABUL, "flood": FLOOD}
    assert {match.event for match in matcher.match(an_item()) if match.accepted} == {"kabul"}


@pytest.mark.parametrize(("timed", "is_raised"), [(True, True), (False, False)])
def test_a_first_document_without_times_is_no_noise(*, timed: bool, is_raised: bool) -> None:
    """Nobody knows that its years of items happen now. What says that it was published now does."""
    event = replace(KABUL, seeds=(Seed(text=ATTACK), Seed(text="Kabul airport: Marines mourn thirteen killed there")))
    matcher = Matcher([event])
    before = matcher.explain(an_item("Kabul airport", item="new"), event.id).threshold
    for number in range(40):
        title = f"Village{number} opens an airport with music and dancing"
        follow(matcher, an_item(title, item=f"i{number}", published=NOW if timed else None))
    assert (matcher.explain(an_item("Kabul airport", item="new"), event.id).threshold > before) is is_raised
