"""The simulator, the peers' formulas and the bound: `storywatch.pacing.simulation`."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from storywatch.pacing.pace import Budgets
from storywatch.pacing.simulation import (
    CommaFeed,
    Manners,
    MediaCloud,
    Miniflux,
    Ours,
    Polled,
    Run,
    Scheme,
    Track,
    Uniform,
    bound,
    figures,
    finish,
    simulate,
)
from tests.unit.pacing.rhythms import MONDAY

BEGIN = MONDAY.timestamp()
HOUR, DAY, MINUTE = 3600.0, 86400.0, 60.0


def track(daily: float, *, days: int = 4, seed: int = 1, manners: Manners | None = None) -> Track:
    """Return a source that publishes at random, by day four times as often as by night."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0, days * DAY, int(daily * days * 2)))
    awake = (times % DAY > 8 * HOUR) | (rng.random(len(times)) < 0.25)
    kept = BEGIN + times[awake & (rng.random(len(times)) < 0.7)]
    return Track(source=f"s{daily}", published=kept, manners=manners or Manners())


def run(tracks: Sequence[Track], scheme: Scheme, days: float = 4, seed: int = 0) -> Run:
    """Simulate from Monday on."""
    return finish(simulate(tracks, scheme, begin=BEGIN, end=BEGIN + days * DAY, seed=seed))


TRACKS = (track(4, seed=1), track(20, seed=2), track(150, seed=3))


def test_a_fixed_interval_is_half_an_interval_late() -> None:
    """On average, and as often polled as it says: what the simulator must get right before anything else."""
    found = figures(run(TRACKS, Uniform(every=15 * MINUTE)), TRACKS, since=BEGIN + DAY, until=BEGIN + 4 * DAY)
    assert found.mean / MINUTE == pytest.approx(7.5, rel=0.06)
    assert found.p95 / MINUTE == pytest.approx(14.25, rel=0.03)
    assert found.polls == pytest.approx(96, rel=0.01)


def test_ours_spends_as_much_and_is_sooner() -> None:
    """Without a day to learn from."""
    uniform, ours = (
        figures(run(TRACKS, scheme), TRACKS, since=BEGIN, until=BEGIN + 4 * DAY)
        for scheme in (Uniform(every=15 * MINUTE), Ours(Budgets(total=96 * 3)))
    )
    assert ours.polls == pytest.approx(96, rel=0.05)
    assert ours.mean < 0.8 * uniform.mean
    assert ours.p95 < 1.1 * uniform.p95


def test_one_source_alone_is_found_sooner() -> None:
    """Its hours of work get the polls of its nights, within what it may spend; the trim doesn't run away."""
    rng = np.random.default_rng(7)
    hours = np.sort(rng.uniform(8, 18, (14, 30)))
    alone = [Track(source="office", published=BEGIN + (24 * np.arange(14)[:, None] + hours).ravel() * HOUR)]
    ours = Ours(Budgets(total=96))
    found = figures(run(alone, ours, 14), alone, since=BEGIN + 5 * DAY, until=BEGIN + 14 * DAY)
    assert found.polls == pytest.approx(96, rel=0.05)
    assert found.mean < 0.85 * 450
    assert found.p95 < 855
    assert ours.policy.pace.trim > 0.5


def test_the_same_seed_gives_the_same_run() -> None:
    """And another one another."""
    polls = [np.concatenate(run(TRACKS, Ours(Budgets(total=288)), 1, seed).polls) for seed in (1, 1, 2)]
    assert np.array_equal(polls[0], polls[1])
    assert not np.array_equal(polls[0], polls[2])


@pytest.mark.parametrize("scheme", [Ours(Budgets(total=600)), Uniform(every=MINUTE), CommaFeed(scale=0.1)])
def test_no_poll_before_a_floor(scheme: Scheme) -> None:
    """max-age and Retry-After hold whoever decides; a minute holds always."""
    held = tuple(
        replace(one, manners=Manners(max_age=age, refuses=0.2, retry_after=1800))
        for one, age in zip(TRACKS, (0.0, 600.0, 3600.0), strict=True)
    )
    done = run(held, scheme, 2)
    gaps = [np.diff(polls) for polls in done.polls]
    assert done.early == 0
    assert gaps[0].min() >= MINUTE
    assert gaps[1].min() >= 600 - 1e-6
    assert gaps[2].min() >= 1800 - 1e-6
    assert (gaps[2] >= 3600 - 1e-6).mean() > 0.5


def test_what_floors_leave_is_spent_on_the_others() -> None:
    """The budget is spent although one source may be polled once an hour only."""
    held = (TRACKS[0], TRACKS[1], replace(TRACKS[2], manners=Manners(max_age=3600)))
    spent = figures(run(held, Ours(Budgets(total=288))), held, since=BEGIN + DAY, until=BEGIN + 4 * DAY)
    assert spent.polls == pytest.approx(96, rel=0.03)


def test_what_shows_up_late_is_found_late() -> None:
    """By a poll after it could be seen; the delay counts from its publication."""
    late = replace(TRACKS[1], seen_from=TRACKS[1].published + HOUR)
    found = figures(run([late], Uniform(every=15 * MINUTE)), [late], since=BEGIN, until=BEGIN + 3 * DAY)
    assert found.mean / MINUTE == pytest.approx(67.5, rel=0.02)


