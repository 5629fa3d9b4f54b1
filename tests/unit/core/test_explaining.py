"""Why an item belongs to an event or not: `storywatch.explaining`; what an answer changes: `storywatch.answering`."""

from dataclasses import replace
from typing import Any

import pytest

from storywatch.answering import Answered, answer_in_words
from storywatch.explaining import Explanation, explain, share
from storywatch.matching import Matcher
from storywatch.matching.lessons import Lessons
from storywatch.model import Event, Feedback, Match, MatchMode
from tests.support.samples import NOW, an_item

KABUL = Event(
    id="kabul",
    title="Attack on the airport of Kabul",
    all_of=(("Kabul", "Afghan*"), ("airport", "Abbey Gate")),
    none_of=("cricket",),
    match=MatchMode.STRICT,
)
ASSISTED = replace(KABUL, match=MatchMode.ASSISTED)
CONFIRMED = tuple(
    an_item(f"Blast at the airport of Kabul kills {count} people waiting at Abbey Gate", item=f"c{count}")
    for count in (12, 13, 170)
)


def explained(event: Event, title: str, *, lessons: Lessons | None = None, **changes: Any) -> Explanation:
    """Explain an item beside an event of a matcher that was told nothing else."""
    matcher = Matcher([event])
    if lessons:
        matcher.teach(event.id, lessons)
    return explain(matcher, an_item(title, **changes), event.id)


def test_groups_say_which_are_met_and_places_say_where() -> None:
    """Fields and offsets lead to the text; a group's number leads to what was asked."""
    told = explained(KABUL, "Blast in Kabul", summary="Smoke over the Afghan capital")
    assert [(group.asked, group.met) for group in told.groups] == [
        ("Kabul | Afghan*", True),
        ("airport | Abbey Gate", False),
    ]
    found = [(one.asked, one.text, one.field.value, one.start, one.end, one.group) for one in told.found]
    assert found == [("Kabul", "Kabul", "title", 9, 14, 0), ("Afghan*", "Afghan", "summary", 15, 21, 0)]
    assert told.why_not == "it lacks (airport | Abbey Gate)"
    assert not told.verdict.accepted


def test_what_matches_has_no_why_not() -> None:
    told = explained(KABUL, "Blast at the airport of Kabul")
    assert (told.verdict.accepted, told.why_not) == (True, None)


def test_a_veto_is_the_nearest_reason() -> None:
    """Whatever else is lacking: without it the item would still be out."""
    told = explained(KABUL, "Kabul cricket team lands")
    assert told.why_not == told.verdict.veto == "says 'cricket', which `none` forbids"
    assert "rules an item out" in told.origin


def test_the_score_decides_nothing_in_strict_mode_and_for_what_is_little_known() -> None:
    assert "`match: strict`" in explained(KABUL, "Kabul").origin
    few = explained(ASSISTED, "Kabul")
    assert (few.origin, few.reports) == ("the facets decide alone until 2 reports are known; 0 are", 0)
    bare = Event(id="kabul", title="Attack in Kabul")
    assert explained(bare, "Kabul").origin.startswith("the words of the title decide alone")


def test_a_threshold_says_that_it_was_raised() -> None:
    """By what comes near the event without belonging to it."""
    matcher = Matcher([ASSISTED])
    matcher.teach("kabul", Lessons(confirmed=CONFIRMED))
    calm = explain(matcher, an_item("Elections in Norway"), "kabul")
    assert calm.origin.endswith("for too few items are stored to know what everybody says")
    assert (calm.reports, calm.confirmed, calm.rejected) == (3, 3, 0)
    assert calm.why_not is not None
    assert calm.why_not.endswith("points short of the threshold")
    for _ in range(20):
        matcher.memory.profile("kabul").hear(-1.0, NOW.date().toordinal())
    told = explain(matcher, an_item("Elections in Norway"), "kabul")
    assert told.verdict.threshold > told.usual
    assert told.origin.startswith(f"raised from {share(told.usual)}, for much comes near")


def test_every_part_of_the_score_is_told_however_low_it_is() -> None:
    told = explained(ASSISTED, "Elections in Norway", lessons=Lessons(confirmed=CONFIRMED))
    assert told.verdict.contributions[0].name == "start"
    assert not told.found


def test_an_item_that_was_learned_is_judged_as_if_it_had_not_been() -> None:
    """Beside itself every item looks like the event."""
    item = an_item("Wounded of the Abbey Gate blast reach Ramstein from Kabul airport", item="own")
    fresh, learned = (Matcher([ASSISTED]) for _ in range(2))
    for matcher in (fresh, learned):
        matcher.teach("kabul", Lessons(confirmed=CONFIRMED))
    learned.tell(item, learned.match(item))
    assert learned.memory.profile("kabul").taken
    assert explain(learned, item, "kabul").verdict.score == explain(fresh, item, "kabul").verdict.score


def test_an_unknown_event_is_an_error() -> None:
    with pytest.raises(KeyError):
        explain(Matcher([KABUL]), an_item(), "other")


# Answers -------------------------------------------------------------------------------------------------------------

YES = Feedback(event="kabul", item="i1", belongs=True, given=NOW)
NO = replace(YES, belongs=False)
MISSED = Match(event="kabul", item="i1", revision=1, accepted=False, score=0.312, threshold=0.48)
TAKEN = replace(MISSED, accepted=True, score=0.97, threshold=0.0)


@pytest.mark.parametrize(
    ("feedback", "verdict", "before", "told"),
    [
        (YES, MISSED, None, "did not match at .31 of .48; it counts as an example from the next poll on"),
        (NO, TAKEN, None, "matched; it counts as a counter-example from the next poll on"),
        (YES, None, NO, "did not come near the event; it now counts as an example from the next poll on"),
        (YES, TAKEN, YES, "matched; it still counts as an example from the next poll on"),
    ],
)
def test_an_answer_says_what_it_changes(
    feedback: Feedback, verdict: Match | None, before: Feedback | None, told: str
) -> None:
    assert answer_in_words(Answered(feedback=feedback, verdict=verdict, before=before)) == told
