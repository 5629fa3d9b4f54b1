"""The rates at which sources published, as they look afterwards: what the bound of a trace is worked out from.

By the policy's own profile (hours of the day, weekdays and weekends, minutes of the hour), fitted to the very items
that are measured. It leans on all sources less than the policy does, so that the bound is rather too low than too high.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from storywatch.pacing import pooling
from storywatch.pacing.arrays import Floats
from storywatch.pacing.fleet import Fleet, stacked
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.simulation.tracks import Track
from storywatch.pacing.times import HOURS, SLOT, SLOTS, hour_key, slot

LEANS = 0.5
"""Items that all sources count for in each hour, and in each five minutes of the hour, of one source."""


def rates_of(tracks: Sequence[Track], since: float, until: float) -> Floats:
    """Return items a second by source and five minutes between two moments."""
    moments = np.arange(since, until, SLOT) + SLOT / 2
    hours, slots = _each(hour_key, moments), _each(slot, moments)
    fleet = stacked([_watched(track, since, until, hours) for track in tracks])
    return np.asarray(_hourly(fleet)[:, hours] * _phases(fleet)[:, slots])


def _each(place: Callable[[float], int], moments: Floats) -> NDArray[np.int64]:
    return np.fromiter(map(place, moments.tolist()), np.int64, len(moments))


def _watched(track: Track, since: float, until: float, hours: NDArray[np.int64]) -> Rhythm:
    """Return what was seen of a source by somebody who never looked away."""
    items = track.published[(track.published >= since) & (track.published < until)]
    return Rhythm(
        items=_counts(_each(hour_key, items), HOURS),
        exposure=_counts(hours, HOURS) * np.float32(SLOT),
        phase=_counts(_each(slot, items), SLOTS),
    )


def _counts(places: NDArray[np.int64], size: int) -> NDArray[np.float32]:
    return np.bincount(places, minlength=size).astype(np.float32)


def _hourly(fleet: Fleet) -> Floats:
    levels = pooling.levels(fleet, pooling.prior(fleet))
    return pooling.smoothed(fleet, levels[:, None] * pooling.pool(fleet, levels), LEANS)


def _phases(fleet: Fleet) -> Floats:
    """Return how busy a source is in each five minutes of the hour, 1 on average."""
    counts = fleet.rhythms["phase"].astype(float) + LEANS * pooling.phase(fleet)
    return np.asarray(SLOTS * counts / counts.sum(axis=1, keepdims=True))
