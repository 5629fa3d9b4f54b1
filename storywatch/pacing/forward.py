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
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.floors import LEAST_PAUSE, wanted_from
from storywatch.pacing.heat import Heat, share, weight
from storywatch.pacing.pace import Pace
from storywatch.pacing.pricing import weights
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.times import hour_key
from storywatch.pacing.waiting import next_wait

STORY_WEIGHT = 0.1
"""A source of this weight may spend the reserve: an item of its is likely to belong to an event."""
MATTERS = 1.5
"""A source matters to what is live when its items match so many times more often than others do."""
WARMER = 1.2
"""So many times heavier is a source planned anew."""
WORTH = timedelta(seconds=30)
"""A poll that would come earlier by less stays where it is."""


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


def is_story(weighs: float) -> bool:
    """Tell whether a source may spend the reserve."""
    return weighs >= STORY_WEIGHT


def is_hotter(heat: Heat | None, glow: float, now: datetime) -> bool:
    """Tell whether matches became so much likelier than at `glow` that waiting polls are to be looked at."""
    return heat is not None and heat.glow(now) > WARMER * glow


def heated_up(waiting: Iterable[Waiting], pace: Pace, now: datetime) -> Iterator[Waiting]:
    """Yield those that matter to what is live and weigh more than when they were planned, planned anew."""
    for one in waiting:
        weighs = weight(one.rhythm, pace.heat, now)
        if share(one.rhythm.matches, one.rhythm.expected) >= MATTERS and weighs >= WARMER * one.weight:
            earlier = planned_anew(one, pace, weighs, now)
            if earlier is not None:
                yield earlier


def cheaper(waiting: Iterable[Waiting], pace: Pace, now: datetime) -> Iterator[Waiting]:
    """Yield those that are due earlier at a new price, planned anew."""
    for one in waiting:
        earlier = planned_anew(one, pace, weight(one.rhythm, pace.heat, now), now)
        if earlier is not None:
            yield earlier


def planned_anew(one: Waiting, pace: Pace, weighs: float, now: datetime) -> Waiting | None:
    """Return it as it is planned with another weight or price, None if that is hardly earlier."""
    since = one.rhythm.at or one.last
    price = pace.price_for(one.outlet, one.host)
    wait = next_wait(one.rhythm, pace, price=price, weight=weighs, now=since, dice=0.0)
    free = max(now, since + wait.pause, one.last + LEAST_PAUSE, *([one.held] if one.held else ()))
    due = wanted_from(free, one.wishes)
    return replace(one, due=due, weight=weighs) if one.due - due > WORTH else None


def by_cost(fleet: Fleet, unseen: Sequence[timedelta], pace: Pace, now: datetime) -> Sequence[int]:
    """Return the places of sources that are overdue, that first whose news have waited longest.

    `unseen`: how long nobody looked at each. What waits is half the square of that, times its weighted rate.
    """
    if not len(fleet):
        return ()
    rates = pooling.hourly(fleet, pace)[:, hour_key(now.timestamp())] * weights(fleet, pace.heat, now)
    seconds = np.array([max(one.total_seconds(), 0.0) for one in unseen])
    return [int(place) for place in np.argsort(-rates * seconds * seconds, kind="stable")]
