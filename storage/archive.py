"""The stored items: found by id, by address, by time, and by what they say."""

from collections.abc import AsyncIterator, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import tables
from storage.engine import reading
from storage.items import chunks, items_by_id
from storage.search import says_any, vocabulary_query
from storywatch.intake import address_key
from storywatch.model import Item, Outlet, SearchTerm
from storywatch.urls import canonical_url, url_identity

PAGE = 100_000
"""Ids that one search reads ahead."""

AT_ONCE = 200
"""Items that are in memory at the same time."""

MOST_FOUND = 10
"""Items that a beginning of an id can stand for, so that an operator may choose."""


class StoredArchive:
    """Implements `storywatch.ports.Archive`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def count(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        any_of: Iterable[SearchTerm] | None = None,
    ) -> int:
        """Return how many items `stream` would yield."""
        counting = select(func.count()).select_from(tables.items).where(*self._within(since, until, any_of))
        async with reading(self._engine) as connection:
            return int((await connection.execute(counting)).scalar_one())

    async def ids(self, since: datetime | None = None, *, any_of: Iterable[SearchTerm] | None = None) -> frozenset[str]:
        """Return the ids of the items that `stream` would yield."""
        query = select(tables.items.c.id).where(*self._within(since, None, any_of))
        async with reading(self._engine) as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def stream(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        any_of: Iterable[SearchTerm] | None = None,
        after: Item | None = None,
    ) -> AsyncIterator[Item]:
        """Yield items in the order of first sight, then of ids. No transaction is open while the caller works."""
        wanted = _ordered(self._within(since, until, any_of))
        place = (after.first_seen, after.id) if after else None
        while True:
            async with reading(self._engine) as connection:
                rows = (await connection.execute(_behind(wanted, place))).all()
            for some in chunks([item for _, item in rows], AT_ONCE):
                found = await self.by_id(some)
                for item in some:
                    yield found[item]
            if len(rows) < PAGE:
                return
            place = rows[-1]

    def _within(
        self, since: datetime | None, until: datetime | None, any_of: Iterable[SearchTerm] | None
    ) -> list[ColumnElement[bool]]:
        seen = tables.items.c.first_seen
        conditions = [seen >= since] if since else []
        conditions += [seen < until] if until else []
        return conditions if any_of is None else [*conditions, says_any(any_of, self._engine.dialect.name)]

    async def vocabulary(self) -> AsyncIterator[tuple[str, int]]:
        """Yield every word that the items say, folded, with the number of revisions that say it."""
        query = vocabulary_query(self._engine.dialect.name)
        async with reading(self._engine) as connection, connection.stream(query) as found:
            async for word, revisions in found:
                yield word, revisions

    async def by_id(self, ids: Collection[str]) -> dict[str, Item]:
        """Return the items that are stored under these ids."""
        async with reading(self._engine) as connection:
            return await items_by_id(connection, ids)

    async def by_url(self, url: str) -> tuple[Item, ...]:
        """Return the items at an address, however it is spelled; several where a page or several outlets share it."""
        canonical = canonical_url(url, Outlet(id="", name=""))
        identity = url_identity(canonical)
        if canonical is None or identity is None:
            return ()
        key, item = tables.item_keys.c, tables.items.c
        answering = select(key.item).where(
            key.outlet.in_(select(tables.outlets.c.id)), key.key == address_key(identity)
        )
        # Items that share an address don't answer to it: they are found as they are cited.
        cited = [f"{scheme}://{front}{identity}" for scheme in ("https", "http") for front in ("www.", "")]
        return await self._some(or_(item.url.in_([canonical, *cited]), item.id.in_(answering)))

    async def find_item(self, text: str) -> tuple[Item, ...]:
        """Return the items that an operator may mean: by id, by the beginning of one, or by address."""
        if "://" in text:
            return await self.by_url(text.strip())
        name = text.strip().lower()
        if not (name.isascii() and name.isalnum()):
            return ()
        if found := await self.by_id([name]):
            return tuple(found.values())
        return await self._some(tables.items.c.id.startswith(name, autoescape=True))

    async def _some(self, condition: ColumnElement[bool]) -> tuple[Item, ...]:
        query = _ordered([condition]).limit(MOST_FOUND)
        async with reading(self._engine) as connection:
            ids = [row.id for row in await connection.execute(query)]
            found = await items_by_id(connection, ids)
        return tuple(found[item] for item in ids)


def _ordered(conditions: Iterable[ColumnElement[bool]]) -> Select[Any]:
    item = tables.items.c
    return select(item.first_seen, item.id).where(*conditions).order_by(item.first_seen, item.id)


def _behind(wanted: Select[Any], place: tuple[datetime, str] | None) -> Select[Any]:
    if place is None:
        return wanted.limit(PAGE)
    item, (seen, last) = tables.items.c, place
    return wanted.where(item.first_seen >= seen, or_(item.first_seen > seen, item.id > last)).limit(PAGE)
