"""Bringing waiting polls forward: when an event heats up, or when there is more to spend, and whom to poll first.

A poll that waits was planned by the weight of its time. When its source weighs more now, it is planned anew from its
last poll on, and is due earlier, perhaps at once; but never before what holds it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from storywatch.model import Wishes
from storywatch.pacing import pooling
from storywatch.pacing.demand import weights
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.floors import LEAST_PAUSE, wanted_from
from storywatch.pacing.heat import Heat, weight
from storywatch.pacing.pace import Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.times import hour_key
from storywatch.pacing.waiting import next_wait

WORTH = timedelta(seconds=60)
"""A poll is brought forward by so much, or not at all."""
HEATED = 1.5
"""A source's poll is looked at again when its weight has become so many times what it was planned with."""
WARMER = 1.1
"""So many times likelier must matches have become before waiting polls are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A paced source that waits for its poll at `due`. `weight`: by which that was planned; `held`: not before."""

    source: str
    outlet: str
    host: str
    rhythm: Rhythm
    weight: float
    last: datetime
    due: datetime
    held: datetime | None = None
    wishes: Wishes = field(default_factory=Wishes)


def is_hotter(heat: Heat | None, glow: float, now: datetime) -> bool:
    """Tell whether matches became so much likelier than at `glow` that waiting polls are to be looked at."""
    return heat is not None and heat.glow(now) > WARMER * glow


def heated_up(waiting: Iterable[Waiting], pace: Pace, now: datetime) -> Iterator[Waiting]:
    """Yield those that weigh more than when they were planned, planned anew."""
    for one in waiting:
        weighs = weight(one.rhythm, pace.heat, now)
        if weighs > HEATED * one.weight:
            yield from _planned_anew(one, pace, weighs, now)


def cheaper(waiting: Iterable[Waiting], pace: Pace, now: datetime) -> Iterator[Waiting]:
    """Yield those that are due earlier at a new price, planned anew."""
    for one in waiting:
        yield from _planned_anew(one, pace, weight(one.rhythm, pace.heat, now), now)


def _planned_anew(one: Waiting, pace: Pace, weighs: float, now: datetime) -> Iterator[Waiting]:
    """Yield it as it is planned with another weight or price, unless that is hardly earlier."""
    free = max(one.last + LEAST_PAUSE, one.held or now)
    price = pace.price_for(one.outlet, one.host)
    due = earlier(one.rhythm, pace, price=price, weight=weighs, planned=one.due, free_from=free, now=now, dice=0.0)
    if due is not None and (wanted := wanted_from(due, one.wishes)) < one.due:
        yield replace(one, due=wanted, weight=weighs)


def earlier(
    rhythm: Rhythm,
    pace: Pace,
    *,
    price: float,
    weight: float,
    planned: datetime,
    free_from: datetime | None,
    now: datetime,
    dice: float,
) -> datetime | None:
    """Return when a waiting poll is worth its request by a new weight, None if it stays where it is planned.

    Counted from the last poll. `free_from`: no floor forbids it from then on.
    """
    if rhythm.at is None:
        return None
    wait = next_wait(rhythm, pace, price=price, weight=weight, now=rhythm.at, dice=dice)
    moment = max(rhythm.at + wait.pause, now, free_from or now)
    return moment if planned - moment >= WORTH else None


def by_cost(fleet: Fleet, unseen: Sequence[timedelta], pace: Pace, now: datetime) -> Sequence[int]:
    """Return the places of sources that are overdue, that first whose news have waited longest.

    `unseen`: how long nobody looked at each. What waits is half the square of that, times its weighted rate.
    """
    if not len(fleet):
        return ()
    rates = pooling.hourly(fleet, pace)[:, hour_key(now.timestamp())] * weights(fleet, pace.heat, now)
    seconds = np.array([max(one.total_seconds(), 0.0) for one in unseen])
    return [int(place) for place in np.argsort(-rates * seconds * seconds, kind="stable")]
