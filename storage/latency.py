"""Reads the latency ledger from what is stored anyway: no row is written for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import tables
from storage.engine import reading
from storywatch.latency import Passage
from storywatch.model import AlertKind

MOST_PASSAGES = 20_000
"""The latest ones: enough for a 95th hundredth of each source, and read in a moment."""


class StoredLatency:
    """The ways of first reports to subscriptions."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def since(self, moment: datetime, event: str | None = None) -> Sequence[Passage]:
        """Return the latest passages of updates that were alerted at the moment or later, newest first."""
        alert, item = tables.alerts.c, tables.items.c
        report = tables.reports.c
        first, matched = tables.revisions.c, tables.matches.c
        decided = (
            select(func.min(matched.decided))
            .where(matched.event == alert.event, matched.item == alert.item)
            .scalar_subquery()
        )
        # A replay settles a delivery again: what counts is when it was taken at first.
        attempt = tables.attempts.c
        taken = (
            select(func.min(attempt.at))
            .where(attempt.delivery == alert.delivery, attempt.fault_code.is_(None))
            .scalar_subquery()
        )
        query = (
            select(
                alert.update,
                alert.event,
                item.source,
                tables.subscriptions.c.channel,
                first.published,
                item.first_seen,
                decided.label("decided"),
                taken.label("taken"),
                or_(alert.release_at.is_not(None), alert.created > report.seen).label("waited"),
            )
            .join_from(tables.alerts, tables.items, item.id == alert.item)
            .join(tables.revisions, and_(first.item == item.id, first.number == 1))
            .join(tables.subscriptions, tables.subscriptions.c.id == alert.subscription)
            .outerjoin(tables.reports, and_(report.event == alert.event, report.item == alert.item))
            .where(alert.created >= moment, alert.kind == AlertKind.UPDATE.value)
            .order_by(alert.created.desc(), alert.id)
            .limit(MOST_PASSAGES)
        )
        if event is not None:
            query = query.where(alert.event == event)
        async with reading(self._engine) as connection:
            return [_passage(row) for row in await connection.execute(query)]

    async def sights(self, source: str, moment: datetime) -> Sequence[timedelta]:
        """Return from publication to first sight, of the items that a source brought first since the moment.

        What its first document had was published before anybody looked, and is left out.
        """
        item, first = tables.items.c, tables.revisions.c
        begun = select(func.min(item.first_seen)).where(item.source == source).scalar_subquery()
        query = (
            select(first.published, item.first_seen)
            .join_from(tables.items, tables.revisions, and_(first.item == item.id, first.number == 1))
            .where(item.source == source, item.first_seen >= moment, item.first_seen > begun)
            .where(first.published.is_not(None))
            .order_by(item.first_seen.desc())
            .limit(MOST_PASSAGES)
        )
        async with reading(self._engine) as connection:
            return [max(row.first_seen - row.published, timedelta()) for row in await connection.execute(query)]


def _passage(row: Row[*tuple[Any, ...]]) -> Passage:
    return Passage(
        update=row.update,
        event=row.event,
        source=row.source,
        channel=row.channel,
        published=row.published,
        seen=row.first_seen,
        matched=row.decided,
        delivered=row.taken,
        waited=bool(row.waited),
    )
