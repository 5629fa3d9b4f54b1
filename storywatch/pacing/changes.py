"""A source that changes its rhythm, dies or wakes: what was learned of it before then counts little.

What came in about a day is held against what was to come. Where chance can hardly explain the difference, most of what
is known is forgotten at once, in place of by half in two weeks.
"""

import math
from dataclasses import replace

import numpy as np

from storywatch.pacing.rhythm import Rhythm

FADES_IN = 86400.0
"""Seconds in which what came counts 1/e."""
SURPRISE = 10.0
"""Nats by which what came is likelier at the rate of that day than at the one that was learned."""
TIMES = 2.5
"""So many times more or fewer items make a change. Busy sources are surprising by far less, day by day."""
KNOWN_FOR = 36 * 3600.0
"""Seconds for which a source must have been watched: before, its nights are not known."""
KEPT = np.float32(0.2)
"""Share of what was learned that is kept."""


def lately(rhythm: Rhythm, *, came: int, awaited: float, elapsed: float) -> tuple[float, float]:
    """Return what came in about a day and what was to come, after so many seconds."""
    kept = math.exp(-elapsed / FADES_IN)
    return rhythm.lately * kept + came, rhythm.foreseen * kept + awaited


def is_changed(rhythm: Rhythm) -> bool:
    """Tell whether what came in about a day is that of another source."""
    times = (rhythm.lately + 1) / (rhythm.foreseen + 1)
    if 1 / TIMES < times < TIMES or surprise(rhythm.lately, rhythm.foreseen) < SURPRISE:
        return False
    return float(rhythm.exposure.sum()) > KNOWN_FOR


def forgotten(rhythm: Rhythm) -> Rhythm:
    """Return the rhythm of a source that has changed."""
    return replace(
        rhythm,
        items=rhythm.items * KEPT,
        exposure=rhythm.exposure * KEPT,
        phase=rhythm.phase * KEPT,
        lately=0.0,
        foreseen=0.0,
        proof=0.0,
    )


def surprise(came: float, awaited: float) -> float:
    """Return the logarithm of how much likelier this many items are at their own rate than at the awaited one."""
    return (came * math.log(came / awaited) if came > 0 else 0.0) - came + awaited if awaited > 0 else 0.0
