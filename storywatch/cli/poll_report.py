"""How `explain-poll` looks on a terminal: 80 columns are enough."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from textwrap import wrap

from rich.text import Text

from storywatch.cli.latency import brief
from storywatch.cli.output import one_line, out
from storywatch.explaining_polls import Floor, PollExplained, Steered
from storywatch.latency import Quantiles

BLOCKS = " ▁▂▃▄▅▆▇█"
HEIGHT = 3
"""Lines of a chart of the day."""
LABEL = 11
"""Columns before what a line says."""
HOUR_COLUMNS = 2
WIDTH = 78
FEW = 1.0
"""With fewer items nothing is learned."""


def print_poll(told: PollExplained, now: datetime) -> None:
    """Print an explanation."""
    out.print(Text(told.source.id, "bold").append(one_line(f"  {told.url}"), "dim"))
    out.print()
    for label, text in (("next poll", _when(told.next_poll_at, now)), ("why then", told.why)):
        _print_line(label, text, bold=label == "next poll")
    for label, text in _figures(told):
        _print_line(label, text)
    out.print()
    for line in _rhythm(told, now):
        out.print(line)
    out.print()
    _print_floors(told.floors, now)
    out.print()
    for label, spans in (("seen", told.sights), ("told", told.told)):
        _print_line(label, _latency(spans, _SPANS[label]))


_SPANS = {
    "seen": "from publication to first sight, of its items",
    "told": "the same, of what became an update",
}


def _print_line(label: str, text: str, *, bold: bool = False) -> None:
    """Print a labelled text, wrapped under itself."""
    lines = wrap(one_line(text), WIDTH - LABEL, break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines):
        shown = Text(f"{label if not number else '':<{LABEL}}", "cyan").append(line, "bold" if bold else "")
        out.print(shown)


def _when(moment: datetime, now: datetime) -> str:
    shown = f"{moment:%Y-%m-%d %H:%M:%S}Z"
    return f"{shown}, in {brief(moment - now)}" if moment > now else f"{shown}: due since {brief(now - moment)}"


# Cost and gain --------------------------------------------------------------------------------------------------------


def _figures(told: PollExplained) -> Iterator[tuple[str, str]]:
    paced = told.steered in _BY_PACE
    if paced:
        yield "cost", f"a poll is worth {_waited(told.price)} of waiting now{_weighed(told)}"
        yield "gain", f"it ends {_waited(told.gain.waited)} of waiting; {_items(told.gain.items)} are to be expected"
    yield "polls", f"{told.polls_a_day:.0f} a day foreseen, of {told.budget:,.0f} for all; {told.polls:,} so far"
    if paced:
        yield "limit", f"all paced sources may make {max(told.left, 0):.0f} polls at once; each hour brings more"
        yield "weight", _weight(told)


_BY_PACE = {Steered.PACE, Steered.FLOOR, Steered.LIMIT, Steered.PUSH}


def _weighed(told: PollExplained) -> str:
    return f", {_waited(told.wait.cost)} of this source's" if told.weight < 1 else ""


def _weight(told: PollExplained) -> str:
    if told.chance is None:
        return "no events are followed, so that every item counts alike"
    return (
        f"{told.weight:.2f}: of all new items {_percent(told.chance)} match a live event just now, "
        f"of its own usually {told.likelier:.1f} times as many"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


def _items(items: float) -> str:
    return f"{items:.2g} items"


def _waited(item_seconds: float) -> str:
    for size, unit in ((86_400, "item-days"), (3600, "item-hours"), (60, "item-minutes")):
        if item_seconds >= 2 * size:
            return f"{item_seconds / size:,.3g} {unit}"
    return f"{item_seconds:.2g} item-seconds"


# The rhythm -----------------------------------------------------------------------------------------------------------


def _rhythm(told: PollExplained, now: datetime) -> Iterator[Text]:
    most = max(*told.working, *told.weekend)
    yield Text(f"items an hour, UTC: {told.items_a_day:.1f} a day, {_learned(told)}", "bold")
    weekend = now.weekday() > 4
    for name, hours, today in (("Mon-Fri", told.working, not weekend), ("Sat, Sun", told.weekend, weekend)):
        yield from _chart(name, hours, most, now.hour if today else None)
    ticks = "".join(f"{hour:<{3 * HOUR_COLUMNS}}" for hour in range(0, 24, 3))
    yield Text(" " * (LABEL + 7) + ticks, "dim")
    minutes = "".join(_block(one / max(told.minutes)) * 4 for one in told.minutes)
    yield Text(f"{'minutes':<{LABEL + 7}}", "cyan").append(minutes, "green")
    yield Text(" " * (LABEL + 7) + "".join(f":{minute:02}{' ' * 9}" for minute in range(0, 60, 15)), "dim")


def _learned(told: PollExplained) -> str:
    if told.items_seen < FEW:
        return "guessed from what all sources do"
    return f"learned from {told.items_seen:.0f} items in {brief(told.watched)}"


def _chart(name: str, hours: Sequence[float], most: float, now: int | None) -> Iterator[Text]:
    """Yield the lines of a bar chart, the highest first; the hour that it is stands out."""
    for line in reversed(range(HEIGHT)):
        label = name if line == HEIGHT - 1 else ""
        scale = f"{most:6.3g}" if line == HEIGHT - 1 else "     0" if line == 0 else ""
        text = Text(f"{label:<{LABEL}}", "cyan").append(f"{scale:>6} ", "dim")
        for hour, rate in enumerate(hours):
            part = rate / most * HEIGHT - line
            text.append(_block(part) * HOUR_COLUMNS, "bold yellow" if hour == now else "green")
        yield text


def _block(part: float) -> str:
    """Return the character that is filled to a part, of 0 to 1; what is more than nothing is seen."""
    eighths = max(min(part, 1.0), 0.0) * 8
    return BLOCKS[round(eighths)]


# What holds it --------------------------------------------------------------------------------------------------------


def _print_floors(floors: Sequence[Floor], now: datetime) -> None:
    if not floors:
        _print_line("floors", "nothing forbids a poll")
    for number, floor in enumerate(floors):
        _print_line("floors" if not number else "", f"{_until(floor, now)}{floor.says}")


def _until(floor: Floor, now: datetime) -> str:
    if floor.until is None:
        return ""
    over = floor.until <= now
    return f"until {floor.until:%H:%M}Z{' (over)' if over else _ahead(floor.until - now)}: "


def _ahead(span: timedelta) -> str:
    return f" (in {brief(span)})"


def _latency(spans: Quantiles | None, what: str) -> str:
    if spans is None:
        return f"{what}: none in 30 days"
    return f"{what}: half within {brief(spans.p50)}, 95 % within {brief(spans.p95)} ({spans.count} in 30 days)"
