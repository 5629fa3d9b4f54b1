"""Bringing waiting polls forward: when an event heats up, the sources that matter to it are visited sooner."""

from datetime import datetime, timedelta

from storywatch.pacing.pace import Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.waiting import next_wait

WORTH = timedelta(seconds=60)
"""A poll is brought forward by so much, or not at all."""
HEATED = 1.5
"""A source's poll is looked at again when its weight has become so many times what it was planned with."""


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
