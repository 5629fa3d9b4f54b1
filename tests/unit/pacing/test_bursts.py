"""Bursts and changes of rhythm: what is believed only when it has foretold better."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from storywatch.pacing.arrays import Floats
from storywatch.pacing.bursts import PROVEN, surge
from storywatch.pacing.changes import is_changed, surprise
from storywatch.pacing.rhythm import Rhythm
from tests.unit.pacing.rhythms import DAY, MINUTE, MONDAY, every, polled, steady

QUARTER = 15 * MINUTE


def moments(gaps: Floats, start: datetime = MONDAY) -> list[datetime]:
    """Return moments with these gaps in seconds."""
    return [start + timedelta(seconds=float(one)) for one in np.cumsum(gaps)]


def batches(days: int) -> list[datetime]:
    """Return four items within minutes, eight times a day."""
    rng = np.random.default_rng(2)
    starts = moments(rng.exponential(86400 / 8, days * 8))
    return sorted(start + timedelta(seconds=300.0 * more) for start in starts for more in range(4))


def paced(days: int) -> list[datetime]:
    """Return as many, one after the other."""
    rng = np.random.default_rng(2)
    return moments(rng.gamma(8, 86400 / 32 / 8, days * 32))


def learned(published: list[datetime], days: int = 8) -> Rhythm:
    """Return the rhythm of a source that was polled every quarter of an hour."""
    return polled(Rhythm(at=MONDAY), every(QUARTER, days * 96), published)


def test_bursts_are_used_where_they_foretell() -> None:
    """A source of batches earns it; one that paces its items doesn't."""
    assert learned(batches(8)).proof > PROVEN
    regular = learned(paced(8))
    assert regular.proof < PROVEN
    assert surge(regular) == 0


def test_a_source_that_turns_quiet_or_lively_is_believed_within_a_day() -> None:
    """What was learned before counts little then; chance does no such thing."""
    quiet = polled(steady(60), every(QUARTER, 96), ())
    assert quiet.exposure.sum() < steady(60).exposure.sum() / 3
    lively = polled(steady(2), every(QUARTER, 96), every(20 * MINUTE, 72))
    assert lively.exposure.sum() < steady(2).exposure.sum() / 3
    rng = np.random.default_rng(5)
    same = polled(steady(60), every(QUARTER, 96 * 4), moments(rng.exponential(1440, 300)))
    assert same.exposure.sum() > steady(60).exposure.sum() / 2


@pytest.mark.parametrize(
    ("came", "awaited", "days", "told"),
    [
        (20, 20.0, 14, False),
        (0, 9.0, 14, False),
        (0, 20.0, 14, True),
        (0, 20.0, 1, False),
        (150, 100.0, 14, False),
        (300, 100.0, 14, True),
    ],
)
def test_a_change_is_many_times_the_rate_beyond_chance(came: int, awaited: float, days: float, *, told: bool) -> None:
    """Nothing for 20 has a chance of e to the -20; half as much again of a busy source is a busy day."""
    rhythm = replace(steady(awaited, days=days), lately=float(came), foreseen=awaited)
    assert is_changed(rhythm) is told
    assert surprise(0, 0) == 0


def test_silence_at_a_weekend_is_no_change_where_it_is_known() -> None:
    """Its hours are learned apart."""
    share = np.array([1.0] * 24 + [0.02] * 24)
    weekly = Rhythm(
        items=(40 * share).astype(np.float32),
        exposure=np.full(48, 40 * 1800, dtype=np.float32),
        phase=np.full(12, 80, dtype=np.float32),
        at=MONDAY + 5 * DAY,
    )
    after = polled(weekly, every(QUARTER, 2 * 96, MONDAY + 5 * DAY), ())
    assert after.exposure.sum() > weekly.exposure.sum() / 2
