"""Synthetic traces of news sources: bursty, by day and night, some of it on schedule; fitted to real news pages.

Rates are log-normal from 2.5 to 270 items a day. Each post brings geometrically many more, each after an exponential
delay: the gaps' coefficient of variation is about 1.9. A share of posts stands on schedule, in the first minute of the
hour or of its half. The marginal rates are known, so that the bound can be worked out.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storywatch.pacing.arrays import Floats
from storywatch.pacing.simulation import Track

MONDAY = 1_772_409_600.0
"""Monday, 2 March 2026, 00:00 UTC."""
DAY, HOUR, SLOT, MINUTE = 86400.0, 3600.0, 300.0, 60.0
SCHEDULED = (0.0, 0.15, 0.35)
AFTER = 420.0
"""Mean seconds from a post of a batch to its next."""
FADES_IN = 10 * HOUR
CARRIERS = 5
STRAY = 0.001
"""Chance that any item of any source matches."""


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """Tracks over some days from `MONDAY`, and the rates that made them, by source and five minutes."""

    tracks: tuple[Track, ...]
    rates: Floats
    begin: float
    end: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Habits:
    """How one source publishes."""

    daily: float
    zone: int
    weekend: float
    scheduled: float
    batch: float

    @classmethod
    def drawn(cls, dice: np.random.Generator, level: float) -> "Habits":
        """Draw habits; `level` in 0 to 1 says where among all sources its rate stands."""
        daily = min(max(26 * math.exp(1.2 * NormalDist().inv_cdf(level)), 2.5), 270.0)
        return cls(
            daily=daily,
            zone=int(dice.choice([-8, -5, -5, 0, 0, 1, 1, 3, 5, 8])),
            weekend=float(dice.uniform(0.1, 1.1)),
            scheduled=float(dice.choice(SCHEDULED)),
            batch=float(dice.uniform(0.2, 0.6)),
        )


def hourly(local: NDArray[np.floating[Any]]) -> Floats:
    """Return how busy an hour of the local day is: low at night, a plateau in office hours."""
    points = ([0, 5, 6, 9, 18, 22, 24], [0.25, 0.15, 0.3, 1.0, 1.0, 0.45, 0.25])
    return np.asarray(np.interp(local, *points))


def leading(habits: Habits, days: int) -> Floats:
    """Return the rate of posts that begin a batch, by five minutes, in items a second."""
    moments = MONDAY + SLOT * np.arange(days * 288) + SLOT / 2
    local = moments + habits.zone * HOUR
    shape = hourly(local % DAY / HOUR)
    weekend = ((local // DAY).astype(int) + 3) % 7 > 4
    shape = np.where(weekend, shape * habits.weekend, shape)
    typical = hourly(np.arange(0, 24, 0.1)).mean()
    posts = habits.daily * (1 - habits.batch) / DAY * shape / typical
    slots = np.arange(days * 288) % 12
    spikes = np.select([slots == 0, slots == 6], [0.6 * 12, 0.4 * 12], 0.0)
    return np.asarray(posts * (1 - habits.scheduled + habits.scheduled * spikes))


def marginal(lead: Floats, habits: Habits) -> Floats:
    """Return the rate of all items: a geometric chain of exponential delays is an exponential delay itself."""
    stays = (1 - habits.batch) / AFTER
    kept = np.exp(-stays * SLOT)
    follow, waiting = np.empty_like(lead), 0.0
    for step, rate in enumerate(lead):
        # Of what is waiting, some comes in this slot; of what begins in it, some comes in it too.
        comes = waiting * (1 - kept) + rate * (1 - (1 - kept) / (stays * SLOT))
        waiting = waiting + rate - comes
        follow[step] = comes
    return lead + follow * habits.batch / (1 - habits.batch)


def published(lead: Floats, habits: Habits, dice: np.random.Generator) -> Floats:
    """Draw a source's items."""
    counts = dice.poisson(lead * SLOT)
    slots = np.repeat(np.arange(len(lead)), counts)
    spikes = np.select([slots % 12 == 0, slots % 12 == 6], [0.6 * 12, 0.4 * 12], 0.0) * habits.scheduled
    on_time = dice.random(len(slots)) < spikes / (1 - habits.scheduled + spikes)
    within = np.where(on_time, MINUTE, SLOT) * dice.random(len(slots))
    first = MONDAY + slots * SLOT + within
    more = dice.geometric(1 - habits.batch, len(first)) - 1
    chains = [moment + np.cumsum(dice.exponential(AFTER, count)) for moment, count in zip(first, more, strict=True)]
    items = np.sort(np.concatenate([first, *chains]))
    return items[items < MONDAY + len(lead) * SLOT]


def world(seed: int, *, sources: int = 24, days: int = 21, episodes: int = 0) -> World:
    """Return a world by its seed."""
    dice = np.random.default_rng(seed)
    levels = (np.arange(sources) + dice.random(sources)) / sources
    habits = [Habits.drawn(dice, float(level)) for level in levels]
    leads = [leading(one, days) for one in habits]
    items = [published(lead, one, dice) for lead, one in zip(leads, habits, strict=True)]
    matched = episodic(items, days, episodes, dice)
    tracks = tuple(
        Track(source=f"s{n}", published=times, matched=hits)
        for n, (times, hits) in enumerate(zip(items, matched, strict=True))
    )
    rates = np.array([marginal(lead, one) for lead, one in zip(leads, habits, strict=True)])
    return World(tracks=tracks, rates=rates, begin=MONDAY, end=MONDAY + days * DAY)


def episodic(items: list[Floats], days: int, episodes: int, dice: np.random.Generator) -> list[NDArray[np.bool_]]:
    """Say which items match: a handful of sources carry an event, some oftener than others. It fades within a day."""
    chances = [np.full(len(times), STRAY if episodes else 0.0) for times in items]
    affinity = np.exp(1.5 * dice.normal(size=len(items)))
    for _ in range(episodes):
        start = MONDAY + dice.uniform(0, days * DAY)
        for carrier in dice.choice(len(items), CARRIERS, replace=False, p=affinity / affinity.sum()):
            age = items[carrier] - start
            chances[carrier] += np.where(age >= 0, dice.uniform(0.2, 0.8) * np.exp(-np.maximum(age, 0) / FADES_IN), 0)
    return [dice.random(len(times)) < chance for times, chance in zip(items, chances, strict=True)]
