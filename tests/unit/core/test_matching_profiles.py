"""What the events learn, and by which words they are found: `storywatch.matching.profiles`, `.taught`."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching import Matcher
from storywatch.matching.deciding import Ground
from storywatch.matching.lessons import Lessons, reading_of
from storywatch.matching.likeness import log_odds, probability
from storywatch.matching.taught import (
    LEARNED_FROM,
    MOST_TOLD,
    NEAR_FROM,
    NEAR_TO,
    SURE,
    TAKE_FROM,
    Lesson,
    Taught,
    Told,
    surest,
)
from storywatch.model import Event, Item, Match, Seed
from tests.support.samples import NOW, an_item

KABUL = Event(
    id="kabul",
    title="Attack on the airport of Kabul",
    seeds=(
        Seed(text="Suicide bombers kill Marines at Abbey Gate outside Kabul airport. ISIS-K claims the attack."),
        Seed(text="Pentagon: Marines at Abbey Gate were warned of a bomber before the attack at Kabul airport."),
    ),
)
FLOOD = Event(
    id="flood",
    title="Flood in London",
    all_of=(("London", "Thames"), ("flood*", "barrier")),
    seeds=(
        Seed(text="The Thames floods Westminster after a night of rain; Londoners take to boats"),
        Seed(text="Thames barrier failed, says the mayor; Westminster under water"),
    ),
)
NEXT = an_item("Marines of Abbey Gate honoured; Pentagon inquiry into the bomber goes on", item="next")


def a_match(score: float, **changes: Any) -> Match:
    """Return a verdict of a score in log-odds."""
    values: dict[str, Any] = {"accepted": True, "ground": Ground.FACETS.value, "threshold": 0.4} | changes
    return Match(event="kabul", item="i1", revision=1, score=probability(score), **values)


def state(matcher: Matcher) -> Any:
    """Return what was learned as it would be saved."""
    return json.loads(json.dumps(matcher.memory.saved()))


def follow(matcher: Matcher, *items: Item) -> None:
    for item in items:
        matcher.tell(item, matcher.match(item))


# What a verdict teaches ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ground", Ground)
def test_an_event_learns_only_from_what_its_own_declaration_took(ground: Ground) -> None:
    """What was taken beyond the facets teaches no word until people confirm it."""
    lesson = Lesson.of(a_match(3.0, ground=ground.value))
    assert bool(lesson and lesson.weight) == (ground in LEARNED_FROM)
    assert {Ground.FACETS, Ground.LIKENESS, Ground.TITLE} == LEARNED_FROM


@pytest.mark.parametrize(
    ("match", "lesson"),
    [
        (a_match(3.0), Lesson("kabul", weight=probability(3.0))),
        (a_match(TAKE_FROM + 0.01), Lesson("kabul", weight=probability(TAKE_FROM + 0.01))),
        (a_match(TAKE_FROM - 0.01), Lesson("kabul", weight=0.0)),  # not a clear one: its day counts
        (a_match(3.0, ground="beyond_facets"), Lesson("kabul", weight=0.0)),
        (a_match(0.0, ground="likeness"), None),
        (a_match(-3.0, threshold=0.0), Lesson("kabul", weight=SURE, heard=-3.0)),  # the facets alone took it
        (a_match(-3.0, accepted=False, ground="lacking"), Lesson("kabul", passed=True, heard=-3.0)),
        (a_match(NEAR_TO + 0.1, accepted=False, ground="lacking"), Lesson("kabul", heard=NEAR_TO + 0.1)),
        (a_match(NEAR_FROM - 0.1, accepted=False, ground="lacking"), None),
        (a_match(3.0, accepted=False, ground="ruled_out", veto="says 'cricket'"), None),
        (a_match(3.0, accepted=False, ground="lacking", threshold=0.0), None),
    ],
)
def test_a_verdict_teaches_by_its_score(match: Match, lesson: Lesson | None) -> None:
    """How sure it is that an item belongs, that it came near without belonging, and how loud that was."""
    found = Lesson.of(match)
    assert (found is None) == (lesson is None)
    if found and lesson:
        assert (found.event, found.passed) == (lesson.event, lesson.passed)
        assert (found.weight, found.heard) == pytest.approx((lesson.weight, lesson.heard))


def test_what_is_taken_beyond_the_facets_teaches_its_day_alone() -> None:
    """Of the same story, told to an event that declares nothing, it is learned."""
    asked = replace(KABUL, all_of=(("Kabul",), ("airport",)))
    strictly, freely = Matcher([asked]), Matcher([KABUL])
    for matcher, ground in ((strictly, Ground.BEYOND_FACETS), (freely, Ground.LIKENESS)):
        [match] = matcher.match(NEXT)
        assert (match.accepted, match.ground) == (True, ground.value)
        assert log_odds(match.score) > TAKE_FROM
        matcher.tell(NEXT, [match])
    [taken] = strictly.memory.profile("kabul").taken.values()
    assert not taken.weight
    assert not strictly.memory.profile("kabul").learned
    [taken] = freely.memory.profile("kabul").taken.values()
    assert taken.weight > 0
    assert freely.memory.profile("kabul").learned


def test_a_seed_of_its_own_is_no_news() -> None:
    """An item that reads just like a seed is counted once; of other events it is."""
    matcher = Matcher([KABUL, FLOOD])
    own = an_item(KABUL.seeds[0].text)
    follow(matcher, own)
    assert not matcher.memory.profile("kabul").taken
    follow(matcher, NEXT)
    assert matcher.memory.profile("kabul").taken


def test_telling_twice_changes_nothing() -> None:
    """In whichever order; another item does change something."""
    matcher = Matcher([KABUL, FLOOD])
    other = an_item("Thames barrier: Westminster floods again", item="other")
    follow(matcher, NEXT, other)
    known = state(matcher)
    follow(matcher, other, NEXT, NEXT)
    assert state(matcher) == known
    follow(matcher, an_item("Marines buried: a bomber of Abbey Gate named", item="third"))
    assert state(matcher) != known


def test_a_follow_up_is_judged_alike_however_long_the_event_was_silent() -> None:
    """What was learned teaches after 400 days what it teaches after 40; the score falls by freshness alone."""
    matcher = Matcher([KABUL, FLOOD])
    follow(matcher, NEXT)
    words = "Court hears Marines on the bomber of Abbey Gate"
    verdicts = [
        matcher.explain(an_item(words, item=f"d{days}", seen=NOW + timedelta(days=days)), "kabul") for days in (40, 400)
    ]
    parts = [{one.name: one.points for one in verdict.contributions} for verdict in verdicts]
    assert parts[0].pop("fresh_alike") >= parts[1].pop("fresh_alike", 0.0)
    assert parts[0] == parts[1]
    assert all(verdict.accepted for verdict in verdicts)


# Declared anew, forgotten --------------------------------------------------------------------------------------------


def test_an_event_that_is_declared_anew_keeps_what_it_learned() -> None:
    """Its words find it as before; those of its old title don't."""
    matcher = Matcher([KABUL, FLOOD])
    follow(matcher, NEXT)
    learned = state(matcher)["event:kabul"]
    assert learned["learned"]
    matcher.declare([replace(KABUL, title="The zebras of Whipsnade", seeds=KABUL.seeds[:1]), FLOOD])
    assert state(matcher)["event:kabul"] == learned
    postings = matcher.memory._profiles._postings
    assert "kabul" in set(postings.of("honour"))
    assert "kabul" in set(postings.of("zebra"))
    assert "kabul" not in set(postings.of("warn"))  # only the second seed said so


