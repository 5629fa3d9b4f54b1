"""All policies over the same tracks, at equal numbers of polls."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from storywatch.pacing.pace import Budgets
from storywatch.pacing.simulation.engine import Run, simulate
from storywatch.pacing.simulation.figures import Figures, bound, figures
from storywatch.pacing.simulation.hindsight import rates_of
from storywatch.pacing.simulation.history import Window
from storywatch.pacing.simulation.ours import Ours
from storywatch.pacing.simulation.peers import CommaFeed, MediaCloud, Miniflux, Uniform
from storywatch.pacing.simulation.schemes import Scheme
from storywatch.pacing.simulation.tracks import Track
from storywatch.pacing.times import DAY, SLOT

UNIFORM, OURS, WEIGHTED, BOUND = "uniform", "storywatch", "storywatch_weighted", "bound"
PEERS: Mapping[str, Callable[[float], Scheme]] = {
    "miniflux": lambda scale: Miniflux(scale=scale),
    "commafeed": lambda scale: CommaFeed(scale=scale),
    "media_cloud": lambda scale: MediaCloud(scale=scale),
}
MOST_TRIALS = 4
CLOSE = 0.01
"""So near to the budget a peer's pauses are scaled; what is left is made good by its share."""
PEERS_WARM_UP = 4 * DAY
"""Peers go by the entries of a document and of the last week, which they are given: they are warm by then."""
HELD_BACK = 0.95
"""Where we spend less than this share of the budget, floors hold us back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a policy achieved. `spent`: its polls a day in all; the delays are as they'd be at the common number."""

    policy: str
    spent: float
    all: Figures
    matched: Figures


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What all policies achieved. `polls`: the polls a day in all at which they are compared."""

    window: Window
    polls: float
    told: Sequence[Told]

    def of(self, policy: str) -> Told | None:
        """Return what one policy achieved, None if it was not tried."""
        return next((one for one in self.told if one.policy == policy), None)


Steps = Generator[tuple[str, float], None, Comparison]


def compare(tracks: Sequence[Track], window: Window, budgets: Budgets, *, seed: int = 0) -> Steps:
    """Compare all policies at the total of the budgets. Yields each policy's name and how far it is; returns them.

    Caps hold for ours alone: the others know none. The weights of events are tried where items matched.
    """
    return (yield from _Race(tracks=tracks, window=window, budgets=budgets, seed=seed).run())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Race:
    tracks: Sequence[Track]
    window: Window
    budgets: Budgets
    seed: int

    @property
    def each(self) -> float:
        """Polls a source and day."""
        return self.budgets.total / len(self.tracks)

    def run(self) -> Steps:
        runs: dict[str, Run] = {}
        runs[UNIFORM] = yield from self._scaled(UNIFORM, lambda scale: Uniform(scale=scale, every=DAY / self.each))
        for name, make in PEERS.items():
            runs[name] = yield from self._scaled(name, make)
        runs[OURS] = yield from self._run(OURS, Ours(self.budgets), self.window.begin)
        if any(track.matched is not None and bool(track.matched.any()) for track in self.tracks):
            runs[WEIGHTED] = yield from self._run(WEIGHTED, Ours(self.budgets, stories=True), self.window.begin)
        spent = self._figures(runs[OURS]).polls
        common = self.each if spent >= HELD_BACK * self.each else spent
        told = [self._told(name, run, common) for name, run in runs.items()]
        bound = self._bound(common, told[0].all.items)
        return Comparison(window=self.window, polls=common * len(self.tracks), told=(*told, bound))

    def _scaled(self, name: str, make: Callable[[float], Scheme]) -> Generator[tuple[str, float], None, Run]:
        """Scale the pauses until the polls are the budget's, as far as floors and the formula let them be."""
        begin = max(self.window.begin, self.window.since - PEERS_WARM_UP)
        scale, tried = 1.0, list[tuple[float, Run]]()
        for _ in range(MOST_TRIALS):
            run = yield from self._run(name, make(scale), begin)
            share = self._figures(run).polls / self.each
            tried.append((abs(share - 1), run))
            if abs(share - 1) < CLOSE or share == 0:
                break
            scale *= share
        return min(tried, key=lambda one: one[0])[1]

    def _run(self, name: str, scheme: Scheme, begin: float) -> Generator[tuple[str, float], None, Run]:
        steps = simulate(self.tracks, scheme, begin=begin, end=self.window.until, seed=self.seed)
        while True:
            try:
                yield name, next(steps)
            except StopIteration as done:
                run: Run = done.value
                return run

    def _figures(self, run: Run, *, matched: bool | None = None) -> Figures:
        return figures(run, self.tracks, since=self.window.since, until=self.window.until, matched=matched)

    def _told(self, name: str, run: Run, common: float) -> Told:
        every, matched = self._figures(run), self._figures(run, matched=True)
        return Told(
            policy=name,
            spent=every.polls * len(self.tracks),
            all=every.at_equal_polls(common),
            matched=matched.at_equal_polls(common),
        )

    def _bound(self, common: float, items: int) -> Told:
        least = bound(rates_of(self.tracks, self.window.since, self.window.until), SLOT, common)
        return Told(
            policy=BOUND,
            spent=common * len(self.tracks),
            all=Figures(items=items, mean=least, p95=np.nan, polls=common),
            matched=Figures(items=0, mean=np.nan, p95=np.nan, polls=common),
        )
