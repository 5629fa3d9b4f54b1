"""What operators do to updates: merge two, split one, mark one. Nobody is alerted of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import history, tables
from storage.engine import reading, writing
from storage.items import PUBLISHED
from storywatch.errors import NotStoredError, StorageError
from storywatch.model import ReportRole, UpdateMark
from storywatch.updates import update_id

MOST_FOUND = 5


class StoredUpdates:
    """The updates, to be put right by hand. Each change is one transaction, during which no poll adds to the event."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, text: str) -> str:
        """Return the id that an operator means: an id, the beginning of one, or EVENT/NUMBER.

        Raises `NotStoredError` if there is none, or more than one.
        """
        known = tables.updates.c
        event, _, number = text.rpartition("/")
        meant = known.id.startswith(text, autoescape=True)
        if event and number.isdecimal():
            meant = or_(meant, and_(known.event == event, known.number == int(number[:9])))
        async with reading(self._engine) as connection:
            found = (await connection.execute(select(known.id).where(meant).limit(MOST_FOUND))).scalars().all()
        if len(found) == 1 or text in found:
            return text if text in found else found[0]
        if found:
            raise NotStoredError(f"{text} may be each of {', '.join(found)}: give more of the id")
        raise NotStoredError(f"no such update: {text}; `storywatch updates` lists them")

    async def mark(self, one: str, mark: UpdateMark | None) -> None:
        """Set or take away an operator's word on an update."""
        marking = update(tables.updates).where(tables.updates.c.id == one)
        async with writing(self._engine) as connection:
            await connection.execute(marking.values(mark=mark.value if mark else None))

    async def merge(self, one: str, into: str) -> int:
        """Give all reports of an update to another one of its event. Return how many. Raises `StorageError`."""
        async with writing(self._engine) as connection:
            await _hold_event(connection, into)
            lost, kept = await _standing(connection, one), await _standing(connection, into)
            if lost.id == kept.id:
                raise StorageError("an update can't be merged into itself")
            if lost.event != kept.event:
                raise StorageError(f"{lost.id} belongs to {lost.event}, {kept.id} to {kept.event}")
            moved = await _move(connection, lost.event, None, lost.id, kept.id)
            known = tables.updates.c
            gone = update(tables.updates).where(or_(known.id == lost.id, known.merged_into == lost.id))
            await connection.execute(gone.values(merged_into=kept.id))
            await _set_first(connection, kept.id)
        return moved

    async def split(self, one: str, items: Collection[str], now: datetime) -> str:
        """Make an update of its own of some of an update's reports. Return its id. Raises `StorageError`."""
        async with writing(self._engine) as connection:
            await _hold_event(connection, one)
            whole = await _standing(connection, one)
            reports = await _reports(connection, whole.id)
            parted = [row for row in reports if row.item in items]
            strange = sorted(set(items) - {row.item for row in parted})
            if strange:
                raise StorageError(
                    f"update {whole.id} has no report {', '.join(strange)}; `storywatch items` lists ids"
                )
            if len(parted) == len(reports):
                raise StorageError("that is every report of the update: nothing would be left of it")
            opened = await _open(connection, whole.event, parted[0].item, now)
            await _move(connection, whole.event, items, whole.id, opened)
            await _set_first(connection, whole.id)
            await _set_first(connection, opened)
        return opened


async def _hold_event(connection: AsyncConnection, one: str) -> None:
    """Let nobody else change the updates of an update's event: what is read of them from now on stays true."""
    event = select(tables.updates.c.event).where(tables.updates.c.id == one)
    await history.hold(connection, tables.events, (await connection.execute(event)).scalar_one())


async def _standing(connection: AsyncConnection, one: str) -> Row[Any]:
    """Return an update that was not merged away."""
    found = (await connection.execute(select(tables.updates).where(tables.updates.c.id == one))).one()
    if found.merged_into is not None:
        raise StorageError(f"update {one} was merged into {found.merged_into}: name that one")
    return found


async def _reports(connection: AsyncConnection, one: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the reports of an update, the first published first."""
    report, item, revision = tables.reports.c, tables.items.c, tables.revisions.c
    query = (
        select(report.item, revision.title, revision.summary)
        .join_from(tables.reports, tables.items, item.id == report.item)
        .join(tables.revisions, and_(revision.item == item.id, revision.number == 1))
        .where(report.update == one)
        .order_by(PUBLISHED, report.item)
    )
    return (await connection.execute(query)).all()


async def _open(connection: AsyncConnection, event: str, item: str, now: datetime) -> str:
    """Return the update that an item opens: the one that it had opened before it was merged away, or a new one."""
    known, opened = tables.updates.c, update_id(event, item)
    again = update(tables.updates).where(known.id == opened, known.merged_into.is_not(None)).values(merged_into=None)
    if (await connection.execute(again)).rowcount:
        return opened
    taken = await connection.scalar(select(known.id).where(known.id == opened))
    number = await history.last_number(connection, event) + 1
    row = {"event": event, "item": item, "headline": "", "created": now, "number": number}
    new = update_id(event, f"{item}\0split") if taken else opened
    await connection.execute(insert(tables.updates), [{"id": new, **row}])
    return new


async def _move(connection: AsyncConnection, event: str, items: Collection[str] | None, one: str, other: str) -> int:
    """Give reports and their changes to another update; all of them without a choice. Return how many reports."""
    moved = 0
    for table in (tables.changes, tables.reports):
        moving = update(table).where(table.c.event == event, table.c.update == one)
        if items is not None:
            moving = moving.where(table.c.item.in_(sorted(items)))
        moved = (await connection.execute(moving.values(update=other))).rowcount
    return moved


async def _set_first(connection: AsyncConnection, one: str) -> None:
    """Make the report that was published first the first one, and its words those of the update."""
    first = (await _reports(connection, one))[0]
    report, known = tables.reports.c, tables.updates.c
    for role, which in (
        (ReportRole.CORROBORATION, report.item != first.item),
        (ReportRole.FIRST, report.item == first.item),
    ):
        await connection.execute(update(tables.reports).where(report.update == one, which).values(role=role.value))
    headline = (first.title or first.summary)[:200]
    await connection.execute(update(tables.updates).where(known.id == one).values(item=first.item, headline=headline))
