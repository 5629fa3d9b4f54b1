"""How soon items are found, by policy: the delay from publication to poll, at equal numbers of polls.

Synthetic traces (`generator`) over several seeds, mean and standard deviation. Printed beside each figure: its target.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.pacing import generator
from bench.pacing.generator import DAY, SLOT, World
from storywatch.pacing.pace import Budgets
from storywatch.pacing.simulation import (
    CommaFeed,
    Figures,
    Manners,
    MediaCloud,
    Miniflux,
    Ours,
    Run,
    Scheme,
    Track,
    Uniform,
    bound,
    figures,
    finish,
    simulate,
)

SEEDS = range(5)
PEERS: dict[str, Callable[[float], Scheme]] = {
    "Miniflux, scaled": lambda scale: Miniflux(scale=scale),
    "CommaFeed, scaled": lambda scale: CommaFeed(scale=scale),
    "Media Cloud, scaled": lambda scale: MediaCloud(scale=scale),
}
SCALINGS = 3
"""Runs until a peer's formula, which knows no budget, makes as many polls as the others."""
MAX_AGES, THEIR_SHARES = (0.0, 60.0, 300.0, 600.0, 900.0, 1800.0), (0.4, 0.2, 0.15, 0.1, 0.1, 0.05)
REFUSING, REFUSED, RETRY_AFTER = 0.15, 0.02, (120.0, 600.0, 1800.0)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One experiment: so many sources, days and days of warm-up, at a budget."""

    polls: float = 96.0
    sources: int = 24
    days: int = 10
    warm: int = 4
    episodes: int = 0

    def world(self, seed: int) -> World:
        """Return the world of a seed."""
        return generator.world(seed, sources=self.sources, days=self.days, episodes=self.episodes)

    def run(self, world: World, scheme: Scheme, seed: int) -> Run:
        """Let a scheme poll it."""
        return finish(simulate(world.tracks, scheme, begin=world.begin, end=world.end, seed=seed))

    def figures(self, world: World, run: Run, *, matched: bool | None = None) -> Figures:
        """Sum up what came after the warm-up."""
        since = world.begin + self.warm * DAY
        return figures(run, world.tracks, since=since, until=world.end, matched=matched)

    def ours(self, *, stories: bool = False) -> Ours:
        """Return our policy."""
        return Ours(Budgets(total=self.polls * self.sources), stories=stories)

    def uniform(self) -> Uniform:
        """Return a fixed interval."""
        return Uniform(every=DAY / self.polls)


def main() -> None:
    began, worked = time.monotonic(), time.process_time()
    for plan in (Plan(polls=24), Plan(), Plan(polls=288, sources=6, days=5, warm=2)):
        _print_bound(plan)
    _print_peers(Plan())
    _print_stories(Plan(days=8, warm=2, episodes=7))
    _print_floors(Plan(days=7, warm=3))
    worked = time.process_time() - worked
    print(f"\n{worked:.0f} s of CPU, {time.monotonic() - began:.0f} s in all; target under 60 on a core of its own")


def _print_bound(plan: Plan) -> None:
    rows = [_beside_the_bound(plan, seed) for seed in SEEDS]
    print(f"\n{plan.polls:.0f} polls a source and day: {plan.sources} sources, {plan.days} days, {plan.warm} to learn")
    targets = ("1.12" if plan.polls == 96 else "", "", "", "1.10", "0.98 to 1.02", "0")
    names = ("mean/bound", "uniform/bound", "mean/uniform", "p95/uniform", "spent/budget", "polls before a floor")
    _print_rows(names, rows, targets)


def _beside_the_bound(plan: Plan, seed: int) -> Sequence[float]:
    world = plan.world(seed)
    run = plan.run(world, plan.ours(), seed)
    ours, uniform = plan.figures(world, run), plan.figures(world, plan.run(world, plan.uniform(), seed))
    least = bound(world.rates[:, int(plan.warm * DAY / SLOT) :], SLOT, plan.polls)
    return (
        ours.mean / least,
        uniform.mean / least,
        ours.mean / uniform.mean,
        ours.p95 / uniform.p95,
        ours.polls / plan.polls,
        run.early,
    )


def _print_rows(names: Iterable[str], rows: Sequence[Sequence[float]], targets: Iterable[str]) -> None:
    for name, values, target in zip(names, np.transpose(rows), targets, strict=True):
        wanted = f"   target {target}" if target else ""
        print(f"  {name:28} {values.mean():7.3f} ± {values.std():.3f}{wanted}")


def _print_peers(plan: Plan) -> None:
    """One seed: the differences are far larger than the spread."""
    world = plan.world(0)
    print(
        f"\nPeers at {plan.polls:.0f} polls a source and day, one seed: mean and p95 in minutes, as ratios to uniform"
    )
    uniform = plan.figures(world, plan.run(world, plan.uniform(), 0)).at_equal_polls(plan.polls)
    ours = plan.figures(world, plan.run(world, plan.ours(), 0)).at_equal_polls(plan.polls)
    named = {"uniform": uniform, **{name: _scaled(plan, world, make) for name, make in PEERS.items()}, "ours": ours}
    for name, one in named.items():
        print(
            f"  {name:28} {one.mean / 60:6.2f} {one.p95 / 60:6.1f}"
            f"   {one.mean / uniform.mean:5.2f} {one.p95 / uniform.p95:5.2f}"
        )


def _scaled(plan: Plan, world: World, make: Callable[[float], Scheme]) -> Figures:
    scale = 1.0
    for _ in range(SCALINGS):
        found = plan.figures(world, plan.run(world, make(scale), 0))
        scale *= found.polls / plan.polls
    return found.at_equal_polls(plan.polls)


def _print_stories(plan: Plan) -> None:
    rows = [_with_stories(plan, seed) for seed in SEEDS]
    print(f"\nLive events: {plan.episodes} in {plan.days} days, {plan.sources} sources, as ratios to uniform")
    names = ("matched items", "mean of matched", "p95 of matched", "mean of others", "p95 of all", "spent/budget")
    _print_rows(names, rows, ("", "0.50", "1.10", "", "1.10", "0.98 to 1.02"))


def _with_stories(plan: Plan, seed: int) -> Sequence[float]:
    world = plan.world(seed)
    run, fixed = plan.run(world, plan.ours(stories=True), seed), plan.run(world, plan.uniform(), seed)
    hits, fixed_hits = (plan.figures(world, one, matched=True) for one in (run, fixed))
    others, fixed_others = (plan.figures(world, one, matched=False) for one in (run, fixed))
    every, fixed_every = (plan.figures(world, one) for one in (run, fixed))
    return (
        hits.items,
        hits.mean / fixed_hits.mean,
        hits.p95 / fixed_hits.p95,
        others.mean / fixed_others.mean,
        every.p95 / fixed_every.p95,
        every.polls / plan.polls,
    )


def _print_floors(plan: Plan) -> None:
    rows = [_under_floors(plan, seed) for seed in SEEDS]
    print("\nServers with max-age and Retry-After: as ratios to uniform under the same floors")
    names = ("mean", "p95", "spent/budget", "uniform's spent/budget", "polls before a floor")
    _print_rows(names, rows, ("0.75", "1.10", "0.98 to 1.02", "", "0"))


def _under_floors(plan: Plan, seed: int) -> Sequence[float]:
    world = plan.world(seed)
    world = replace(world, tracks=tuple(_mannered(world.tracks, np.random.default_rng([seed, 1]))))
    run = plan.run(world, plan.ours(), seed)
    ours, uniform = plan.figures(world, run), plan.figures(world, plan.run(world, plan.uniform(), seed))
    return (
        ours.mean / uniform.mean,
        ours.p95 / uniform.p95,
        ours.polls / plan.polls,
        uniform.polls / plan.polls,
        run.early,
    )


def _mannered(tracks: Iterable[Track], dice: np.random.Generator) -> Iterator[Track]:
    """Give each source's server its manners."""
    for track in tracks:
        manners = Manners(
            max_age=float(dice.choice(MAX_AGES, p=THEIR_SHARES)),
            refuses=REFUSED if dice.random() < REFUSING else 0.0,
            retry_after=float(dice.choice(RETRY_AFTER)),
        )
        yield replace(track, manners=manners)
