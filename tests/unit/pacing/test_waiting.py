"""How long the next poll waits: `storywatch.pacing.waiting`."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.pacing.pace import Pace
from storywatch.pacing.rates import Rates
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.tolls import pause_for, waiting
from storywatch.pacing.visits import JITTER
from storywatch.pacing.waiting import Wait, next_wait
from tests.unit.pacing.rhythms import DAY, HOUR, MINUTE, MONDAY, steady

PACE = Pace.first()
dailies = st.floats(0.01, 5000)
prices = st.floats(1e-3, 1e6)
weights = st.floats(0.02, 1)
dice = st.floats(0, 1)
hours = st.floats(0, 7 * 24).map(lambda ahead: MONDAY + ahead * HOUR)


def wait(
    rhythm: Rhythm, price: float = 10.0, weight: float = 1.0, *, now: datetime = MONDAY, rolled: float = 0.0
) -> Wait:
    """Return the wait after a poll."""
    return next_wait(rhythm, PACE, price=price, weight=weight, now=now, dice=rolled)


@given(dailies, prices, prices, weights, weights, hours)
def test_the_dearer_and_the_lighter_the_later(  # noqa: PLR0917 - drawn
    daily: float, one: float, other: float, light: float, heavy: float, now: datetime
) -> None:
    """Pauses grow with the price and fall with the weight."""
    rhythm = steady(daily)
    cheap, dear = sorted((one, other))
    less, more = sorted((light, heavy))
    assert wait(rhythm, cheap, now=now).pause <= wait(rhythm, dear, now=now).pause
    assert wait(rhythm, cheap, more, now=now).pause <= wait(rhythm, cheap, less, now=now).pause


@given(dailies, prices, weights, dice, hours)
def test_it_is_pure_and_within_its_bounds(
    daily: float, price: float, weight: float, rolled: float, now: datetime
) -> None:
    """Never within a minute, never beyond a day; jitter is only added; the same again gives the same."""
    rhythm = steady(daily)
    before = rhythm.to_bytes()
    plain = wait(rhythm, price, weight, now=now)
    jittered = wait(rhythm, price, weight, now=now, rolled=rolled)
    assert timedelta(minutes=1) <= plain.pause <= DAY
    assert plain.pause <= jittered.pause <= plain.pause * (1 + JITTER) + timedelta(microseconds=2)
    assert wait(rhythm, price, weight, now=now, rolled=rolled) == jittered
    assert rhythm.to_bytes() == before


@given(st.floats(60, 86400), st.floats(60, 86400))
def test_waiting_turned_round(pause: float, patience: float) -> None:
    """`pause_for` finds the pause again."""
    assert pause_for(waiting(pause, patience), patience) == pytest.approx(pause, rel=1e-6)


def test_a_steady_source_waits_by_the_root_of_its_rate() -> None:
    """√(2c/λ), where long waits count no more than in proportion."""
    patient = replace(PACE, patience=1e9)
    once = next_wait(steady(100), patient, price=20, weight=1, now=MONDAY, dice=0).pause
    fourfold = next_wait(steady(400), patient, price=20, weight=1, now=MONDAY, dice=0).pause
    assert once / timedelta(seconds=1) == pytest.approx((2 * 20 * 86400 / 100) ** 0.5, rel=0.02)
    assert once / fourfold == pytest.approx(2, rel=0.02)


def test_before_a_spike_it_waits_until_just_after() -> None:
    """Most of what this source publishes comes in the first five minutes of the hour."""
    phase = np.array([300] + [4] * 11, dtype=np.float32)
    spiky = replace(steady(25), phase=phase)
    moments = [MONDAY + minutes * MINUTE for minutes in range(20, 46, 5)]
    patient = replace(PACE, patience=86400.0)
    polls = [now + next_wait(spiky, patient, price=600, weight=1, now=now, dice=0).pause for now in moments]
    assert all(HOUR < poll - MONDAY < HOUR + 8 * MINUTE for poll in polls), polls
    even = steady(25)
    pauses = {next_wait(even, patient, price=100, weight=1, now=now, dice=0).pause for now in moments}
    assert max(pauses) - min(pauses) < MINUTE


def test_by_night_it_waits_longer() -> None:
    """A source that publishes by day only."""
    by_day = np.array([0.1] * 8 + [30] * 10 + [0.1] * 6, dtype=np.float32)
    rhythm = replace(steady(20), items=np.concatenate([by_day, by_day / 3]))
    day = next_wait(rhythm, PACE, price=20, weight=1, now=MONDAY + 10 * HOUR, dice=0)
    night = next_wait(rhythm, PACE, price=20, weight=1, now=MONDAY + 21 * HOUR, dice=0)
    assert night.pause > 2 * day.pause
    rates = Rates.of(rhythm, PACE)
    assert rates.at((MONDAY + 21 * HOUR + night.pause).timestamp()) < rates.at(
        (MONDAY + 10 * HOUR + day.pause).timestamp()
    )


def test_a_poll_comes_before_half_of_the_document_is_new() -> None:
    """Where the price leaves it more, for a document of four items."""
    free = wait(steady(100), price=6000)
    held = wait(replace(steady(100), window=4.0), price=6000)
    assert free.capped_by is None
    assert held.capped_by == "window"
    assert held.awaited == pytest.approx(2, rel=0.01)
    assert free.pause / 2 < held.pause < free.pause


@given(daily=dailies, price=prices, window=st.floats(1, 50), overflown=st.booleans())
def test_no_document_is_so_small_that_it_beats_the_price(
    *, daily: float, price: float, window: float, overflown: bool
) -> None:
    """Else one that lists a single item would be polled each minute, whatever budget and caps allow."""
    free = wait(steady(daily), price).pause
    rhythm = replace(steady(daily), window=window)
    held = next_wait(rhythm, PACE, price=price, weight=1, now=MONDAY, dice=0, overflown=overflown).pause
    assert max(free / 2 - timedelta(microseconds=2), MINUTE) <= held <= free
    assert wait(replace(steady(960), window=1.0), price=1e15).pause == DAY / 2


def test_it_says_what_capped_it() -> None:
    """A minute at least, a day at most."""
    assert wait(steady(5000), price=1e-3).capped_by == "least"
    assert wait(steady(0.01), price=1e9).capped_by == "longest"
    assert wait(steady(50)).capped_by is None


def test_a_burst_is_awaited_only_where_bursts_are_proven() -> None:
    """Five items in the last minutes."""
    proven = replace(steady(50), recent=5.0, awaited=0.3, proof=10.0)
    assert wait(proven).pause < wait(steady(50)).pause
    assert wait(replace(proven, proof=1.0)) == wait(steady(50))
