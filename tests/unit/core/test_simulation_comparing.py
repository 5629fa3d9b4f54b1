"""All policies over the same tracks: `storywatch.pacing.simulation.comparing` and the bound by hindsight."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bench.pacing.generator import DAY, MONDAY, world
from storywatch.pacing.pace import Budgets
from storywatch.pacing.simulation import Manners, Track, bound
from storywatch.pacing.simulation.comparing import BOUND, OURS, UNIFORM, WEIGHTED, Comparison, compare
from storywatch.pacing.simulation.hindsight import rates_of
from storywatch.pacing.simulation.history import Window, window_of
from storywatch.pacing.times import SLOT

WORLD = world(1, sources=6, days=5, episodes=3)
BUDGET = 96.0 * 6


def compared(tracks: Sequence[Track], budget: float = BUDGET, window: Window | None = None) -> Comparison:
    steps = compare(tracks, window or window_of(tracks), Budgets(total=budget))
    while True:
        try:
            next(steps)
        except StopIteration as done:
            told: Comparison = done.value
            return told


@pytest.fixture(scope="module")
def told() -> Comparison:
    return compared(WORLD.tracks)


def test_every_policy_is_told_at_the_same_polls(told: Comparison) -> None:
    """Delays are as they'd be at the budget; what each spent is told beside it, and for peers it is nearly that."""
    assert [one.policy for one in told.told] == [
        UNIFORM, "miniflux", "commafeed", "media_cloud", OURS, WEIGHTED, BOUND,
    ]  # fmt: skip
    assert told.polls == BUDGET
    assert {one.all.polls for one in told.told} == {BUDGET / 6}
    assert {one.all.items for one in told.told} == {told.told[0].all.items}
    peers = [one.spent / BUDGET for one in told.told if one.policy not in (OURS, WEIGHTED)]
    assert peers == pytest.approx([1.0] * 5, abs=0.05)


def test_ours_is_sooner_than_a_fixed_interval_and_nobody_sooner_than_the_bound(told: Comparison) -> None:
    means = {one.policy: one.all.mean for one in told.told}
    assert means[BOUND] == min(means.values())
    assert means[OURS] < means[UNIFORM]
    assert means[UNIFORM] == pytest.approx(450, rel=0.1)  # half of 15 minutes


def test_the_weights_of_events_are_tried_where_items_matched(told: Comparison) -> None:
    weighted = told.of(WEIGHTED)
    assert weighted is not None
    assert weighted.matched.items == sum(
        int(np.count_nonzero(np.asarray(track.matched) & (track.published >= told.window.since)))
        for track in WORLD.tracks
    )
    plain = [replace(track, matched=None) for track in WORLD.tracks]
    assert compared(plain, window=Window(begin=MONDAY, since=MONDAY, until=MONDAY + DAY / 2)).of(WEIGHTED) is None


def test_where_floors_leave_budget_unspent_all_are_compared_at_what_is_spent() -> None:
    """Nobody may poll more often than every two hours; scaling that to the budget would promise what can't be had."""
    held = [replace(track, manners=Manners(max_age=7200)) for track in WORLD.tracks]
    told = compared(held, window=Window(begin=MONDAY, since=MONDAY + DAY, until=MONDAY + 2 * DAY))
    assert told.polls <= 12 * 6
    assert {one.all.polls for one in told.told} == {told.polls / 6}
    ours = told.of(OURS)
    assert ours is not None
    assert ours.spent == pytest.approx(told.polls)
    assert ours.all.mean > 1800


def test_a_source_that_published_nothing_costs_polls_too() -> None:
    silent = Track(source="silent", published=np.zeros(0), matched=np.zeros(0, dtype=bool))
    told = compared([*WORLD.tracks[-1:], silent], 192, Window(begin=MONDAY, since=MONDAY + DAY, until=MONDAY + 2 * DAY))
    assert all(np.isfinite(one.all.mean) for one in told.told)
    uniform, ours = told.of(UNIFORM), told.of(OURS)
    assert uniform is not None
    assert ours is not None
    assert ours.all.mean < 0.8 * uniform.all.mean


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_by_hindsight_is_that_of_the_true_rates(seed: int) -> None:
    """Rather a little too low, so that nobody looks nearer to it than they are."""
    known = world(seed)
    since = MONDAY + 7 * DAY
    true = bound(known.rates[:, 7 * 288 :], SLOT, 96)
    assert bound(rates_of(known.tracks, since, known.end), SLOT, 96) / true == pytest.approx(0.985, abs=0.02)


def test_rates_by_hindsight_add_up_to_the_items() -> None:
    """Sources that publish nothing, and hours that nobody watched, have small rates and none is negative."""
    silent = Track(source="silent", published=np.zeros(0))
    rates = rates_of([*WORLD.tracks, silent], MONDAY, MONDAY + 5 * DAY)
    counts = [len(track.published) for track in WORLD.tracks]
    assert (rates[:-1].sum(axis=1) * SLOT).tolist() == pytest.approx(counts, rel=0.15)
    assert 0 < rates[-1].sum() * SLOT < 10
    assert rates.min() > 0
    assert np.isfinite(rates_of([silent], MONDAY, MONDAY + DAY / 4)).all()
