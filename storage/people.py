"""Readers with what they want, and who wants no more of what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import tables
from storage.engine import reading, writing
from storage.items import chunks
from storage.people_rows import (
    confirmation_row,
    options_of,
    reader_of,
    reader_row,
    subscription_row,
    wanted_of,
    wanted_row,
)
from storage.upsert import insert_new, upsert
from storywatch.audience import audience
from storywatch.model import Audience, ChannelKind, LeftBy, Message, Reader, Wanted, Wish, address_key
from storywatch.timing import Releases

AGREED = ("reader", "event", "agreed_at", "agreed_to", "left_at")
"""What a subscription keeps when it is asked for again."""


class StoredPeople:
    """Implements `storywatch.ports.People`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, reader: str) -> Reader | None:
        """Return a reader by id."""
        async with reading(self._engine) as connection:
            return await _reader(connection, tables.readers.c.id == reader)

    async def find_address(self, email: str) -> Reader | None:
        """Return the reader with an address, however it is written."""
        async with reading(self._engine) as connection:
            return await _reader(connection, tables.readers.c.address == address_key(email))

    async def wanted(self, reader: str) -> Sequence[Wanted]:
        """Return what a reader ever asked for, in the order of events."""
        async with reading(self._engine) as connection:
            return await _wanted(connection, tables.reader_subscriptions.c.reader == reader)

    async def ask(self, reader: Reader, wanted: Sequence[Wanted], confirmation: str, message: Message) -> None:
        """Store what is to be confirmed, with the mail that asks for it; what stands stays as it is."""
        async with writing(self._engine) as connection:
            await insert_new(connection, tables.readers, [reader_row(reader)])
            await insert_new(connection, tables.subscriptions, list(map(subscription_row, wanted)))
            before = await _wanted(connection, tables.reader_subscriptions.c.reader == reader.id)
            standing = {one.id for one in before if one.stands}
            asked = [wanted_row(one) for one in wanted if one.id not in standing]
            await upsert(connection, tables.reader_subscriptions, asked, keep=AGREED)
            await insert_new(connection, tables.deliveries, [confirmation_row(confirmation, wanted[0], message)])

    async def agree(self, reader: str, subscriptions: Collection[str], words: str, now: datetime) -> Sequence[Wanted]:
        """Let subscriptions stand that wait for it, and return them. `words`: what was agreed to."""
        async with writing(self._engine) as connection:
            asked = await _wanted(connection, tables.reader_subscriptions.c.reader == reader)
            confirmed = [one for one in asked if one.waits and one.id in subscriptions]
            await _let_stand(connection, reader, [one.id for one in confirmed], words, now)
        return confirmed

    async def change(self, reader: str, wishes: Mapping[Wish, Releases]) -> None:
        """Let the standing subscriptions of a reader be as wished; events without one are passed over.

        What is gathered for them is released no later than the wish would have it.
        """
        row = tables.reader_subscriptions.c
        async with writing(self._engine) as connection:
            for wish, releases in wishes.items():
                own = update(tables.reader_subscriptions).where(
                    row.reader == reader, row.event == wish.event, row.agreed_at.is_not(None), row.left_at.is_(None)
                )
                changed = await connection.scalars(own.values(options=options_of(wish)).returning(row.id))
                for subscription in changed.all():
                    await _hasten(connection, subscription, releases)

    async def leave(self, key: str, event: str, by: LeftBy, now: datetime) -> None:
        """Send nothing more of an event, or of anything if it is empty, to whom a key names (`audience.key_of`)."""
        async with writing(self._engine) as connection:
            said = {"address": key, "event": event, "at": now, "by": by.value}
            await insert_new(connection, tables.optouts, [said])
            await _leave_own(connection, key, event, now)

    async def rejoin(self, key: str, event: str, words: str, now: datetime) -> None:
        """Take back that somebody left an event; a reader who left everything gets this one again."""
        left, row = tables.optouts.c, tables.reader_subscriptions.c
        async with writing(self._engine) as connection:
            await connection.execute(delete(tables.optouts).where(left.address == key, left.event == event))
            reader = await _reader(connection, tables.readers.c.address == key)
            if reader is not None:
                own = await _wanted(connection, (row.reader == reader.id) & (row.event == event))
                gone = [one.id for one in own if one.agreed and one.left]
                await _let_stand(connection, reader.id, gone, words, now)

    async def left(self, key: str) -> Mapping[str, datetime]:
        """Return the events that somebody has left, an empty text for everything, each with the time."""
        row = tables.optouts.c
        async with reading(self._engine) as connection:
            found = await connection.execute(select(row.event, row.at).where(row.address == key).order_by(row.event))
            return {one.event: one.at for one in found}

    async def last_address(self, subscription: str) -> str | None:
        """Return where the last mail of a subscription went, for one that the watch config no longer has."""
        row = tables.deliveries.c
        query = select(row.address).where(row.subscription == subscription, row.channel == ChannelKind.EMAIL.value)
        async with reading(self._engine) as connection:
            return await connection.scalar(query.order_by(row.created.desc(), row.id).limit(1))

    async def audience(self) -> Audience:
        """Return who is told besides the subscribers of the watch config, and who is told no more."""
        async with reading(self._engine) as connection:
            return await stored_audience(connection)


async def stored_audience(connection: AsyncConnection) -> Audience:
    """Read the audience within a transaction."""
    everybody = true()
    wanted = await _wanted(connection, tables.reader_subscriptions.c.agreed_at.is_not(None))
    return await _audience(connection, wanted, everybody, everybody, everybody)


