"""What a backtest finds: `storywatch.backtesting`, `storywatch.suggesting`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storywatch.backtesting import Backtest, Outcome, a_week, compared, lacking, near
from storywatch.matching import Matcher
from storywatch.matching.language import tree_of
from storywatch.matching.lessons import Lessons
from storywatch.model import Event, Item, Match, MatchMode, Reason
from storywatch.suggesting import Candidate, candidates, suggestions
from tests.support.samples import NOW, an_item

KABUL = Event(
    id="kabul",
    title="Attack on the airport of Kabul",
    all_of=(("Kabul", "Afghan*"), ("airport", "Abbey Gate")),
    none_of=("cricket",),
    match=MatchMode.STRICT,
)
STREAM = (
    "Blast at the airport of Kabul, dozens feared dead",
    "Dozens feared dead in blast at the airport of Kabul",
    "Pentagon names its thirteen Marines of the Abbey Gate in Kabul",
    "Schools reopen in Kabul after the winter",
    "Kabul cricket team flies home from its airport",
    "Elections in Norway bring a change",
)


def stream(*titles: str, **text: Any) -> list[Item]:
    """Return items of different outlets, an hour apart."""
    return [
        an_item(title, item=f"i{number}", outlet=f"o{number}", seen=NOW + number * timedelta(hours=1), **text)
        for number, title in enumerate(titles)
    ]


def outcome_of(event: Event, items: Iterable[Item], lessons: Lessons | None = None) -> Outcome:
    """Return what becomes of an event."""
    matcher = Matcher([event])
    if lessons:
        matcher.teach(event.id, lessons)
    test = Backtest(matcher)
    for item in items:
        test.see(item)
    return test.finished()[0]


def ids(judged: Sequence[Any]) -> list[str]:
    """Return the ids of judged items."""
    return [one.item.id for one in judged]


def test_what_would_alert_is_the_first_report_of_each_update() -> None:
    """A second outlet that says the same matches and repeats it."""
    outcome = outcome_of(KABUL, stream(*STREAM))
    assert ids(outcome.taken) == ["i0", "i1", "i2"]
    assert ids(outcome.alerts) == ["i0", "i2"]
    assert outcome.taken[0].update == outcome.taken[1].update != outcome.taken[2].update


def test_near_misses_say_what_they_lack() -> None:
    """One group missing, or a veto alone; what says nothing of the event is not near."""
    outcome = outcome_of(KABUL, stream(*STREAM))
    told = {one.item.id: lacking(one.match) for one in outcome.near}
    assert told == {"i3": "lacks (airport | Abbey Gate)", "i4": "says 'cricket', which `none` forbids"}


def test_the_same_items_judged_live_come_out_the_same() -> None:
    """With the same background: what a backtest promises is what polls do."""
    event = replace(KABUL, match=MatchMode.ASSISTED)
    items = stream(*STREAM, *(f"{title}, officials say" for title in STREAM))
    live = Matcher([event])
    decided = []
    for item in items:
        matches = live.match(item)
        live.tell(item, matches)
        decided += [(match.item, match.score, match.ground) for match in matches if match.accepted]
    outcome = outcome_of(event, items)
    assert [(one.item.id, one.match.score, one.match.ground) for one in outcome.taken] == decided
    assert decided


# Cases ---------------------------------------------------------------------------------------------------------------


def test_a_case_is_judged_without_its_own_answer() -> None:
    """A `no` for what the facets take, and a `yes` for what they don't: both come out wrong, and stay so."""
    items = stream(*STREAM)
    lessons = Lessons(confirmed=(items[3],), rejected=(items[0],))
    outcome = outcome_of(KABUL, items, lessons)
    assert [(one.case.item.id, one.case.belongs, one.wrong) for one in outcome.regressions] == [
        ("i0", False, True),
        ("i3", True, True),
    ]


def test_answers_that_hold_are_no_regressions() -> None:
    items = stream(*STREAM)
    outcome = outcome_of(KABUL, items, Lessons(confirmed=(items[2],), rejected=(items[3],)))
    assert (len(outcome.tried), outcome.regressions) == (2, [])


def test_a_confirmed_item_does_not_vouch_for_itself() -> None:
    """Otherwise every case would hold by being told."""
    event = replace(KABUL, match=MatchMode.ASSISTED)
    odd = an_item("Bidders queue for a painting in Oslo", item="odd")
    others = tuple(
        stream("Blast at the airport of Kabul", "Kabul airport blast: Abbey Gate shut", "Abbey Gate reopens")
    )
    outcome = outcome_of(event, [odd], Lessons(confirmed=(*others, odd)))
    [tried] = outcome.tried
    assert tried.wrong
    matcher = Matcher([event])
    matcher.teach("kabul", Lessons(confirmed=(*others, odd)))
    assert matcher.explain(odd, "kabul").score > tried.match.score


def test_the_other_answers_count_while_one_is_judged() -> None:
    """And are all there again afterwards."""
    event = replace(KABUL, match=MatchMode.ASSISTED)
    items = stream(
        "Blast at the airport of Kabul", "Kabul airport blast: Abbey Gate shut", "Abbey Gate reopens in Kabul"
    )
    lessons = Lessons(confirmed=tuple(items))
    matcher = Matcher([event])
    matcher.teach("kabul", lessons)
    test = Backtest(matcher)
    for item in items:
        test.see(item)
    assert matcher.lessons("kabul") == lessons
    assert matcher.memory.profile("kabul").reports == 3
    assert all(one.match.threshold for one in test.finished()[0].tried), "two reports are known beside each case"


