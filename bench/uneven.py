"""What the policy does about sources that are not what they were, or not what they say, day by day.

Seven odd sources among a dozen ordinary ones, for four weeks at 96 polls a source and day: one changes its rhythm, one
dies, one is silent for ten days and returns; one dates all its items anew in each document, one gives days without
hours, one is three hours ahead, one shows items 40 minutes after their date. Each of the last four publishes as an
honest one does, so the two can be compared. For each and every day: items, polls, the mean delay from the moment when
an item could be seen, and how many items a day the policy believes in. Exits with 1 where a promise is broken.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from bench.pacing.generator import DAY, HOUR, MONDAY, Habits, leading, published, world
from storywatch.matching import Matcher
from storywatch.pacing.arrays import Floats
from storywatch.pacing.pace import POLLS_A_DAY, Budgets
from storywatch.pacing.simulation import Ours, Polled, Run, Track, finish, simulate
from storywatch.replay import Replay, StreamItem

DAYS = 28
ORDINARY = 12
SEED = 5
LISTED = 25
"""Items of a document."""
CHANGES, DIES, FALLS_SILENT, RETURNS = 14, 10, 7, 17
"""Days on which that happens, from 0; each is a Monday or near one."""
LATE = 40 * 60.0
AHEAD = 3 * HOUR
DESK = Habits(daily=30, zone=1, weekend=0.5, scheduled=0.15, batch=0.4)
NIGHT = Habits(daily=60, zone=-8, weekend=0.9, scheduled=0.15, batch=0.4)

Claim = Callable[[Floats, float], Floats]
"""From when items were published, and now, to when the source says that they were."""


def ahead(moments: Floats, now: float) -> Floats:  # noqa: ARG001 - a claim
    """Say three hours too much: local time that is called GMT."""
    return moments + AHEAD


def dateless(moments: Floats, now: float) -> Floats:  # noqa: ARG001 - a claim
    """Say only the day."""
    return np.asarray(np.floor(moments / DAY) * DAY)


def earlier(moments: Floats, now: float) -> Floats:  # noqa: ARG001 - a claim
    """Say when it was written, not when it was shown."""
    return moments - LATE


@dataclass
class Redating:
    """Dates every item of the document as of now; the real intake tells which are new."""

    replay: Replay = field(default_factory=lambda: Replay(matcher=Matcher(())))
    known: int = 0

    def __call__(self, moments: Floats, now: float) -> Floats:
        """Take in a document whose last items are these, and return the dates of those that are new."""
        at = datetime.fromtimestamp(now, UTC)
        self.known += len(moments)
        shown = range(max(0, self.known - LISTED), self.known)
        items = [
            StreamItem(id=str(number), outlet="o", published=at, title=f"Item {number}", url=f"http://e.org/{number}")
            for number in shown
        ]
        new = [item for one in items for item in self.replay.take_in(one) if item.revision.number == 1]
        return np.array([item.revision.published.timestamp() for item in new if item.revision.published])


@dataclass(frozen=True, kw_only=True)
class Odd:
    """A source that is odd, and how."""

    name: str
    moments: Floats
    claim: Claim | None = None
    twin: str | None = None


def odd_ones() -> Sequence[Odd]:
    """Return them, each drawn by the same seed."""
    desk, night = _drawn(DESK, 1), _drawn(NIGHT, 2)
    honest = _drawn(DESK, 3)
    first, died = MONDAY + CHANGES * DAY, MONDAY + DIES * DAY
    silent = (desk < MONDAY + FALLS_SILENT * DAY) | (desk >= MONDAY + RETURNS * DAY)
    return (
        Odd(name="changes its rhythm", moments=np.concatenate([desk[desk < first], night[night >= first]])),
        Odd(name="dies", moments=desk[desk < died]),
        Odd(name="returns", moments=desk[silent]),
        Odd(name="honest", moments=honest),
        Odd(name="re-dates", moments=honest, claim=Redating(), twin="honest"),
        Odd(name="days only", moments=honest, claim=dateless, twin="honest"),
        Odd(name="3 h ahead", moments=honest, claim=ahead, twin="honest"),
        Odd(name="40 min late", moments=honest, claim=earlier, twin="honest"),
    )


def _drawn(habits: Habits, seed: int) -> Floats:
    return published(leading(habits, DAYS), habits, np.random.default_rng(seed))


class Told(Ours):
    """The policy, told of some sources what they claim. `believed`: items a day it learned of them, by day."""

    def __init__(self, budgets: Budgets, claims: Mapping[int, Claim]) -> None:
        super().__init__(budgets)
        self._claims = claims
        self.believed: dict[int, list[float]] = {}

    def after(self, polled: Polled, dice: float) -> float:
        """Learn from what the source says of itself."""
        claim = self._claims.get(polled.number)
        return super().after(polled if claim is None else replace(polled, news=claim(polled.news, polled.now)), dice)

    def refresh(self, now: float) -> None:
        """Note what is believed at the end of each day."""
        super().refresh(now)
        if (now - MONDAY) % DAY == 0:
            self.note()

    def note(self) -> None:
        """Note what is believed now."""
        for number, rhythm in enumerate(self.rhythms):
            exposed = float(rhythm.exposure.sum())
            believed = float(rhythm.items.sum()) / exposed * DAY if exposed else 0.0
            self.believed.setdefault(number, []).append(believed)


@dataclass(frozen=True, kw_only=True)
class Days:
    """A source's days: items, polls, mean delays in minutes (NaN without items), items a day that are believed in."""

    items: Floats
    polls: Floats
    delays: Floats
    believed: Sequence[float]


