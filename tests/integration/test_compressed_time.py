"""The daemon polls as the simulator says: the same traces through both, over real HTTP, in compressed time."""

from pathlib import Path

import numpy as np
import pytest

from bench.compressed import MOST_APART, both
from bench.pacing.generator import DAY, HOUR, MONDAY, Habits, leading, published
from storywatch.pacing.simulation import Track, Uniform, figures, finish, simulate

SOURCES, HOURS = 6, 6
BEGIN, END = MONDAY + 7 * DAY + 9 * HOUR, MONDAY + 7 * DAY + (9 + HOURS) * HOUR
ALIKE = Habits(daily=40, zone=0, weekend=1, scheduled=0.15, batch=0.4)
"""Busy enough for the cold start to come up against the hourly limit, which must hold the same polls in both."""


def test_items_are_seen_as_soon_as_the_simulator_says(tmp_path: Path) -> None:
    """In the mean within 5 %, which a policy that learns nothing is not."""
    drawn = [published(leading(ALIKE, 8), ALIKE, np.random.default_rng(seed)) for seed in range(SOURCES)]
    tracks = [Track(source=f"s{number}", published=moments) for number, moments in enumerate(drawn)]
    told = both(tracks, BEGIN, HOURS, str(tmp_path))
    assert len(told.measured) == len(told.simulated) > 60
    assert told.ratio == pytest.approx(1, abs=MOST_APART)
    fixed = finish(simulate(tracks, Uniform(), begin=BEGIN, end=END))
    mean = figures(fixed, tracks, since=BEGIN, until=END).mean
    assert float(told.measured.mean()) / mean != pytest.approx(1, abs=MOST_APART)
