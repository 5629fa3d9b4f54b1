"""Rhythms for tests, and sources that are polled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.observing import Seen
from storywatch.pacing.pace import Budgets, Pace
from storywatch.pacing.policy import Policy
from storywatch.pacing.rhythm import Rhythm

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = Policy(pace=Pace.first(), budgets=Budgets(total=96))


def steady(daily: float, *, days: float = 14, at: datetime = MONDAY) -> Rhythm:
    """Return the rhythm of a source that published evenly around the clock, on all days."""
    share = np.array([5 / 7] * 24 + [2 / 7] * 24)
    return Rhythm(
        items=(daily * days / 24 * share).astype(np.float32),
        exposure=(days * 3600 * share).astype(np.float32),
        phase=np.full(12, daily * days / 12, dtype=np.float32),
        at=at,
    )


def polled(
    rhythm: Rhythm,
    polls: Sequence[datetime],
    published: Sequence[datetime],
    policy: Policy = POLICY,
    *,
    stored: bool = False,
) -> Rhythm:
    """Return the rhythm after these polls of a source that published so; `stored`: with a restart before each."""
    since = rhythm.at
    for poll in polls:
        news = tuple(moment for moment in published if (since or poll) < moment <= poll)
        known = Rhythm.of_bytes(rhythm.to_bytes()) if stored else rhythm
        seen = Seen(since=since, published=news)
        rhythm = policy.polled(known, seen, outlet="", host="", now=poll, dice=0).rhythm
        since = poll
    return rhythm


def every(pause: timedelta, count: int, start: datetime = MONDAY) -> list[datetime]:
    """Return moments at an interval."""
    return [start + pause * number for number in range(1, count + 1)]


def fleet(*rhythms: Rhythm, floors: Sequence[float] = (), hosts: Sequence[str] = ()) -> Fleet:
    """Return a fleet of rhythms, with floors in seconds."""
    return Fleet.of(
        Member(
            rhythm=replace(rhythm, floor=timedelta(seconds=floors[number]) if floors else rhythm.floor).to_bytes(),
            host=hosts[number] if hosts else "",
        )
        for number, rhythm in enumerate(rhythms)
    )
