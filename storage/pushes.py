"""Subscriptions to hubs. Each change reads the row, decides and writes it in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import leases, tables
from storage.engine import reading, writing
from storage.upsert import upsert
from storywatch.errors import Fault
from storywatch.push import BROKEN_AFTER, LONGEST_LEASE, Change, PushStanding, PushState

SPACING = timedelta(minutes=1)
"""Between two polls of a source, however often a hub calls for one."""
PATIENCE = timedelta(minutes=1)
"""So long a push may take until it is stored; then the process that took it has died, and a poll takes its place."""


ROWS = select(tables.push_subscriptions)


class StoredPushes:
    """Implements `storywatch.ports.Pushes`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due_hubs(self, now: datetime, limit: int) -> Sequence[str]:
        """Return hubs that are to be asked something, longest due first."""
        push = tables.push_subscriptions.c
        due = select(push.hub).where(leases.is_reached(push.ask_at, now, LONGEST_LEASE))
        async with reading(self._engine) as connection:
            query = due.group_by(push.hub).order_by(func.min(push.ask_at)).limit(limit)
            return (await connection.execute(query)).scalars().all()

    async def due(self, hub: str, now: datetime, limit: int) -> Sequence[PushState]:
        """Return what a hub is to be asked, longest due first."""
        push = tables.push_subscriptions.c
        due = ROWS.where(push.hub == hub, leases.is_reached(push.ask_at, now, LONGEST_LEASE))
        async with reading(self._engine) as connection:
            return tuple(map(_state, await connection.execute(due.order_by(push.ask_at).limit(limit))))

    async def find(self, state_id: str) -> PushState | None:
        """Return a subscription."""
        push = tables.push_subscriptions.c
        async with reading(self._engine) as connection:
            row = (await connection.execute(ROWS.where(push.id == state_id))).one_or_none()
        return _state(row) if row else None

    async def change(self, state_id: str, decide: Change) -> PushState | None:
        """Change a subscription as decided on what it is now; return what it becomes, None if it is no more."""
        async with writing(self._engine) as connection:
            push = tables.push_subscriptions.c
            row = (await connection.execute(ROWS.where(push.id == state_id).with_for_update())).one_or_none()
            if row is None:
                return None
            before = _state(row)
            after = decide(before)
            if after is None:
                await connection.execute(delete(tables.push_subscriptions).where(push.id == state_id))
            elif after != before:
                await save(connection, [after])
            return after

    async def of_idle_sources(self) -> Sequence[PushState]:
        """Return the subscriptions that still stand, though their sources are no longer polled."""
        push, source = tables.push_subscriptions.c, tables.sources.c
        query = ROWS.join(tables.sources, source.id == push.source).where(
            ~source.active, push.standing != PushStanding.ENDING.value
        )
        async with reading(self._engine) as connection:
            return tuple(map(_state, await connection.execute(query)))

    async def made_otherwise(self, made_for: str) -> Sequence[PushState]:
        """Return the subscriptions that were made with another key or address than this mark stands for."""
        others = ROWS.where(tables.push_subscriptions.c.made_for != made_for)
        async with reading(self._engine) as connection:
            return tuple(map(_state, await connection.execute(others)))

    async def promised(self, now: datetime) -> Sequence[str]:
        """Return the sources whose pushes were accepted a while ago and are not stored, and that no poll is near."""
        push, source = tables.push_subscriptions.c, tables.sources.c
        query = (
            select(push.source)
            .join_from(tables.push_subscriptions, tables.sources, source.id == push.source)
            .where(push.promised_at < now - PATIENCE, source.next_poll_at > now + SPACING, source.failures == 0)
            .distinct()
        )
        async with reading(self._engine) as connection:
            return (await connection.execute(query)).scalars().all()

    async def hasten(self, source_id: str, now: datetime) -> None:
        """Make a source due: now, or a minute after its last poll. One that fails keeps its pause."""
        source = tables.sources.c
        async with writing(self._engine) as connection:
            query = select(source.last_poll_at).where(source.id == source_id)
            last = (await connection.execute(query)).scalar_one_or_none()
            soon = max(now, last + SPACING) if last and last <= now else now
            sooner = update(tables.sources).where(
                source.id == source_id, source.failures == 0, source.next_poll_at > soon
            )
            await connection.execute(sooner.values(next_poll_at=soon))


async def of_source(connection: AsyncConnection, source: str) -> tuple[PushState, ...]:
    """Return the subscriptions of a source, for the transaction that goes on to change them."""
    push = tables.push_subscriptions.c
    rows = await connection.execute(ROWS.where(push.source == source).order_by(push.id).with_for_update())
    return tuple(map(_state, rows))


async def save(connection: AsyncConnection, states: Iterable[PushState]) -> None:
    """Write subscriptions, new ones and changed ones."""
    await upsert(connection, tables.push_subscriptions, [_row(state) for state in states])


def standing_of(source_id: Any) -> Any:
    """Return the column that says in one word how the push of a source stands; null without one."""
    push = tables.push_subscriptions.c
    word = case(
        (push.proven, literal("proven")),
        (push.missed >= BROKEN_AFTER, literal("broken")),
        else_=push.standing,
    )
    living = select(word).where(
        push.source == source_id, push.standing != PushStanding.ENDING.value, push.made_for != ""
    )
    return living.order_by(push.id).limit(1).scalar_subquery()


def _row(state: PushState) -> dict[str, Any]:
    row = {name: value for name, value in asdict(state).items() if name != "fault"}
    fault = state.fault
    return {
        **row,
        "standing": state.standing.value,
        "fault_code": fault.code if fault else None,
        "fault_message": fault.message if fault else None,
    }


def _state(row: Row[Any]) -> PushState:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's names
    code, message = values.pop("fault_code"), values.pop("fault_message")
    fault = Fault(code=code, message=message) if code is not None else None
    return PushState(**{**values, "standing": PushStanding(row.standing), "fault": fault})
