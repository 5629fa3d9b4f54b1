"""What of a poll's verdicts is kept: `storywatch.telling`."""

import asyncio
from datetime import timedelta

import pytest

from storywatch import telling
from storywatch.matching import Matcher
from storywatch.model import Event, Match, Reason
from storywatch.pasts import Pasts, past_of
from storywatch.telling import Judging, is_near
from storywatch.updates import Past, PastReport
from storywatch.updates.past import _heard
from storywatch.updates.reading import read
from storywatch.watch import Plan, judge
from tests.support.samples import KABUL, NOW, a_config, an_item

HIT = (Reason(asked="kabul", found="Kabul", field="title"),)


def a_verdict(**changes: object) -> Match:
    """Return a verdict that is no match."""
    values = {"event": "kabul", "item": "i1", "revision": 1, "accepted": False, "score": 0.01, "ground": "lacking"}
    return Match(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdict", "near"),
    [
        (a_verdict(ground="held_back"), True),
        (a_verdict(score=0.1, threshold=0.3), True),
        (a_verdict(score=0.09, threshold=0.3), False),
        (a_verdict(lacks=("airport",), reasons=HIT), True),
        (a_verdict(lacks=("airport",)), False),
        (a_verdict(lacks=("airport", "attack"), reasons=HIT), False),
        (a_verdict(score=0.9), False),
        (a_verdict(ground="held_back", veto="none: cricket"), False),
        (a_verdict(accepted=True, score=0.9, threshold=0.3), False),
    ],
)
def test_what_was_nearly_accepted_is_a_near_miss(verdict: Match, *, near: bool) -> None:
    assert is_near(verdict) is near


async def test_the_best_near_misses_of_a_poll_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "MOST_MISSES", 2)
    items = [an_item(f"Kabul falls, day {number}", item=f"i{number}") for number in range(5)]
    judged = await judge(items, Plan.of(a_config(events=(KABUL,))))
    assert len(judged.misses) == 2
    assert all(miss.lacks == ("airport",) for miss in judged.misses)
    assert not judged.matches


async def test_items_are_judged_in_the_order_of_their_publication() -> None:
    """Feeds list the newest first; each item knows what came before it."""
    told: list[str] = []

    class Listening(Matcher):
        def tell(self, item: object, matches: object) -> None:
            told.append(item.id)  # type: ignore[attr-defined]

    items = [an_item(item=f"i{n}", published=NOW - timedelta(hours=n)) for n in range(3)]
    await judge(items, Plan(config=a_config(events=(KABUL,)), matcher=Listening([KABUL])))
    assert told == ["i2", "i1", "i0"]


def test_no_verdict_is_told_of_an_event_that_the_polls_config_has_not() -> None:
    """A reload brought it to the matcher while the poll went on."""
    matcher = Matcher([KABUL, Event(id="new", title="Kabul airport")])
    judging = Judging(matcher, {"kabul"})
    judging.add(an_item())
    assert {match.event for match in judging.judged().matches} == {"kabul"}


async def test_others_have_their_turn_after_each_item() -> None:
    """A first document of thousands of items stops neither deliveries nor pages."""
    plan, turns = Plan.of(a_config(events=(KABUL,))), [0]

    async def others() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    going_on = asyncio.create_task(others())
    await judge([an_item(item=f"i{number}") for number in range(50)], plan)
    going_on.cancel()
    assert turns[0] >= 50


def reports(count: int) -> list[PastReport]:
    """Return reports of as many updates, each in its own words."""
    return [
        PastReport(update=f"u{at}", number=at, item=f"i{at}", outlet="nyt", headline="", text=f"Attack{at}\nGate{at}.")
        for at in range(count)
    ]


async def test_others_have_their_turn_while_a_long_past_is_indexed() -> None:
    """After each report, in the history of a poll as in that of a page."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    past = await past_of(reports(100), "Kabul")
    pasts = Pasts()
    known = await pasts.around(lambda: pasts.of(KABUL, reports(100)))
    beside.cancel()
    assert len(past) == len(known) == 100
    assert turns >= 200


def test_the_past_of_an_event_is_read_once_between_polls() -> None:
    """However many reports it has: neither its terms nor its words are sought again."""
    Past(reports(5_000))
    before = _heard.cache_info().misses, read.cache_info().misses
    known = Past(reports(5_000))
    assert (_heard.cache_info().misses, read.cache_info().misses) == before
    assert known.says("gate4999")
    Past(reports(5_001))
    assert (_heard.cache_info().misses, read.cache_info().misses) == (before[0] + 1, before[1] + 1), "control"
