"""The outbox: deliveries that are owed, claimed by lease, settled after the attempt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import leases, tables
from storage.engine import reading, writing
from storywatch.errors import LeaseLost
from storywatch.model import ChannelKind, Delivery, DeliveryState, Message, Settlement

LONGEST_PAUSE = timedelta(hours=48)
"""Beyond the longest pause of the retry schedule with its jitter."""


class StoredOutbox:
    """Implements `storywatch.ports.Outbox`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due_lanes(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the lanes that have a due delivery which nobody sends, longest due first."""
        delivery = tables.deliveries.c
        due = (
            select(delivery.lane)
            .where(*_due(now))
            .group_by(delivery.lane)
            .order_by(func.min(delivery.next_attempt_at))
            .limit(limit)
        )
        async with reading(self._engine) as connection:
            return (await connection.execute(due)).scalars().all()

    async def claim_deliveries(self, lane: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
        """Take due deliveries of a lane for a lease, oldest first."""
        delivery = tables.deliveries.c
        due = (
            leases.ids_of(tables.deliveries)
            .where(delivery.lane == lane, *_due(now))
            .order_by(delivery.created, delivery.position)
            .limit(limit)
        )
        async with writing(self._engine) as connection:
            rows = await leases.take(connection, tables.deliveries, due, now=now, lease=lease)
        return tuple(map(_delivery, sorted(rows, key=lambda row: (row.created, row.position))))

    async def settle(self, settlement: Settlement) -> None:
        """Record how an attempt ended. Raises `LeaseLost` if the delivery is no longer ours."""
        async with writing(self._engine) as connection:
            if (await connection.execute(_settling(settlement))).rowcount != 1:
                raise LeaseLost(f"delivery {settlement.delivery}: another worker took it")
            await connection.execute(insert(tables.attempts), _attempt_row(settlement))


def _due(now: datetime) -> tuple[Any, ...]:
    delivery = tables.deliveries.c
    return (
        delivery.state == DeliveryState.WAITING.value,
        leases.is_reached(delivery.next_attempt_at, now, LONGEST_PAUSE),
        leases.is_free(tables.deliveries, now),
    )


def _settling(settlement: Settlement) -> Any:
    delivery = tables.deliveries.c
    return (
        update(tables.deliveries)
        .where(delivery.id == settlement.delivery, delivery.lease_token == settlement.token)
        .values(
            state=settlement.state.value,
            next_attempt_at=settlement.next_attempt,
            attempts=settlement.attempt,
            settled_at=None if settlement.state is DeliveryState.WAITING else settlement.at,
            lease_token=None,
            lease_until=None,
        )
    )


def _attempt_row(settlement: Settlement) -> dict[str, Any]:
    return {
        "delivery": settlement.delivery,
        "number": settlement.attempt,
        "at": settlement.at,
        "fault_code": settlement.fault.code if settlement.fault else None,
        "fault_message": settlement.fault.message if settlement.fault else None,
    }


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        subscription=row.subscription,
        subscriber=row.subscriber,
        channel=ChannelKind(row.channel),
        message=Message(address=row.address, body=row.body, content_type=row.content_type),
        created=row.created,
        attempt=row.attempts + 1,
        token=row.lease_token,
    )
