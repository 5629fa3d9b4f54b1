"""What the database knows: the lists."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import open_store
from storage.queries import Queries, Rows
from storywatch.cli.options import ConfigOption, JsonOption, LimitOption, read_config
from storywatch.cli.output import MISUSE, fail, one_line, out, print_rows
from storywatch.cli.running import finished
from storywatch.model import Alarm, AlarmKind, WatchConfig
from storywatch.remedies import headline, remedy_for

Ask = Callable[[Queries], Awaitable[Any]]


def alarms(
    config: ConfigOption = Path(),
    *,
    ended: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the alarms about sources, open ones first, and what you can do about each."""
    rows = _ask(config, lambda queries: queries.alarms(limit, ended=ended))
    columns = ("source", "kind", "raised_at", *(("ended_at",) if ended else ()))
    print_rows(rows, columns, empty="No alarms." if ended else "No open alarms.", as_json=json)
    if rows and not json:
        _print_remedies(rows, read_config(config))


def items(config: ConfigOption = Path(), *, limit: LimitOption = 20, json: JsonOption = False) -> None:
    """List the stored items, newest first."""
    rows = _ask(config, lambda queries: queries.items(limit))
    columns = ("id", "first_seen", "outlet", "title", "events")
    print_rows(rows, columns, empty="No items yet.", as_json=json)


def events(config: ConfigOption = Path(), *, json: JsonOption = False) -> None:
    """List the tracked events with what each has gathered."""
    rows = _ask(config, Queries.events)
    columns = ("id", "title", "active", "updates", "reports", "last_update_at")
    print_rows(rows, columns, empty="No events yet.", as_json=json)


def updates(
    event: Annotated[str | None, typer.Argument(help="Only this event's.", show_default=False)] = None,
    config: ConfigOption = Path(),
    *,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the updates, newest first."""
    rows = _ask(config, lambda queries: queries.updates(limit, event))
    if event is not None and not rows:
        _check_event(event, config)
    columns = ("created", "event", "number", "outlet", "outlets", "headline")
    print_rows(rows, columns, empty="No updates yet.", as_json=json)


def alerts(config: ConfigOption = Path(), *, limit: LimitOption = 20, json: JsonOption = False) -> None:
    """List the alerts and how each stands."""
    rows = _ask(config, lambda queries: queries.alerts(limit))
    waits = any(row["state"] == "gathered" for row in rows)
    columns = ("created", "subscription", "event", "state", *(("release_at",) if waits else ()), "headline")
    print_rows(rows, columns, empty="No alerts yet.", as_json=json)


def _print_remedies(rows: Rows, config: WatchConfig) -> None:
    """Print what was found and what to do, a paragraph for each alarm: in a table it would be a narrow tower."""
    for row in rows:
        out.print()
        out.print(_alarm_line(row), style="yellow" if row["ended_at"] is None else "", markup=False)
        source = config.sources.get(row["source"])
        if source is None:
            continue
        for advice in remedy_for(alarm_of(row), source, config.outlets[source.outlet]).advice:
            out.print(f"  {' '.join(filter(None, (advice.text, advice.command)))}", markup=False)


def _alarm_line(row: Mapping[str, Any]) -> str:
    return one_line(": ".join(filter(None, (headline(alarm_of(row)), row["message"]))))


def alarm_of(row: Mapping[str, Any]) -> Alarm:
    """Return the alarm that a row holds."""
    return Alarm(
        id=row["id"],
        source=row["source"],
        kind=AlarmKind(row["kind"]),
        message=row["message"],
        raised=row["raised_at"],
        ended=row["ended_at"],
    )


def _check_event(event: str, config: Path) -> None:
    """End the command when neither the watch config nor the database knows the event."""
    known = {*read_config(config).events, *(row["id"] for row in _ask(config, Queries.events))}
    if event not in known:
        fail(f"no such event: {event}; `storywatch events` lists them", code=MISUSE)


def _ask(path: Path, ask: Ask) -> Any:
    """Open the config's database, ask, close it."""
    url = read_config(path).settings.database

    async def asked() -> Any:
        async with open_store(url) as store:
            return await ask(store.queries)

    return finished(asked())
