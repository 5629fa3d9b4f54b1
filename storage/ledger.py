"""The ledgers of figures and statements, and what became of reports, as rows and back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Row, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.items import chunks
from storage.upsert import insert_new
from storywatch.documents import made, plain
from storywatch.model import (
    NOTHING_NEW,
    Change,
    ChangeKind,
    Figure,
    FigureKind,
    KnownFigure,
    KnownStatement,
    Match,
    News,
    Report,
    Stance,
    Statement,
)

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The rows of an event's figures and statements, by the item that gave them. `retracted`: items taken back."""

    figures: Mapping[str, tuple[KnownFigure, ...]] = field(default_factory=dict)
    statements: Mapping[str, tuple[KnownStatement, ...]] = field(default_factory=dict)
    retracted: frozenset[str] = frozenset()


async def save(
    connection: AsyncConnection, reports: Iterable[Report], changes: Iterable[Change], matches: Iterable[Match]
) -> None:
    """Add the figures and statements of reports, and changes with theirs. `matches`: which revision was placed."""
    revisions = {(match.event, match.item): match.revision for match in matches}
    figures: list[Json] = []
    statements: list[Json] = []
    for report in reports:
        own = _own(report.event, report.item, revisions.get((report.event, report.item), 1))
        figures += _figure_rows(own, report.figures)
        statements += _statement_rows(own, report.statements)
    changed = list(changes)
    for change in changed:
        own = _own(change.event, change.item, change.revision)
        counted = [await _last_number(connection, table, own) for table in (tables.figures, tables.statements)]
        figures += _figure_rows(own, [_now(one, change) for one in _given(change)], counted[0])
        statements += _statement_rows(own, [_said(one, change) for one in change.news.statements], counted[1])
    await insert_new(connection, tables.figures, figures)
    await insert_new(connection, tables.statements, statements)
    if changed:
        await connection.execute(insert(tables.changes), list(map(change_row, changed)))


async def _last_number(connection: AsyncConnection, table: Table, own: Json) -> int:
    """Return the last number of a revision: what its page says later is counted on."""
    known = [table.c[name] == value for name, value in own.items()]
    return await connection.scalar(select(func.max(table.c.number)).where(*known)) or 0


def _own(event: str, item: str, revision: int) -> Json:
    return {"event": event, "item": item, "revision": revision}


def _given(change: Change) -> Iterable[Figure]:
    return dict.fromkeys((*(one.now for one in change.news.figures), *change.figures))


def _now(figure: Figure, change: Change) -> KnownFigure:
    return KnownFigure(figure=figure, item=change.item, outlet=change.outlet, since=change.seen)


def _said(statement: Statement, change: Change) -> KnownStatement:
    earlier = change.news.reverses
    return KnownStatement(
        statement=statement,
        item=change.item,
        outlet=change.outlet,
        since=change.seen,
        against=earlier.item if earlier else None,
    )


def _figure_rows(own: Json, figures: Sequence[KnownFigure], after: int = 0) -> list[Json]:
    return [
        {
            **own,
            **asdict(known.figure),
            "kind": known.figure.kind.value,
            "number": number,
            "outlet": known.outlet,
            "since": known.since,
        }
        for number, known in enumerate(figures, after + 1)
    ]


def _statement_rows(own: Json, statements: Sequence[KnownStatement], after: int = 0) -> list[Json]:
    return [
        {
            **own,
            **asdict(known.statement),
            "stance": known.statement.stance.value,
            "number": number,
            "against": known.against,
            "outlet": known.outlet,
            "since": known.since,
        }
        for number, known in enumerate(statements, after + 1)
    ]


def change_row(change: Change) -> Json:
    """Return the columns of a change."""
    return {
        "id": change.id,
        "event": change.event,
        "update": change.update,
        "item": change.item,
        "outlet": change.outlet,
        "revision": change.revision,
        "kind": change.kind.value,
        "seen": change.seen,
        "difference": change.difference,
        "quote": change.quote,
        "news": plain(change.news),
    }


def change_of(row: Row[Any]) -> Change:
    """Return the change that a row holds."""
    return Change(
        id=row.id,
        event=row.event,
        update=row.update,
        item=row.item,
        outlet=row.outlet,
        revision=row.revision,
        kind=ChangeKind(row.kind),
        seen=row.seen,
        difference=row.difference,
        quote=row.quote,
        news=made(News, row.news) if row.news else NOTHING_NEW,
    )


async def differences(connection: AsyncConnection, event: str, items: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Return what the changes of items were that the event knows of, oldest first."""
    change = tables.changes.c
    found: dict[str, list[str]] = {}
    for some in chunks(sorted(items)):
        known = select(change.item, change.difference).where(change.event == event, change.item.in_(some))
        for row in await connection.execute(known.order_by(change.seen, change.id)):
            found.setdefault(row.item, []).append(row.difference)
    return found


async def ledger_of(connection: AsyncConnection, event: str) -> Ledger:
    """Return all figures and statements of an event, by item, oldest first."""
    figures: dict[str, list[KnownFigure]] = {}
    statements: dict[str, list[KnownStatement]] = {}
    figure, statement = tables.figures, tables.statements
    said = select(figure).where(figure.c.event == event)
    for row in await connection.execute(
        said.order_by(figure.c.since, figure.c.item, figure.c.revision, figure.c.number)
    ):
        figures.setdefault(row.item, []).append(known_figure(row))
    told = select(statement).where(statement.c.event == event)
    order = statement.c.since, statement.c.item, statement.c.revision, statement.c.number
    for row in await connection.execute(told.order_by(*order)):
        statements.setdefault(row.item, []).append(known_statement(row))
    return Ledger(
        figures={item: tuple(some) for item, some in figures.items()},
        statements={item: tuple(some) for item, some in statements.items()},
        retracted=await _retracted(connection, event),
    )


async def _retracted(connection: AsyncConnection, event: str) -> frozenset[str]:
    change = tables.changes.c
    taken_back = select(change.item).where(change.event == event, change.kind == ChangeKind.RETRACTION.value)
    return frozenset(await connection.scalars(taken_back))


def known_figure(row: Row[Any]) -> KnownFigure:
    """Return the figure that a row holds."""
    figure = Figure(
        kind=FigureKind(row.kind),
        value=row.value,
        high=row.high,
        least=row.least,
        of=row.of,
        said_by=row.said_by,
        quote=row.quote,
    )
    return KnownFigure(figure=figure, item=row.item, outlet=row.outlet, since=row.since)


def known_statement(row: Row[Any]) -> KnownStatement:
    """Return the statement that a row holds."""
    statement = Statement(stance=Stance(row.stance), speaker=row.speaker, quote=row.quote)
    return KnownStatement(statement=statement, item=row.item, outlet=row.outlet, since=row.since, against=row.against)
