"""When a poll is worth its request: when what may have come since the last one has waited for so long.

Items come at the rate λ. After the pause T, ∫ u λ(u) du from 0 to T is the waiting, in item-seconds, that a poll then
saves against one at half the pace; the poll is made when it reaches the price. With a constant rate that is
T = √(2c/λ), the square-root law (Sia, Cho and Cho, "Efficient monitoring algorithm for fast news alerts", IEEE TKDE
2007); before minutes in which much is published it waits until just after.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from storywatch.pacing.floors import LEAST_PAUSE
from storywatch.pacing.pace import Pace
from storywatch.pacing.rates import Rates
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.times import SLOT
from storywatch.pacing.tolls import waiting
from storywatch.pacing.visits import JITTER

LONGEST_PAUSE = timedelta(hours=24)
_STEPS = 4
_LEAST, _LONGEST = LEAST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Until when a poll waits, and why.

    `pause`: with jitter, before floors. `rate`: items a second then. `cost`: the price, in item-seconds, as it is for a
    source of this weight; `gain`: the waiting that the poll ends. `awaited`: items that may have come by then.
    `capped_by`: "least" or "longest" if the price alone would have it sooner or later, "window" if the document
    would not hold more.
    """

    pause: timedelta
    rate: float
    cost: float
    gain: float
    awaited: float
    capped_by: str | None = None


def next_wait(rhythm: Rhythm, pace: Pace, *, price: float, weight: float, now: datetime, dice: float) -> Wait:
    """Return how long the next poll waits after one at `now`. `dice` in 0 to 1 decides the jitter, which only adds."""
    rates, start, cost = Rates.of(rhythm, pace), now.timestamp(), price / weight
    pause, gain, awaited = _walk(rates, start, cost, pace.usual)
    capped = None
    if pause < _LEAST:
        pause, gain, awaited = _walk(rates, start, math.inf, pace.usual, until=_LEAST)
        capped = "least"
    elif gain < cost:
        capped = "longest"
    return Wait(
        pause=timedelta(seconds=pause * (1 + JITTER * dice)),
        rate=rates.at(start + pause),
        cost=cost,
        gain=gain,
        awaited=awaited,
        capped_by=capped,
    )


def _walk(rates: Rates, start: float, cost: float, usual: float, until: float = _LONGEST) -> tuple[float, float, float]:
    """Walk ahead until the waiting reaches the cost: the seconds, the waiting and the items until then."""
    gone, waited, items = 0.0, 0.0, 0.0
    while gone < until:
        stop = min(SLOT - (start + gone) % SLOT + gone, until)
        rate = rates.at(start + gone)
        more = rate * (waiting(stop, usual) - waiting(gone, usual))
        if waited + more >= cost:
            last = _within(gone, stop, (cost - waited) / rate, usual)
            return last, cost, items + rate * (last - gone)
        gone, waited, items = stop, waited + more, items + rate * (stop - gone)
    return until, waited, items


def _within(gone: float, stop: float, more: float, usual: float) -> float:
    """Return when between two moments one item a second has waited for `more`, by Newton's steps from the later."""
    target, last = waiting(gone, usual) + more, stop
    for _ in range(_STEPS):
        last -= (waiting(last, usual) - target) / (last + last * last / usual)
    return min(max(last, gone), stop)
