"""Sources whose address moved: the host that they count for, and those that ended where another source is."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storywatch.model import SourceKind
from storywatch.urls import host_of


async def settle(connection: AsyncConnection, source: str) -> None:
    """Count a source that moved for the host where it is visited now, and rest it if another source is there."""
    row = tables.sources.c
    where = select(func.coalesce(row.current_url, row.url)).where(row.id == source)
    visited = (await connection.execute(where)).scalar_one()
    await connection.execute(update(tables.sources).where(row.id == source).values(host=host_of(visited)))
    await rest_twins(connection)


async def rest_twins(connection: AsyncConnection) -> None:
    """Rest every moved source that would bring the same document as another one.

    Pages never rest: which parts of one are read stands in the config only.
    """
    row = tables.sources.c
    visited = func.coalesce(row.current_url, row.url).label("visited")
    active = select(row.id, row.outlet, row.kind, row.current_url, visited).where(
        row.active, row.kind != SourceKind.PAGE.value
    )
    at_home: dict[tuple[Any, ...], str] = {}
    moved: list[Any] = []
    for one in await connection.execute(active.order_by(row.id)):
        if one.current_url is None:
            at_home.setdefault(_place(one), one.id)
        else:
            moved.append(one)
    for away in moved:
        other = at_home.setdefault(_place(away), away.id)
        if other != away.id:
            resting = update(tables.sources).where(row.id == away.id)
            await connection.execute(resting.values(active=False, twin_of=other))


def _place(row: Any) -> tuple[Any, ...]:
    return (row.visited, row.outlet, row.kind)
