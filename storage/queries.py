"""What the database knows, for people: plain rows for `storywatch status` and its lists.

Every list is newest first and bounded by `limit`. Bodies of messages are not listed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import ledger, pushes, tables
from storage.engine import reading
from storywatch.model import DeliveryState

Rows = Sequence[Mapping[str, Any]]


class Queries:
    """Reads for people; nothing here is on the way of an item."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def _rows(self, query: Select[Any]) -> Rows:
        async with reading(self._engine) as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def sources(self) -> Rows:
        """Return every source with its state, in the order of ids."""
        source = tables.sources.c
        query = select(
            source.id,
            source.outlet,
            source.kind,
            source.url,
            source.active,
            source.next_poll_at,
            source.last_poll_at,
            source.last_success_at,
            source.last_new_at,
            source.failures,
            source.fault_code,
            source.fault_message,
            pushes.standing_of(source.id).label("push"),
            _count(tables.items, tables.items.c.source == source.id).label("items"),
        )
        return await self._rows(query.order_by(source.id))

    async def ledger(self, event: str) -> ledger.Ledger:
        """Return the figures and statements of an event, by the item that gave them, oldest first.

        `storywatch.updates.ledger.entries` says who disagrees.
        """
        async with reading(self._engine) as connection:
            return await ledger.ledger_of(connection, event)

    async def changes(self, event: str, limit: int) -> Rows:
        """Return what happened to reported items of an event."""
        change = tables.changes.c
        query = select(tables.changes).where(change.event == event).order_by(change.seen.desc(), change.id)
        return await self._rows(query.limit(limit))

    async def items(self, limit: int) -> Rows:
        """Return the latest items with their current text and the events they matched."""
        item, revision = tables.items.c, tables.revisions.c
        query = (
            select(
                item.id,
                item.outlet,
                item.source,
                item.url,
                revision.title,
                revision.summary,
                revision.author,
                revision.language,
                revision.published,
                revision.updated,
                item.first_seen,
                item.revision,
                _count(tables.reports, tables.reports.c.item == item.id).label("events"),
            )
            .join_from(tables.items, tables.revisions, and_(revision.item == item.id, revision.number == item.revision))
            .order_by(item.first_seen.desc(), item.id)
        )
        return await self._rows(query.limit(limit))

    async def events(self) -> Rows:
        """Return every event with what it has gathered."""
        event = tables.events.c
        reports_of = tables.reports.c.event == event.id
        query = select(
            event.id,
            event.title,
            event.active,
            _count(tables.updates, tables.updates.c.event == event.id).label("updates"),
            _count(tables.reports, reports_of).label("reports"),
            select(func.max(tables.updates.c.created))
            .where(tables.updates.c.event == event.id)
            .scalar_subquery()
            .label("last_update_at"),
        )
        return await self._rows(query.order_by(event.id))

    async def updates(self, limit: int, event: str | None = None) -> Rows:
        """Return the latest updates with their first report and the number of outlets that told them."""
        update, revision = tables.updates.c, tables.revisions.c
        outlets = (
            select(func.count(tables.reports.c.outlet.distinct()))
            .where(tables.reports.c.update == update.id)
            .scalar_subquery()
        )
        query = (
            select(
                update.id,
                update.event,
                update.headline,
                update.created,
                update.item,
                tables.items.c.outlet,
                tables.items.c.url,
                revision.published,
                outlets.label("outlets"),
            )
            .join_from(tables.updates, tables.items, tables.items.c.id == update.item)
            .join(tables.revisions, and_(revision.item == update.item, revision.number == 1))
            .order_by(update.created.desc(), update.id)
        )
        if event is not None:
            query = query.where(update.event == event)
        return await self._rows(query.limit(limit))

    async def alarms(self, limit: int, *, ended: bool = False) -> Rows:
        """Return the alarms about sources, newest first: the open ones, and with `ended` also those that are over."""
        alarm = tables.alarms.c
        is_over = alarm.ended_at.is_not(None)
        query = (
            select(
                alarm.id,
                tables.sources.c.outlet,
                alarm.source,
                alarm.kind,
                alarm.message,
                alarm.raised_at,
                alarm.ended_at,
            )
            .join_from(tables.alarms, tables.sources, tables.sources.c.id == alarm.source)
            .order_by(case((is_over, 1), else_=0), alarm.raised_at.desc(), alarm.id)
        )
        if not ended:
            query = query.where(~is_over)
        return await self._rows(query.limit(limit))

    async def alerts(self, limit: int) -> Rows:
        """Return the latest alerts and how their deliveries stand; `set aside` ones could not be composed."""
        alert, delivery = tables.alerts.c, tables.deliveries.c
        state = case((alert.delivery.is_(None), "set aside"), else_=delivery.state)
        query = (
            select(
                alert.id,
                alert.subscription,
                alert.event,
                alert.update,
                alert.item,
                tables.updates.c.headline,
                alert.created,
                state.label("state"),
                alert.fault_code,
                alert.fault_message,
            )
            .join_from(tables.alerts, tables.updates, tables.updates.c.id == alert.update)
            .outerjoin(tables.deliveries, delivery.id == alert.delivery)
            .order_by(alert.created.desc(), alert.id)
        )
        return await self._rows(query.limit(limit))

    async def deliveries(self, limit: int) -> Rows:
        """Return the latest deliveries with the fault of their last attempt."""
        delivery, attempt = tables.deliveries.c, tables.attempts.c
        last = and_(attempt.delivery == delivery.id, attempt.number == delivery.attempts)
        query = (
            select(
                delivery.id,
                delivery.subscription,
                delivery.channel,
                delivery.address,
                delivery.state,
                delivery.attempts,
                delivery.created,
                delivery.next_attempt_at,
                delivery.settled_at,
                attempt.fault_code,
                attempt.fault_message,
            )
            .outerjoin_from(tables.deliveries, tables.attempts, last)
            .order_by(delivery.created.desc(), delivery.id)
        )
        return await self._rows(query.limit(limit))

    async def status(self, now: datetime) -> Mapping[str, Any]:
        """Return counts: what is stored, what is due, what failed."""
        source, delivery = tables.sources.c, tables.deliveries.c
        waiting = delivery.state == DeliveryState.WAITING.value
        query = select(
            _count(tables.sources, source.active).label("sources"),
            _count(tables.sources, and_(source.active, source.failures > 0)).label("sources_failing"),
            _count(tables.sources, and_(source.active, source.next_poll_at <= now)).label("sources_due"),
            _count(tables.alarms, tables.alarms.c.ended_at.is_(None)).label("alarms_open"),
            _count(tables.items).label("items"),
            _count(tables.events, tables.events.c.active).label("events"),
            _count(tables.updates).label("updates"),
            _count(tables.alerts).label("alerts"),
            _count(tables.alerts, tables.alerts.c.delivery.is_(None)).label("alerts_set_aside"),
            _count(tables.deliveries, waiting).label("deliveries_waiting"),
            _count(tables.deliveries, and_(waiting, delivery.attempts > 0)).label("deliveries_retrying"),
            _count(tables.deliveries, delivery.state == DeliveryState.SENT.value).label("deliveries_sent"),
            _count(tables.deliveries, delivery.state == DeliveryState.DEAD.value).label("deliveries_dead"),
            select(func.max(source.last_poll_at)).scalar_subquery().label("last_poll_at"),
        )
        return (await self._rows(query))[0]


def _count(table: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()
