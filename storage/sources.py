"""Outlets, sources, events and subscriptions as the config declares them, and when each source is due."""

from collections.abc import AsyncIterator, Container, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, false, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import holds, leases, moves, paces, tables
from storage.engine import reading, writing
from storage.items import chunks
from storage.polls import StoredPoll
from storage.states import FRESH, state_of, state_row
from storage.upsert import upsert
from storywatch.model import Source, SourceKind, WatchConfig
from storywatch.pacing import LEAST_PAUSE, LONGEST_PLAN, MENDED_BY_CONFIG, due_anew, set_back, spread
from storywatch.pacing.heat import STORY_WEIGHT
from storywatch.pacing.room import Room, room, spent
from storywatch.pacing.visits import UNLEARNED
from storywatch.ports import Claim
from storywatch.twins import twins
from storywatch.urls import host_of

KEPT = ("host", "next_poll_at", *FRESH)
"""What a source that exists keeps when its declaration is written again."""

LATE = timedelta(minutes=1)
"""A source so long overdue was missed: the daemon was down, or the machine slept."""


class StoredSources:
    """Implements `storywatch.ports.Sources`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def apply(self, config: WatchConfig, now: datetime, *, changed: bool = False) -> None:
        """Write what the config declares; what it no longer declares becomes inactive and keeps its history.

        New sources are due one after the other. Those whose fault a config can mend are due soon. `changed`: polls
        that are under way lose their leases, for they decide by the old config; their sources are still due.
        """
        async with writing(self._engine) as connection:
            # In the order of a poll, which holds its outlet before its source: else the two could wait for each other.
            outlets = select(tables.outlets.c.id).order_by(tables.outlets.c.id)
            await connection.execute(outlets.with_for_update())
            if changed:
                await leases.release_all(connection, tables.sources)
            await _declare(connection, tables.outlets, _outlet_rows(config))
            await self._forget_validators_of_moved(connection, config.sources.values(), now)
            source = tables.sources.c
            known = {row.id: row.every for row in await connection.execute(select(source.id, source.every))}
            await _hasten(connection, config.sources.values(), known, now)
            await paces.forget_of_other_outlets(connection, config)
            await _declare(connection, tables.sources, _source_rows(config, known, now), keep=KEPT)
            await moves.rest_twins(connection, now)
            await _look_again(connection, now)
            await _end_alarms_of_idle(connection, config, now)
            back = await _coming_back(connection, config)
            await _declare(connection, tables.events, _event_rows(config))
            await _import_anew(connection, back)
            await _declare(connection, tables.subscriptions, _subscription_rows(config))
            # Last, as in a poll, which holds its source before the pace.
            await paces.allow(connection, config)

    @staticmethod
    async def _forget_validators_of_moved(
        connection: AsyncConnection, sources: Iterable[Source], now: datetime
    ) -> None:
        """A source with a new address is visited afresh: validators speak of the old address.

        A visit to the old address that is under way loses its lease, so that it can't store what it brought.
        """
        wanted = [
            {"wanted_id": source.id, "wanted_url": source.url, "wanted_host": host_of(source.url)} for source in sources
        ]
        moved = (
            update(tables.sources)
            .where(tables.sources.c.id == bindparam("wanted_id"), tables.sources.c.url != bindparam("wanted_url"))
            .values(host=bindparam("wanted_host"), next_poll_at=now, lease_token=None, lease_until=None, **FRESH)
        )
        if wanted:
            await connection.execute(moved, wanted)

    async def spread_overdue(self, now: datetime) -> int:
        """Spread the sources that became due while nothing ran, and return how many they are.

        First come those whose news have waited longest. After the clock was set back, pauses count from now.
        """
        source = tables.sources.c
        async with writing(self._engine) as connection:
            await _set_back(connection, now)
            overdue = await paces.overdue(connection, now - LATE, now)
            moments = [
                {"late_id": one, "moment": now + pause}
                for one, pause in zip(overdue, spread(len(overdue)), strict=True)
            ]
            if moments:
                moving = update(tables.sources).where(source.id == bindparam("late_id"))
                await connection.execute(moving.values(next_poll_at=bindparam("moment")), moments)
            # Last, as in a poll, which holds its source before the pace.
            await paces.set_back(connection, now)
        return len(overdue)

    async def due_hosts(self, now: datetime, limit: int) -> Sequence[str]:
        """Return hosts with a due source that nobody visits, longest due first."""
        source = tables.sources.c
        due = select(source.host).where(*_is_due(now)).group_by(source.host).order_by(func.min(source.next_poll_at))
        async with reading(self._engine) as connection:
            room = await _room(connection, now)
            return (await connection.execute(due.where(_has_room(room)).limit(limit))).scalars().all()

    async def claim(self, host: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Claim]:
        """Take due sources of a host for a lease, longest due first. Paced ones take of the hourly limit."""
        source = tables.sources.c
        due = leases.ids_of(tables.sources).where(source.host == host, *_is_due(now)).order_by(source.next_poll_at)
        async with reading(self._engine) as connection:
            if (await connection.execute(due.where(_has_room(await _room(connection, now))).limit(1))).first() is None:
                return ()  # the commonest answer, and no reason to hold up the writers
        async with writing(self._engine) as connection:
            pace = await paces.row_of(connection, hold=True)
            room = _room_in(pace, now)
            wanted = due.where(_has_room(room)).limit(min(limit, room.most))
            rows = await leases.take(connection, tables.sources, wanted, now=now, lease=lease)
            await _spend(connection, pace, rows, now)
            return [await _claim(connection, row, pace) for row in sorted(rows, key=lambda row: row.next_poll_at)]

    async def claim_named(self, source: str, *, now: datetime, lease: timedelta, counts: bool = True) -> Claim | None:
        """Take one source, due or not; None while another worker has it. `counts`: for a poll, which costs a request.

        It takes of the hourly limit, which doesn't hold it: somebody asked for it by hand.
        """
        wanted = leases.ids_of(tables.sources).where(tables.sources.c.id == source, leases.is_free(tables.sources, now))
        async with writing(self._engine) as connection:
            pace = await paces.row_of(connection, hold=True)
            rows = await leases.take(connection, tables.sources, wanted, now=now, lease=lease)
            if rows and counts:
                await _spend(connection, pace, rows, now)
            return await _claim(connection, rows[0], pace) if rows else None

    @asynccontextmanager
    async def poll(self, claim: Claim) -> AsyncIterator[StoredPoll]:
        """Open the transaction of a claimed poll; it commits when the block ends well."""
        async with writing(self._engine) as connection:
            yield StoredPoll(connection, claim)


async def _set_back(connection: AsyncConnection, now: datetime) -> None:
    """Plan those anew that were polled by a clock that ran ahead: they would wait until it is there again."""
    source = tables.sources.c
    ahead = select(tables.sources).where(source.active, source.last_poll_at > now + LATE)
    for row in (await connection.execute(ahead.with_for_update(skip_locked=True))).all():
        planned = state_row(set_back(state_of(row), now))
        await connection.execute(update(tables.sources).where(source.id == row.id).values(**planned))


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a source that may be visited now: due, free, and not held by a wish of its host."""
    source = tables.sources.c
    return (
        source.active,
        leases.is_reached(source.next_poll_at, now, LONGEST_PLAN),
        leases.is_free(tables.sources, now),
        source.host.not_in(holds.held(now)),
        or_(source.kind != SourceKind.PAGE.value, source.host.not_in(holds.quiet(now))),
    )


