"""What commands print: JSON for programs, tables for people, errors on standard error."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

TROUBLE = 1
"""Exit code: the command ran and found trouble."""

MISUSE = 2
"""Exit code: the command was called in a way that can't work."""

LONGEST_CELL = 300
"""Characters of a cell of a table: a title can have thousands. JSON has all of them."""

_COPIED = frozenset({"id", "update"})
"""Columns that people copy into the next command: they are never folded."""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def progress_bar() -> Progress:
    """Return a bar for long work, on standard error; silent where nobody watches."""
    return Progress(console=err, transient=True, disable=not err.is_terminal)


def print_json(value: object) -> None:
    """Print one JSON value on one line."""
    typer.echo(json.dumps(value, default=plain, ensure_ascii=False))


def plain(value: object) -> object:
    """Turn a value of ours into what JSON has. Times are ISO 8601 in UTC, durations are seconds."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def iso(moment: datetime | None) -> str | None:
    """Write a time as `2021-08-26T17:52:00Z`."""
    if moment is None:
        return None
    shown = moment.astimezone(UTC)
    return shown.isoformat(timespec="milliseconds" if shown.microsecond else "seconds").replace("+00:00", "Z")


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Iterable[str], *, empty: str, as_json: bool) -> None:
    """Print rows: every column as JSON, one row a line, or the named columns as a table."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    if not rows:
        out.print(f"[dim]{escape(empty)}[/dim]")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = list(columns)
    for name in names:
        first = next((row[name] for row in rows if row[name] is not None), None)
        justify: Literal["left", "right"] = "right" if type(first) is int else "left"
        title = name.replace("_", " ").removesuffix(" at")
        table.add_column(title, overflow="fold", justify=justify, no_wrap=name in _COPIED)
    for row in rows:
        table.add_row(*(escape(_cell(row[name])) for name in names))
    out.print(table)


def _cell(value: object) -> str:
    text = shown(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def shown(value: object) -> str:
    """Write a cell for people; times are in UTC, which the Z says."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def one_line(text: str) -> str:
    """Return a text that can't steer a terminal: what outlets say may hold control characters."""
    return _CONTROLS.sub(" ", text)


def fail(message: str, code: int = TROUBLE) -> NoReturn:
    """Say what is wrong and end the command."""
    err.print(f"[bold red]error[/bold red] {escape(message)}")
    raise typer.Exit(code)