# Comparing, rates ----------------------------------------------------------------------------------------------------


def test_two_configs_are_compared_by_what_they_take() -> None:
    items = stream(*STREAM)
    wider = outcome_of(replace(KABUL, all_of=(("Kabul",),)), items)
    difference = compared(wider, outcome_of(KABUL, items))
    assert (ids(difference.new), ids(difference.gone)) == (["i3"], [])
    back = compared(outcome_of(KABUL, items), wider)
    assert (ids(back.new), ids(back.gone)) == ([], ["i3"])


def test_an_event_that_the_other_config_lacks_is_all_new() -> None:
    outcome = outcome_of(KABUL, stream(*STREAM))
    assert ids(compared(outcome, None).new) == ids(outcome.taken)


@pytest.mark.parametrize(("days", "rate"), [(14, 3.0), (7, 6.0), (1, 6.0), (0, 6.0)])
def test_less_than_a_week_counts_as_one(days: int, rate: float) -> None:
    assert a_week(6, NOW, NOW + timedelta(days=days)) == rate


MISS = Match(
    event="e", item="i", revision=1, accepted=False, score=0.3, reasons=(Reason(asked="a", found="a", field="title"),)
)


@pytest.mark.parametrize(
    ("changes", "is_near"),
    [
        ({"threshold": 0.5}, True),
        ({"threshold": 0.9}, False),
        ({"threshold": 0.8, "lacks": ("a", "b")}, False),
        ({"threshold": 0.8, "lacks": ("a",)}, True),
        ({"threshold": 0.9999, "lacks": ("a",)}, False),
        ({"threshold": 0.9, "ground": "held_back"}, True),
        ({"lacks": ("a",)}, True),
        ({"lacks": ("a", "b")}, False),
        ({"lacks": ("a",), "reasons": ()}, False),
        ({"veto": "no"}, True),
        ({"veto": "no", "lacks": ("a",)}, False),
    ],
)
def test_what_is_near(changes: dict[str, Any], is_near: bool) -> None:  # noqa: FBT001
    assert (near(replace(MISS, **changes)) is not None) is is_near


# Suggestions ---------------------------------------------------------------------------------------------------------

TEXTS = (
    "The bomber was named as Abdul Rehman by Amaq, which the troops at the Baron Hotel doubt.",
    "Doctors near the Baron Hotel in Kabul treat the wounded, says a surgeon.",
    "Troops had been warned of a bomber at the Baron Hotel, says a marine.",
    "A marine recalls the last hours at the gate by the Baron Hotel.",
)


def found(*texts: str, known: frozenset[str] = frozenset()) -> dict[str, Candidate]:
    """Return the candidates of an event with these items, by their text."""
    items = [an_item("Kabul airport", item=f"i{number}", summary=text) for number, text in enumerate(texts)]
    return {one.text: one for one in candidates(tree_of(KABUL), items, known)}


def test_what_items_share_and_the_event_lacks_is_a_candidate() -> None:
    """The longest name that they share, not its parts; nothing that the event asks for already."""
    told = found(*TEXTS)
    assert len(told["Baron Hotel"].items) == 4
    assert told["Baron Hotel"].name
    assert not {"Baron", "Hotel", "Kabul", "airport"} & told.keys()


def test_parts_of_a_name_that_is_asked_for_are_none() -> None:
    """What stands beside a name of the event brings nothing that the name doesn't."""
    told = found(
        *(f"The troops of Governor Kabul Karim are near, says {who}." for who in ("a man", "a boy", "he", "she"))
    )
    assert not {text for text in told if "Karim" in text or "Governor" in text}
    apart = found(*(f"The troops of Governor Karim are near, says {who}." for who in ("a man", "a boy", "he", "she")))
    assert "Governor Karim" in apart


def test_what_too_few_say_is_none() -> None:
    assert not {"Amaq", "surgeon", "Abdul Rehman"} & found(*TEXTS).keys()


def test_what_the_event_is_known_by_is_none() -> None:
    """For an event without facets the words of title and seeds need no alias."""
    assert "Baron Hotel" not in found(*TEXTS, known=frozenset({"baron", "hotel"}))


def test_a_suggestion_has_its_evidence() -> None:
    told = found(*TEXTS)
    [one] = suggestions([told["Baron Hotel"]], 4, {"Baron Hotel": 3}, 12_000)
    assert (one.taken, one.of_taken, one.others, one.of_others) == (4, 4, 3, 12_000)
    assert [item.id for item in one.examples] == ["i0", "i1"]


def test_a_word_that_is_no_name_must_tell_more() -> None:
    """It fits many stories: three times in a hundred others a name still tells, a word doesn't."""
    word = Candidate(text="canal", folded=("canal",), name=False, items={f"i{n}": an_item() for n in range(4)})
    assert not suggestions([word], 8, {"canal": 200}, 12_000)
    assert suggestions([replace(word, name=True)], 8, {"canal": 200}, 12_000)


def test_what_everybody_says_is_not_suggested() -> None:
    told = found(*TEXTS)
    assert not suggestions([told["Baron Hotel"]], 4, {"Baron Hotel": 900}, 12_000)