async def _declare(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], keep: Sequence[str] = ()
) -> None:
    """Make the declared rows of a table these. `keep` names columns that an existing row keeps."""
    if "active" in table.c:
        await connection.execute(update(table).where(_is_declared(table)).values(active=False))
    await upsert(connection, table, rows, keep=keep)


async def _coming_back(connection: AsyncConnection, config: WatchConfig) -> Sequence[str]:
    """Return the events of the config that were known once and then declared no more."""
    gone = select(tables.events.c.id).where(tables.events.c.active.is_(False))
    return [event for event in (await connection.execute(gone)).scalars() if event in config.events]


async def _import_anew(connection: AsyncConnection, events: Sequence[str]) -> None:
    """Let events be matched against what came while nobody looked; what they have stays as it is."""
    event = tables.events.c.id
    for some in chunks(events):
        await connection.execute(update(tables.events).where(event.in_(some)).values(imported_at=None))


def _is_declared(table: Table) -> ColumnElement[bool]:
    """Return the condition that a watch config made a row: readers make subscriptions by themselves."""
    return table.c.id.not_in(select(tables.reader_subscriptions.c.id)) if table is tables.subscriptions else true()


async def _look_again(connection: AsyncConnection, now: datetime) -> None:
    """Make sources due whose fault a config can mend: a process that restarts over and over visits none too often."""
    source = tables.sources.c
    faulty = select(source.id, source.last_poll_at).where(source.fault_code.in_(MENDED_BY_CONFIG))
    for row in (await connection.execute(faulty)).all():
        soon = max(now, row.last_poll_at + LEAST_PAUSE) if row.last_poll_at and row.last_poll_at <= now else now
        await connection.execute(update(tables.sources).where(source.id == row.id).values(next_poll_at=soon))


