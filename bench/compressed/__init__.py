"""The daemon itself against a loopback city that replays traces in compressed time.

The clock is one that the daemon takes as an argument. It stands still while a poll goes on and jumps to the next one
that is due, so that a day passes in minutes, and how busy the machine is changes nothing. The dice always show the
same, here and in the simulation. Everything else is real: scheduler, queues, crawler, HTTP, parser processes, SQLite,
the policy and what it remembers. The delays from publication to first sight are read from the database. Exits with 1
if their mean is more than 5 % off the simulator's.
"""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import structlog

from bench.compressed.standing import DICE, measured
from bench.pacing.generator import DAY, HOUR, MONDAY, world
from storywatch.pacing.arrays import Floats
from storywatch.pacing.pace import POLLS_A_DAY, Budgets
from storywatch.pacing.simulation import Ours, Polled, Track, finish, simulate
from storywatch.pacing.visits import FIRST_VISITS_APART

SEED, SOURCES, HOURS = 3, 12, 24
MOST_APART = 0.05


def quiet() -> None:
    """Say nothing of single polls."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


class AsTheDaemonStarts(Ours):
    """The policy in the simulator, with the daemon's first polls and its dice."""

    def first(self, number: int, dice: float) -> float:  # noqa: ARG002 - nothing is left to chance
        """Return seconds before the first poll."""
        return FIRST_VISITS_APART.total_seconds() * number

    def after(self, polled: Polled, dice: float) -> float:  # noqa: ARG002 - nothing is left to chance
        """Learn from a poll."""
        return super().after(polled, DICE)


@dataclass(frozen=True, kw_only=True)
class Both:
    """Delays in seconds of the same items, simulated and measured."""

    simulated: Floats
    measured: Floats

    @property
    def ratio(self) -> float:
        """The mean that was measured by the one that was simulated."""
        return float(self.measured.mean() / self.simulated.mean())


def both(tracks: Sequence[Track], begin: float, hours: float, folder: str, *, each: int = int(POLLS_A_DAY)) -> Both:
    """Simulate and run the daemon, at `each` polls a source and day.

    `begin`: in seconds since 1970; what was published before is in first documents.
    """
    end = begin + hours * HOUR
    policy = AsTheDaemonStarts(Budgets(total=each * len(tracks)))
    run = finish(simulate(tracks, policy, begin=begin, end=end))
    simulated = [
        (found - track.published)[(track.published >= begin) & (found < end)]
        for track, found in zip(tracks, run.found, strict=True)
    ]
    start, stop = (datetime.fromtimestamp(moment, UTC) for moment in (begin, end))
    seen = asyncio.run(measured(tracks, folder, start, stop, budget=each * len(tracks)))
    return Both(simulated=np.concatenate(simulated), measured=np.array([sight - moment for moment, sight in seen]))


def main() -> None:
    """Print both and their ratio."""
    quiet()
    tracks = world(SEED, sources=SOURCES, days=9).tracks
    with tempfile.TemporaryDirectory() as folder:
        told = both(tracks, MONDAY + 7 * DAY, HOURS, folder)
    print(f"{SOURCES} sources, {HOURS} hours from the first poll on, {POLLS_A_DAY:.0f} polls a source and day")
    print(f"{'':<12}{'items':>8}{'mean min':>10}{'p95 min':>10}")
    for name, delays in (("simulated", told.simulated), ("the daemon", told.measured)):
        print(f"{name:<12}{len(delays):>8}{delays.mean() / 60:>10.2f}{np.quantile(delays, 0.95) / 60:>10.2f}")
    print(f"mean, the daemon / simulated: {told.ratio:.3f}")
    if abs(told.ratio - 1) > MOST_APART:
        sys.exit(f"more than {MOST_APART:.0%} apart")
