"""Alerts and the deliveries that carry them as rows, and what planning asks of those that are stored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import history, tables
from storage.items import chunks
from storywatch import owing
from storywatch.calendar import Span
from storywatch.developments import KnownReport, KnownUpdate
from storywatch.model import (
    Alert,
    AlertKind,
    ChannelKind,
    DeliveryKind,
    DeliveryState,
    Message,
    Notice,
    Report,
    ReportRole,
    Severity,
    Update,
    UpdateMark,
    lane_of,
)

MESSAGES = (DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value)
"""What a cap counts: a notice, a confirmation or a test is nothing that a subscription's events bring."""


async def known_updates(connection: AsyncConnection, updates: Iterable[str]) -> Mapping[str, KnownUpdate]:
    """Return stored updates with their reports, oldest first, and who was told of them, by id."""
    found: dict[str, KnownUpdate] = {}
    for some in chunks(sorted(updates)):
        reports, told = await _reports(connection, some), await _told(connection, some)
        rows = await connection.execute(select(tables.updates).where(tables.updates.c.id.in_(some)))
        found |= {
            row.id: KnownUpdate(
                update=update_of(row), reports=tuple(reports[row.id]), subscriptions=frozenset(told[row.id])
            )
            for row in rows
        }
    return found


async def _reports(connection: AsyncConnection, updates: Sequence[str]) -> dict[str, list[KnownReport]]:
    report, item, revision = tables.reports.c, tables.items.c, tables.revisions.c
    wanted = (
        select(tables.reports, revision.language)
        .join_from(tables.reports, tables.items, item.id == report.item)
        .join(tables.revisions, and_(revision.item == item.id, revision.number == item.revision))
        .where(report.update.in_(updates))
        .order_by(report.role.desc(), report.seen, report.item)
    )
    found: dict[str, list[KnownReport]] = defaultdict(list)
    for row in await connection.execute(wanted):
        found[row.update].append(KnownReport(report=report_of(row), language=row.language))
    return found


async def _told(connection: AsyncConnection, updates: Sequence[str]) -> dict[str, set[str]]:
    """Who was told of an update that was merged into one was told of that one."""
    alert, known = tables.alerts.c, tables.updates.c
    merged = select(known.id, known.merged_into).where(known.merged_into.in_(updates))
    meant = {one: one for one in updates} | {row.id: row.merged_into for row in await connection.execute(merged)}
    found: dict[str, set[str]] = defaultdict(set)
    for some in chunks(sorted(meant)):
        wanted = select(alert.update, alert.subscription).where(alert.update.in_(some))
        for row in await connection.execute(wanted.where(alert.kind == AlertKind.UPDATE.value)):
            found[meant[row.update]].add(row.subscription)
    return found


async def sent_within(connection: AsyncConnection, spans: Mapping[str, Span]) -> Mapping[str, int]:
    """Count the messages that each subscription had in its span, and hold it until the transaction ends."""
    counts: dict[str, int] = {}
    delivery = tables.deliveries.c
    for subscription in sorted(spans):
        span = spans[subscription]
        await history.hold(connection, tables.subscriptions, subscription)
        counted = select(func.count()).where(
            delivery.subscription == subscription,
            delivery.created.between(span.begin, span.end),
            delivery.kind.in_(MESSAGES),
        )
        counts[subscription] = (await connection.execute(counted)).scalar_one()
    return counts


def alert_row(alert: Alert) -> dict[str, Any]:
    """Return the columns of an alert."""
    return {
        "id": alert.id,
        "subscription": alert.subscription,
        "event": alert.event,
        "update": alert.update,
        "item": alert.item,
        "created": alert.created,
        "delivery": alert.id if alert.message else None,
        "fault_code": alert.fault.code if alert.fault else None,
        "fault_message": alert.fault.message if alert.fault else None,
        "kind": alert.kind.value,
        "change": alert.change,
        "severity": int(alert.severity),
        "release_at": alert.release,
        "owed": owing.document(alert.owed) if alert.owed else None,
    }


def delivery_rows(told: Iterable[Alert | Notice]) -> Iterator[dict[str, Any]]:
    """Yield a row for each that is told at once and could be composed. It carries the id that receivers know it by."""
    for position, one in enumerate(told):
        if one.message is not None:
            yield delivery_row(
                one.id,
                subscription=one.subscription,
                subscriber=one.subscriber,
                channel=one.channel,
                message=one.message,
                created=one.created,
                kind=DeliveryKind.NOTICE if isinstance(one, Notice) else DeliveryKind.ALERT,
                position=position,
            )


def delivery_row(
    delivery_id: str,
    *,
    message: Message,
    channel: ChannelKind,
    subscriber: str,
    created: datetime,
    kind: DeliveryKind,
    **columns: Any,
) -> dict[str, Any]:
    """Return the columns of a delivery that waits for its first attempt."""
    return {
        "id": delivery_id,
        "subscriber": subscriber,
        "channel": channel.value,
        "address": message.address,
        "lane": lane_of(channel, message.address, subscriber),
        "content_type": message.content_type,
        "body": message.body,
        "created": created,
        "position": 0,
        "state": DeliveryState.WAITING.value,
        "next_attempt_at": created,
        "attempts": 0,
        "kind": kind.value,
        **columns,
    }


def update_of(row: Row[Any]) -> Update:
    """Return the update that a row holds."""
    return Update(
        id=row.id,
        event=row.event,
        item=row.item,
        headline=row.headline,
        created=row.created,
        number=row.number,
        severity=Severity(row.severity),
        mark=UpdateMark(row.mark) if row.mark else None,
    )


def report_of(row: Row[Any]) -> Report:
    """Return the report that a row holds, without its news: planning does not read them."""
    return Report(
        update=row.update,
        event=row.event,
        item=row.item,
        outlet=row.outlet,
        role=ReportRole(row.role),
        seen=row.seen,
        origin=row.origin,
    )
