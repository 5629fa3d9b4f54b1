"""Items and their revisions as rows, and back."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Row, Select, and_, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storywatch.intake import fingerprint
from storywatch.model import Item, Revision, TimeCorrection, TimeOrigin

ValueT = TypeVar("ValueT")

CHUNK = 500
"""Values in one IN list; both databases allow some 32,000 parameters in a statement."""

_revision, _seen = tables.revisions.c, tables.items.c.first_seen
PUBLISHED = func.coalesce(_revision.published, case((_revision.updated < _seen, _revision.updated), else_=_seen))
"""What `Item.published` is in SQL, for a join of items with their revisions."""


def chunks(values: Sequence[ValueT], size: int = CHUNK) -> Iterator[Sequence[ValueT]]:
    """Split values for one IN list each."""
    return (values[start : start + size] for start in range(0, len(values), size))


def among(keys: Collection[Sequence[Any]], *columns: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that these columns hold one of these keys.

    For keys of several columns alone SQLite scans the table; for the values of each column it uses an index.
    """
    each = (column.in_(values) for column, values in zip(columns, map(set, zip(*keys, strict=True)), strict=True))
    return and_(*each, tuple_(*columns).in_(keys))


def with_texts() -> Select[Any]:
    """Begin a selection of items with their current text, for `item_of`."""
    item, revision = tables.items.c, tables.revisions
    latest = and_(revision.c.item == item.id, revision.c.number == item.revision)
    columns = (item.id, item.outlet, item.source, item.url, item.first_seen, *revision.c)
    return select(*columns).join_from(tables.items, revision, latest)


def with_each_text() -> Select[Any]:
    """Begin a selection of items with their text in each revision, for `item_of`."""
    item, revision = tables.items.c, tables.revisions
    columns = (item.id, item.outlet, item.source, item.url, item.first_seen, *revision.c)
    return select(*columns).join_from(tables.items, revision, revision.c.item == item.id)


def item_of(row: Row[Any]) -> Item:
    """Return an item without its keys: nobody but intake asks for them."""
    return Item(
        id=row.id,
        outlet=row.outlet,
        source=row.source,
        url=row.url,
        first_seen=row.first_seen,
        keys=(),
        revision=revision_of(row),
    )


async def items_by_id(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Item]:
    """Return the items that are stored under these ids."""
    found: dict[str, Item] = {}
    for some in chunks(sorted(set(ids))):
        rows = await connection.execute(with_texts().where(tables.items.c.id.in_(some)))
        found |= {row.id: item_of(row) for row in rows}
    return found


def item_row(item: Item) -> dict[str, Any]:
    """Return the columns of an item."""
    return {
        "id": item.id,
        "outlet": item.outlet,
        "source": item.source,
        "url": item.url,
        "first_seen": item.first_seen,
        "revision": item.revision.number,
    }


def revision_row(item: Item) -> dict[str, Any]:
    """Return the columns of an item's revision."""
    prints = fingerprint(item.revision)
    correction = item.revision.time_correction
    return {
        **asdict(item.revision),
        "title_hash": prints.title,
        "text_hash": prints.text,
        "time_origin": item.revision.time_origin.value,
        "time_correction": correction.value if correction else None,
        "difference": item.revision.difference or None,
    }


def revision_of(row: Row[Any]) -> Revision:
    """Return the revision that a row holds."""
    values = {field.name: getattr(row, field.name) for field in fields(Revision)}
    correction = TimeCorrection(row.time_correction) if row.time_correction else None
    read = {"time_origin": TimeOrigin(row.time_origin), "time_correction": correction}
    return Revision(**{**values, **read, "difference": row.difference or ""})
