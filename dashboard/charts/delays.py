"""Delays by policy: for each a bar to the mean and a line to the 95 hundredths, and a second bar for what matched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from dashboard.templates import template

WIDTH = 360
"""Units of the drawing: a phone's width, at which its letters are as large as a page's."""
EDGE = 16
TOP = 84
ROW = 44
SECOND = 14
"""More for a policy that has a second bar."""
BAR = 12
FOOT = 44


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One policy. `matched`: the mean of the items that matched, if it is known. `ours`: drawn as such."""

    name: str
    mean: timedelta
    p95: timedelta | None = None
    matched: timedelta | None = None
    ours: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DelayChart:
    """What a chart of delays says. `told`: one line below the title."""

    title: str
    told: str
    bars: Sequence[Bar]


def delay_chart(chart: DelayChart) -> str:
    """Return the chart as SVG, one policy below the other in the order given. The same chart gives the same text."""
    matched = any(bar.matched is not None for bar in chart.bars)
    heights = [ROW + (SECOND if bar.matched is not None else 0) for bar in chart.bars]
    tops = list(accumulate(heights, initial=TOP))
    scale = _scale(chart.bars)
    return template("dashboard.charts", "delays.svg").render(
        chart=chart,
        bars=[_drawn(bar, top, scale) for bar, top in zip(chart.bars, tops, strict=False)],
        matched=matched,
        width=WIDTH,
        edge=EDGE,
        bar=BAR,
        height=tops[-1] + (FOOT if matched else FOOT - 20),
        foot=tops[-1] - 8,
    )


def minutes(span: timedelta) -> str:
    """Word a delay: minutes, and hours for long ones."""
    taken = span.total_seconds() / 60
    return f"{taken:.2f} min" if taken < 10 else f"{taken:.1f} min" if taken < 120 else f"{taken / 60:.1f} h"


def _scale(bars: Sequence[Bar]) -> float:
    """Return units a second, so that the longest line reaches the edge."""
    spans = [span for bar in bars for span in (bar.mean, bar.p95, bar.matched) if span is not None]
    longest = max((span.total_seconds() for span in spans), default=0.0)
    return (WIDTH - 2 * EDGE) / longest if longest > 0 else 0.0


def _drawn(bar: Bar, top: int, scale: float) -> dict[str, object]:
    """Return one bar as the template draws it."""

    def units(span: timedelta | None) -> float | None:
        return None if span is None else round(max(span.total_seconds() * scale, 1.0), 1)

    said = f"{bar.name}: mean {minutes(bar.mean)}"
    said += f", 95 % within {minutes(bar.p95)}" if bar.p95 is not None else ""
    said += f", matched items {minutes(bar.matched)}" if bar.matched is not None else ""
    return {
        "name": bar.name,
        "said": said,
        "ours": bar.ours,
        "top": top,
        "mean": units(bar.mean),
        "p95": units(bar.p95),
        "matched": units(bar.matched),
        "mean_said": minutes(bar.mean),
        "matched_said": minutes(bar.matched) if bar.matched is not None else "",
    }