async def _hasten(
    connection: AsyncConnection, sources: Iterable[Source], known: Mapping[str, int | None], now: datetime
) -> None:
    """Plan those anew whose pause was shortened; they were planned by the old one, which may have been a month.

    So are those that got a pause, or lost theirs, and are paced now.
    """
    shorter = {one.id: one for one in sources if one.id in known and _is_shorter(one.every, known[one.id])}
    source = tables.sources.c
    for some in chunks(sorted(shorter)):
        rows = (await connection.execute(select(tables.sources).where(source.id.in_(some)))).all()
        moments = [
            {"hastened": row.id, "moment": due_anew(state_of(row), shorter[row.id].every or UNLEARNED, now)}
            for row in rows
        ]
        moving = update(tables.sources).where(source.id == bindparam("hastened"))
        await connection.execute(moving.values(next_poll_at=bindparam("moment")), moments)


def _is_shorter(every: timedelta | None, before: int | None) -> bool:
    if every is None:
        return before is not None
    return before is None or every < timedelta(seconds=before)


async def _end_alarms_of_idle(connection: AsyncConnection, config: WatchConfig, now: datetime) -> None:
    """End the alarms about sources that the config no longer has, or not enabled: no poll will ever do it."""
    alarm = tables.alarms.c
    told = (await connection.execute(select(alarm.source).where(alarm.ended_at.is_(None)).distinct())).scalars()
    enabled = {source.id for source in config.sources.values() if source.enabled}
    for idle in set(told) - enabled:
        over = update(tables.alarms).where(alarm.source == idle, alarm.ended_at.is_(None))
        await connection.execute(over.values(ended_at=now))
        await connection.execute(update(tables.sources).where(tables.sources.c.id == idle).values(alarms=None))


def _outlet_rows(config: WatchConfig) -> list[dict[str, Any]]:
    return [{"id": outlet.id, "name": outlet.name} for outlet in config.outlets.values()]


def _source_rows(config: WatchConfig, known: Container[str], now: datetime) -> list[dict[str, Any]]:
    """Return the declared sources. New ones are due one after the other, those for gaps only when one has been seen."""
    new = [source.id for source in config.sources.values() if source.enabled and source.id not in known]
    due = {one: now + pause for one, pause in zip(new, spread(len(new)), strict=True)}
    twin = twins(config.sources.values())
    return [
        {
            "id": source.id,
            "outlet": source.outlet,
            "kind": source.kind.value,
            "url": source.url,
            "host": host_of(source.url),
            "active": source.enabled and source.id not in twin,
            "twin_of": twin.get(source.id),
            "every": int(source.every.total_seconds()) if source.every else None,
            **FRESH,
            "next_poll_at": now + source.every if source.gaps_only and source.every else due.get(source.id, now),
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


async def _claim(connection: AsyncConnection, row: Row[Any], pace: Row[Any] | None) -> Claim:
    return Claim(
        source=row.id,
        token=row.lease_token,
        until=row.lease_until,
        state=state_of(row),
        hold=await holds.of_host(connection, row.host),
        learned=await paces.learned_of(connection, row.id),
        pace=paces.pace_of(pace),
    )


# The hourly limit -----------------------------------------------------------------------------------------------------


async def _room(connection: AsyncConnection, now: datetime) -> Room:
    """Return what the hourly limit leaves, as anybody may know who spends nothing."""
    return _room_in(await paces.row_of(connection), now)


def _room_in(pace: Row[Any] | None, now: datetime) -> Room:
    return room(paces.bucket_of(pace), paces.allowance_of(pace).paced, now)


def _has_room(left: Room) -> ColumnElement[bool]:
    """Return the condition that the hourly limit lets a source be polled.

    It is none of those with a fixed pause, nor of those whose address nobody visited yet, for which an operator waits,
    nor of those that a hub called for, where there is news.
    """
    source, rhythm = tables.sources.c, tables.rhythms.c
    stories = select(rhythm.source).where(rhythm.weight >= STORY_WEIGHT, rhythm.weight < 1)
    if left.anyone:
        return true()
    called = select(tables.push_subscriptions.c.source).where(tables.push_subscriptions.c.promised_at.is_not(None))
    free = (source.every.is_not(None), source.last_success_at.is_(None), source.id.in_(called))
    return or_(*free, source.id.in_(stories) if left.stories else false())


async def _spend(connection: AsyncConnection, pace: Row[Any] | None, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Take a poll for each paced source out of the hourly limit."""
    polls = sum(row.every is None for row in rows)
    if polls and pace is not None:
        await paces.pour(connection, spent(paces.bucket_of(pace), paces.allowance_of(pace).paced, polls, now))
