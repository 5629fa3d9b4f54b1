"""Rhythms, a row for each source, and the pace of all: one row, which holds the hourly limit too."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, Select, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import holds, pushes, tables
from storage.engine import reading, writing
from storage.items import chunks
from storage.states import state_of, wishes_of
from storage.upsert import insert_new, upsert
from storywatch.explaining_polls import PROVEN, Stand, fixed_pause
from storywatch.model import WatchConfig
from storywatch.pacemaking import heavier
from storywatch.pacing.allowance import NOTHING, Allowance
from storywatch.pacing.bucket import Bucket
from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.forward import Waiting, by_cost
from storywatch.pacing.heat import Heat, heated
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.room import widened
from storywatch.pacing.waiting import LONGEST_PAUSE

THE_ROW = 1
"""There is one pace."""
AT_ONCE = 200
"""Polls that one transaction brings forward: others want to write too."""
READ_AT_ONCE = 1000
"""Sources that are read before others get their turn."""

Made = TypeVar("Made")


class StoredPaces:
    """Implements `storywatch.ports.Paces`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def stand(self) -> tuple[Pace, Allowance]:
        """Return the pace, at its heat, and what the watch config allows. A pace to be worked out anew is old."""
        async with reading(self._engine) as connection:
            row = await row_of(connection)
        return pace_of(row), allowance_of(row)

    async def known(self, source: str) -> Stand | None:
        """Return what is known of when a source is polled; None if there is none of that id."""
        row = tables.sources.c
        query = select(tables.sources, pushes.standing_of(row.id).label("push")).where(row.id == source)
        async with reading(self._engine) as connection:
            found = (await connection.execute(query)).first()
            if found is None:
                return None
            pace = await row_of(connection)
            return Stand(
                state=state_of(found),
                learned=await learned_of(connection, source),
                pace=pace_of(pace),
                allowed=allowance_of(pace),
                bucket=bucket_of(pace),
                active=found.active,
                hold=await holds.of_host(connection, found.host),
                push=found.push,
                twin_of=found.twin_of,
            )

    async def fleet(self, now: datetime) -> Fleet:
        """Return all sources that are polled."""
        query = _members().add_columns(tables.sources.c.id.in_(_proven(now)).label("pushed"))
        async with reading(self._engine) as connection:
            members = await _read(connection, query, lambda row: replace(_member(row), fixed=_fixed(row)))
        return await asyncio.to_thread(Fleet.of, members)

    async def keep(self, pace: Pace, before: Pace, allowed: Allowance) -> bool:
        """Write the pace worked out anew, unless another process was faster, or something else is allowed meanwhile."""
        async with writing(self._engine) as connection:
            row = await row_of(connection, hold=True)
            if row is None or allowance_of(row) != allowed:
                return False
            if before.refreshed_at is not None and before.refreshed_at != row.refreshed_at:
                return False
            new = {"learned": pace.to_json(), "refreshed_at": pace.refreshed_at}
            await connection.execute(update(tables.pace).where(tables.pace.c.id == THE_ROW).values(**new))
        return True

    async def waiting(self, now: datetime, heat: Heat | None = None) -> Sequence[Waiting]:
        """Return the paced sources whose polls wait and may be brought forward, and what holds each.

        `heat`: only those that weigh more by it than when they were planned.
        """
        source, rhythm = tables.sources.c, tables.rhythms.c
        query = (
            select(
                *(source.id, source.outlet, source.host, source.last_poll_at, source.next_poll_at),
                *(source.held_until, source.fresh_until, source.wishes, rhythm.learned, rhythm.weight),
                tables.hosts.c.held_until.label("host_held"),
            )
            .join_from(tables.sources, tables.rhythms, rhythm.source == source.id)
            .outerjoin(tables.hosts, tables.hosts.c.host == source.host)
            .where(
                source.active,
                source.every.is_(None),
                source.failures == 0,
                source.next_poll_at > now,
                source.last_poll_at <= now,
                source.id.not_in(_proven(now)),
            )
        )
        async with reading(self._engine) as connection:
            rows = await _read(connection, query, lambda row: row)
        return await asyncio.to_thread(lambda: [_waiting(row) for row in _heavier(rows, heat, now)])

    async def bring_forward(self, earlier: Iterable[Waiting]) -> int:
        """Plan polls anew, each with its weight, unless it was made or planned otherwise meanwhile. Return how many."""
        count = 0
        for some in chunks(list(earlier), AT_ONCE):
            async with writing(self._engine) as connection:
                count += await _bring_forward(connection, some)
        return count


