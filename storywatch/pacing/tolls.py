"""What waiting counts: long waits count more than in proportion.

An item that waits u seconds counts u + u³/θ², θ being the patience. With u alone the mean delay is least; the second
part keeps down the tail, for a percent or two of the mean. `pricing` chooses θ.
"""

import math

import numpy as np

from storywatch.pacing.arrays import Floats


def waiting(pause: float, patience: float) -> float:
    """Return what one item a second has waited for after a pause, if they come evenly."""
    square = pause * pause
    return square / 2 + square * square / (4 * patience * patience)


def pause_for(waited: float, patience: float) -> float:
    """Return the pause after which one item a second has waited for so much: `waiting` turned round."""
    return patience * math.sqrt(math.sqrt(1 + 4 * waited / (patience * patience)) - 1)


def pauses(waited: Floats, patience: float) -> Floats:
    """Return the same for many."""
    return np.asarray(patience * np.sqrt(np.sqrt(1 + 4 * waited / (patience * patience)) - 1))
