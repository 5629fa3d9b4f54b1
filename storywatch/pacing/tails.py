"""How long the late ones wait: the delay that 5 of 100 items exceed, worked out from pauses and rates."""

import numpy as np

from storywatch.pacing.arrays import Floats

LATE = 0.05
_HALVINGS = 30


def mean(pauses: Floats, rates: Floats) -> float:
    """Return the mean delay of items that come evenly in each pause, by how many there are."""
    return float((rates * pauses).sum() / rates.sum() / 2)


def late(pauses: Floats, rates: Floats) -> float:
    """Return the delay that `LATE` of the items exceed."""
    shares, low, high = rates / rates.sum(), 0.0, float(pauses.max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        over = float((shares * np.maximum(1 - middle / pauses, 0.0)).sum())
        low, high = (middle, high) if over > LATE else (low, middle)
    return high
