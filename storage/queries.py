"""What the database knows, for people: plain rows for `storywatch status` and its lists.

Every list is newest first and bounded by `limit`. Bodies of messages are not listed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, select, true
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import endpoints, ledger, people_queries, pushes, replays, tables
from storage.engine import reading
from storage.people_queries import PeopleQueries, Rows
from storywatch.health import RECENT, Health
from storywatch.model import DeliveryState

__all__ = ["Queries", "Rows"]


class Queries(PeopleQueries):
    """Reads for people; nothing here is on the way of an item."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def _rows(self, query: Select[Any]) -> Rows:
        async with reading(self._engine) as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def sources(self) -> Rows:
        """Return every source with its state and what is learned of its rhythm, in the order of ids."""
        source = tables.sources.c
        query = select(
            source.id,
            source.outlet,
            source.kind,
            source.url,
            source.active,
            source.every,
            source.next_poll_at,
            source.last_poll_at,
            source.last_success_at,
            source.last_new_at,
            source.failures,
            source.fault_code,
            source.fault_message,
            pushes.standing_of(source.id).label("push"),
            _count(tables.items, tables.items.c.source == source.id).label("items"),
            source.host,
            tables.rhythms.c.learned,
            tables.rhythms.c.weight,
        ).outerjoin_from(tables.sources, tables.rhythms, tables.rhythms.c.source == source.id)
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
            _count(
                tables.updates, and_(tables.updates.c.event == event.id, tables.updates.c.merged_into.is_(None))
            ).label("updates"),
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
                update.number,
                update.headline,
                update.created,
                update.mark,
                update.item,
                tables.items.c.outlet,
                tables.items.c.url,
                revision.published,
                outlets.label("outlets"),
            )
            .join_from(tables.updates, tables.items, tables.items.c.id == update.item)
            .join(tables.revisions, and_(revision.item == update.item, revision.number == 1))
            .where(update.merged_into.is_(None))
            .order_by(update.created.desc(), update.number.desc(), update.id)
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
        """Return the latest alerts and how their deliveries stand; `set aside` ones could not be composed.

        `gathered` ones wait for their release.
        """
        alert, delivery = tables.alerts.c, tables.deliveries.c
        state = case((tables.gathered, "gathered"), (alert.delivery.is_(None), "set aside"), else_=delivery.state)
        query = (
            select(
                alert.id,
                alert.subscription,
                alert.event,
                alert.update,
                alert.item,
                tables.updates.c.headline,
                alert.created,
                alert.kind,
                alert.severity,
                state.label("state"),
                alert.release_at,
                alert.delivery,
                alert.fault_code,
                alert.fault_message,
            )
            .join_from(tables.alerts, tables.updates, tables.updates.c.id == alert.update)
            .outerjoin(tables.deliveries, delivery.id == alert.delivery)
            .order_by(alert.created.desc(), alert.id)
        )
        return await self._rows(query.limit(limit))

    async def deliveries(
        self,
        limit: int,
        *,
        failed: bool = False,
        state: DeliveryState | None = None,
        endpoint: str | None = None,
        since: datetime | None = None,
    ) -> Rows:
        """Return the latest deliveries with the fault of their last attempt; those that meet all conditions given."""
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
            .where(
                replays.has_failed() if failed else true(),
                delivery.state == state.value if state else true(),
                replays.of_endpoint(endpoint) if endpoint else true(),
                delivery.created >= since if since else true(),
            )
            .order_by(delivery.created.desc(), delivery.id)
        )
        return await self._rows(query.limit(limit))

    async def endpoints(self, limit: int) -> Rows:
        """Return the endpoints that are switched off, the latest first, with how many deliveries wait for each."""
        endpoint, delivery = tables.endpoints.c, tables.deliveries.c
        waits = and_(delivery.lane == endpoint.lane, delivery.state == DeliveryState.WAITING.value)
        query = select(
            endpoint.lane,
            endpoint.disabled_at,
            endpoint.failing_since,
            endpoint.reason,
            _count(tables.deliveries, waits).label("waiting"),
        )
        off = query.where(endpoint.disabled_at.is_not(None), endpoints.is_wanted()).order_by(
            endpoint.disabled_at.desc(), endpoint.lane
        )
        return await self._rows(off.limit(limit))

    async def health(self, now: datetime) -> Health:
        """Return what health is judged by."""
        source, delivery, endpoint = tables.sources.c, tables.deliveries.c, tables.endpoints.c
        is_off = and_(endpoint.disabled_at.is_not(None), endpoints.is_wanted())
        off = select(endpoint.lane).where(is_off)
        waiting = delivery.state == DeliveryState.WAITING.value
        dead = and_(delivery.state == DeliveryState.DEAD.value, delivery.settled_at >= now - RECENT)
        closed = exists().where(endpoint.lane == delivery.lane, endpoints.is_closed(now))
        query = select(
            select(func.max(source.last_poll_at)).scalar_subquery().label("polled"),
            select(func.max(tables.attempts.c.at)).scalar_subquery().label("attempted"),
            select(func.min(source.next_poll_at)).where(source.active).scalar_subquery().label("source_due"),
            select(func.min(delivery.next_attempt_at)).where(waiting, ~closed).scalar_subquery().label("delivery_due"),
            _count(tables.endpoints, is_off).label("endpoints_disabled"),
            _count(tables.deliveries, and_(waiting, delivery.lane.in_(off))).label("deliveries_held"),
            _count(tables.deliveries, dead).label("deliveries_died"),
            select(tables.pace.c.refreshed_at).limit(1).scalar_subquery().label("paced_at"),
        )
        row = (await self._rows(query))[0]
        due = [moment for moment in (row["source_due"], row["delivery_due"]) if moment]
        return Health(
            last_commit_at=max((moment for moment in (row["polled"], row["attempted"]) if moment), default=None),
            oldest_due_at=min(due, default=None),
            endpoints_disabled=row["endpoints_disabled"],
            deliveries_held=row["deliveries_held"],
            deliveries_died=row["deliveries_died"],
            paced_at=row["paced_at"],
        )

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
            _count(tables.updates, tables.updates.c.merged_into.is_(None)).label("updates"),
            _count(tables.alerts).label("alerts"),
            _count(tables.alerts, tables.gathered).label("alerts_gathered"),
            _count(tables.alerts, tables.alerts.c.fault_code.is_not(None)).label("alerts_set_aside"),
            _count(tables.deliveries, waiting).label("deliveries_waiting"),
            _count(tables.deliveries, and_(waiting, delivery.attempts > 0)).label("deliveries_retrying"),
            _count(tables.deliveries, delivery.state == DeliveryState.SENT.value).label("deliveries_sent"),
            _count(tables.deliveries, delivery.state == DeliveryState.DEAD.value).label("deliveries_dead"),
            _count(tables.deliveries, delivery.state == DeliveryState.CANCELLED.value).label("deliveries_cancelled"),
            *people_queries.counted(),
            select(func.max(source.last_poll_at)).scalar_subquery().label("last_poll_at"),
        )
        return (await self._rows(query))[0]


def _count(table: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()
