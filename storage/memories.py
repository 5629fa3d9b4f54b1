"""What matching remembers over a restart: counts, accepted matches, near misses."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import counters, tables
from storage.archive import AT_ONCE, StoredArchive
from storage.engine import reading, writing
from storage.items import PUBLISHED, among, chunks, item_of, items_by_id, with_each_text
from storage.verdicts import match_of
from storywatch.matching.memory import part_of
from storywatch.model import Item, Match, Snapshot


class StoredMemories:
    """Implements `storywatch.ports.Memories`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def saved(self) -> Mapping[str, Snapshot]:
        """Return what was saved last, by name, without the events whose past was imported since.

        A process may die between an import and the next save: the event must learn its past again then.
        """
        event = tables.events.c
        async with reading(self._engine) as connection:
            rows = (await connection.execute(select(tables.memory))).mappings().all()
            imported = await connection.execute(
                select(event.id, event.imported_at).where(event.imported_at.is_not(None))
            )
            since = {part_of(row.id): row.imported_at for row in imported}
        found = {row["name"]: Snapshot(**row) for row in rows}
        return {name: one for name, one in found.items() if name not in since or since[name] <= one.saved}

    async def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Save snapshots in place of all that was saved before."""
        rows = [{field.name: getattr(one, field.name) for field in fields(Snapshot)} for one in snapshots]
        async with writing(self._engine) as connection:
            await connection.execute(delete(tables.memory))
            if rows:
                await connection.execute(insert(tables.memory), rows)

    async def taught(self) -> int:
        """Return a number that grows whenever people answer, revoke an answer, or change the fetched seeds."""
        async with reading(self._engine) as connection:
            return await counters.counted(connection, counters.LESSONS)

    async def accepted(self, events: Collection[str] | None, limit: int) -> AsyncIterator[tuple[str, Item, Match]]:
        """Yield the latest `limit` accepted items of each event, event by event, oldest first, as they read now."""
        for some in chunks(sorted(await self._matched() if events is None else set(events))):
            async with reading(self._engine) as connection:
                keys = (await connection.execute(_latest(some, limit))).all()
            for part in chunks(keys, AT_ONCE):
                async with reading(self._engine) as connection:
                    found = await _with_items(connection, part)
                for event, item, match in found:
                    yield event, item, match

    async def _matched(self) -> Sequence[str]:
        async with reading(self._engine) as connection:
            return (await connection.execute(select(tables.matches.c.event).distinct())).scalars().all()

    async def missed(self, event: str, limit: int) -> Sequence[tuple[Item, Match]]:
        """Return the best near misses of an event, the best first."""
        row = tables.misses.c
        query = select(tables.misses).where(row.event == event).order_by(row.score.desc(), row.item).limit(limit)
        async with reading(self._engine) as connection:
            verdicts = [match_of(one, accepted=False) for one in await connection.execute(query)]
            items = await items_by_id(connection, (verdict.item for verdict in verdicts))
        return tuple((items[verdict.item], verdict) for verdict in verdicts)

    async def verdict(self, event: str, item: str) -> Match | None:
        """Return the stored verdict on an item: the latest match, else the near miss; None if neither is stored."""
        judged = await self.judged(event, item)
        return judged[0] if judged else None

    async def judged(self, event: str, item: str) -> tuple[Match, datetime | None] | None:
        """Return the same with the time when it was decided; None for the time of what older versions stored."""
        async with reading(self._engine) as connection:
            for table, accepted in ((tables.matches, True), (tables.misses, False)):
                row = table.c
                query = select(table).where(row.event == event, row.item == item).order_by(row.revision.desc())
                found = (await connection.execute(query.limit(1))).first()
                if found is not None:
                    return match_of(found, accepted=accepted), found.decided
        return None

    async def items_since(self, moment: datetime) -> AsyncIterator[Item]:
        """Yield each revision of items that was seen at the moment or later, in the order in which polls judge them."""
        revision = tables.revisions.c
        query = select(revision.item, revision.number).join_from(tables.revisions, tables.items)
        query = query.where(revision.seen >= moment).order_by(revision.seen, PUBLISHED, revision.item)
        async with reading(self._engine) as connection:
            keys = (await connection.execute(query)).all()
        for some in chunks(keys, AT_ONCE):
            texts = with_each_text().where(among(some, revision.item, revision.number))
            async with reading(self._engine) as connection:
                found = {(row.item, row.number): item_of(row) for row in await connection.execute(texts)}
            for key in some:
                yield found[tuple(key)]

    async def latest(self, limit: int) -> AsyncIterator[Item]:
        """Yield the items that were first seen last, some `limit` of them, oldest first, as they read now."""
        seen = tables.items.c.first_seen
        query = select(seen).order_by(seen.desc()).offset(limit - 1).limit(1)
        async with reading(self._engine) as connection:
            since = (await connection.execute(query)).scalar_one_or_none()
        async for item in StoredArchive(self._engine).stream(since):
            yield item


def _latest(events: Sequence[str], limit: int) -> Select[Any]:
    """Return event, item and the last revision that matched, of the items of each event that were seen last."""
    match, item = tables.matches.c, tables.items.c
    latest_first = (item.first_seen.desc(), item.id.desc())
    place = func.row_number().over(partition_by=match.event, order_by=latest_first)
    ranked = (
        select(
            match.event,
            match.item,
            func.max(match.revision).label("revision"),
            item.first_seen,
            place.label("place"),
        )
        .join_from(tables.matches, tables.items, item.id == match.item)
        .where(match.event.in_(events))
        .group_by(match.event, match.item, item.first_seen, item.id)
        .subquery()
    )
    one = ranked.c
    query = select(one.event, one.item, one.revision).where(one.place <= limit)
    return query.order_by(one.event, one.first_seen, one.item)


async def _with_items(
    connection: AsyncConnection, keys: Sequence[tuple[str, str, int]]
) -> list[tuple[str, Item, Match]]:
    row = tables.matches.c
    query = select(tables.matches).where(among(keys, row.event, row.item, row.revision))
    matches = {(one.event, one.item): match_of(one, accepted=True) for one in await connection.execute(query)}
    items = await items_by_id(connection, (item for _, item, _ in keys))
    return [(event, items[item], matches[event, item]) for event, item, _ in keys]
