"""What the hourly limit leaves to those who claim polls, one or several at a time."""

from dataclasses import dataclass, replace
from datetime import datetime

from storywatch.pacing.bucket import Bucket, full, level, take

UNLIMITED = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """`anyone`: any source may be polled; `stories`: those of live events may. `most`: so many at once, at least 1."""

    anyone: bool
    stories: bool
    most: int


def room(bucket: Bucket, budget: float, now: datetime) -> Room:
    """Return what a bucket leaves. Without anything to spend nothing is limited: nothing is paced then."""
    if budget <= 0:
        return Room(anyone=True, stories=True, most=UNLIMITED)
    return Room(
        anyone=take(bucket, budget, now, story=False) is not None,
        stories=take(bucket, budget, now, story=True) is not None,
        most=max(int(level(bucket, budget, now)), 1),
    )


def spent(bucket: Bucket, budget: float, polls: int, now: datetime) -> Bucket:
    """Return the bucket after polls that were made, if need be beyond what it had; a full hour makes up for that."""
    left = level(bucket, budget, now) - polls
    return replace(bucket, tokens=max(left, -full(budget)), at=now)


def widened(before: float, after: float) -> float:
    """Return the polls that come with a budget that is raised: by so many its full bucket is larger."""
    return max(full(after) - full(before), 0.0)