def test_matches_shorten_the_delay_of_what_matches() -> None:
    """One source of four has an event on the second day; all publish as much."""
    tracks = [track(40, seed=seed) for seed in range(4)]
    hot = (tracks[0].published > BEGIN + DAY) & (tracks[0].published < BEGIN + 2 * DAY)
    tracks[0] = replace(tracks[0], matched=hot)
    plain, stories = (
        figures(run(tracks, ours), tracks, since=BEGIN, until=BEGIN + 4 * DAY, matched=True)
        for ours in (Ours(Budgets(total=384)), Ours(Budgets(total=384), stories=True))
    )
    assert stories.items == plain.items == hot.sum()
    assert stories.mean < 0.7 * plain.mean


def test_no_rolling_hour_spends_more_than_twice_its_share() -> None:
    """Though all sources publish in the same hour of the day."""
    base = BEGIN + DAY * np.arange(4)[:, None] + np.linspace(9 * HOUR, 10 * HOUR, 100)
    tracks = [Track(source=str(number), published=np.sort(base.ravel() + number)) for number in range(8)]
    polls = np.sort(np.concatenate(run(tracks, Ours(Budgets(total=96 * 8))).polls))
    in_an_hour = np.searchsorted(polls, polls + HOUR, side="right") - np.arange(len(polls))
    assert in_an_hour.max() <= 2 * 96 * 8 / 24 + 1


def polled(history: Sequence[float], now: float, *, new: int = 0) -> Polled:
    """Return a poll at which so many of the items were new."""
    moments: NDArray[np.float64] = np.array(history, dtype=float)
    news = moments[len(moments) - new :]
    return Polled(number=0, now=now, since=0.0, news=news, history=moments, matched=0, held=0, refused=False)


def evenly(count: int, gap: float, end: float) -> list[float]:
    """Return so many moments, the last one at `end`."""
    return [end - gap * before for before in reversed(range(count))]


NOW = BEGIN + 40 * DAY


@pytest.mark.parametrize(
    ("history", "minutes"),
    [
        (evenly(169, HOUR, NOW), 60),
        (evenly(9000, MINUTE, NOW), 5),
        (evenly(2, DAY, NOW - 8 * DAY), 1440),
        ([NOW], 1440),
        ([], 1440),
    ],
)
def test_miniflux(history: Sequence[float], minutes: float) -> None:
    """entry_frequency: the mean gap of the last week, 5 minutes to a day, a day below two entries."""
    assert Miniflux().after(polled(history, NOW), 0) / MINUTE == pytest.approx(minutes, rel=0.01)


@pytest.mark.parametrize(
    ("history", "minutes"),
    [
        (evenly(30, HOUR, NOW), 30),
        (evenly(30, MINUTE, NOW), 5),
        (evenly(30, 6 * HOUR, NOW), 60),
        (evenly(30, HOUR, NOW - 8 * DAY), 60),
        (evenly(30, HOUR, NOW - 15 * DAY), 120),
        (evenly(30, HOUR, NOW - 31 * DAY), 240),
        ([], 240),
    ],
)
def test_commafeed(history: Sequence[float], minutes: float) -> None:
    """Half the mean gap, 5 minutes to an hour; longer for what is silent."""
    assert CommaFeed().after(polled(history, NOW), 0) / MINUTE == pytest.approx(minutes)


def test_media_cloud() -> None:
    """Ten minutes more while most is known, an hour less where most is new, between ten minutes and a day."""
    scheme, history = MediaCloud(), evenly(100, HOUR, NOW)
    pauses = [scheme.after(polled(history, NOW, new=new), 0) / MINUTE for new in (0, 0, 12, 25, 25, 25)]
    assert pauses == [370, 380, 380, 320, 260, 200]
    assert [scheme.after(polled(history, NOW, new=25), 0) / MINUTE for _ in range(6)][-1] == 10


def test_the_bound_of_even_sources_is_a_fixed_interval() -> None:
    """Half of it; where rates differ it is lower, by Cauchy and Schwarz."""
    assert bound(np.full((3, 96), 1e-4), 900, 96) == pytest.approx(450)
    uneven = np.array([[1e-4] * 96, [4e-4] * 96])
    assert bound(uneven, 900, 96) == pytest.approx(450 * (1.5 * 1.5) / 2.5)


def test_it_tells_how_far_it_is() -> None:
    """From nothing to one, as it goes."""
    steps = list(simulate(TRACKS, Ours(Budgets(total=288)), begin=BEGIN, end=BEGIN + DAY))
    assert steps == sorted(steps)
    assert len(steps) == 8
    assert steps[-1] == 1


def test_nothing_published_is_no_error() -> None:
    """Nor are no sources."""
    silent = [Track(source="s", published=np.zeros(0))]
    assert figures(run(silent, Ours(Budgets(total=96))), silent, since=BEGIN, until=BEGIN + DAY).items == 0
    assert run([], Ours(Budgets(total=0))).polls == []
