"""Reads an event's timeline."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import tables
from storage.engine import reading
from storywatch.documents import made
from storywatch.errors import NotStoredError
from storywatch.model import ChangeKind, News, ReportRole, Severity, UpdateMark
from storywatch.timeline import Timeline, ToldChange, ToldReport, ToldUpdate


class StoredTimelines:
    """The events as running stories."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, event: str, *, since: datetime | None = None, hidden: bool = False) -> Timeline:
        """Return the updates that were opened at `since` or later. Raises `NotStoredError` for an unknown event."""
        async with reading(self._engine) as connection:
            title = await connection.scalar(select(tables.events.c.title).where(tables.events.c.id == event))
            if title is None:
                raise NotStoredError(f"no such event: {event}; `storywatch events` lists them")
            reports, leads = await _reports(connection, event)
            changes = await _changes(connection, event)
            rows = await connection.execute(_opened(event, since, hidden=hidden))
            told = [_update(row, reports[row.id], changes[row.id], leads.get(row.id, ())) for row in rows]
        return Timeline(event=event, title=title, updates=tuple(update for update in told if update.reports))


def _opened(event: str, since: datetime | None, *, hidden: bool) -> Any:
    update = tables.updates.c
    query = select(tables.updates).where(update.event == event, update.merged_into.is_(None))
    if since is not None:
        query = query.where(update.created >= since)
    if not hidden:
        query = query.where(or_(update.mark.is_(None), update.mark != UpdateMark.HIDDEN.value))
    return query.order_by(update.created, update.number)


async def _reports(
    connection: AsyncConnection, event: str
) -> tuple[dict[str, list[ToldReport]], dict[str, tuple[str, ...]]]:
    """Return the reports of each update, the first first, and what each update's first report told that was new."""
    report, item, revision = tables.reports.c, tables.items.c, tables.revisions.c
    told = (
        select(
            report.update,
            report.item,
            report.outlet,
            tables.outlets.c.name,
            report.role,
            report.origin,
            report.news,
            revision.title,
            revision.summary,
            revision.author,
            item.url,
            revision.published,
            revision.updated,
            item.first_seen,
        )
        .join_from(tables.reports, tables.items, item.id == report.item)
        .join(tables.revisions, and_(revision.item == item.id, revision.number == item.revision))
        .join(tables.outlets, tables.outlets.c.id == report.outlet)
        .where(report.event == event)
        .order_by(report.role.desc(), report.seen, report.item)
    )
    reports: dict[str, list[ToldReport]] = defaultdict(list)
    leads: dict[str, tuple[str, ...]] = {}
    for row in await connection.execute(told):
        reports[row.update].append(_report(row))
        if row.role == ReportRole.FIRST.value and row.news:
            leads.setdefault(row.update, made(News, row.news).lead)
    return reports, leads


async def _changes(connection: AsyncConnection, event: str) -> dict[str, list[ToldChange]]:
    change = tables.changes
    query = (
        select(change, tables.outlets.c.name)
        .join_from(change, tables.outlets, tables.outlets.c.id == change.c.outlet)
        .where(change.c.event == event)
        .order_by(change.c.seen, change.c.id)
    )
    found: dict[str, list[ToldChange]] = defaultdict(list)
    for row in await connection.execute(query):
        found[row.update].append(
            ToldChange(
                item=row.item,
                outlet_name=row.name,
                kind=ChangeKind(row.kind),
                seen=row.seen,
                difference=row.difference,
                quote=row.quote,
            )
        )
    return found


def _report(row: Row[*tuple[Any, ...]]) -> ToldReport:
    return ToldReport(
        item=row.item,
        outlet=row.outlet,
        outlet_name=row.name,
        role=ReportRole(row.role),
        origin=row.origin,
        title=row.title,
        summary=row.summary,
        author=row.author,
        url=row.url,
        published=row.published,
        modified=row.updated,
        first_seen=row.first_seen,
    )


def _update(row: Row[Any], reports: list[ToldReport], changes: list[ToldChange], lead: tuple[str, ...]) -> ToldUpdate:
    return ToldUpdate(
        id=row.id,
        number=row.number,
        headline=row.headline,
        lead=lead,
        severity=Severity(row.severity),
        mark=UpdateMark(row.mark) if row.mark else None,
        reports=tuple(reports),
        changes=tuple(changes),
    )
