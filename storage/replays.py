"""Deliveries that operators send again, and endpoints that they switch on again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import leases, tables
from storage.engine import reading, writing
from storywatch.model import DeliveryState


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which deliveries are meant: by id, or those that failed, and with `sent` those that were sent too.

    `since`: of deliveries that were decided then or later. `endpoint`: an address, a subscriber or a lane.
    """

    ids: tuple[str, ...] = ()
    since: datetime | None = None
    endpoint: str | None = None
    sent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Enabled:
    """An endpoint that was switched on: how many deliveries wait for it, and how many of these had been given up."""

    lane: str
    waiting: int
    revived: int


class StoredReplays:
    """Makes what failed due again, in the order in which it was owed. Ids, bytes and counted attempts stay."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def unknown(self, ids: Sequence[str]) -> Sequence[str]:
        """Return the ids that no delivery has."""
        delivery = tables.deliveries.c
        async with reading(self._engine) as connection:
            found = set((await connection.execute(select(delivery.id).where(delivery.id.in_(ids)))).scalars())
        return [one for one in ids if one not in found]

    async def count(self, choice: Choice, now: datetime) -> Mapping[str, int]:
        """Return how many deliveries would be sent again, by the state that they are in."""
        state = tables.deliveries.c.state
        query = select(state, func.count().label("chosen")).where(_chosen(choice, now)).group_by(state).order_by(state)
        async with reading(self._engine) as connection:
            return {row.state: row.chosen for row in await connection.execute(query)}

    async def replay(self, choice: Choice, now: datetime) -> int:
        """Make them due. Return how many."""
        async with writing(self._engine) as connection:
            return await _make_due(connection, _chosen(choice, now), now)

    async def enable(self, endpoint: str, now: datetime) -> Sequence[Enabled]:
        """Switch on the endpoints of an address, a subscriber or a lane; what they missed meanwhile is due again."""
        row = tables.endpoints.c
        async with writing(self._engine) as connection:
            disabled = select(row.lane, row.failing_since).where(
                row.disabled_at.is_not(None), or_(row.lane == endpoint, row.lane.in_(_lanes(endpoint)))
            )
            found = (await connection.execute(disabled.order_by(row.lane))).all()
            return [await _enable(connection, one.lane, one.failing_since, now) for one in found]


async def _enable(connection: AsyncConnection, lane: str, failing_since: datetime | None, now: datetime) -> Enabled:
    """Switch it on, to be probed first: it counts as failing until it takes something.

    Deliveries are locked before their endpoint, as a settlement does it: otherwise each could wait for the other.
    """
    delivery, endpoint = tables.deliveries.c, tables.endpoints.c
    died = and_(delivery.state == DeliveryState.DEAD.value, delivery.settled_at >= (failing_since or now))
    revived = await _make_due(connection, and_(delivery.lane == lane, died), now)
    waits = and_(delivery.lane == lane, delivery.state == DeliveryState.WAITING.value)
    waiting = await _make_due(connection, waits, now)
    opened = {"disabled_at": None, "reason": None, "told_at": None, "throttled_until": None, "failing_since": now}
    await connection.execute(update(tables.endpoints).where(endpoint.lane == lane).values(opened))
    return Enabled(lane=lane, waiting=waiting, revived=revived)


async def _make_due(connection: AsyncConnection, chosen: ColumnElement[bool], now: datetime) -> int:
    """Make deliveries due. What is known of dead processes is forgotten: they get new chances."""
    due = {
        "state": DeliveryState.WAITING.value,
        "next_attempt_at": now,
        "settled_at": None,
        "claims": tables.deliveries.c.attempts,
    }
    made: int = (await connection.execute(update(tables.deliveries).where(chosen).values(due))).rowcount
    return made


def _lanes(endpoint: str) -> Any:
    delivery = tables.deliveries.c
    return select(delivery.lane).where(or_(delivery.address == endpoint, delivery.subscriber == endpoint))


def of_endpoint(endpoint: str) -> ColumnElement[bool]:
    """Return the condition that a delivery goes to an address, a subscriber or a lane."""
    delivery = tables.deliveries.c
    return or_(delivery.address == endpoint, delivery.subscriber == endpoint, delivery.lane == endpoint)


def has_failed() -> ColumnElement[bool]:
    """Return the condition that a delivery was given up, or waits after an attempt that failed."""
    delivery = tables.deliveries.c
    retries = and_(delivery.state == DeliveryState.WAITING.value, delivery.attempts > 0)
    return or_(delivery.state == DeliveryState.DEAD.value, retries)


def _chosen(choice: Choice, now: datetime) -> ColumnElement[bool]:
    """Return the condition for what is sent again: never what was cancelled, nor what is being sent just now."""
    delivery = tables.deliveries.c
    sent = delivery.state == DeliveryState.SENT.value
    named = delivery.id.in_(choice.ids) if choice.ids else or_(has_failed(), sent if choice.sent else false())
    return and_(
        named,
        delivery.state != DeliveryState.CANCELLED.value,
        leases.is_free(tables.deliveries, now),
        delivery.created >= choice.since if choice.since else true(),
        of_endpoint(choice.endpoint) if choice.endpoint else true(),
    )
