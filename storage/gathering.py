"""The alerts that are gathered, and the one transaction of their release."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import history, tables
from storage.alerts import MESSAGES, delivery_row, sent_within
from storage.engine import reading, writing
from storage.items import chunks
from storage.people import audience_of, stored_audience
from storage.tables import gathered
from storywatch.calendar import Span
from storywatch.model import AlertKind, Audience, Severity
from storywatch.ports import GatheredAlert, Parcel, ReleaseRecord, Waiting

_GATHERED = ("id", "event", "update", "item", "kind", "severity", "created", "release_at")


class StoredGatherings:
    """Implements `storywatch.ports.Gatherings`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return subscriptions with an alert whose release has come, longest due first."""
        alert = tables.alerts.c
        due = (
            select(alert.subscription)
            .where(gathered, alert.release_at <= now)
            .group_by(alert.subscription)
            .order_by(func.min(alert.release_at), alert.subscription)
            .limit(limit)
        )
        async with reading(self._engine) as connection:
            return (await connection.execute(due)).scalars().all()

    async def waiting(self) -> Sequence[Waiting]:
        """Return the subscriptions that have gathered alerts."""
        alert = tables.alerts.c
        first, highest = func.min(alert.release_at, type_=alert.release_at.type), func.max(alert.severity)
        wanted = select(alert.subscription, func.count(), first, highest).where(gathered).group_by(alert.subscription)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(wanted.order_by(alert.subscription))).all()
        return tuple(
            Waiting(subscription=name, alerts=count, release=release, severity=Severity(severity))
            for name, count, release, severity in rows
        )

    async def audience(self) -> Audience:
        """Return who is told besides the subscribers of the watch config, and who is told no more."""
        async with reading(self._engine) as connection:
            return await stored_audience(connection)

    @asynccontextmanager
    async def open(self, subscription: str) -> AsyncIterator["StoredRelease"]:
        """Open the transaction of a release and hold the subscription; it commits when the block ends well."""
        async with writing(self._engine) as connection:
            await history.hold(connection, tables.subscriptions, subscription)
            yield StoredRelease(connection, subscription)


class StoredRelease:
    """Implements `storywatch.ports.ReleaseTransaction`."""

    def __init__(self, connection: AsyncConnection, subscription: str) -> None:
        self._connection = connection
        self._subscription = subscription

    async def alerts(self) -> Sequence[GatheredAlert]:
        """Return the alerts that wait for a release, oldest first; of one poll in the order of their updates."""
        alert = tables.alerts.c
        wanted = (
            select(*(alert[name] for name in _GATHERED))
            .join_from(tables.alerts, tables.updates, tables.updates.c.id == alert.update)
            .where(alert.subscription == self._subscription, gathered)
            .order_by(alert.created, tables.updates.c.number, alert.id)
        )
        return tuple(
            GatheredAlert(
                id=row.id,
                event=row.event,
                update=row.update,
                item=row.item,
                kind=AlertKind(row.kind),
                severity=Severity(row.severity),
                created=row.created,
                release=row.release_at,
            )
            for row in await self._connection.execute(wanted)
        )

    async def audience(self, key: str) -> Audience:
        """Return what concerns the subscription: its reader, what they left, whether mails reach them."""
        return await audience_of(self._connection, self._subscription, key)

    async def owed(self, alerts: Collection[str]) -> Mapping[str, object]:
        """Return what these will say, as `storywatch.owing` wrote it."""
        alert = tables.alerts.c
        found: dict[str, object] = {}
        for some in chunks(sorted(alerts)):
            wanted = select(alert.id, alert.owed).where(alert.id.in_(some))
            found |= {row.id: row.owed for row in await self._connection.execute(wanted)}
        return found

    async def sent_within(self, span: Span) -> int:
        """Count the messages that the subscription had in a span."""
        return (await sent_within(self._connection, {self._subscription: span}))[self._subscription]

    async def last_sent(self) -> datetime | None:
        """Return when it was told something for the last time."""
        delivery = tables.deliveries.c
        told = delivery.subscription == self._subscription, delivery.kind.in_(MESSAGES)
        latest = select(delivery.created).where(*told).order_by(delivery.created.desc()).limit(1)
        return (await self._connection.execute(latest)).scalar_one_or_none()

    async def save(self, record: ReleaseRecord) -> None:
        """Write the record."""
        if record.parcel:
            await self._connection.execute(insert(tables.deliveries), _parcel_row(record.parcel))
            await self._change(record.carried, delivery=record.parcel.id, owed=None)
        for alert, fault in record.aside.items():
            await self._change([alert], fault_code=fault.code, fault_message=fault.message, owed=None)
        if record.later is not None:
            own = update(tables.alerts).where(tables.alerts.c.subscription == self._subscription, gathered)
            await self._connection.execute(own.values(release_at=record.later))

    async def _change(self, alerts: Sequence[str], **columns: Any) -> None:
        changing = update(tables.alerts).where(tables.alerts.c.id == bindparam("carried")).values(**columns)
        if alerts:
            await self._connection.execute(changing, [{"carried": alert} for alert in alerts])


def _parcel_row(parcel: Parcel) -> dict[str, Any]:
    return delivery_row(
        parcel.id,
        subscription=parcel.subscription.id,
        subscriber=parcel.subscription.subscriber,
        channel=parcel.subscription.channel,
        message=parcel.message,
        created=parcel.created,
        kind=parcel.kind,
    )
