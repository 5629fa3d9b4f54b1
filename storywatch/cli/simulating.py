"""`simulate-polling`: how soon which policy would see news, for how many polls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import takewhile
from math import inf
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from channels.whole import write_whole
from dashboard.charts import delay_chart
from storage import open_store
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import MISUSE, TROUBLE, err, fail, one_line, print_json, progress_bar
from storywatch.cli.running import finished
from storywatch.cli.simulation_report import NAMES, Simulated, chart_of, print_simulation, simulation_object
from storywatch.cli.traces import TraceError, read_traces
from storywatch.model import Source, WatchConfig
from storywatch.pacing.allowance import Allowance
from storywatch.pacing.pace import POLLS_A_DAY, Budgets
from storywatch.pacing.simulation import Manners, Track
from storywatch.pacing.simulation.comparing import OURS, WEIGHTED, Comparison, compare
from storywatch.pacing.simulation.history import Window, tracks_of, window_of
from storywatch.twins import twins
from storywatch.urls import host_of

LEAST_SPAN = 3600.0
"""Seconds that the items must span, so that there is something to measure."""
OURS_TAKES = 6
"""Times as long as another policy does, for the progress bar."""


def simulate_polling(
    config: ConfigOption = Path(),
    *,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="Measure the last so many days; what lies before is learned from."),
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=1, max=1e9, help="Polls a day in all; without it 96 for each source.")
    ] = None,
    traces: Annotated[
        Path | None,
        typer.Option(metavar="FILE.jsonl[.gz]", exists=True, dir_okay=False, help="Simulate these, not the history."),
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", dir_okay=False, help="Draw the delays into this file, as SVG.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Simulate how soon polls would see your sources' items: by our policy, by others' and at best."""
    if chart is not None and chart.suffix.lower() != ".svg":
        fail(f"{chart}: the chart is written as SVG; give it a name that ends in .svg", code=MISUSE)
    subject = _of_file(traces) if traces else finished(_of_history(read_config(config)))
    window = window_of(subject.tracks, days, seen_since=subject.seen_since)
    budgets = replace(subject.budgets, total=budget) if budget else subject.budgets
    told = Simulated(
        comparison=_compared(subject.tracks, window, budgets),
        sources=len(subject.tracks),
        budget=budgets.total,
        repeated=subject.repeated,
        wished_days=days,
    )
    if json:
        print_json(simulation_object(told))
    else:
        print_simulation(told)
    if chart is not None:
        _write(chart, delay_chart(chart_of(told)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is simulated. `seen_since`: what was published before was old when it was first seen."""

    tracks: Sequence[Track]
    budgets: Budgets
    seen_since: float | None = None
    repeated: int = 0


def _of_file(path: Path) -> Subject:
    try:
        read = read_traces(path)
    except TraceError as error:
        fail(_clean(str(error)))
    _must_span(read.tracks, str(path))
    budgets = Budgets(total=POLLS_A_DAY * len(read.tracks))
    return Subject(tracks=read.tracks, budgets=budgets, repeated=read.repeated)


def _clean(text: str) -> str:
    """Return lines that can't steer a terminal."""
    return "\n".join(map(one_line, text.splitlines()))


async def _of_history(config: WatchConfig) -> Subject:
    """Read the stored items of the paced sources, and what their servers asked for last."""
    sources = _paced(config)
    async with open_store(config.settings.database) as store:
        since, floors = await store.traces.seen_since(), await store.traces.floors()
        history = await store.traces.of([source.id for source in sources])
    if since is None:
        err.print("No items are stored yet: `storywatch poll` or a running daemon stores some; then simulate again.")
        raise typer.Exit(TROUBLE)
    tracks = tracks_of(history, [_track(source, floors.get(source.id)) for source in sources])
    _must_span(tracks, "the history since the first poll", since=since.timestamp())
    budgets = Allowance.of(config).budgets(track.host for track in tracks)
    total = Allowance.of(config).paced if sources[0].every is None else POLLS_A_DAY * len(tracks)
    return Subject(tracks=tracks, budgets=replace(budgets, total=total), seen_since=since.timestamp())


def _paced(config: WatchConfig) -> Sequence[Source]:
    """Return the sources that are paced; or where none is, all that might be."""
    repeated = twins(config.sources.values())
    polled = [
        source
        for source in config.sources.values()
        if source.enabled and not source.own and not source.gaps_only and source.id not in repeated
    ]
    return [source for source in polled if source.every is None] or polled


def _track(source: Source, floor: timedelta | None) -> Track:
    manners = Manners(max_age=floor.total_seconds() if floor else 0.0)
    host = host_of(source.url)
    return Track(source=source.id, published=np.zeros(0), outlet=source.outlet, host=host, manners=manners)


def _must_span(tracks: Sequence[Track], where: str, *, since: float = -inf) -> None:
    """Refuse what leaves nothing to measure; what was published before `since` was old when it was first seen."""
    times = [float(moment) for track in tracks for moment in (*track.published[:1], *track.published[-1:])]
    if not times or max(times) - max(min(times), since) < LEAST_SPAN:
        fail(f"{where}: holds items of less than an hour; a simulation needs some days of them, better three weeks")


def _compared(tracks: Sequence[Track], window: Window, budgets: Budgets) -> Comparison:
    """Compare behind a progress bar."""
    steps = compare(tracks, window, budgets)
    with progress_bar() as progress:
        bar = progress.add_task("simulating", total=sum(map(_takes, NAMES)))
        while True:
            try:
                name, share = next(steps)
            except StopIteration as done:
                compared: Comparison = done.value
                return compared
            progress.update(bar, completed=_before(name) + _takes(name) * share, description=NAMES[name])


def _takes(policy: str) -> int:
    """Return how long a policy takes, for the bar."""
    return OURS_TAKES if policy in (OURS, WEIGHTED) else 1


def _before(policy: str) -> int:
    return sum(map(_takes, takewhile(lambda name: name != policy, NAMES)))


def _write(path: Path, document: str) -> None:
    try:
        write_whole(path, document.encode())
    except OSError as error:
        fail(f"{path} can't be written: {error.strerror}", code=TROUBLE)
