"""What `simulate-polling` prints and draws."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.table import Table

from dashboard.charts import Bar, DelayChart
from storywatch.cli.excerpts import hanging
from storywatch.cli.output import out
from storywatch.pacing.simulation.comparing import BOUND, HELD_BACK, OURS, UNIFORM, WEIGHTED, Comparison, Told
from storywatch.pacing.times import DAY

NAMES = {
    UNIFORM: "uniform",
    "miniflux": "Miniflux, scaled",
    "commafeed": "CommaFeed, scaled",
    "media_cloud": "Media Cloud, scaled",
    OURS: "Storywatch",
    WEIGHTED: "Storywatch by events",
    BOUND: "bound",
}
FEW = 300
"""Below so many items, a mean is off by a tenth or so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulated:
    """A comparison, and what it was made of. `repeated`: lines that told of a known item; `wished_days`: as asked."""

    comparison: Comparison
    sources: int
    budget: float
    repeated: int = 0
    wished_days: int | None = None

    @property
    def days(self) -> float:
        """How many days are measured."""
        return (self.comparison.window.until - self.comparison.window.since) / DAY

    @property
    def warm_up(self) -> float:
        """How many days before them policies could learn."""
        return (self.comparison.window.since - self.comparison.window.begin) / DAY

    def told(self, policy: str) -> Told:
        """Return what a policy achieved that is always tried."""
        return next(one for one in self.comparison.told if one.policy == policy)


# JSON ----------------------------------------------------------------------------------------------------------------


def simulation_object(told: Simulated) -> dict[str, Any]:
    """Return the object that `simulate-polling` prints; delays in seconds."""
    uniform = told.told(UNIFORM)
    return {
        "since": _moment(told.comparison.window.since),
        "until": _moment(told.comparison.window.until),
        "warm_up_days": round(told.warm_up, 3),
        "sources": told.sources,
        "items": uniform.all.items,
        "matched_items": uniform.matched.items,
        "repeated": told.repeated,
        "budget": told.budget,
        "compared_at": round(told.comparison.polls, 1),
        "policies": [_policy_object(one, told) for one in told.comparison.told],
    }


def _policy_object(one: Told, told: Simulated) -> dict[str, Any]:
    uniform, bound = told.told(UNIFORM), told.told(BOUND)
    return {
        "policy": one.policy,
        "polls_a_day": round(one.spent, 1),
        "mean": _number(one.all.mean),
        "p95": _number(one.all.p95),
        "mean_of_uniform": _number(one.all.mean / uniform.all.mean),
        "p95_of_uniform": _number(one.all.p95 / uniform.all.p95),
        "mean_of_bound": _number(one.all.mean / bound.all.mean),
        "matched_mean": _number(one.matched.mean),
        "matched_p95": _number(one.matched.p95),
        "matched_of_uniform": _number(one.matched.mean / uniform.matched.mean),
    }


def _number(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# For people ----------------------------------------------------------------------------------------------------------


def print_simulation(told: Simulated) -> None:
    """Print what was measured, the table, and what to make of it."""
    window, items = told.comparison.window, told.told(UNIFORM).all.items
    span = f"{_moment(window.since):%Y-%m-%d %H:%MZ} to {_moment(window.until):%Y-%m-%d %H:%MZ}"
    out.print(f"{_counted(told.sources, 'source')}, {_counted(items, 'item')} of {span},", markup=False)
    out.print(f"after {told.warm_up:.1f} days to learn from; {told.budget:,.0f} polls a day", markup=False)
    out.print()
    out.print(_table(told))
    out.print()
    for remark in _remarks(told):
        for line in hanging(remark, out.width, 2):
            out.print(line, style="dim", markup=False)


def _table(told: Simulated) -> Table:
    matched = told.told(UNIFORM).matched.items > 0
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("policy", no_wrap=True)
    titles = ["polls\na day", "mean\nmin", "p95\nmin", "mean ÷\nuniform", "mean ÷\nbound"]
    for title in [*titles, *(["matched\nmin", "matched ÷\nuniform"] if matched else [])]:
        table.add_column(title, justify="right", no_wrap=True)
    for one in told.comparison.told:
        row = _policy_object(one, told)
        ours = "bold" if one.policy in (OURS, WEIGHTED) else ""
        cells = [f"{one.spent:,.0f}", _minutes(row["mean"]), _minutes(row["p95"])]
        cells += [_ratio(row["mean_of_uniform"]), _ratio(row["mean_of_bound"])]
        cells += [_minutes(row["matched_mean"]), _ratio(row["matched_of_uniform"])] if matched else []
        table.add_row(NAMES[one.policy], *cells, style=ours)
    return table


def _remarks(told: Simulated) -> Iterator[str]:
    """Say what the figures rest on."""
    common, uniform = told.comparison.polls, told.told(UNIFORM)
    yield (
        f"Delays run from publication to the poll that finds the item. They are scaled to {common:,.0f} polls a day, "
        "so that no policy looks better for having made more: delays are inverse to polls."
    )
    if told.told(OURS).spent < HELD_BACK * told.budget:
        yield "Floors keep Storywatch below the budget, so all are compared at what it spent."
    yield "Bound: nobody is sooner who knows all rates, but not the items. The rates are fitted by hindsight."
    if uniform.matched.items:
        yield (
            f"Matched: the {uniform.matched.items:,} items that matched an event. Storywatch by events polls the "
            "sources of such items sooner."
        )
    if uniform.all.items < FEW:
        yield "So few items tell little: differences of a tenth or more may be chance."
    if told.wished_days is not None and told.days < told.wished_days - 0.01:
        yield f"There are only {told.days:.1f} days to measure, and none before them to learn from."
    if told.repeated:
        again = _counted(told.repeated, "line")
        yield f"{again} told again of an item that another has: of the same source and time, or `id`."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds / 60:.2f}" if seconds < 6000 else f"{seconds / 60:,.0f}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def chart_of(told: Simulated) -> DelayChart:
    """Return the chart."""
    items = told.told(UNIFORM).all.items
    each = told.comparison.polls / told.sources
    said = f"{_counted(told.sources, 'source')}, {each:.0f} polls a day each, {told.days:.0f} days, {items:,} items"
    bars = [_bar(one) for one in told.comparison.told if math.isfinite(one.all.mean)]
    return DelayChart(title="How soon each policy sees news", told=said, bars=bars)


def _bar(one: Told) -> Bar:
    return Bar(
        name=NAMES[one.policy],
        mean=timedelta(seconds=one.all.mean),
        p95=_span(one.all.p95),
        matched=_span(one.matched.mean),
        ours=one.policy in (OURS, WEIGHTED),
    )


def _span(seconds: float) -> timedelta | None:
    return timedelta(seconds=seconds) if math.isfinite(seconds) else None
