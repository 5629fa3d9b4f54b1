"""`ledger`: the figures and statements of an event, with who says so and since when."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from channels.news import amount, counted_people
from storage import open_store
from storage.ledger import Ledger
from storywatch.cli.naming import check_event
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import one_line, out, print_json, print_rows, shown
from storywatch.cli.running import finished
from storywatch.model import FigureKind, KnownStatement
from storywatch.updates.ledger import Entry, entries


def ledger(
    event: Annotated[str, typer.Argument(help="Id of the event.", show_default=False)],
    config: ConfigOption = Path(),
    *,
    json: JsonOption = False,
) -> None:
    """Show the figures and statements of an event: who gives which since when, what it was before, who disagrees."""
    told = finished(_told(read_config(config).settings.database, event))
    figures = entries((figure for some in told.figures.values() for figure in some), told.retracted)
    statements = sorted((one for some in told.statements.values() for one in some), key=lambda one: one.since)
    if json:
        for row in (*(figure_object(one, told.retracted) for one in figures), *map(statement_object, statements)):
            print_json(row)
        return
    rows = [_figure_row(entry, told.retracted) for entry in figures if entry.figure.kind is not FigureKind.OTHER]
    columns = ("counts", "figure", "since", "given by", "before")
    print_rows(rows, columns, empty="No report gives a figure yet.", as_json=False)
    _print_statements(statements)


async def _told(database: str, event: str) -> Ledger:
    async with open_store(database) as store:
        await check_event(store, event)
        return await store.queries.ledger(event)


def figure_object(entry: Entry, retracted: Collection[str] = ()) -> dict[str, Any]:
    """Return a figure as JSON has it."""
    figure = entry.figure
    return {
        "type": "figure",
        "kind": figure.kind.value,
        "of": figure.of,
        "value": figure.value,
        "high": figure.high,
        "least": figure.least,
        "since": entry.since,
        "before": entry.before.value if entry.before else None,
        "now": entry.now,
        "disputed": entry.disputed,
        "given": [
            {
                "outlet": one.outlet,
                "item": one.item,
                "since": one.since,
                "said_by": one.figure.said_by,
                "quote": one.figure.quote,
                "retracted": one.item in retracted,
            }
            for one in entry.given
        ],
    }


def statement_object(known: KnownStatement) -> dict[str, Any]:
    """Return a statement as JSON has it."""
    return {
        "type": "statement",
        "stance": known.statement.stance.value,
        "speaker": known.statement.speaker,
        "quote": known.statement.quote,
        "outlet": known.outlet,
        "item": known.item,
        "since": known.since,
        "against": known.against,
    }


def _figure_row(entry: Entry, retracted: Collection[str]) -> dict[str, Any]:
    notes = [(one.outlet, [one.figure.said_by, "retracted" if one.item in retracted else None]) for one in entry.given]
    who = [f"{outlet} ({', '.join(filter(None, note))})" if any(note) else outlet for outlet, note in notes]
    return {
        "counts": one_line(" ".join(filter(None, (entry.figure.kind.value, counted_people(entry.figure))))),
        "figure": amount(entry.figure) + (", disputed" if entry.disputed else ""),
        "since": entry.since,
        "given by": one_line(", ".join(dict.fromkeys(who))),
        "before": amount(entry.before) if entry.before else None,
    }


def _print_statements(statements: Sequence[KnownStatement]) -> None:
    for known in statements:
        said = known.statement
        out.print()
        out.print(f"{shown(known.since)}  {known.outlet}: ", end="", style="dim", markup=False)
        out.print(one_line(f"{said.speaker or 'somebody'} {said.stance.value}"), style="bold", markup=False)
        out.print(one_line(f"  {said.quote}"), markup=False)
        if known.against:
            out.print(f"  against what item {known.against} reports", style="yellow", markup=False)