async def _bring_forward(connection: AsyncConnection, some: Sequence[Waiting]) -> int:
    """Plan polls anew. Sources that a poll holds are passed over: it may wait for others, and plans its own anyway."""
    source, rhythm = tables.sources.c, tables.rhythms.c
    query = select(source.id, source.last_poll_at, source.next_poll_at).where(
        source.id.in_([one.source for one in some])
    )
    held = {row.id: row for row in await connection.execute(query.with_for_update(skip_locked=True))}
    moved = [one for one in some if one.source in held and _waits(one, held[one.source])]
    if moved:
        moving = update(tables.sources).where(source.id == bindparam("moved")).values(next_poll_at=bindparam("due"))
        await connection.execute(moving, [{"moved": one.source, "due": one.due} for one in moved])
        weighing = update(tables.rhythms).where(rhythm.source == bindparam("moved")).values(weight=bindparam("weighs"))
        await connection.execute(weighing, [{"moved": one.source, "weighs": one.weight} for one in moved])
    return len(moved)


def _waits(one: Waiting, row: Row[*tuple[Any, ...]]) -> bool:
    return bool(row.last_poll_at == one.last and row.next_poll_at > one.due)


# The one row ----------------------------------------------------------------------------------------------------------


async def row_of(connection: AsyncConnection, *, hold: bool = False) -> Row[Any] | None:
    """Return the row of the pace. `hold`: until the transaction ends, no other process changes it."""
    query = select(tables.pace).where(tables.pace.c.id == THE_ROW)
    return (await connection.execute(query.with_for_update() if hold else query)).first()


def allowance_of(row: Row[Any] | None) -> Allowance:
    """Return what the watch config allows."""
    return Allowance.of_object(row.budgets) if row else NOTHING


def heat_of(row: Row[Any] | None) -> Heat | None:
    """Return the heat; None while no events are followed."""
    if row is None or not allowance_of(row).live:
        return None
    return Heat(x=row.heat_matches, y=row.heat_items, at=row.heat_at)


def pace_of(row: Row[Any] | None) -> Pace:
    """Return the pace at its heat. One that can't be read, or that other budgets made, is to be worked out anew."""
    pace = Pace.of_json(row.learned) if row and row.learned else Pace.first()
    at = row.refreshed_at if row and pace.refreshed_at else None
    return replace(pace, refreshed_at=at, heat=heat_of(row))


def bucket_of(row: Row[Any] | None) -> Bucket:
    """Return what the hourly limit leaves."""
    return Bucket(tokens=row.tokens, at=row.tokens_at) if row else Bucket()


async def allow(connection: AsyncConnection, config: WatchConfig) -> None:
    """Write what a config allows. If that is not what it was, the pace is to be worked out anew."""
    allowed = Allowance.of(config).to_object()
    fresh = {"id": THE_ROW, "budgets": allowed, "heat_matches": 0.0, "heat_items": 0.0, "tokens": 0.0}
    await insert_new(connection, tables.pace, [fresh])
    row = await row_of(connection, hold=True)
    if row is not None and row.budgets != allowed:
        changed = update(tables.pace).where(tables.pace.c.id == THE_ROW)
        tokens = row.tokens + widened(allowance_of(row).paced, allowed["paced"])
        await connection.execute(changed.values(budgets=allowed, refreshed_at=None, tokens=tokens))


async def set_back(connection: AsyncConnection, now: datetime) -> None:
    """Let the hourly limit flow from now on, if a clock ran ahead that was set back: else nothing would until then."""
    row = await row_of(connection, hold=True)
    if row is not None and row.tokens_at is not None and row.tokens_at > now:
        await pour(connection, Bucket(tokens=row.tokens, at=now))


async def pour(connection: AsyncConnection, bucket: Bucket) -> None:
    """Write what the hourly limit leaves."""
    row = update(tables.pace).where(tables.pace.c.id == THE_ROW)
    await connection.execute(row.values(tokens=bucket.tokens, tokens_at=bucket.at))


async def overdue(connection: AsyncConnection, since: datetime, now: datetime) -> Sequence[str]:
    """Hold and return the sources that have been due since a while: those first whose news have waited longest.

    Those that a poll holds are passed over: it plans them anew, and may wait for others.
    """
    source = tables.sources.c
    query = _members().add_columns(source.last_success_at).where(source.next_poll_at < since)
    query = query.order_by(None).order_by(source.next_poll_at, source.id)
    rows = await _read(connection, query.with_for_update(skip_locked=True, of=tables.sources), lambda row: row)
    pace = pace_of(await row_of(connection))
    return await asyncio.to_thread(_by_cost, rows, pace, now)


