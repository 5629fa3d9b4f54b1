"""A hard limit beside the price, which steers only the mean: no rolling hour has more than twice its share of polls."""

from dataclasses import dataclass
from datetime import datetime

from storywatch.pacing.times import HOUR

BURST = 2.0
"""How many times its share of the budget an hour may spend."""
HELD_BACK = 0.25
"""Share of an hour's limit that may be spent at once; the rest flows in over the hour."""
RESERVED = 0.1
"""Share that is kept for sources of live events."""
FEWEST = 2.0
"""Polls that a full bucket has at least, however small the budget."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """`tokens`: polls that may be made at once, as it stood at `at`. None: full."""

    tokens: float = 0.0
    at: datetime | None = None


def full(budget: float) -> float:
    """Return the polls in a full bucket, of a budget in polls a day."""
    return max(BURST * budget / 24 * HELD_BACK, FEWEST)


def level(bucket: Bucket, budget: float, now: datetime) -> float:
    """Return the polls in the bucket at `now`; a clock that was set back fills nothing."""
    if bucket.at is None:
        return full(budget)
    flow = BURST * budget / 24 * (1 - HELD_BACK) / HOUR
    return min(full(budget), bucket.tokens + flow * max((now - bucket.at).total_seconds(), 0.0))


def take(bucket: Bucket, budget: float, now: datetime, *, story: bool) -> Bucket | None:
    """Return the bucket after a poll, None if it has none left. A tenth is for `story`: sources of live events."""
    held = level(bucket, budget, now)
    kept = 0.0 if story else RESERVED * full(budget)
    return Bucket(tokens=held - 1, at=now) if held >= 1 + kept else None
