"""Leases: a row is ours for a while. A worker that dies lets them run out; one that sleeps past it is fenced off."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

LONGEST_LEASE = timedelta(hours=6)


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody holds the row."""
    return or_(table.c.lease_until.is_(None), is_reached(table.c.lease_until, now, LONGEST_LEASE))


def is_reached(moment: ColumnElement[datetime], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Return the condition that a planned moment has come.

    Nothing is planned further ahead than `longest`. What is was written while the clock was wrong, and counts as come:
    otherwise it would wait for years.
    """
    return or_(moment <= now, moment > now + longest)


async def take(
    connection: AsyncConnection,
    table: Table,
    wanted: Select[Any],
    *,
    now: datetime,
    lease: timedelta,
    values: Mapping[str, Any] | None = None,
) -> Sequence[Row[Any]]:
    """Lease the rows whose ids `wanted` selects and return them, with the new token and whatever `values` say.

    On PostgreSQL rows that another worker is just taking are skipped; on SQLite there is one writer.
    """
    # In a common table expression, for PostgreSQL may run a subquery again for each row, and then take more than asked.
    ids = wanted.with_for_update(skip_locked=True).cte("wanted")
    taking = (
        update(table)
        .where(table.c.id.in_(select(ids.c.id)))
        .values(lease_token=secrets.token_hex(8), lease_until=now + lease, **(values or {}))
        .returning(table)
    )
    rows: Sequence[Row[Any]] = (await connection.execute(taking)).all()
    return rows


async def release_all(connection: AsyncConnection, table: Table) -> int:
    """Free every lease: for a process that knows that it is alone."""
    held = update(table).where(table.c.lease_until.is_not(None)).values(lease_token=None, lease_until=None)
    return (await connection.execute(held)).rowcount


def ids_of(table: Table) -> Select[Any]:
    """Begin a selection for `take`."""
    return select(table.c.id)
