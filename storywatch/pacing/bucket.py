"""A hard limit beside the price, which steers only the mean: no rolling hour has more than twice its share of polls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storywatch.pacing.times import HOUR

MOST = 2.0
"""How many times its share of the budget an hour may spend."""
AT_ONCE = 0.25
"""Share of an hour's limit that may be spent at once; the rest flows in over the hour."""
RESERVED = 0.1
"""Share of the bucket that is kept for sources of live events."""
FEWEST = 5.0
"""Polls that a full bucket has at least: of a small budget an hour may spend so many more than twice its share."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """`tokens`: polls that could be made at once, as it stood at `at`. Without `at` it is full."""

    tokens: float = 0.0
    at: datetime | None = None


def full(budget: float) -> float:
    """Return the polls in a full bucket, of a budget in polls a day."""
    return max(AT_ONCE * MOST * budget / 24, FEWEST)


def flow(budget: float) -> float:
    """Return the polls that flow in each second: with what the bucket holds they make the limit.

    A small budget gets the limit on top of its few polls: with less it couldn't follow the day.
    """
    limit = MOST * budget / 24
    return max((1 - AT_ONCE) * limit, min(limit, FEWEST * (1 - AT_ONCE) / AT_ONCE)) / HOUR


def level(bucket: Bucket, budget: float, now: datetime) -> float:
    """Return the polls in the bucket at `now`; a clock that was set back fills nothing."""
    if bucket.at is None:
        return full(budget)
    return min(full(budget), bucket.tokens + flow(budget) * max((now - bucket.at).total_seconds(), 0.0))


def take(bucket: Bucket, budget: float, now: datetime, *, story: bool) -> Bucket | None:
    """Return the bucket after a poll, None if it has none left. A tenth is for `story`: sources of live events."""
    held = level(bucket, budget, now)
    return Bucket(tokens=held - 1, at=now) if held >= _needed(budget, story=story) else None


def refilled_in(bucket: Bucket, budget: float, now: datetime, *, story: bool) -> timedelta:
    """Return how long until a poll may be taken; zero if it may be now."""
    lacking = _needed(budget, story=story) - level(bucket, budget, now)
    return timedelta(seconds=max(lacking, 0.0) / flow(budget)) if budget > 0 else timedelta.max


def _needed(budget: float, *, story: bool) -> float:
    return 1.0 if story else 1.0 + RESERVED * full(budget)
