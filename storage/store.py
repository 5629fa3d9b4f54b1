"""The store: one engine, and the repositories that share it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from storage import leases, tables
from storage.archive import StoredArchive
from storage.curating import StoredUpdates
from storage.database_file import database_file
from storage.engine import make_engine, writing
from storage.feedback import StoredFeedbacks, StoredSeeds
from storage.gathering import StoredGatherings
from storage.imports import StoredImports
from storage.latency import StoredLatency
from storage.memories import StoredMemories
from storage.outbox import StoredOutbox
from storage.paces import StoredPaces
from storage.people import StoredPeople
from storage.presence import Presence
from storage.pushes import StoredPushes
from storage.queries import Queries
from storage.rechecks import StoredRechecks
from storage.replays import StoredReplays
from storage.returned import StoredBounces
from storage.schema import upgrade
from storage.sources import StoredSources
from storage.timeline import StoredTimelines
from storage.traces import StoredTraces


@dataclass(frozen=True, kw_only=True)
class Store:
    """An open database. `alone`: no other process works on it; None if nobody can tell."""

    engine: AsyncEngine
    sources: StoredSources
    outbox: StoredOutbox
    gatherings: StoredGatherings
    pushes: StoredPushes
    paces: StoredPaces
    queries: Queries
    feedbacks: StoredFeedbacks
    seeds: StoredSeeds
    archive: StoredArchive
    memories: StoredMemories
    imports: StoredImports
    people: StoredPeople
    bounces: StoredBounces
    timelines: StoredTimelines
    rechecks: StoredRechecks
    updates: StoredUpdates
    latency: StoredLatency
    replays: StoredReplays
    traces: StoredTraces
    alone: bool | None = None

    async def free_leases(self) -> int:
        """Free what a dead process held. Only for a process that knows that it is alone. Return how many."""
        async with writing(self.engine) as connection:
            freed = [
                await leases.release_all(connection, table)
                for table in (tables.sources, tables.deliveries, tables.rechecks)
            ]
        return sum(freed)


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open the database, create or upgrade its tables, and recover what a dead process left. Raises `StorageError`.

    `url`: `sqlite:///FILE` or `postgresql://…`.
    """
    engine = make_engine(url)
    store = Store(
        engine=engine,
        sources=StoredSources(engine),
        outbox=StoredOutbox(engine),
        gatherings=StoredGatherings(engine),
        pushes=StoredPushes(engine),
        paces=StoredPaces(engine),
        queries=Queries(engine),
        feedbacks=StoredFeedbacks(engine),
        seeds=StoredSeeds(engine),
        archive=StoredArchive(engine),
        memories=StoredMemories(engine),
        imports=StoredImports(engine),
        people=StoredPeople(engine),
        bounces=StoredBounces(engine),
        timelines=StoredTimelines(engine),
        rechecks=StoredRechecks(engine),
        updates=StoredUpdates(engine),
        latency=StoredLatency(engine),
        replays=StoredReplays(engine),
        traces=StoredTraces(engine),
    )
    try:
        with Presence.of(database_file(url)) as presence:
            if not presence.alone:
                # Waits for the process that sets the database up just now: SQLite lets only one switch to WAL.
                await asyncio.to_thread(presence.settle)
                presence.check()
            await upgrade(engine)
            presence.record()
            if presence.alone:
                await store.free_leases()
                await asyncio.to_thread(presence.settle)
            yield replace(store, alone=presence.alone if presence.mark else None)
    finally:
        await engine.dispose()
