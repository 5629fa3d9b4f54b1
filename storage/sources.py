"""Outlets, sources, events and subscriptions as the config declares them, and when each source is due."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import leases, tables
from storage.engine import reading, writing
from storage.polls import StoredPoll
from storage.upsert import upsert
from storywatch.errors import Fault
from storywatch.model import Source, Validators, WatchConfig
from storywatch.pacing import MENDED_BY_CONFIG, SourceState
from storywatch.ports import Claim
from storywatch.urls import host_of

FRESH_STATE = {
    **dict.fromkeys(("etag", "last_modified", "body_hash", "fault_code", "fault_message", "fault_permanent")),
    "failures": 0,
}

LONGEST_PAUSE = timedelta(days=40)
"""Beyond what a config can ask for and a publisher can demand."""


class StoredSources:
    """Implements `storywatch.ports.Sources`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def apply(self, config: WatchConfig, now: datetime, *, changed: bool = False) -> None:
        """Write what the config declares; what it no longer declares becomes inactive and keeps its history.

        Sources whose fault a config can mend are due at once. `changed`: polls that are under way lose their leases,
        for they decide by the old config; their sources are still due.
        """
        async with writing(self._engine) as connection:
            if changed:
                await leases.release_all(connection, tables.sources)
            await _declare(connection, tables.outlets, _outlet_rows(config))
            await self._forget_validators_of_moved(connection, config.sources.values(), now)
            await _declare(connection, tables.sources, _source_rows(config, now), keep=("next_poll_at", *FRESH_STATE))
            mended = update(tables.sources).where(tables.sources.c.fault_code.in_(MENDED_BY_CONFIG))
            await connection.execute(mended.values(next_poll_at=now))
            await _declare(connection, tables.events, _event_rows(config))
            await _declare(connection, tables.subscriptions, _subscription_rows(config))

    @staticmethod
    async def _forget_validators_of_moved(
        connection: AsyncConnection, sources: Iterable[Source], now: datetime
    ) -> None:
        """A source with a new address is visited afresh: validators speak of the old address.

        A visit to the old address that is under way loses its lease, so that it can't store what it brought.
        """
        wanted = [{"wanted_id": source.id, "wanted_url": source.url} for source in sources]
        moved = (
            update(tables.sources)
            .where(tables.sources.c.id == bindparam("wanted_id"), tables.sources.c.url != bindparam("wanted_url"))
            .values(next_poll_at=now, lease_token=None, lease_until=None, **FRESH_STATE)
        )
        if wanted:
            await connection.execute(moved, wanted)

    async def due_hosts(self, now: datetime, limit: int) -> Sequence[str]:
        """Return hosts with a due source that nobody visits, longest due first."""
        source = tables.sources.c
        due = (
            select(source.host)
            .where(
                source.active,
                leases.is_reached(source.next_poll_at, now, LONGEST_PAUSE),
                leases.is_free(tables.sources, now),
            )
            .group_by(source.host)
            .order_by(func.min(source.next_poll_at))
            .limit(limit)
        )
        async with reading(self._engine) as connection:
            return (await connection.execute(due)).scalars().all()

    async def claim(self, host: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Claim]:
        """Take due sources of a host for a lease, longest due first."""
        source = tables.sources.c
        due = (
            leases.ids_of(tables.sources)
            .where(
                source.host == host,
                source.active,
                leases.is_reached(source.next_poll_at, now, LONGEST_PAUSE),
                leases.is_free(tables.sources, now),
            )
            .order_by(source.next_poll_at)
            .limit(limit)
        )
        async with writing(self._engine) as connection:
            rows = await leases.take(connection, tables.sources, due, now=now, lease=lease)
        return tuple(map(_claim, sorted(rows, key=lambda row: row.next_poll_at)))

    async def claim_named(self, source: str, *, now: datetime, lease: timedelta) -> Claim | None:
        """Take one source, due or not; None while another worker has it."""
        wanted = leases.ids_of(tables.sources).where(tables.sources.c.id == source, leases.is_free(tables.sources, now))
        async with writing(self._engine) as connection:
            rows = await leases.take(connection, tables.sources, wanted, now=now, lease=lease)
        return _claim(rows[0]) if rows else None

    @asynccontextmanager
    async def poll(self, claim: Claim) -> AsyncIterator[StoredPoll]:
        """Open the transaction of a claimed poll; it commits when the block ends well."""
        async with writing(self._engine) as connection:
            yield StoredPoll(connection, claim)


async def _declare(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], keep: Sequence[str] = ()
) -> None:
    """Make the declared rows of a table these. `keep` names columns that an existing row keeps."""
    if "active" in table.c:
        await connection.execute(update(table).values(active=False))
    await upsert(connection, table, rows, keep=keep)


def _outlet_rows(config: WatchConfig) -> list[dict[str, Any]]:
    return [{"id": outlet.id, "name": outlet.name} for outlet in config.outlets.values()]


def _source_rows(config: WatchConfig, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": source.id,
            "outlet": source.outlet,
            "kind": source.kind.value,
            "url": source.url,
            "host": host_of(source.url),
            "active": source.enabled,
            "next_poll_at": now,
            **FRESH_STATE,
        }
        for source in config.sources.values()
    ]


def _event_rows(config: WatchConfig) -> list[dict[str, Any]]:
    return [{"id": event.id, "title": event.title, "active": True} for event in config.events.values()]


def _subscription_rows(config: WatchConfig) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "subscriber": one.subscriber, "channel": one.channel.value, "active": True}
        for one in config.subscriptions.values()
    ]


def _claim(row: Row[Any]) -> Claim:
    state = SourceState(
        source=row.id,
        next_poll_at=row.next_poll_at,
        validators=Validators(etag=row.etag, last_modified=row.last_modified, body_hash=row.body_hash),
        failures=row.failures,
        fault=_fault(row),
        last_poll_at=row.last_poll_at,
        last_success_at=row.last_success_at,
        last_new_at=row.last_new_at,
    )
    return Claim(source=row.id, token=row.lease_token, until=row.lease_until, state=state)


def _fault(row: Row[Any]) -> Fault | None:
    if row.fault_code is None:
        return None
    return Fault(code=row.fault_code, message=row.fault_message, permanent=row.fault_permanent)
