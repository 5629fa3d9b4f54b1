"""The reports that an event has, and the hold on it while more are placed."""

from typing import Any

from sqlalchemy import Row, Table, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import ledger, tables
from storage.items import PUBLISHED
from storywatch.updates import SAID_CHARS, PastReport, as_said, speaks_english


async def hold(connection: AsyncConnection, table: Table, row_id: str) -> None:
    """Lock one row until the transaction ends. On SQLite the transaction holds the whole database already.

    Others may store rows that refer to it meanwhile, such as near misses; or two that hold an event each and had a near
    miss of the other's would wait for each other.
    """
    await connection.execute(select(table.c.id).where(table.c.id == row_id).with_for_update(key_share=True))


async def reports_of(connection: AsyncConnection, event: str) -> tuple[PastReport, ...]:
    """Return the reports of an event, oldest first."""
    report, revision = tables.reports.c, tables.revisions.c
    told = (
        select(
            report.update,
            report.item,
            report.outlet,
            report.origin,
            report.seen,
            tables.updates.c.number,
            tables.updates.c.headline,
            PUBLISHED.label("published"),
            revision.title,
            revision.summary,
            revision.language,
            func.substr(revision.content, 1, SAID_CHARS).label("content"),
        )
        .join_from(tables.reports, tables.updates, tables.updates.c.id == report.update)
        .join(tables.items, tables.items.c.id == report.item)
        .join(tables.revisions, and_(revision.item == report.item, revision.number == tables.items.c.revision))
        .where(report.event == event)
        .order_by(tables.updates.c.number, report.role.desc(), report.seen, report.item)
    )
    rows = (await connection.execute(told)).all()
    told_of = await ledger.ledger_of(connection, event) if rows else ledger.Ledger()
    return tuple(_past_report(row, told_of) for row in rows)


async def last_number(connection: AsyncConnection, event: str) -> int:
    """Return the highest number of an event's updates, also of those that were merged away; 0 without one."""
    known = tables.updates.c
    return await connection.scalar(select(func.max(known.number)).where(known.event == event)) or 0


def _past_report(row: Row[*tuple[Any, ...]], told_of: ledger.Ledger) -> PastReport:
    return PastReport(
        update=row.update,
        number=row.number,
        item=row.item,
        outlet=row.outlet,
        headline=row.headline,
        text=as_said(row.title, row.summary, row.content),
        origin=row.origin,
        seen=row.seen,
        published=row.published,
        english=speaks_english(row.language),
        figures=told_of.figures.get(row.item, ()),
        statements=told_of.statements.get(row.item, ()),
    )
