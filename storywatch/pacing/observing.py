"""What a poll teaches about a source's rhythm."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from storywatch.pacing.arrays import Numbers
from storywatch.pacing.rhythm import Rhythm, single
from storywatch.pacing.times import HOUR, hour_key, slot

HALF_LIFE = 14 * 86400.0
"""Seconds after which what was seen counts half."""
LONGEST_BACKLOG = timedelta(days=28)
LONGEST_INTERVAL = LONGEST_BACKLOG
"""Between two polls lies more only where a clock was wrong, or all was off: that tells nothing of the source."""
NEAR = 300.0
"""So many seconds outside of the interval an item's time still tells when in it the item came."""
SHARED = 0.5
"""A first document with more than this share of its items at one time tells when it was made, not when they were."""
DENSEST = 60.0
"""So does one with less than so many seconds for each item. Who really publishes so much is known by a few polls."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a poll that succeeded brought.

    `since`: the last such poll, None for the first. `published`: when each item that is new was published by its own
    word, `untimed`: how many say nothing of it. `backlog`: this is the first document, whose items are history.
    `matched`: how many of the new items that are no older than a day matched a live event. `listed`: items of the
    document, None if it wasn't sent or isn't a list. `all_new`: none of them was known, so some may have come and gone
    unseen. `held`: for how long the answer forbids another poll.
    """

    since: datetime | None
    published: Sequence[datetime] = ()
    untimed: int = 0
    backlog: bool = False
    matched: int = 0
    listed: int | None = None
    all_new: bool = False
    held: timedelta = timedelta()


def observe(rhythm: Rhythm, seen: Seen, now: datetime) -> Rhythm:
    """Return the rhythm with what a poll at `now` brought. Failed polls are no exposure: `failed`."""
    if seen.since is None or not is_interval(seen.since, now):
        return _begun(rhythm, seen, now)
    start, end = seen.since.timestamp(), now.timestamp()
    kept = _decay(rhythm, end)
    items, exposure, phase = rhythm.items * kept, rhythm.exposure * kept, rhythm.phase * kept
    _expose(exposure, start, end, 1.0)
    untimed = seen.untimed
    for published in seen.published:
        moment = _within(published.timestamp(), start, end)
        if moment is None:
            untimed += 1
        else:
            items[hour_key(moment)] += 1
            phase[slot(moment)] += 1
    if untimed:
        _spread(items, phase, start, end, untimed)
    return _renewed(rhythm, seen, now, items=items, exposure=exposure, phase=phase)


def is_interval(since: datetime, now: datetime) -> bool:
    """Tell whether what came between two moments can be learned from."""
    return timedelta() < now - since <= LONGEST_INTERVAL


def usual_gap(rhythm: Rhythm) -> timedelta | None:
    """Return the mean time between two items; None where there are hardly any."""
    items, exposure = float(rhythm.items.sum()), float(rhythm.exposure.sum())
    rare = items * LONGEST_INTERVAL.total_seconds() <= exposure
    return None if rare else timedelta(seconds=exposure / items)


def failed(rhythm: Rhythm) -> Rhythm:
    """Return the rhythm after a poll that failed: it cost a request and taught nothing."""
    return replace(rhythm, polls=rhythm.polls + 1)


def _renewed(rhythm: Rhythm, seen: Seen, now: datetime, *, items: Numbers, exposure: Numbers, phase: Numbers) -> Rhythm:
    return Rhythm(
        items=items,
        exposure=exposure,
        phase=phase,
        at=now,
        matches=rhythm.matches,
        expected=rhythm.expected,
        hot=rhythm.hot,
        shown=rhythm.shown,
        recent=rhythm.recent,
        awaited=rhythm.awaited,
        proof=rhythm.proof,
        lately=rhythm.lately,
        foreseen=rhythm.foreseen,
        floor=timedelta(seconds=single(_usual(rhythm, seen))),
        window=float(seen.listed) if seen.listed else rhythm.window,
        polls=rhythm.polls + 1,
    )


def _usual(rhythm: Rhythm, seen: Seen) -> float:
    """Return the seconds for which answers usually hold us: a mean that forgets, so that one odd answer says little."""
    held = seen.held.total_seconds()
    if rhythm.at is None:
        return held
    before = rhythm.floor.total_seconds()
    return before + 0.2 * (held - before)


def _decay(rhythm: Rhythm, end: float) -> np.float32:
    """Return what is left of a count. A clock that was set back forgets nothing."""
    elapsed = end - rhythm.at.timestamp() if rhythm.at else 0.0
    return np.float32(math.exp2(-max(elapsed, 0.0) / HALF_LIFE))


def _within(moment: float, start: float, end: float) -> float | None:
    """Return when in the interval an item came by its own word, None if its word can't be about this interval."""
    if moment < start - NEAR or moment > end + NEAR:
        return None
    return min(max(moment, start), end)


def _pieces(start: float, end: float) -> Iterator[tuple[float, float]]:
    """Split an interval at the hours."""
    while start < end:
        stop = min(start // HOUR * HOUR + HOUR, end)
        yield start, stop
        start = stop


def _expose(exposure: Numbers, start: float, end: float, counts: float) -> None:
    for one, other in _pieces(start, end):
        exposure[hour_key(one)] += (other - one) * counts


def _spread(items: Numbers, phase: Numbers, start: float, end: float, count: int) -> None:
    """Spread items without a time evenly over the interval; of the phase they tell nothing that is not in it."""
    for one, other in _pieces(start, end):
        items[hour_key(one)] += count * (other - one) / (end - start)
    if end - start < HOUR:
        steps = max(int((end - start) // 60), 1)
        for step in range(steps):
            phase[slot(start + (end - start) * (step + 0.5) / steps)] += count / steps


# The first document ---------------------------------------------------------------------------------------------------


def _begun(rhythm: Rhythm, seen: Seen, now: datetime) -> Rhythm:
    """Take the first document as history: its oldest item opens the exposure, and is not counted."""
    items, exposure, phase = rhythm.items.copy(), rhythm.exposure.copy(), rhythm.phase.copy()
    end = now.timestamp()
    history = sorted(_told(seen.published, now))
    if seen.backlog and history:
        start = history[0]
        for one, other in _pieces(start, end):
            exposure[hour_key(one)] += (other - one) * _weight(one, end)
        for moment in history[1:]:
            items[hour_key(moment)] += _weight(moment, end)
            phase[slot(moment)] += _weight(moment, end)
    return _renewed(rhythm, seen, now, items=items, exposure=exposure, phase=phase)


def _told(published: Iterable[datetime], now: datetime) -> list[float]:
    """Return the times that tell something: from the last weeks, and not most of them the same."""
    times = [moment.timestamp() for moment in published if now - LONGEST_BACKLOG <= moment <= now]
    return [] if len(times) > 1 and _is_of_one_time(times) else times


def _is_of_one_time(times: Sequence[float]) -> bool:
    """Tell whether they are of when the document was made: many at once, or all within seconds."""
    dense = max(times) - min(times) < DENSEST * (len(times) - 1)
    return dense or max(Counter(times).values()) > SHARED * len(times)


def _weight(moment: float, end: float) -> float:
    return math.exp2(-(end - moment) / HALF_LIFE)
