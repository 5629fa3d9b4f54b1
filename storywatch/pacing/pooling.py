"""What all sources do by the hour of the day and the minutes of the hour: what a little-known source leans on."""

import numpy as np

from storywatch.pacing.arrays import Floats
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.pace import FIRST_PRIOR, Pace
from storywatch.pacing.rates import PHASE_SHRINK, SHRINK
from storywatch.pacing.times import HOURS, SLOTS

POOL_START = 5.0
"""Items with which each hour begins, beside as many that were to be expected."""
PHASE_START = 20.0
"""Items with which each five minutes of the hour begin."""
PRIOR_START = 21600.0
"""Seconds in which a source of which nothing is known has shown half an item."""
LOUDEST = 10.0
"""So many times the median of what the sources have shown one counts at most: none bends the pool alone."""


def prior(fleet: Fleet) -> float:
    """Return the median of items a second over the sources."""
    if not len(fleet):
        return FIRST_PRIOR
    items, exposure = _sums(fleet)
    return float(np.median((items + 0.5) / (exposure + PRIOR_START)))


def levels(fleet: Fleet, start: float) -> Floats:
    """Return items a second of each source, over all hours."""
    items, exposure = _sums(fleet)
    return np.asarray((items + 1) / (exposure + 1 / start))


def pool(fleet: Fleet, level: Floats) -> Floats:
    """Return how much busier than its mean the fleet is, in each of the 48 hours.

    The hours of a weekend are taken for those of a working day until they are known better.
    """
    voices = _voices(_sums(fleet)[0])
    items = voices @ fleet.rhythms["items"].astype(float)
    expected = (voices * level) @ fleet.rhythms["exposure"].astype(float)
    working = (POOL_START + items[:24]) / (POOL_START + expected[:24])
    weekend = (POOL_START * working + items[24:]) / (POOL_START + expected[24:])
    return np.concatenate([working, weekend])


def phase(fleet: Fleet) -> Floats:
    """Return how busy the fleet is in each five minutes of the hour, 1 on average."""
    shown = fleet.rhythms["phase"].astype(float)
    counts = PHASE_START + _voices(shown.sum(axis=1)) @ shown
    return np.asarray(counts / counts.mean())


def hourly(fleet: Fleet, pace: Pace) -> Floats:
    """Return the rate of each source in each of the 48 hours, as `Rates.in_hour` does for one."""
    return smoothed(fleet, levels(fleet, pace.prior)[:, None] * pace.pool, SHRINK)


def smoothed(fleet: Fleet, usual: Floats, start: float) -> Floats:
    """Return the rate in each of the 48 hours, smoothed with those beside it. The usual one counts `start` items."""
    raw = (fleet.rhythms["items"] + start) / (fleet.rhythms["exposure"] + start / usual)
    days = raw.reshape(len(fleet), 2, 24)
    smooth = np.roll(days, 1, axis=2) / 4 + days / 2 + np.roll(days, -1, axis=2) / 4
    return np.asarray(smooth.reshape(len(fleet), HOURS))


def unevenness(fleet: Fleet, pace: Pace) -> Floats:
    """Return the mean of the root of the rate over the hour's minutes, by the root of the mean: at most 1."""
    counts = fleet.rhythms["phase"].astype(float) + PHASE_SHRINK * pace.phase
    return np.asarray(np.sqrt(SLOTS * counts / counts.sum(axis=1, keepdims=True)).mean(axis=1))


def _voices(totals: Floats) -> Floats:
    """Return what the items of each source count in the pool, by how many it has shown."""
    some = totals[totals > 0]
    most = LOUDEST * float(np.median(some)) if len(some) else 1.0
    return np.asarray(most / np.maximum(totals, most))


def _sums(fleet: Fleet) -> tuple[Floats, Floats]:
    return fleet.rhythms["items"].sum(axis=1, dtype=float), fleet.rhythms["exposure"].sum(axis=1, dtype=float)
