"""Counts of what changed, so that another process sees at a glance whether anything has.

A count grows in the transaction of the change: who reads a count and then what it counts misses nothing, if it reads
again when the count has grown.
"""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables

LESSONS = "lessons"


async def count(connection: AsyncConnection, name: str) -> None:
    """Count one change more."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    inserting = insert(tables.counters).values(name=name, count=1)
    more = {"count": tables.counters.c.count + 1}
    await connection.execute(inserting.on_conflict_do_update(index_elements=["name"], set_=more))


async def counted(connection: AsyncConnection, name: str) -> int:
    """Return how many changes there were."""
    query = select(tables.counters.c.count).where(tables.counters.c.name == name)
    return (await connection.execute(query)).scalar_one_or_none() or 0
