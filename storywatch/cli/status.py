"""`status`: what is watched, what is due, what failed, and whether all is well."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from storage import open_store
from storage.queries import Rows
from storywatch.audience import key_of
from storywatch.cli.clock import utc_now
from storywatch.cli.latency import DAYS, ledger_object, ledger_rows
from storywatch.cli.listing import alarm_of
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import TROUBLE, err, one_line, out, print_json, print_rows, shown
from storywatch.cli.running import finished
from storywatch.health import Health, troubles
from storywatch.latency import Passage, ledger
from storywatch.model import WatchConfig
from storywatch.remedies import headline

SHOWN_ALARMS = 20
"""So many open alarms `status` shows; `alarms` shows them all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What `status` tells."""

    counts: Mapping[str, Any]
    health: Health
    alarms: Rows
    endpoints: Rows
    optouts: Rows
    trouble: tuple[str, ...]
    passages: Sequence[Passage] = ()


def status(config: ConfigOption = Path(), *, json: JsonOption = False) -> None:
    """Show what is watched, what is due and what failed."""
    loaded = read_config(config)
    told = finished(_status(loaded.settings.database))
    if json:
        print_json({**status_object(told), "latency": ledger_object(ledger(told.passages))})
    else:
        _print_status(told)
        for line in left_by(told.optouts, loaded):
            out.print(f"  {line}", style="yellow", markup=False)
        if told.passages:
            out.print()
            columns = ("latency", "updates", "half within", "95 % within")
            print_rows(ledger_rows(told.passages), columns, empty="", as_json=False)
        _print_warnings(told)
    if told.trouble:
        raise typer.Exit(TROUBLE)


async def _status(url: str) -> Status:
    now = utc_now()
    async with open_store(url) as store:
        health = await store.queries.health(now)
        health = replace(health, running=None if store.alone is None else not store.alone)
        return Status(
            counts=await store.queries.status(now),
            health=health,
            alarms=await store.queries.alarms(SHOWN_ALARMS),
            endpoints=await store.queries.endpoints(SHOWN_ALARMS),
            optouts=await store.queries.optouts(),
            passages=await store.latency.since(now - timedelta(days=DAYS)),
            trouble=tuple(troubles(health, now)),
        )


def status_object(told: Status) -> Mapping[str, Any]:
    """Return the object that `status` prints, without the latency."""
    health = {name: value for name, value in asdict(told.health).items() if name != "oldest_due_at"}
    return {**told.counts, **health, "trouble": told.trouble}


def _print_status(told: Status) -> None:
    for name, value in told.counts.items():
        out.print(f"{name.replace('_', ' '):<22}{shown(value)}")
    for row in told.alarms:
        out.print(f"  {headline(alarm_of(row))}, since {shown(row['raised_at'])}", style="yellow", markup=False)
    for row in told.endpoints:
        off = f"{row['lane']} is switched off since {shown(row['disabled_at'])}"
        out.print(one_line(f"  {off}, {row['waiting']} wait: {row['reason']}"), style="red", markup=False)


def left_by(optouts: Rows, config: WatchConfig) -> Iterator[str]:
    """Say which subscribers of the watch config have left, and so hear nothing though it says so."""
    keys: dict[str, set[str]] = defaultdict(set)
    for one in config.subscriptions.values():
        keys[key_of(config.subscribers[one.subscriber], one.channel)].add(one.subscriber)
    for row in optouts:
        what = f"event {row['event']}" if row["event"] else "everything"
        for subscriber in sorted(keys[row["address"]]):
            yield f"subscriber {subscriber} has left {what}, since {shown(row['at'])}"


def _print_warnings(told: Status) -> None:
    if told.counts["alarms_open"]:
        err.print("[yellow]Alarms are open: `storywatch alarms` says what you can do.[/yellow]")
    if told.counts["sources_failing"]:
        err.print("[yellow]Some sources fail: `storywatch sources` says which and why.[/yellow]")
    for trouble in told.trouble:
        err.print(trouble, style="bold red", markup=False)
