"""The one transaction of a poll: what is known, and everything that the poll changes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Table, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import pushes, tables
from storage.upsert import upsert
from storywatch.errors import LeaseLost
from storywatch.intake import Fingerprint, Known, KnownItem, Sighting, fingerprint
from storywatch.model import Alert, DeliveryState, Item, Match, Report
from storywatch.pacing import SourceState
from storywatch.ports import Claim, PollRecord
from storywatch.push import PushState
from storywatch.updates import SAID_CHARS, PastReport

CHUNK = 500
"""Values in one IN list; both databases allow some 32,000 parameters in a statement."""


class StoredPoll:
    """Implements `storywatch.ports.PollTransaction`."""

    def __init__(self, connection: AsyncConnection, claim: Claim) -> None:
        self._connection = connection
        self._claim = claim

    async def known(self, outlet: str, source: str, keys: Iterable[str]) -> Known:
        """Return the items of the outlet that answer to any of the keys, with how `source` last showed them."""
        await self._hold(tables.outlets, outlet)
        asked = await self._owners(outlet, keys)
        entries = {entry.id: entry for entry in await self._entries(source, set(asked.values()))}
        return {key: entries[item] for key, item in asked.items()}

    async def _owners(self, outlet: str, keys: Iterable[str]) -> dict[str, str]:
        key = tables.item_keys.c
        owners: dict[str, str] = {}
        for some in _chunks(sorted(set(keys))):
            found = select(key.key, key.item).where(key.outlet == outlet, key.key.in_(some))
            owners.update((row.key, row.item) for row in await self._connection.execute(found))
        return owners

    async def _entries(self, source: str, ids: Iterable[str]) -> list[KnownItem]:
        entries: list[KnownItem] = []
        for some in _chunks(sorted(ids)):
            keys = await self._keys(some)
            rows = await self._connection.execute(_entry_query(source).where(tables.items.c.id.in_(some)))
            entries.extend(_known_item(row, keys[row.id]) for row in rows)
        return entries

    async def _keys(self, ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        key = tables.item_keys.c
        found: dict[str, set[str]] = defaultdict(set)
        for row in await self._connection.execute(select(key.item, key.key).where(key.item.in_(ids))):
            found[row.item].add(row.key)
        return {item: frozenset(keys) for item, keys in found.items()}

    async def history(self, event: str) -> tuple[PastReport, ...]:
        """Return the reports of an event, oldest first, and hold the event so that no other poll adds one."""
        await self._hold(tables.events, event)
        report, revision = tables.reports.c, tables.revisions.c
        opener, opening = tables.items.alias("opener"), tables.revisions.alias("opening")
        opened = func.coalesce(opening.c.published, opening.c.updated, opener.c.first_seen)
        told = (
            select(
                report.update,
                report.item,
                report.outlet,
                tables.updates.c.headline,
                revision.title,
                revision.summary,
                func.substr(revision.content, 1, SAID_CHARS).label("content"),
            )
            .join_from(tables.reports, tables.updates, tables.updates.c.id == report.update)
            .join(tables.items, tables.items.c.id == report.item)
            .join(tables.revisions, and_(revision.item == report.item, revision.number == tables.items.c.revision))
            .join(opener, opener.c.id == tables.updates.c.item)
            .join(opening, and_(opening.c.item == opener.c.id, opening.c.number == 1))
            .where(report.event == event)
            # One poll opens its updates in the order of publication, all at the same moment.
            .order_by(tables.updates.c.created, opened, opener.c.id, report.role.desc(), report.seen, report.item)
        )
        return tuple(map(_past_report, await self._connection.execute(told)))

    async def _hold(self, table: Table, row_id: str) -> None:
        """Lock one row until the transaction ends. On SQLite the transaction holds the whole database already."""
        await self._connection.execute(select(table.c.id).where(table.c.id == row_id).with_for_update())

    async def pushes(self, source: str) -> tuple[PushState, ...]:
        """Return the subscriptions of a source to hubs, held until the transaction ends."""
        return await pushes.of_source(self._connection, source)

    async def save(self, record: PollRecord) -> None:
        """Write the record. Raises `LeaseLost` if the claim is no longer ours."""
        await self._save_state(record.state)
        await self._save_items(record.new, record.revised)
        await self._save_sightings(record.sightings)
        await self._insert(tables.matches, map(_match_row, record.matches))
        await self._insert(tables.updates, map(asdict, record.updates))
        await self._insert(tables.reports, map(_report_row, record.reports))
        await self._insert(tables.deliveries, _delivery_rows(record.alerts))
        await self._insert(tables.alerts, map(_alert_row, record.alerts))
        await pushes.save(self._connection, record.pushes)

    async def _save_state(self, state: SourceState) -> None:
        source = tables.sources.c
        saving = (
            update(tables.sources)
            .where(source.id == self._claim.source, source.lease_token == self._claim.token)
            .values(**_state_row(state), lease_token=None, lease_until=None)
        )
        if (await self._connection.execute(saving)).rowcount != 1:
            raise LeaseLost(f"source {self._claim.source}: another worker took it")

    async def _save_items(self, new: Sequence[Item], revised: Sequence[Item]) -> None:
        await self._insert(tables.items, map(_item_row, new))
        for item in revised:
            moved = update(tables.items).where(tables.items.c.id == item.id)
            await self._connection.execute(moved.values(revision=item.revision.number, url=item.url))
        await self._insert(tables.revisions, (_revision_row(item) for item in (*new, *revised)))

    async def _save_sightings(self, sightings: Sequence[Sighting]) -> None:
        rows = [
            {
                "item": sighting.item,
                "source": self._claim.source,
                "title_hash": sighting.fingerprint.title,
                "text_hash": sighting.fingerprint.text,
            }
            for sighting in sightings
        ]
        await upsert(self._connection, tables.sightings, rows)
        outlet = select(tables.sources.c.outlet).where(tables.sources.c.id == self._claim.source)
        owner = (await self._connection.execute(outlet)).scalar_one()
        keys = ({"outlet": owner, "key": key, "item": one.item} for one in sightings for key in one.keys)
        await self._insert(tables.item_keys, keys)

    async def _insert(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        listed = list(rows)
        if listed:
            await self._connection.execute(insert(table), listed)


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _entry_query(source: str) -> Any:
    item, revision, shown = tables.items.c, tables.revisions.c, tables.sightings.c
    return (
        select(
            item.id,
            item.url,
            item.first_seen,
            item.source,
            item.revision,
            revision.title_hash,
            revision.text_hash,
            shown.title_hash.label("shown_title"),
            shown.text_hash.label("shown_text"),
        )
        .join_from(tables.items, tables.revisions, and_(revision.item == item.id, revision.number == item.revision))
        .outerjoin(tables.sightings, and_(shown.item == item.id, shown.source == source))
    )


def _known_item(row: Row[Any], keys: frozenset[str]) -> KnownItem:
    return KnownItem(
        id=row.id,
        keys=keys,
        url=row.url,
        first_seen=row.first_seen,
        source=row.source,
        number=row.revision,
        current=Fingerprint(title=row.title_hash, text=row.text_hash),
        shown=Fingerprint(title=row.shown_title, text=row.shown_text) if row.shown_title is not None else None,
    )


def _past_report(row: Row[*tuple[Any, ...]]) -> PastReport:
    said = f"{row.title}\n{row.summary or row.content}"
    return PastReport(update=row.update, item=row.item, outlet=row.outlet, headline=row.headline, text=said)


def _state_row(state: SourceState) -> dict[str, Any]:
    fault = state.fault
    return {
        "next_poll_at": state.next_poll_at,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "body_hash": state.validators.body_hash,
        "failures": state.failures,
        "fault_code": fault.code if fault else None,
        "fault_message": fault.message if fault else None,
        "fault_permanent": fault.permanent if fault else None,
        "last_poll_at": state.last_poll_at,
        "last_success_at": state.last_success_at,
        "last_new_at": state.last_new_at,
    }


def _item_row(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "outlet": item.outlet,
        "source": item.source,
        "url": item.url,
        "first_seen": item.first_seen,
        "revision": item.revision.number,
    }


def _revision_row(item: Item) -> dict[str, Any]:
    prints = fingerprint(item.revision)
    return {**asdict(item.revision), "title_hash": prints.title, "text_hash": prints.text}


def _match_row(match: Match) -> dict[str, Any]:
    return {
        "event": match.event,
        "item": match.item,
        "revision": match.revision,
        "score": match.score,
        "reasons": [asdict(reason) for reason in match.reasons],
    }


def _report_row(report: Report) -> dict[str, Any]:
    return {**asdict(report), "role": report.role.value}


def _delivery_rows(alerts: Iterable[Alert]) -> Iterator[dict[str, Any]]:
    """One delivery for each alert that could be composed; it carries the alert's id, which receivers know it by."""
    for position, alert in enumerate(alerts):
        if alert.message is None:
            continue
        yield {
            "id": alert.id,
            "subscription": alert.subscription,
            "subscriber": alert.subscriber,
            "channel": alert.channel.value,
            "address": alert.message.address,
            "lane": f"{alert.channel.value}:{alert.message.address}",
            "content_type": alert.message.content_type,
            "body": alert.message.body,
            "created": alert.created,
            "position": position,
            "state": DeliveryState.WAITING.value,
            "next_attempt_at": alert.created,
            "attempts": 0,
        }


def _alert_row(alert: Alert) -> dict[str, Any]:
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
    }
