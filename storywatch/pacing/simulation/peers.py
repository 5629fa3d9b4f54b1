# ruff: noqa: ARG002 - formulas take of a poll what they need
"""How others decide when to poll next, by their published code; see docs/decisions. All pauses in seconds.

Each takes a `scale` that its pauses are multiplied with, so that all can be compared at equal numbers of polls.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from storywatch.pacing.arrays import Floats
from storywatch.pacing.simulation.engine import WINDOW
from storywatch.pacing.simulation.schemes import Polled
from storywatch.pacing.simulation.tracks import Track

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
WEEK = 7 * DAY


@dataclass(slots=True)
class Peer:
    """What the formulas share: no refreshes, first polls spread over the first pause."""

    scale: float = 1.0
    refreshed_every: float = 0.0

    def begin(self, tracks: Sequence[Track]) -> None:
        """Nothing is learned beforehand."""

    def first(self, number: int, dice: float) -> float:
        """Return seconds before the first poll."""
        return 15 * MINUTE * dice

    def refresh(self, now: float) -> None:
        """Nothing is worked out for all."""

    def held_up(self, number: int, now: float) -> float:
        """No hard limit."""
        return 0.0

    def hastened(self, now: float) -> Sequence[tuple[int, float]]:
        """Nothing is hastened."""
        return ()

    def after(self, polled: Polled, dice: float) -> float:
        """Return seconds until the next poll; `dice` is for jitter, which they don't have."""
        return self.pause(polled) * self.scale

    def pause(self, polled: Polled) -> float:
        """Return the pause by the formula."""
        raise NotImplementedError


@dataclass(slots=True)
class Uniform(Peer):
    """A fixed interval, with first polls spread over it."""

    every: float = 15 * MINUTE

    def first(self, number: int, dice: float) -> float:
        """Return seconds before the first poll."""
        return self.every * self.scale * dice

    def pause(self, polled: Polled) -> float:
        """Return the interval."""
        return self.every


@dataclass(slots=True)
class Miniflux(Peer):
    """entry_frequency: a week by the entries of the last week; 5 minutes to 24 hours, 24 below two entries."""

    def pause(self, polled: Polled) -> float:
        """Return the pause by the formula."""
        history = polled.history
        recent = history[np.searchsorted(history, polled.now - WEEK) :]
        gap = _mean_gap(recent)
        if gap is None:
            return DAY
        return min(max(WEEK / math.ceil(WEEK / max(gap, 1.0)), 5 * MINUTE), DAY)


@dataclass(slots=True)
class CommaFeed(Peer):
    """Half the mean gap of the document's entries, 5 minutes to 1 hour; sleepy feeds 1, 2 and 4 hours."""

    def pause(self, polled: Polled) -> float:
        """Return the pause by the formula."""
        history = polled.history[-WINDOW:]
        silent = polled.now - history[-1] if len(history) else np.inf
        for days, pause in ((30, 4 * HOUR), (14, 2 * HOUR), (7, HOUR)):
            if silent > days * DAY:
                return pause
        gap = _mean_gap(history)
        return HOUR if gap is None else min(max(gap / 2, 5 * MINUTE), HOUR)


@dataclass(slots=True)
class MediaCloud(Peer):
    """From 6 hours: 10 minutes more where two thirds of the document are known, an hour less where it's under one."""

    current: dict[int, float] = field(default_factory=dict)

    def pause(self, polled: Polled) -> float:
        """Return the pause by the formula."""
        before = self.current.get(polled.number, 360 * MINUTE)
        listed = min(len(polled.history), WINDOW)
        known = 1 - min(len(polled.news), listed) / listed if listed else 1.0
        pause = before
        if known >= 0.67:
            pause = before + 10 * MINUTE
        elif known < 0.33:
            pause = min(before - 60 * MINUTE, 360 * MINUTE)
        self.current[polled.number] = min(max(pause, 10 * MINUTE), DAY)
        return self.current[polled.number]


def _mean_gap(moments: Floats) -> float | None:
    return float(moments[-1] - moments[0]) / (len(moments) - 1) if len(moments) > 1 else None