async def audience_for(connection: AsyncConnection, events: Collection[str], keys: Collection[str]) -> Audience:
    """Read the part of the audience that events need. `keys`: by which subscribers of the watch config are known."""
    row, reader = tables.reader_subscriptions.c, tables.readers.c
    theirs = row.event.in_(events), row.agreed_at.is_not(None), row.left_at.is_(None)
    who = reader.id.in_(select(row.reader).where(*theirs))
    own = await _audience(
        connection,
        await _wanted(connection, and_(*theirs)),
        who,
        false(),
        tables.suppressions.c.address.in_(select(reader.address).where(who)),
    )
    return replace(
        own,
        left=await _left(connection, events, keys),
        unreachable=own.unreachable | await _unreachable(connection, keys),
    )


async def _left(
    connection: AsyncConnection, events: Collection[str], keys: Collection[str]
) -> frozenset[tuple[str, str]]:
    left = tables.optouts.c
    found: set[tuple[str, str]] = set()
    for some in chunks(sorted(keys)):
        query = select(left.address, left.event).where(left.address.in_(some), left.event.in_([*events, ""]))
        found |= {(one.address, one.event) for one in await connection.execute(query)}
    return frozenset(found)


async def _unreachable(connection: AsyncConnection, keys: Collection[str]) -> frozenset[str]:
    barred = tables.suppressions.c
    found: set[str] = set()
    for some in chunks(sorted(keys)):
        query = select(barred.address).where(barred.address.in_(some), barred.lifted_at.is_(None))
        found |= set(await connection.scalars(query))
    return frozenset(found)


async def audience_of(connection: AsyncConnection, subscription: str, key: str) -> Audience:
    """Read the part of the audience that one subscription needs. `key`: its subscriber's in the watch config."""
    row = tables.reader_subscriptions.c
    wanted = await _wanted(connection, (row.id == subscription) & row.agreed_at.is_not(None))
    own = tables.readers.c.id.in_([one.reader for one in wanted])
    keys = [key, *await connection.scalars(select(tables.readers.c.address).where(own))]
    left, barred = tables.optouts.c.address.in_(keys), tables.suppressions.c.address.in_(keys)
    return await _audience(connection, wanted, own, left, barred)


async def _audience(
    connection: AsyncConnection,
    wanted: Sequence[Wanted],
    who: ColumnElement[bool],
    whose: ColumnElement[bool],
    where: ColumnElement[bool],
) -> Audience:
    """Read the audience of these subscriptions. `who`: of readers, `whose`: of opt-outs, `where`: of suppressions."""
    left, barred, reader = tables.optouts.c, tables.suppressions.c, tables.readers
    return audience(
        map(reader_of, await connection.execute(select(reader).where(reader.c.confirmed_at.is_not(None), who))),
        wanted,
        left=[
            (one.address, one.event) for one in await connection.execute(select(left.address, left.event).where(whose))
        ],
        unreachable=(await connection.scalars(select(barred.address).where(barred.lifted_at.is_(None), where))).all(),
    )


async def _reader(connection: AsyncConnection, condition: ColumnElement[bool]) -> Reader | None:
    found = (await connection.execute(select(tables.readers).where(condition))).first()
    return reader_of(found) if found else None


async def _wanted(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[Wanted]:
    row = tables.reader_subscriptions.c
    query: Select[Any] = select(tables.reader_subscriptions).where(condition).order_by(row.event, row.id)
    rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return list(map(wanted_of, rows))


async def _let_stand(
    connection: AsyncConnection, reader: str, subscriptions: Collection[str], words: str, now: datetime
) -> None:
    if not subscriptions:
        return
    own, person = tables.reader_subscriptions, tables.readers
    agreed = update(own).where(own.c.reader == reader, own.c.id.in_(subscriptions))
    await connection.execute(agreed.values(agreed_at=now, agreed_to=words, left_at=None))
    first = update(person).where(person.c.id == reader, person.c.confirmed_at.is_(None))
    await connection.execute(first.values(confirmed_at=now))
    await connection.execute(update(person).where(person.c.id == reader).values(left_at=None))
    await _mark_active(connection, reader)


async def _leave_own(connection: AsyncConnection, key: str, event: str, now: datetime) -> None:
    """End what a reader subscribed to by an own hand, and what was asked for since they left it before."""
    reader = await _reader(connection, tables.readers.c.address == key)
    if reader is None:
        return
    own, person = tables.reader_subscriptions, tables.readers
    open_yet = or_(own.c.left_at.is_(None), own.c.left_at < own.c.asked_at)
    leaving = update(own).where(own.c.reader == reader.id, open_yet)
    await connection.execute((leaving.where(own.c.event == event) if event else leaving).values(left_at=now))
    if not event:
        await connection.execute(update(person).where(person.c.id == reader.id).values(left_at=now))
    await _mark_active(connection, reader.id)


async def _hasten(connection: AsyncConnection, subscription: str, releases: Releases) -> None:
    alert = tables.alerts.c
    for severity, moment in releases.items():
        later = alert.subscription == subscription, alert.severity == severity.value, alert.release_at > moment
        await connection.execute(update(tables.alerts).where(tables.gathered, *later).values(release_at=moment))


async def _mark_active(connection: AsyncConnection, reader: str) -> None:
    own = tables.reader_subscriptions.c
    standing = select(own.id).where(own.reader == reader, own.agreed_at.is_not(None), own.left_at.is_(None))
    row = tables.subscriptions.c
    marking = update(tables.subscriptions).where(row.subscriber == reader)
    await connection.execute(marking.values(active=row.id.in_(standing)))
