"""Bursts: at some sources one item brings others within minutes, at others it makes them rarer.

What came lately, by what was to come, changes the rate for some minutes. That is used only where it has foretold what
came better than the rate alone did, item by item and before it was seen.
"""

import math
from dataclasses import replace
from datetime import datetime

from storywatch.pacing import changes
from storywatch.pacing.observing import HALF_LIFE, Seen, is_interval
from storywatch.pacing.rates import Rates
from storywatch.pacing.rhythm import Rhythm, single
from storywatch.pacing.times import SLOT

FADES_IN = 600.0
"""Seconds in which what came lately counts 1/e."""
START = 0.5
"""Items that came lately and were to come, before there were any."""
PROVEN = 3.0
"""Nats by which it must have foretold better."""
MOST_PROOF = 20.0
"""So much proof is kept at most, so that a source that changes loses it."""


def surge(rhythm: Rhythm) -> float:
    """Return by how many times its usual rate a source is above it right after a poll: 0 where that isn't proven."""
    return excess(rhythm) if rhythm.proof > PROVEN else 0.0


def excess(rhythm: Rhythm) -> float:
    """Return the same, proven or not; at least -1."""
    return (START + rhythm.recent) / (START + rhythm.awaited) - 1


def after_poll(rhythm: Rhythm, rates: Rates, seen: Seen, now: datetime) -> Rhythm:
    """Return the rhythm with what a poll says of bursts and changes. `rhythm`, `rates`: those of before it."""
    if seen.since is None or rhythm.at is None or not is_interval(seen.since, now):
        return rhythm
    start, end = seen.since.timestamp(), now.timestamp()
    plain, surging, near = _expected(rates, start, end, excess(rhythm))
    kept = math.exp(-(end - start) / FADES_IN)
    count = len(seen.published) + seen.untimed
    gained = count * math.log(surging / plain) - (surging - plain)
    proof = rhythm.proof * math.exp2(-(end - start) / HALF_LIFE) + min(max(gained, -3.0), 3.0)
    came, foreseen = changes.lately(rhythm, came=count, awaited=plain, elapsed=end - start)
    after = replace(
        rhythm,
        recent=single(rhythm.recent * kept + _recent(seen, start, end)),
        awaited=single(rhythm.awaited * kept + near),
        proof=single(min(max(proof, -MOST_PROOF), MOST_PROOF)),
        lately=single(came),
        foreseen=single(foreseen),
    )
    return changes.forgotten(after) if changes.is_changed(after) else after


def _recent(seen: Seen, start: float, end: float) -> float:
    times = (min(max(moment.timestamp(), start), end) for moment in seen.published)
    untimed = seen.untimed * FADES_IN / (end - start) * -math.expm1(-(end - start) / FADES_IN)
    return sum(math.exp((moment - end) / FADES_IN) for moment in times) + untimed


def _expected(rates: Rates, start: float, end: float, above: float) -> tuple[float, float, float]:
    """Return the items that were to come by the rate, by the rate with the burst, and by how near to `end`."""
    plain, surging, near, moment = 0.0, 0.0, 0.0, start
    while moment < end:
        stop = min(moment - moment % SLOT + SLOT, end)
        items, middle = rates.at(moment) * (stop - moment), (moment + stop) / 2
        plain += items
        surging += items * (1 + above * math.exp((start - middle) / FADES_IN))
        near += items * math.exp((middle - end) / FADES_IN)
        moment = stop
    return plain, surging, near
