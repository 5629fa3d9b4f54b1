"""Insert or update, in the one dialect that differs between SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], keep: Sequence[str] = ()
) -> None:
    """Insert rows; where the primary key exists, update every given column that `keep` doesn't name."""
    if not rows:
        return
    inserting = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    changed = {name: inserting.excluded[name] for name in rows[0] if name not in (*key, *keep)}
    await connection.execute(inserting.on_conflict_do_update(index_elements=key, set_=changed), list(rows))


async def insert_new(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key, or another unique one, is not there yet."""
    if rows:
        await connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


def _insert(connection: AsyncConnection, table: Table) -> Any:
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
