"""The past of a new event, stored as a history that nobody is alerted of."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import history, ledger, tables, verdicts
from storage.engine import reading, writing
from storage.upsert import insert_new
from storywatch.ports import ImportRecord
from storywatch.updates import PastReport


class StoredImports:
    """Implements `storywatch.ports.Imports`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def unimported(self) -> Sequence[str]:
        """Return the declared events whose past was not matched yet."""
        event = tables.events.c
        query = select(event.id).where(event.active, event.imported_at.is_(None)).order_by(event.id)
        async with reading(self._engine) as connection:
            return (await connection.execute(query)).scalars().all()

    @asynccontextmanager
    async def open(self, event: str) -> AsyncIterator["StoredImport"]:
        """Open the transaction of an import and hold the event; it commits when the block ends well."""
        async with writing(self._engine) as connection:
            await history.hold(connection, tables.events, event)
            yield StoredImport(connection, event)


class StoredImport:
    """Implements `storywatch.ports.ImportTransaction`."""

    def __init__(self, connection: AsyncConnection, event: str) -> None:
        self._connection = connection
        self._event = event

    async def history(self) -> tuple[PastReport, ...]:
        """Return the reports that the event has already, oldest first."""
        return await history.reports_of(self._connection, self._event)

    async def last_number(self) -> int:
        """Return the highest number that an update of the event ever had, 0 without one."""
        return await history.last_number(self._connection, self._event)

    async def save(self, record: ImportRecord) -> None:
        """Write the history and mark the event as imported. What polls stored of it meanwhile stays as it is."""
        connection, at = self._connection, record.at
        matches = [verdicts.match_row(match, at) for match in record.matches]
        await insert_new(connection, tables.matches, matches)
        await verdicts.forget_misses(connection, matches)
        await verdicts.save_misses(connection, [verdicts.miss_row(miss, at) for miss in record.misses])
        await insert_new(connection, tables.updates, list(map(verdicts.update_row, record.updates)))
        await insert_new(connection, tables.reports, list(map(verdicts.report_row, record.reports)))
        await ledger.save(connection, record.reports, (), record.matches)
        done = update(tables.events).where(tables.events.c.id == self._event)
        await connection.execute(done.values(imported_at=at))
