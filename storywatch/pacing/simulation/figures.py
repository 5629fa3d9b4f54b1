"""What a run achieved: delays from publication to the poll that found the item, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from storywatch.pacing.arrays import Floats
from storywatch.pacing.simulation.engine import Run
from storywatch.pacing.simulation.tracks import Track

DAY = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Delays in seconds over `items` items, and polls a source and day. NaN where there is no item."""

    items: int
    mean: float
    p95: float
    polls: float

    def at_equal_polls(self, polls: float) -> "Figures":
        """Return the delays as they'd be at another number of polls, to which they are inverse."""
        by = self.polls / polls
        return Figures(items=self.items, mean=self.mean * by, p95=self.p95 * by, polls=polls)


def figures(run: Run, tracks: Sequence[Track], *, since: float, until: float, matched: bool | None = None) -> Figures:
    """Sum up what was published between two moments; of all items, of the matched, or of the others."""
    found = [_delays(track, one, since, until, matched=matched) for track, one in zip(tracks, run.found, strict=True)]
    delays = np.concatenate([*found, np.zeros(0)])
    polls = sum(int(np.count_nonzero((one >= since) & (one < until))) for one in run.polls)
    spent = polls / max(len(tracks), 1) / ((until - since) / DAY)
    if not len(delays):
        return Figures(items=0, mean=np.nan, p95=np.nan, polls=spent)
    return Figures(items=len(delays), mean=float(delays.mean()), p95=float(np.quantile(delays, 0.95)), polls=spent)


def _delays(track: Track, found: Floats, since: float, until: float, *, matched: bool | None) -> Floats:
    chosen = (track.published >= since) & (track.published < until) & ~np.isnan(found)
    if matched is not None:
        chosen &= (np.zeros(len(chosen), bool) if track.matched is None else track.matched) == matched
    return np.asarray((found - track.published)[chosen])


def bound(rates: Floats, step: float, polls: float) -> float:
    """Return the least mean delay in seconds that any policy can reach that knows the rates but not the items.

    `rates`: items a second, by source and stretch of `step` seconds. `polls`: a source and day, on average. The mean
    of (Σ∫√λ)² / (2B ∫Σλ), with B polls over the whole time: a fluid of polls at the rate √λ.
    """
    sources, steps = rates.shape
    total = polls * sources * steps * step / DAY
    return float((np.sqrt(rates).sum() * step) ** 2 / (2 * total * rates.sum() * step))
