"""Pages of reported items that are to be looked at again."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import holds, leases, ledger, tables
from storage.alerts import alert_row, delivery_rows
from storage.engine import writing
from storage.items import items_by_id
from storage.telling import StoredTelling
from storage.upsert import insert_new
from storage.verdicts import match_of
from storywatch.errors import LeaseLost
from storywatch.model import Alert, Change, Item, Match, Validators
from storywatch.pacing import HostHold
from storywatch.rechecking import LADDER, Recheck
from storywatch.urls import host_of

LONGEST_PLAN = timedelta(days=60)
"""Beyond the longest pause between two looks."""


class StoredRechecks:
    """Implements `storywatch.ports.Rechecks`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def enlist(self, now: datetime) -> int:
        """Plan a first look at the page of every report that has none. Return how many."""
        report, item, known = tables.reports.c, tables.items.c, tables.rechecks.c
        new = (
            select(report.item, item.url)
            .distinct()
            .join_from(tables.reports, tables.items, item.id == report.item)
            .outerjoin(tables.rechecks, known.item == report.item)
            .where(known.item.is_(None), item.url.is_not(None), report.seen > now - LADDER[-1][0])
        )
        async with writing(self._engine) as connection:
            found = (await connection.execute(new)).all()
            first = [{"item": row.item, "host": host_of(row.url), "next_check_at": now, "checks": 0} for row in found]
            await insert_new(connection, tables.rechecks, first)
        return len(found)

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[tuple[Recheck, str]]:
        """Take due pages for a lease, longest due first, each with the token of its lease.

        Those of a host that wants no visit now stay, and take no place of others.
        """
        known = tables.rechecks.c
        due = (
            select(known.item)
            .where(
                leases.is_reached(known.next_check_at, now, LONGEST_PLAN),
                leases.is_free(tables.rechecks, now),
                known.host.not_in(holds.held(now)),
                known.host.not_in(holds.quiet(now)),
            )
            .order_by(known.next_check_at, known.item)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        token = secrets.token_hex(8)
        taking = (
            update(tables.rechecks)
            .where(known.item.in_(select(due.c.item)))
            .values(lease_token=token, lease_until=now + lease)
            .returning(tables.rechecks)
        )
        async with writing(self._engine) as connection:
            rows = (await connection.execute(taking)).all()
            found = await items_by_id(connection, [row.item for row in rows])
            reported = await _reported(connection, [row.item for row in rows])
        return [(_recheck(row, found[row.item], reported[row.item]), token) for row in rows]

    @asynccontextmanager
    async def open(self, recheck: Recheck, token: str, now: datetime) -> AsyncIterator["StoredLook"]:
        """Open the transaction of a look and store what is remembered after it; it commits when the block ends well.

        Raises `LeaseLost` if another worker looks at the page.
        """
        known = tables.rechecks.c
        saving = update(tables.rechecks).where(known.item == recheck.item.id, known.lease_token == token)
        async with writing(self._engine) as connection:
            if (await connection.execute(saving.values(**_columns(recheck, now)))).rowcount != 1:
                raise LeaseLost(f"the page of {recheck.item.id}: another worker looks at it")
            yield StoredLook(connection, recheck.item.id)


class StoredLook(StoredTelling):
    """Implements `storywatch.ports.LookTransaction`."""

    def __init__(self, connection: AsyncConnection, item: str) -> None:
        super().__init__(connection)
        self._item = item

    async def events(self) -> Sequence[str]:
        """Return the events that have the item as a report."""
        report = tables.reports.c
        having = select(report.event).where(report.item == self._item)
        # In the order in which polls hold events, whatever the database's own is: none waits for the other.
        return sorted((await self._connection.execute(having)).scalars().all())

    async def verdict(self, event: str) -> Match | None:
        """Return why the item matched the event."""
        match = tables.matches.c
        query = select(tables.matches).where(match.event == event, match.item == self._item)
        row = (await self._connection.execute(query.order_by(match.revision.desc()).limit(1))).first()
        return match_of(row, accepted=True) if row else None

    async def hold(self, hold: HostHold | None, now: datetime) -> None:
        """Remember what the page's host asked for; it binds polls too."""
        await holds.save(self._connection, hold, now)

    async def save(self, changes: Sequence[Change], told: Sequence[Alert]) -> None:
        """Write what happened to the item, and who is owed to hear of it."""
        await ledger.save(self._connection, (), changes, ())
        deliveries, rows = list(delivery_rows(told)), list(map(alert_row, told))
        if deliveries:
            await self._connection.execute(insert(tables.deliveries), deliveries)
        if rows:
            await self._connection.execute(insert(tables.alerts), rows)


async def _reported(connection: AsyncConnection, items: Sequence[str]) -> Mapping[str, datetime]:
    report = tables.reports.c
    first = select(report.item, func.min(report.seen).label("seen")).where(report.item.in_(items)).group_by(report.item)
    return {row.item: row.seen for row in await connection.execute(first)}


def _recheck(row: Row[Any], item: Item, reported: datetime) -> Recheck:
    return Recheck(
        item=item,
        reported=reported,
        next_check_at=row.next_check_at,
        checks=row.checks,
        text=row.text,
        title=row.title or "",
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        missing_since=row.missing_since,
        gone=row.gone_since is not None,
    )


def _columns(recheck: Recheck, now: datetime) -> dict[str, Any]:
    gone = tables.rechecks.c.gone_since
    return {
        "host": host_of(recheck.item.url or ""),
        "next_check_at": recheck.next_check_at,
        "checks": recheck.checks,
        "last_check_at": now,
        "etag": recheck.validators.etag,
        "last_modified": recheck.validators.last_modified,
        "title": recheck.title,
        "text": recheck.text,
        "missing_since": recheck.missing_since,
        "gone_since": func.coalesce(gone, now) if recheck.gone else None,
        "lease_token": None,
        "lease_until": None,
    }
