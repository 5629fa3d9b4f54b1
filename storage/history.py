"""The reports that an event has, and the hold on it while more are placed."""

from typing import Any

from sqlalchemy import Row, Table, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storywatch.updates import SAID_CHARS, PastReport


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
            revision.title,
            revision.summary,
            func.substr(revision.content, 1, SAID_CHARS).label("content"),
        )
        .join_from(tables.reports, tables.updates, tables.updates.c.id == report.update)
        .join(tables.items, tables.items.c.id == report.item)
        .join(tables.revisions, and_(revision.item == report.item, revision.number == tables.items.c.revision))
        .where(report.event == event)
        .order_by(tables.updates.c.number, report.role.desc(), report.seen, report.item)
    )
    return tuple(map(_past_report, await connection.execute(told)))


def _past_report(row: Row[*tuple[Any, ...]]) -> PastReport:
    said = f"{row.title}\n{row.summary or row.content}"
    return PastReport(
        update=row.update,
        number=row.number,
        item=row.item,
        outlet=row.outlet,
        headline=row.headline,
        text=said,
        origin=row.origin,
        seen=row.seen,
    )