def days_of(track: Track, run: Run, number: int, believed: Sequence[float]) -> Days:
    """Sum up a source by day."""
    edges = MONDAY + DAY * np.arange(DAYS + 1)
    items, _ = np.histogram(track.published, edges)
    polls, _ = np.histogram(run.polls[number], edges)
    waited, _ = np.histogram(track.published, edges, weights=(run.found[number] - track.published) / 60)
    with np.errstate(invalid="ignore"):
        return Days(items=items, polls=polls, delays=waited / items, believed=believed[1:])


def run() -> dict[str, Days]:
    """Simulate all of them together."""
    odd = odd_ones()
    ordinary = world(SEED, sources=ORDINARY, days=DAYS)
    tracks = [*(Track(source=one.name, published=one.moments) for one in odd), *ordinary.tracks]
    claims = {number: one.claim for number, one in enumerate(odd) if one.claim is not None}
    policy = Told(Budgets(total=POLLS_A_DAY * len(tracks)), claims)
    ran = finish(simulate(tracks, policy, begin=MONDAY, end=MONDAY + DAYS * DAY, seed=SEED))
    assert ran.early == 0
    policy.note()
    return {
        one.name: days_of(track, ran, number, policy.believed[number])
        for number, (one, track) in enumerate(zip(odd, tracks, strict=False))
    }


def _show(name: str, told: Days, twin: Days | None) -> None:
    print(f"\n{name}" + (" (beside an honest source that publishes the same)" if twin else ""))
    print(f"{'day':>5}{'items':>7}{'polls':>7}{'mean min':>10}{'believes in':>13}", end="")
    print(f"{'| honest: polls':>17}{'mean min':>10}{'believes in':>13}" if twin else "")
    for day in range(DAYS):
        if twin and day % 3 != 0:
            continue
        print(f"{day:>5}{told.items[day]:>7.0f}{_cells(told, day)}", end="")
        print(f"  |      {_cells(twin, day)}" if twin else "")


def _cells(told: Days, day: int) -> str:
    return f"{told.polls[day]:>7.0f}{told.delays[day]:>10.1f}{told.believed[day]:>11.1f}/d"


def promises(told: Mapping[str, Days]) -> Sequence[tuple[str, bool]]:
    """Return what must hold, and whether it does."""
    last = slice(DAYS - 7, DAYS)
    changed, died, returned, honest = (told[name] for name in ("changes its rhythm", "dies", "returns", "honest"))
    kept = []
    delays = _mean(changed, slice(CHANGES - 7, CHANGES)), _mean(changed, last)
    kept.append((f"changes: {delays[1]:.1f} min in the last week, {delays[0]:.1f} before", delays[1] <= delays[0]))
    share = float(died.polls[last].mean() / died.polls[3:DIES].mean())
    kept.append((f"dies: {share:.2f} of its polls in the last week", share <= 0.67))
    back = returned.delays[RETURNS]
    kept.append((f"returns: {back:.1f} min on its first day back", bool(back <= 60)))
    delays = _mean(returned, slice(2, FALLS_SILENT)), _mean(returned, last)
    kept.append(
        (f"returns: {delays[1]:.1f} min in the last week, {delays[0]:.1f} before", delays[1] <= 1.5 * delays[0])
    )
    for name, most in (("re-dates", 1.25), ("days only", 1.25), ("3 h ahead", 1.25), ("40 min late", 1.25)):
        ratio = _mean(told[name], slice(7, DAYS)) / _mean(honest, slice(7, DAYS))
        spent = float(told[name].polls[7:].sum() / honest.polls[7:].sum())
        kept.append((f"{name}: {ratio:.2f} of the honest one's delay, {spent:.2f} of its polls", ratio * spent <= most))
    return kept


def _mean(told: Days, days: slice) -> float:
    return float(np.nansum(told.delays[days] * told.items[days]) / told.items[days].sum())


def main() -> None:
    """Print the tables and what holds."""
    told = run()
    twins = {one.name: one.twin for one in odd_ones()}
    for name, days in told.items():
        twin = twins[name]
        if name != "honest":
            _show(name, days, told[twin] if twin else None)
    print()
    kept = promises(told)
    for said, holds in kept:
        print(f"{'ok    ' if holds else 'BROKEN'} {said}")
    if not all(holds for _, holds in kept):
        sys.exit("a promise is broken")