def test_an_event_that_is_forgotten_leaves_nothing_behind() -> None:
    """No word leads to it; declared again it begins anew."""
    matcher, fresh = Matcher([KABUL, FLOOD]), Matcher([FLOOD])
    follow(matcher, NEXT)
    profiles = matcher.memory._profiles
    assert "kabul" in {event for events in profiles._postings._roots.values() for event in events}
    matcher.declare([FLOOD])
    assert profiles._postings._roots == fresh.memory._profiles._postings._roots
    assert [set(part) for part in (profiles._profiles, profiles._answered)] == [{"flood"}] * 2
    assert not matcher.match(NEXT)
    matcher.declare([KABUL, FLOOD])
    assert not matcher.memory.profile("kabul").taken
    matcher.declare([])
    assert not profiles._postings._roots


def test_what_people_confirmed_counts_as_a_seed_and_what_they_rejected_is_not_learned() -> None:
    """The item itself is no longer among those that were merely taken."""
    matcher = Matcher([KABUL])
    follow(matcher, NEXT)
    before = matcher.memory.profile("kabul").reports
    matcher.teach("kabul", Lessons(confirmed=(NEXT,)))
    profile = matcher.memory.profile("kabul")
    assert (profile.reports, profile.count("honour"), set(profile.taken)) == (before, 1, set())
    matcher.teach("kabul", Lessons(rejected=(NEXT,)))
    assert (profile.reports, profile.count("honour")) == (before - 1, 0)
    assert profile.contrary["honour"] == 2


