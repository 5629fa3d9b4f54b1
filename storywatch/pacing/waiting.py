"""When a poll is worth its request: when what may have come since the last one has waited for so long.

Items come at the rate λ. After the pause T, ∫ u λ(u) du from 0 to T is the waiting, in item-seconds, that a poll then
saves against one at half the pace; the poll is made when it reaches the price. With a constant rate that is
T = √(2c/λ), the square-root law (Sia, Cho and Cho, "Efficient monitoring algorithm for fast news alerts", IEEE TKDE
2007); before minutes in which much is published it waits until just after.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from storywatch.pacing.bursts import FADES_IN, surge
from storywatch.pacing.floors import LEAST_PAUSE
from storywatch.pacing.pace import Pace
from storywatch.pacing.rates import Rates
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.times import SLOT
from storywatch.pacing.tolls import pause_for, waiting
from storywatch.pacing.visits import JITTER

LONGEST_PAUSE = timedelta(hours=24)
WINDOW_SHARE = 0.5
"""Share of a document that may be new at the next poll, by what is expected."""
LEAST_SHARE = 0.5
"""Share of the pause by the price that a document leaves at least, however few items it has."""
_LEAST, _LONGEST = LEAST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Until when a poll waits, and why.

    `pause`: with jitter, before floors. `cost`: the price, in item-seconds, as it is for a source of this weight.
    `awaited`: items that may have come by then.
    `capped_by`: "least" or "longest" if the price alone would have it sooner or later, "window" if the document
    would not hold more, or did not.
    """

    pause: timedelta
    cost: float
    awaited: float
    capped_by: str | None = None


def next_wait(
    rhythm: Rhythm,
    pace: Pace,
    *,
    price: float,
    weight: float,
    now: datetime,
    dice: float,
    overflown: bool = False,
) -> Wait:
    """Return how long the next poll waits after one at `now`. `dice` in 0 to 1 decides the jitter, which only adds.

    A small document calls for a poll sooner than the price does, but never in less than half its pause: budget and caps
    hold beside it. `overflown`: all of the last one was new, so that some may have come and gone unseen.
    """
    rates, start, cost = Rates.of(rhythm, pace), now.timestamp(), price / weight
    walk = Walk(rates=rates, start=start, patience=pace.patience, surge=surge(rhythm))
    reached, capped = walk.until(cost=cost, longest=_LONGEST)
    room = 0.0 if overflown else WINDOW_SHARE * rhythm.window or math.inf
    if reached.items > room:
        full = walk.until(room=room, longest=reached.pause)[0].pause
        reached, capped = walk.until(longest=max(full, LEAST_SHARE * reached.pause))[0], "window"
    if reached.pause < _LEAST:
        reached, capped = walk.until(longest=_LEAST)[0], "least"
    return Wait(
        pause=timedelta(seconds=reached.pause * (1 + JITTER * dice)),
        cost=cost,
        awaited=reached.items,
        capped_by=capped,
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """A pause in seconds, what has waited for how much by then, and how many items."""

    pause: float
    waited: float
    items: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """A walk ahead from a poll at `start`, in pieces of the same rate. `surge`: how far a burst lifts it, by itself."""

    rates: Rates
    start: float
    patience: float
    surge: float = 0.0

    def until(self, *, cost: float = math.inf, room: float = math.inf, longest: float) -> tuple[Reached, str | None]:
        """Walk until waiting reaches the cost, items the room, or time the longest; say what else than the cost."""
        gone, waited, items, before = 0.0, 0.0, 0.0, 0.0
        while gone < longest:
            stop = min(SLOT - (self.start + gone) % SLOT + gone, longest)
            rate = self._rate(gone, stop)
            after = waiting(stop, self.patience)
            full = gone + (room - items) / rate
            if waited + rate * (after - before) >= cost:
                last = pause_for(before + (cost - waited) / rate, self.patience)
                if last <= full:
                    return Reached(last, cost, items + rate * (last - gone)), None
            if full < stop:
                return Reached(full, waited + rate * (waiting(full, self.patience) - before), room), "window"
            waited, items = waited + rate * (after - before), items + rate * (stop - gone)
            gone, before = stop, after
        return Reached(longest, waited, items), "longest"

    def _rate(self, gone: float, stop: float) -> float:
        rate = self.rates.at(self.start + gone)
        return rate * (1 + self.surge * math.exp(-(gone + stop) / 2 / FADES_IN)) if self.surge else rate