def _by_cost(rows: Sequence[Row[Any]], pace: Pace, now: datetime) -> Sequence[str]:
    unseen = [now - (row.last_success_at or now - LONGEST_PAUSE) for row in rows]
    return [rows[place].id for place in by_cost(Fleet.of(map(_member, rows)), unseen, pace, now)]


# Rhythms --------------------------------------------------------------------------------------------------------------


async def learned_of(connection: AsyncConnection, source: str) -> Learned:
    """Return what is known of a source's rhythm."""
    row = (await connection.execute(select(tables.rhythms).where(tables.rhythms.c.source == source))).first()
    return Learned(rhythm=Rhythm.of_bytes(row.learned), weight=row.weight) if row else Learned()


async def save(
    connection: AsyncConnection, source: str, known: Learned | None, before: Rhythm, now: datetime | None
) -> None:
    """Write what a poll taught: of its source, and of how many items match lately."""
    if known is None:
        return
    row = {"source": source, "learned": known.rhythm.to_bytes(), "weight": known.weight}
    await upsert(connection, tables.rhythms, [row])
    if known.new and now:
        await _warm(connection, known, before, now)


async def _warm(connection: AsyncConnection, known: Learned, before: Rhythm, now: datetime) -> None:
    """Add to the heat that other polls have changed meanwhile. The row is held for the rest of the transaction only."""
    heat = heat_of(await row_of(connection, hold=True))
    if heat is not None:
        warmer = heated(heat, known.new, known.matched, before, now)
        row = update(tables.pace).where(tables.pace.c.id == THE_ROW)
        await connection.execute(row.values(heat_matches=warmer.x, heat_items=warmer.y, heat_at=warmer.at))


async def forget_of_other_outlets(connection: AsyncConnection, config: WatchConfig) -> None:
    """Forget the rhythms of sources that another outlet has now. A new address of the same outlet keeps its rhythm."""
    source, rhythm = tables.sources.c, tables.rhythms
    known = select(source.id, source.outlet).join_from(tables.sources, rhythm, rhythm.c.source == source.id)
    for row in (await connection.execute(known)).all():
        declared = config.sources.get(row.id)
        if declared is not None and declared.outlet != row.outlet:
            await connection.execute(delete(rhythm).where(rhythm.c.source == row.id))


async def _read(connection: AsyncConnection, query: Select[Any], made: Callable[[Row[Any]], Made]) -> list[Made]:
    """Read rows, of which there may be many: some at a time, so that others get their turn between."""
    found: list[Made] = []
    async for some in (await connection.stream(query)).partitions(READ_AT_ONCE):
        found += map(made, some)
    return found


def _proven(now: datetime) -> Select[Any]:
    """Select the sources whose pushes come, and may come still."""
    push = tables.push_subscriptions.c
    return select(push.source).where(push.proven, push.lease_until > now)


def _members() -> Select[Any]:
    source = tables.sources.c
    query = select(
        source.id,
        source.outlet,
        source.host,
        source.every,
        source.failures,
        source.last_poll_at,
        source.next_poll_at,
        tables.rhythms.c.learned,
    ).outerjoin_from(tables.sources, tables.rhythms, tables.rhythms.c.source == source.id)
    return query.where(source.active).order_by(source.id)


def _member(row: Row[Any]) -> Member:
    return Member(source=row.id, rhythm=row.learned, outlet=row.outlet, host=row.host)


def _fixed(row: Row[Any]) -> timedelta | None:
    """Return the pause that a source has at any price; while pushes come, that of the net."""
    every = None if row.every is None else timedelta(seconds=row.every)
    push = PROVEN if row.pushed else None
    return fixed_pause(every, row.failures, row.last_poll_at, row.next_poll_at, push)


def _heavier(rows: Sequence[Row[Any]], heat: Heat | None, now: datetime) -> Iterator[Row[Any]]:
    """Yield the rows of sources that weigh more by the heat than when they were planned; all if none is given."""
    if heat is None:
        yield from rows
    else:
        places = heavier([row.learned for row in rows], [row.weight for row in rows], heat, now)
        yield from (rows[place] for place in places)


def _waiting(row: Row[*tuple[Any, ...]]) -> Waiting:
    held = [moment for moment in (row.held_until, row.fresh_until, row.host_held) if moment]
    return Waiting(
        source=row.id,
        outlet=row.outlet,
        host=row.host,
        rhythm=Rhythm.of_bytes(row.learned),
        weight=row.weight,
        last=row.last_poll_at,
        due=row.next_poll_at,
        held=max(held, default=None),
        wishes=wishes_of(row.wishes or {}),
    )
