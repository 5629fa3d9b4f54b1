"""`sources`: each with its pace, its last and next poll, and what it brings."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from storage import Store, open_store
from storage.queries import Rows
from storywatch.cli.clock import utc_now
from storywatch.cli.latency import brief
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import one_line, out, print_rows
from storywatch.cli.running import finished
from storywatch.explaining_polls import PROVEN, Foreseen, fixed_pause, foreseen
from storywatch.pacing.fleet import Member

DAY = 86_400


def sources(config: ConfigOption = Path(), *, json: JsonOption = False) -> None:
    """List the sources: how each is paced, when it was polled and is polled next, what it brings, why it fails."""
    now = utc_now()
    rows = finished(_rows(read_config(config).settings.database, now))
    fails = any(row["failures"] for row in rows)
    columns = ("source", "pace", "polls", "news", "last", "next", "items", *(("fails",) if fails else ()))
    shown = rows if json else [_shown(row, now) for row in rows]
    print_rows(shown, columns, empty="No sources yet: `storywatch poll` reads the watch config.", as_json=json)
    if rows and not json:
        out.print("[dim]polls, news: a day, as foreseen. `storywatch explain-poll SOURCE` says why.[/dim]")
        for fault in _faults(rows):
            out.print(fault, style="yellow", markup=False)


async def _rows(url: str, now: datetime) -> Rows:
    async with open_store(url) as store:
        return await _told(store, now)


async def _told(store: Store, now: datetime) -> Rows:
    pace, _ = await store.paces.stand()
    rows = await store.queries.sources()
    figures = foreseen([_member(row) for row in rows], pace, now)
    return [source_object(row, one) for row, one in zip(rows, figures, strict=True)]


def _member(row: Mapping[str, Any]) -> Member:
    every = timedelta(seconds=row["every"]) if row["every"] else None
    fixed = fixed_pause(every, row["failures"], row["last_poll_at"], row["next_poll_at"], row["push"])
    return Member(rhythm=row["learned"], outlet=row["outlet"], host=row["host"], fixed=fixed)


def source_object(row: Mapping[str, Any], figures: Foreseen) -> dict[str, Any]:
    """Return a source as JSON has it, with what is learned of it."""
    told = {name: value for name, value in row.items() if name not in ("learned", "host")}
    news = figures.items_a_day
    return {
        **told,
        "polls": figures.polls,
        "polls_a_day": round(figures.polls_a_day, 1) if row["active"] else 0.0,
        "items_a_day": None if news is None else round(news, 1),
    }


def _shown(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "source": row["id"],
        "pace": _pace(row),
        "polls": f"{row['polls_a_day']:.0f}" if row["active"] else None,
        "news": None if row["items_a_day"] is None else f"{row['items_a_day']:.1f}",
        "last": _ago(row["last_poll_at"], now),
        "next": _ahead(row["next_poll_at"], now) if row["active"] else None,
        "items": row["items"],
        "fails": row["failures"],
    }


def _pace(row: Mapping[str, Any]) -> str:
    """Return in a word or two what its polls go by."""
    if not row["active"]:
        return "off"
    if row["failures"]:
        return "backs off"
    if row["every"]:
        return _every(row["every"])
    return "pushed" if row["push"] == PROVEN else "paced"


def _every(seconds: int) -> str:
    sizes = ((DAY, "d"), (3600, "h"), (60, "min"), (1, "s"))
    return next(f"each {seconds // size} {unit}" for size, unit in sizes if seconds % size == 0)


def _ago(moment: datetime | None, now: datetime) -> str | None:
    return None if moment is None else f"{brief(max(now - moment, now - now))} ago"


def _ahead(moment: datetime, now: datetime) -> str:
    return f"in {brief(moment - now)}" if moment > now else "due"


def _faults(rows: Rows) -> Iterator[str]:
    """Yield why sources fail, each on a line of its own: a table's column would be a narrow tower."""
    yield from (one_line(f"{row['id']}: {row['fault_message']}") for row in rows if row["fault_message"])
