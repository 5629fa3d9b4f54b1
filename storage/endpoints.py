"""Endpoints as rows: one for each lane that failed since its last success, or that was switched off."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.upsert import upsert
from storywatch.endpoints import LONGEST_THROTTLE
from storywatch.model import Endpoint
from storywatch.ports import EndpointRecord, JudgeEndpoint


def closed(now: datetime) -> Select[tuple[str]]:
    """Return the lanes to which nothing is sent now: few, so that what waits for them is passed over by the index."""
    return select(tables.endpoints.c.lane).where(is_closed(now))


def is_closed(now: datetime) -> ColumnElement[bool]:
    """Return the condition that nothing is sent to an endpoint now.

    A throttle that ends later than any can was written while the clock was wrong, and counts as over; not one of before
    the clock was set back by a day.
    """
    endpoint = tables.endpoints.c
    until = endpoint.throttled_until
    throttled = and_(until.is_not(None), until > now, until <= now + 2 * LONGEST_THROTTLE)
    return or_(endpoint.disabled_at.is_not(None), throttled)


def is_wanted() -> ColumnElement[bool]:
    """Return the condition that somebody still subscribes by an endpoint; else that it is off is nobody's trouble."""
    delivery, subscription = tables.deliveries.c, tables.subscriptions.c
    declared = and_(subscription.id == delivery.subscription, subscription.active)
    return exists().where(delivery.lane == tables.endpoints.c.lane, declared)


async def judged(connection: AsyncConnection, lane: str, judge: JudgeEndpoint) -> EndpointRecord:
    """Decide on how an endpoint stands and store what that makes of it. One that is well has no row."""
    row = tables.endpoints
    stored = (await connection.execute(select(row).where(row.c.lane == lane).with_for_update())).mappings().first()
    before = Endpoint(**stored) if stored else Endpoint(lane=lane)
    record = judge(before)
    if record.endpoint == before:
        return record
    if record.endpoint.is_well:
        await connection.execute(delete(row).where(row.c.lane == lane))
    else:
        await upsert(connection, row, [asdict(record.endpoint)])
    return record
