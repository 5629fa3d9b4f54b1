"""Reads reports with their items as they stand now, for updates that are told late."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.alerts import report_of
from storage.items import among, chunks, items_by_id
from storage.ledger import change_of
from storage.verdicts import match_of
from storywatch.documents import made
from storywatch.model import News, Report
from storywatch.openings import Opening, Place


async def openings(connection: AsyncConnection, wanted: Collection[Place]) -> Mapping[Place, Opening]:
    """Return these reports with what happened to them since."""
    items = await items_by_id(connection, {item for _, item in wanted})
    reports = await _rows(connection, tables.reports, wanted)
    verdicts = await _rows(connection, tables.matches, wanted, "revision")
    changes = await _rows(connection, tables.changes, wanted, "seen", "id")
    return {
        place: Opening(
            item=items[place[1]],
            report=_told(report),
            match=match_of(verdicts[place][-1], accepted=True) if place in verdicts else None,
            changes=tuple(map(change_of, changes.get(place, ()))),
        )
        for place, (report,) in reports.items()
    }


def _told(row: Row[Any]) -> Report:
    told = report_of(row)
    return replace(told, news=made(News, row.news)) if row.news else told


async def _rows(
    connection: AsyncConnection, table: Table, wanted: Collection[Place], *order: str
) -> dict[Place, list[Row[Any]]]:
    """Return the rows of each of these reports, in this order."""
    found: dict[Place, list[Row[Any]]] = {}
    for some in chunks(sorted(wanted)):
        query = select(table).where(among(some, table.c.event, table.c.item))
        for row in await connection.execute(query.order_by(*(table.c[name] for name in order))):
            found.setdefault((row.event, row.item), []).append(row)
    return found
