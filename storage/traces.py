"""When sources published what is stored: what a simulation of the polls replays."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import tables
from storage.engine import reading
from storywatch.pacing.simulation.history import Stored


class StoredTraces:
    """The times of the stored items."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def seen_since(self) -> datetime | None:
        """Return when the first item was seen, None without any."""
        async with reading(self._engine) as connection:
            first: datetime | None = await connection.scalar(select(func.min(tables.items.c.first_seen)))
        return first

    async def floors(self) -> dict[str, timedelta]:
        """Return for how long the last answer of each source forbade another visit."""
        source = tables.sources.c
        query = select(source.id, source.last_poll_at, source.fresh_until).where(
            source.last_poll_at.is_not(None), source.fresh_until > source.last_poll_at
        )
        async with reading(self._engine) as connection:
            return {row.id: row.fresh_until - row.last_poll_at for row in await connection.execute(query)}

    async def of(self, sources: Collection[str]) -> list[Stored]:
        """Return the items of these sources as they were first seen, in no order."""
        item, first = tables.items.c, tables.revisions.c
        matched = exists().where(tables.matches.c.item == item.id).label("matched")
        query = (
            select(item.source, first.published, item.first_seen, matched)
            .join_from(tables.items, tables.revisions, and_(first.item == item.id, first.number == 1))
            .where(item.source.in_(sources))
        )
        async with reading(self._engine) as connection:
            return [
                Stored(source=row.source, published=row.published, seen=row.first_seen, matched=bool(row.matched))
                for row in await connection.execute(query)
            ]
