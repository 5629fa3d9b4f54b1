"""The one transaction of a poll: what is known, and everything that the poll changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, and_, case, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import history, holds, ledger, moves, paces, pushes, search, tables, verdicts
from storage.alerts import alert_row, delivery_rows
from storage.items import chunks, item_row, revision_of, revision_row
from storage.states import state_row
from storage.telling import StoredTelling
from storage.upsert import upsert
from storage.verdicts import report_row, update_row
from storywatch.errors import LeaseLost
from storywatch.intake import Fingerprint, Known, KnownItem, Sighting
from storywatch.model import (
    Alarm,
    AlarmKind,
    Item,
    Revision,
    SetAside,
)
from storywatch.pacing import LEAST_PAUSE, SourceState
from storywatch.ports import Claim, PollRecord
from storywatch.push import PushState

MOST_SET_ASIDE = 100
"""Items of one source that could not be read, kept for people to look at."""


class StoredPoll(StoredTelling):
    """Implements `storywatch.ports.PollTransaction`."""

    def __init__(self, connection: AsyncConnection, claim: Claim) -> None:
        super().__init__(connection)
        self._claim = claim

    async def known(self, outlet: str, source: str, keys: Iterable[str]) -> Known:
        """Return the items of the outlet that answer to any of the keys, with how `source` last showed them."""
        await history.hold(self._connection, tables.outlets, outlet)
        asked = await self._owners(outlet, keys)
        entries = {entry.id: entry for entry in await self._entries(source, set(asked.values()))}
        return {key: entries[item] for key, item in asked.items()}

    async def _owners(self, outlet: str, keys: Iterable[str]) -> dict[str, str]:
        key = tables.item_keys.c
        owners: dict[str, str] = {}
        for some in chunks(sorted(set(keys))):
            found = select(key.key, key.item).where(key.outlet == outlet, key.key.in_(some))
            owners.update((row.key, row.item) for row in await self._connection.execute(found))
        return owners

    async def _entries(self, source: str, ids: Iterable[str]) -> list[KnownItem]:
        entries: list[KnownItem] = []
        for some in chunks(sorted(ids)):
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

    async def reported(self, items: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return the events that have each item as a report; items without one are left out."""
        report = tables.reports.c
        found: dict[str, frozenset[str]] = {}
        for some in chunks(sorted(set(items))):
            for row in await self._connection.execute(select(report.item, report.event).where(report.item.in_(some))):
                found[row.item] = found.get(row.item, frozenset()) | {row.event}
        return found

    async def revisions(self, items: Iterable[str]) -> Mapping[str, Revision]:
        """Return the latest stored revision of each item."""
        revision = tables.revisions
        latest = and_(revision.c.item == tables.items.c.id, revision.c.number == tables.items.c.revision)
        found: dict[str, Revision] = {}
        for some in chunks(sorted(set(items))):
            rows = select(revision).join_from(tables.items, revision, latest).where(tables.items.c.id.in_(some))
            found |= {row.item: revision_of(row) for row in await self._connection.execute(rows)}
        return found

    async def open_alarms(self, kinds: Iterable[AlarmKind]) -> tuple[Alarm, ...]:
        """Return the source's open alarms of these kinds."""
        alarm = tables.alarms
        wanted = select(alarm).where(
            alarm.c.source == self._claim.source, alarm.c.ended_at.is_(None), alarm.c.kind.in_(list(kinds))
        )
        return tuple(map(_alarm, await self._connection.execute(wanted.order_by(alarm.c.raised_at, alarm.c.id))))

    async def pushes(self, source: str) -> tuple[PushState, ...]:
        """Return the subscriptions of a source to hubs, held until the transaction ends."""
        return await pushes.of_source(self._connection, source)

    async def save(self, record: PollRecord) -> None:
        """Write the record. Raises `LeaseLost` if the claim is no longer ours."""
        await self._save_state(record.state)
        await holds.save(self._connection, record.hold, record.state.last_poll_at)
        await self._save_alarms(record)
        await self._save_items(record.new, record.revised)
        await self._save_sightings(record.sightings)
        seen = {item.id: item.revision.seen for item in (*record.new, *record.revised)}
        await verdicts.save(self._connection, record.matches, record.misses, seen)
        await self._insert(tables.updates, map(update_row, record.updates))
        await self._insert(tables.reports, map(report_row, record.reports))
        await ledger.save(self._connection, record.reports, record.changes, record.matches)
        await self._insert(tables.deliveries, delivery_rows((*record.alerts, *record.notices)))
        await self._insert(tables.alerts, map(alert_row, record.alerts))
        await pushes.save(self._connection, record.pushes)
        # Last: it may hold the pace, which every poll needs.
        rhythm = self._claim.learned.rhythm
        await paces.save(self._connection, self._claim.source, record.learned, rhythm, record.state.last_poll_at)

    async def _save_state(self, state: SourceState) -> None:
        source = tables.sources.c
        saving = (
            update(tables.sources)
            .where(source.id == self._claim.source, source.lease_token == self._claim.token)
            .values(**state_row(state), lease_token=None, lease_until=None)
        )
        if (await self._connection.execute(saving)).rowcount != 1:
            raise LeaseLost(f"source {self._claim.source}: another worker took it")
        if state.url != self._claim.state.url and state.last_poll_at:
            await moves.settle(self._connection, self._claim.source, state.last_poll_at)

    async def _save_alarms(self, record: PollRecord) -> None:
        alarm = tables.alarms.c
        await self._insert(tables.alarms, map(_alarm_row, record.raised))
        for ended in record.ended:
            await self._connection.execute(
                update(tables.alarms).where(alarm.id == ended.id).values(ended_at=ended.ended)
            )
        seen = record.state.last_poll_at
        if record.set_aside and seen:
            await self._save_set_aside(record.set_aside, seen)
        if record.refill and seen:
            await self._call_for(record.refill, seen)

    async def _save_set_aside(self, set_aside: Iterable[SetAside], seen: datetime) -> None:
        """Keep the last of a source's items that could not be read: a hostile feed makes up new ones at each poll."""
        aside = [
            {
                "source": self._claim.source,
                "item": one.item,
                "code": one.fault.code,
                "message": one.fault.message,
                "first_seen": seen,
                "last_seen": seen,
            }
            for one in {one.item: one for one in set_aside}.values()
        ][:MOST_SET_ASIDE]
        await upsert(self._connection, tables.set_aside, aside, keep=("first_seen",))
        row = tables.set_aside.c
        own = row.source == self._claim.source
        kept = select(row.item).where(own).order_by(row.last_seen.desc(), row.item).limit(MOST_SET_ASIDE)
        await self._connection.execute(delete(tables.set_aside).where(own, row.item.not_in(kept)))

    async def _call_for(self, sources: Sequence[str], now: datetime) -> None:
        """Make sources due: at once, or when their last answer no longer holds. One that fails keeps its pause."""
        source = tables.sources.c
        rested = or_(source.last_poll_at.is_(None), source.last_poll_at <= now - LEAST_PAUSE)
        soon = case((source.fresh_until > now, source.fresh_until), else_=now)
        called = update(tables.sources).where(
            source.id.in_(sources), source.active, source.failures == 0, rested, source.next_poll_at > soon
        )
        await self._connection.execute(called.values(next_poll_at=soon))

    async def _save_items(self, new: Sequence[Item], revised: Sequence[Item]) -> None:
        await self._insert(tables.items, map(item_row, new))
        for item in revised:
            moved = update(tables.items).where(tables.items.c.id == item.id)
            await self._connection.execute(moved.values(revision=item.revision.number, url=item.url))
        await self._insert(tables.revisions, (revision_row(item) for item in (*new, *revised)))
        await search.add(self._connection, (*new, *revised))

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


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(
        id=row.id,
        source=row.source,
        kind=AlarmKind(row.kind),
        message=row.message,
        raised=row.raised_at,
        ended=row.ended_at,
    )


def _alarm_row(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "source": alarm.source,
        "kind": alarm.kind.value,
        "message": alarm.message,
        "raised_at": alarm.raised,
        "ended_at": alarm.ended,
    }
