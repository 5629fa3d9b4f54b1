"""Heat: how many new items match a live event just now, and by it the weight of a source.

A source weighs what the chance is that its next item matches: its own share of matches times what holds for all now.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from storywatch.pacing.arrays import Floats
from storywatch.pacing.observing import Seen
from storywatch.pacing.rhythm import Rhythm, single

COOLS_IN = 3 * 3600.0
"""Seconds in which the heat falls to 1/e."""
OWN_COOLS_IN = 20 * 3600.0
"""Seconds in which a source's own heat falls to 1/e."""
OWN_START = 1.0
"""Items of the source for which counts what is to be expected of it before it showed any."""
LEAST_WEIGHT = 0.015
STORY_WEIGHT = 0.1
MOST_WEIGHT = 0.99
"""Below 1, which is what all weigh while there are no live events."""
MOST_LIKELY = 0.9
LATEST = timedelta(days=1)
"""Items that are older say nothing of now. Feeds that give dates alone are not left out."""
MOST_OF_A_POLL = 10
"""So many items of a poll heat or cool at most: one feed alone is no event."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heat:
    """`x`: items that matched lately; `y`: how many new ones there were, each by the share of its source."""

    x: float = 0.0
    y: float = 0.0
    at: datetime | None = None

    def cooled(self, now: datetime) -> "Heat":
        """Return the heat at `now`; a clock that was set back neither heats nor cools."""
        elapsed = max((now - self.at).total_seconds(), 0.0) if self.at else 0.0
        kept = math.exp(-elapsed / COOLS_IN)
        return Heat(x=self.x * kept, y=self.y * kept, at=now)

    def glow(self, now: datetime) -> float:
        """Return the chance that a new item of a source like all others matches."""
        cooled = self.cooled(now)
        return (cooled.x + 0.05) / (cooled.y + 5)


Some = TypeVar("Some", float, Floats)


def share(matches: Some, expected: Some) -> Some:
    """Return how much more often than others a source's items match: 1 if nothing is known."""
    return (matches + 1) / (expected + 1)


def counted(seen: Seen, now: datetime) -> tuple[float, float]:
    """Return the new items of a poll that heat or cool, and how many of them matched.

    Those without a time count unless they may have come long ago.
    """
    if seen.backlog or seen.since is None:
        return 0.0, 0.0
    untimed = seen.untimed if now - seen.since <= LATEST else 0
    new = sum(is_recent(moment, now) for moment in seen.published) + untimed
    kept = min(MOST_OF_A_POLL / new, 1.0) if new else 0.0
    return new * kept, min(seen.matched, new) * kept


def is_recent(published: datetime, now: datetime) -> bool:
    """Tell whether an item says something of now."""
    return now - published <= LATEST


def heated(heat: Heat, new_items: float, matches: float, rhythm: Rhythm, now: datetime) -> Heat:
    """Return the heat after a poll. `rhythm` is that of before it."""
    cooled = heat.cooled(now)
    return Heat(x=cooled.x + matches, y=cooled.y + new_items * share(rhythm.matches, rhythm.expected), at=now)


def matched(rhythm: Rhythm, heat: Heat | None, new_items: float, matches: float, now: datetime) -> Rhythm:
    """Return the rhythm with what matched of its new items; `rhythm.at` and `heat` are those of before the poll."""
    if heat is None:
        return rhythm
    kept = _kept(rhythm, now)
    return replace(
        rhythm,
        matches=single(rhythm.matches + matches),
        expected=single(rhythm.expected + new_items * heat.glow(now)),
        hot=single(rhythm.hot * kept + matches),
        shown=single(rhythm.shown * kept + new_items),
    )


def weight(rhythm: Rhythm, heat: Heat | None, now: datetime) -> float:
    """Return what an item of the source counts, up to `MOST_WEIGHT`; 1 while there are no live events."""
    if heat is None:
        return 1.0
    kept = _kept(rhythm, now)
    usual = min(heat.glow(now) * share(rhythm.matches, rhythm.expected), MOST_LIKELY)
    near = (rhythm.hot * kept + OWN_START * usual) / (rhythm.shown * kept + OWN_START)
    return min(LEAST_WEIGHT + near, MOST_WEIGHT)


def is_story(weight: float) -> bool:
    """Tell whether a weight is that of a source of a live event; without any, none is."""
    return STORY_WEIGHT <= weight < 1


def _kept(rhythm: Rhythm, now: datetime) -> float:
    elapsed = max((now - rhythm.at).total_seconds(), 0.0) if rhythm.at else 0.0
    return math.exp(-elapsed / OWN_COOLS_IN)
