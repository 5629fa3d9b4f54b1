"""Weights by what matched lately, and polls brought forward."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.pacing.demand import weights
from storywatch.pacing.forward import earlier
from storywatch.pacing.heat import (
    LEAST_WEIGHT,
    MOST_OF_A_POLL,
    MOST_WEIGHT,
    Heat,
    counted,
    heated,
    is_story,
    matched,
    weight,
)
from storywatch.pacing.observing import Seen
from storywatch.pacing.rhythm import Rhythm
from tests.unit.pacing.rhythms import DAY, HOUR, MINUTE, MONDAY, POLICY, fleet, steady

QUIET = Heat(at=MONDAY)
PLANNED = MONDAY + 2 * HOUR


def after_matches(count: int) -> tuple[Rhythm, Heat]:
    """Return a source and the heat after so many of its items matched within minutes."""
    rhythm, heat = steady(30), QUIET
    for number in range(count):
        now = MONDAY + number * 5 * MINUTE
        seen = Seen(since=rhythm.at, published=(now,), matched=1)
        planned = POLICY.with_heat(heat).polled(rhythm, seen, outlet="", host="", now=now, dice=0)
        assert planned.heat is not None
        rhythm, heat = planned.rhythm, planned.heat
    return rhythm, heat


def test_without_live_events_all_weigh_one() -> None:
    """Only the ratio of weights counts, and there is none."""
    assert weight(steady(30), None, MONDAY) == 1
    assert matched(steady(30), None, 3, 0, MONDAY).expected == 0
    assert not is_story(1)


def test_each_match_makes_its_source_heavier_and_it_cools() -> None:
    """Within days it is almost as light as before; others are lifted less."""
    weights = [weight(*after_matches(count), MONDAY + 30 * MINUTE) for count in range(4)]
    assert weights == sorted(weights)
    assert weights[3] > 10 * weights[0]
    rhythm, heat = after_matches(3)
    assert weight(steady(30), heat, MONDAY + 30 * MINUTE) < weights[3] / 2
    assert weight(rhythm, heat, MONDAY + 5 * DAY) < weights[3] / 5
    assert is_story(weights[3])
    assert not is_story(weights[0])


def test_items_that_do_not_match_cool_a_source() -> None:
    """Its next one is likelier to be about something else."""
    rhythm, heat = after_matches(3)
    now = MONDAY + HOUR
    cold = matched(rhythm, heat, 10, 0, now)
    assert weight(cold, heated(heat, 10, 0, rhythm, now), now) < weight(rhythm, heat, now) / 2


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 1e5))
def test_a_weight_is_a_chance(x: float, y: float, hits: float, misses: float, expected: float) -> None:
    """Above nothing and below one, whatever was counted."""
    rhythm = Rhythm(matches=hits, expected=expected, hot=hits, shown=hits + misses, at=MONDAY)
    assert LEAST_WEIGHT < weight(rhythm, Heat(x=x, y=y, at=MONDAY), MONDAY) <= MOST_WEIGHT < 1


def test_whose_items_all_match_is_a_story() -> None:
    """The surest source of all keeps its share of the hourly limit, alone and in a fleet."""
    rhythm, heat = after_matches(40)
    weighs = weight(rhythm, heat, MONDAY + 200 * MINUTE)
    assert weighs == MOST_WEIGHT
    assert is_story(weighs)
    assert weights(fleet(rhythm), heat, MONDAY + 200 * MINUTE)[0] == pytest.approx(MOST_WEIGHT)


def test_one_poll_alone_is_no_event() -> None:
    """However many of its items match; a second source says more than thousands of the first one's."""
    now = MONDAY + HOUR
    crowd = Seen(since=MONDAY, published=[now] * 5000, matched=5000)
    heat = QUIET
    planned = POLICY.with_heat(heat).polled(steady(30), crowd, outlet="", host="", now=now, dice=0)
    assert planned.heat is not None
    assert planned.heat.x == pytest.approx(MOST_OF_A_POLL)
    assert planned.heat.glow(now) < 0.7
    assert planned.rhythm.matches == pytest.approx(MOST_OF_A_POLL)


@pytest.mark.parametrize(
    ("ages", "untimed", "since", "counts"),
    [
        ((1, 5, 71, 72), 0, 72, (2, 2)),
        ((1, 5), 6, 72, (2, 2)),
        ((23, 30), 6, 2, (7, 4)),
        ((1,) * 40, 0, 2, (MOST_OF_A_POLL, 1)),
        ((), 0, 2, (0, 0)),
    ],
)
def test_what_is_old_says_nothing_of_now(
    ages: tuple[int, ...], untimed: int, since: int, counts: tuple[float, float]
) -> None:
    """After an outage the items of days ago heat nothing; matches are at most as many as items."""
    published = [MONDAY - age * HOUR for age in ages]
    seen = Seen(since=MONDAY - since * HOUR, published=published, untimed=untimed, matched=4)
    assert counted(seen, MONDAY) == pytest.approx(counts)


def again(weighs: float, *, free_from: datetime | None = None, now: datetime = MONDAY + 5 * MINUTE) -> datetime:
    """Return when the poll that waits until `PLANNED` is made by another weight; then, if it stays."""
    price = POLICY.pace.price
    sooner = earlier(
        steady(30), POLICY.pace, price=price, weight=weighs, planned=PLANNED, free_from=free_from, now=now, dice=0
    )
    return sooner or PLANNED


def test_a_heated_source_is_polled_sooner_but_never_before_a_floor() -> None:
    """Counted from its last poll; at once if that is over already."""
    assert MONDAY < again(0.5) < PLANNED
    floor = MONDAY + HOUR
    assert again(0.5, free_from=floor) == floor
    late = MONDAY + 110 * MINUTE
    assert again(0.5, now=late) == late


def test_what_gains_less_than_a_minute_stays() -> None:
    """As does what a floor holds, what is light, and what was never polled."""
    assert again(0.5, free_from=PLANNED) == PLANNED
    assert again(0.5, now=PLANNED - timedelta(seconds=59)) == PLANNED
    assert again(1e-9) == PLANNED
    assert (
        earlier(
            replace(steady(30), at=None),
            POLICY.pace,
            price=1,
            weight=1,
            planned=PLANNED,
            free_from=None,
            now=MONDAY,
            dice=0,
        )
        is None
    )


def test_a_clock_that_was_set_back_neither_heats_nor_cools() -> None:
    """Nor does it break."""
    heat = Heat(x=3, y=10, at=MONDAY)
    assert heat.glow(MONDAY - DAY) == pytest.approx(heat.glow(MONDAY))
