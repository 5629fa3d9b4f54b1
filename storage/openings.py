"""Reads reports with their items as they stand now, for updates that are told late."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.alerts import report_of
from storage.items import items_by_id
from storage.ledger import change_of
from storage.verdicts import match_of
from storywatch.documents import made
from storywatch.model import News
from storywatch.openings import Opening, Place


async def openings(connection: AsyncConnection, wanted: Collection[Place]) -> Mapping[Place, Opening]:
    """Return these reports with what happened to them since."""
    items = await items_by_id(connection, {item for _, item in wanted})
    found: dict[Place, Opening] = {}
    for event, item in sorted(wanted):
        reports = await _rows(connection, tables.reports, event, item)
        verdicts = await _rows(connection, tables.matches, event, item, "revision")
        changes = await _rows(connection, tables.changes, event, item, "seen", "id")
        for report in reports:
            told = report_of(report)
            found[event, item] = Opening(
                item=items[item],
                report=replace(told, news=made(News, report.news)) if report.news else told,
                match=match_of(verdicts[-1], accepted=True) if verdicts else None,
                changes=tuple(map(change_of, changes)),
            )
    return found


async def _rows(connection: AsyncConnection, table: Table, event: str, item: str, *order: str) -> list[Row[Any]]:
    query = select(table).where(table.c.event == event, table.c.item == item)
    return list(await connection.execute(query.order_by(*(table.c[name] for name in order))))
