"""What waiting counts: twice as long counts more than twice.

An item that waits u seconds counts u + `TAIL` u²/U, U being the usual pause. With u alone the mean delay is least, with
u² its tail; with both the mean rises by 1 % and the 95th percentile falls by 5 %.
"""

import math
from functools import cache

import numpy as np

from storywatch.pacing.arrays import Floats

TAIL = 1.0
_FINEST, _WIDEST, _STEPS = 1e-4, 1e6, 8192
"""Pauses in units of the usual one that are looked up."""


def waiting(pause: float, usual: float) -> float:
    """Return what one item a second has waited for after a pause, if they come evenly."""
    return pause * pause * (0.5 + TAIL * pause / (3 * usual))


def growth(pause: float, usual: float) -> float:
    """Return how fast `waiting` grows."""
    return pause * (1 + TAIL * pause / usual)


def pauses(waited: Floats, usual: float) -> Floats:
    """Return the pauses after which one item a second has waited for so much: `waiting` turned round, to 1/300."""
    first, step, known = _known()
    places = (np.log(waited) - 2 * math.log(usual) - first) / step
    return usual * known[np.clip(places, 0, _STEPS - 1).astype(np.int32)]


@cache
def _known() -> tuple[float, float, Floats]:
    """Return pauses by the logarithm of their waiting: its first value, its step, and the pauses."""
    fine = np.geomspace(_FINEST, _WIDEST, _STEPS * 4)
    waited = np.log(fine * fine * (0.5 + TAIL * fine / 3))
    grid, step = np.linspace(waited[0], waited[-1], _STEPS, retstep=True)
    return float(waited[0]), float(step), np.exp(np.interp(grid + step / 2, waited, np.log(fine)))