def test_parts_of_what_was_saved_are_taken_back_one_by_one() -> None:
    """The next process judges like the one before; a part of an event that is gone is no error."""
    before, after = Matcher([KABUL, FLOOD]), Matcher([KABUL, FLOOD])
    follow(before, NEXT, an_item("Thames barrier: Westminster floods again", item="other"))
    coming = an_item("Pentagon honours the Marines of Abbey Gate", item="coming")
    judged_unknowing = after.match(coming)
    for name, part in (state(before) | {"event:gone": {"learned": {}}}).items():
        after.memory.restore(name, part)
    assert state(after) == state(before)
    assert after.match(coming) == before.match(coming) != judged_unknowing


def test_a_background_that_is_taken_back_late_counts_at_once() -> None:
    """Also for events that judged something before: no length of theirs stays from the old one."""
    used, unused = Matcher([KABUL]), Matcher([KABUL])
    used.match(NEXT)
    full = Matcher([])
    for number in range(400):
        full.tell(an_item(f"Marines and bombers at the gate {number}", item=f"b{number}"), [])
    for matcher in (used, unused):
        matcher.memory.restore("background", state(full)["background"])
    assert used.match(NEXT) == unused.match(NEXT)


def test_only_the_last_items_are_known_by_what_they_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the events learned of the others stays."""
    assert MOST_TOLD >= 10_000
    monkeypatch.setattr("storywatch.matching.taught.MOST_TOLD", 2)
    matcher = Matcher([KABUL])
    follow(matcher, NEXT, *(an_item(f"Elections in Norway {number}", item=f"n{number}") for number in range(3)))
    assert not matcher.memory.was_told(NEXT)
    assert "next" in matcher.memory.profile("kabul").taken


# Candidates ----------------------------------------------------------------------------------------------------------

WORDS = (
    "Kabul airport attack Marines Abbey Gate bomber Pentagon Thames Westminster flood barrier mayor zebra Norway police"
)
TITLES = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(lambda words: f"On {' '.join(words)}")


@given(told=st.lists(TITLES, max_size=6), title=TITLES, content=TITLES)
@settings(max_examples=50)
def test_no_event_is_overlooked_that_would_take_an_item(told: list[str], title: str, content: str) -> None:
    """One pass over the candidates accepts what a look at every event accepts."""
    matcher = Matcher([KABUL, FLOOD])
    follow(matcher, *(an_item(text, item=f"t{number}") for number, text in enumerate(told)))
    item = an_item(title, item="new", content=content)
    looked = {match.event for match in matcher.match(item) if match.accepted}
    assert looked == {event for event in ("kabul", "flood") if matcher.explain(item, event).accepted}


def test_what_shares_no_telling_word_is_no_candidate() -> None:
    """Nor what shares an everyday word alone."""
    assert nearest(NEXT) == ["kabul"]
    assert not nearest(an_item("Elections in Norway"))
    assert not nearest(an_item("Police kill a man"))


def nearest(item: Item) -> list[str]:
    """Return the events that an item comes near of which it has no hit."""
    memory = Matcher([KABUL, FLOOD]).memory
    return memory.nearest(memory.weighed(item), NOW.date().toordinal())


def test_an_item_teaches_only_so_many_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that took it, and of the others the nearest."""
    monkeypatch.setattr("storywatch.matching.taught.MOST_LESSONS_OF_ITEM", 2)
    far, near, taken = Lesson("far", passed=True, heard=-5.0), Lesson("near", heard=-0.5), Lesson("taken", weight=0.9)
    assert surest([far, near, taken]) == (taken, near)
    assert surest([far, near]) == (far, near)


def test_what_items_taught_is_bounded_by_its_lessons_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest items make way; one that is told anew counts once."""
    monkeypatch.setattr("storywatch.matching.taught.MOST_LESSONS", 3)
    told = Told()
    for item, count in (("a", 1), ("b", 1), ("b", 2), ("c", 1)):
        told[item] = Taught(1, 1, (), tuple(Lesson(f"e{number}", heard=-1.0) for number in range(count)))
    assert list(told) == ["b", "c"]
    del told["b"]
    told["d"] = Taught(1, 1, (), (Lesson("e", heard=-1.0),) * 2)
    assert list(told) == ["c", "d"]


def test_what_an_event_says_by_day_is_read_of_its_items() -> None:
    """A reading is that of the current revision."""
    revised = replace(NEXT, revision=replace(NEXT.revision, title="Zebras"))
    assert reading_of(revised).stems == {"zebra"}
