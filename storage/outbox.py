"""The outbox: deliveries that are owed, claimed by lease, settled after the attempt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import endpoints, leases, tables
from storage.alerts import delivery_rows
from storage.engine import reading, writing
from storage.returned import take_refusal
from storage.standing import standing_of
from storage.upsert import insert_new
from storywatch.errors import LeaseLost
from storywatch.model import ChannelKind, Delivery, DeliveryKind, DeliveryState, Message, Settlement, Standing
from storywatch.ports import EndpointRecord, JudgeEndpoint

LONGEST_PAUSE = timedelta(hours=54)
"""Beyond the longest pause of the retry schedule with its jitter, also after the clock was set back by a day."""

SUSPECT = 2
"""A delivery over which so many processes died is taken by itself."""


class StoredOutbox:
    """Implements `storywatch.ports.Outbox`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due_lanes(self, now: datetime, limit: int, *, failing: bool | None = None) -> Sequence[str]:
        """Return the lanes that have a due delivery which nobody sends, longest due first.

        `failing`: only those that failed since their last success, with the fewest failures first, or only the others.
        """
        delivery = tables.deliveries.c
        failures = func.coalesce(func.max(tables.endpoints.c.failures), 0)
        due = (
            select(delivery.lane)
            .outerjoin_from(tables.deliveries, tables.endpoints, tables.endpoints.c.lane == delivery.lane)
            .where(delivery.lane.not_in(endpoints.closed(now)), *_due(now))
            .group_by(delivery.lane)
            .order_by(*([failures] if failing else []), func.min(delivery.next_attempt_at))
            .limit(limit)
        )
        if failing is not None:
            due = due.having(failures > 0 if failing else failures == 0)
        async with reading(self._engine) as connection:
            return (await connection.execute(due)).scalars().all()

    async def claim_deliveries(self, lane: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
        """Take due deliveries of a lane for a lease, oldest first.

        One over which processes died is taken by itself: while it is out, no other such delivery is. So what was sent
        beside one that kills is not given up with it.
        """
        delivery = tables.deliveries.c
        due = (
            leases.ids_of(tables.deliveries)
            .where(delivery.lane == lane, delivery.lane.not_in(endpoints.closed(now)), *_due(now))
            .order_by(delivery.created, delivery.position)
            .limit(limit)
        )
        counted = {"claims": delivery.claims + 1}
        async with writing(self._engine) as connection:
            rows = await leases.take(connection, tables.deliveries, due, now=now, lease=lease, values=counted)
        return tuple(map(_delivery, sorted(rows, key=lambda row: (row.created, row.position))))

    async def settle(self, settlement: Settlement, judge: JudgeEndpoint | None = None) -> EndpointRecord | None:
        """Record how an attempt ended, and what that means for its endpoint.

        Raises `LeaseLost` if the delivery is no longer ours.
        """
        async with writing(self._engine) as connection:
            lane = (await connection.execute(_settling(settlement))).scalar_one_or_none()
            if lane is None:
                raise LeaseLost(f"delivery {settlement.delivery}: another worker took it")
            if not settlement.attempted:
                return None
            await connection.execute(insert(tables.attempts), _attempt_row(settlement))
            await take_refusal(connection, settlement)
            if judge is None:
                return None
            record = await endpoints.judged(connection, lane, judge)
            await insert_new(connection, tables.deliveries, list(delivery_rows(record.notices)))
        return record

    async def standing(self, delivery: Delivery) -> Standing:
        """Return what is known now of the one who would get a delivery."""
        async with reading(self._engine) as connection:
            return await standing_of(connection, delivery)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    delivery = tables.deliveries.c
    return (
        delivery.state == DeliveryState.WAITING.value,
        leases.is_reached(delivery.next_attempt_at, now, LONGEST_PAUSE),
        leases.is_free(tables.deliveries, now),
        or_(delivery.claims - delivery.attempts < SUSPECT, ~_suspect_is_out(now)),
    )


def _suspect_is_out(now: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody sends a delivery over which processes died before."""
    other = tables.deliveries.alias("suspect").c
    held = and_(other.lease_until > now, other.lease_until <= now + leases.LONGEST_LEASE)
    waits = other.state == DeliveryState.WAITING.value
    return select(other.id).where(waits, held, other.claims - other.attempts > SUSPECT).exists()


def _settling(settlement: Settlement) -> Any:
    delivery = tables.deliveries.c
    return (
        update(tables.deliveries)
        .where(delivery.id == settlement.delivery, delivery.lease_token == settlement.token)
        .values(
            state=settlement.state.value,
            next_attempt_at=settlement.next_attempt,
            attempts=settlement.attempt,
            # Nobody died over what was put off; who died before an attempt that ended did not die of the delivery.
            claims=settlement.attempt if settlement.attempted else delivery.claims - 1,
            settled_at=None if settlement.state is DeliveryState.WAITING else settlement.at,
            lease_token=None,
            lease_until=None,
        )
        .returning(delivery.lane)
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
        kind=DeliveryKind(row.kind),
        claims=row.claims,
    )
