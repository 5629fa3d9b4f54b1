"""What people taught: answers whether an item belongs to an event, and articles that were fetched as seeds."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import counters, tables
from storage.engine import reading, writing
from storage.items import items_by_id
from storage.upsert import upsert
from storywatch.errors import NotStoredError
from storywatch.model import Feedback, FetchedSeed, Item


class StoredFeedbacks:
    """Implements `storywatch.ports.Feedbacks`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def give(self, feedback: Feedback) -> None:
        """Store an answer, in place of one given before. Raises `NotStoredError` for an unknown event or item."""
        row = {name: value for name, value in asdict(feedback).items() if name != "revoked"}
        async with writing(self._engine) as connection:
            await _expect(connection, tables.events, "event", feedback.event)
            await _expect(connection, tables.items, "item", feedback.item)
            await upsert(connection, tables.feedback, [{**row, "revoked_at": feedback.revoked}])
            await counters.count(connection, counters.LESSONS)

    async def revoke(self, event: str, item: str, now: datetime) -> bool:
        """Let an answer count no longer; it stays visible. Return whether there was one."""
        row = tables.feedback.c
        standing = update(tables.feedback).where(row.event == event, row.item == item, row.revoked_at.is_(None))
        async with writing(self._engine) as connection:
            await counters.count(connection, counters.LESSONS)
            return (await connection.execute(standing.values(revoked_at=now))).rowcount == 1

    async def all(self, event: str | None = None, *, revoked: bool = False) -> Sequence[Feedback]:
        """Return the answers for an event, or for every one, in the order in which they were given."""
        query = _answers(revoked=revoked)
        if event is not None:
            query = query.where(tables.feedback.c.event == event)
        async with reading(self._engine) as connection:
            return tuple(map(_feedback, await connection.execute(query)))

    async def answers(self, events: Collection[str]) -> Sequence[tuple[Feedback, Item]]:
        """Return the answers that count for these events, with the items as they read now."""
        wanted = set(events)
        async with reading(self._engine) as connection:
            rows = await connection.execute(_answers(revoked=False))
            given = [_feedback(row) for row in rows if row.event in wanted]
            items = await items_by_id(connection, (one.item for one in given))
        return tuple((one, items[one.item]) for one in given)


class StoredSeeds:
    """Implements `storywatch.ports.Seeds`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put(self, seed: FetchedSeed) -> None:
        """Store a seed, in place of what its address gave before."""
        row = asdict(seed)
        row["fetched_at"] = row.pop("fetched")
        async with writing(self._engine) as connection:
            await upsert(connection, tables.seeds, [row])
            await counters.count(connection, counters.LESSONS)

    async def all(self, event: str | None = None) -> Sequence[FetchedSeed]:
        """Return the seeds of an event, or of every one, in the order in which they were fetched."""
        row = tables.seeds.c
        query = select(tables.seeds).order_by(row.fetched_at, row.event, row.url)
        if event is not None:
            query = query.where(row.event == event)
        async with reading(self._engine) as connection:
            return tuple(map(_seed, await connection.execute(query)))

    async def remove(self, event: str, url: str) -> bool:
        """Forget a seed. Return whether there was one."""
        row = tables.seeds.c
        async with writing(self._engine) as connection:
            await counters.count(connection, counters.LESSONS)
            removing = delete(tables.seeds).where(row.event == event, row.url == url)
            return (await connection.execute(removing)).rowcount == 1


async def _expect(connection: AsyncConnection, table: Table, kind: str, name: str) -> None:
    if (await connection.execute(select(table.c.id).where(table.c.id == name))).first() is None:
        raise NotStoredError(f"no such {kind}: {name}; `storywatch {table.name}` lists them")


def _answers(*, revoked: bool) -> Select[Any]:
    row = tables.feedback.c
    query = select(tables.feedback).order_by(row.given, row.event, row.item)
    return query if revoked else query.where(row.revoked_at.is_(None))


def _feedback(row: Row[Any]) -> Feedback:
    return Feedback(
        event=row.event, item=row.item, belongs=row.belongs, given=row.given, by=row.by, revoked=row.revoked_at
    )


def _seed(row: Row[Any]) -> FetchedSeed:
    return FetchedSeed(
        event=row.event,
        url=row.url,
        title=row.title,
        text=row.text,
        published=row.published,
        fetched=row.fetched_at,
    )
