"""What is known of a delivery's receiver right before it is sent: one query."""

from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storywatch.model import ChannelKind, Delivery, Standing, Subscriber, address_key


async def standing_of(connection: AsyncConnection, delivery: Delivery) -> Standing:
    """Return whether the receiver has left, or can't be reached, and who it is if no watch config says it."""
    row = (await connection.execute(_asked(delivery))).one()
    reader = Subscriber(id=delivery.subscriber, name="", email=row.email) if row.email else None
    return Standing(left=_has_left(row), suppressed=row.suppressed, reader=reader)


def _has_left(row: Row[Any]) -> bool:
    """Who subscribed by an own hand has left when that ended; others when they left all that the delivery tells."""
    if row.email:
        return not row.stands
    return bool(row.left_all or (row.told and row.told == row.told_left))


def _asked(delivery: Delivery) -> Select[Any]:
    by_mail = delivery.channel is ChannelKind.EMAIL
    key = address_key(delivery.message.address) if by_mail else delivery.subscriber
    left, barred, alert = tables.optouts.c, tables.suppressions.c, tables.alerts.c
    own = tables.reader_subscriptions.c
    told = select(func.count()).select_from(tables.alerts).where(alert.delivery == delivery.id)
    has_left = exists().where(left.address == key, left.event == alert.event)
    is_own = own.id == delivery.subscription
    email = select(tables.readers.c.email).join_from(tables.readers, tables.reader_subscriptions).where(is_own)
    stands = and_(is_own, own.agreed_at.is_not(None), own.left_at.is_(None))
    return select(
        exists().where(barred.address == key, barred.lifted_at.is_(None)).label("suppressed"),
        exists().where(left.address == key, left.event == "").label("left_all"),
        told.scalar_subquery().label("told"),
        told.where(has_left).scalar_subquery().label("told_left"),
        email.scalar_subquery().label("email"),
        exists().where(stands).label("stands"),
    )
