"""Sources whose address moved: the host that they count for, and those that ended where another source is."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storywatch.model import SourceKind
from storywatch.pacing import HOPELESS_BACKOFF, MOVED_TIMES
from storywatch.urls import host_of


async def settle(connection: AsyncConnection, source: str, now: datetime) -> None:
    """Count a source that moved for the host where it is visited now, and rest it if another source is there."""
    row = tables.sources.c
    where = select(func.coalesce(row.current_url, row.url)).where(row.id == source)
    visited = (await connection.execute(where)).scalar_one()
    await connection.execute(update(tables.sources).where(row.id == source).values(host=host_of(visited)))
    await rest_twins(connection, now)


async def rest_twins(connection: AsyncConnection, now: datetime) -> None:
    """Rest every moved source that would bring the same document as another one.

    Once a week it looks whether its declared address still leads there: the redirect may have been a mistake. Pages
    never rest: which parts of one are read stands in the config only.
    """
    row = tables.sources.c
    visited = func.coalesce(row.current_url, row.url).label("visited")
    active = select(row.id, row.url, row.outlet, row.kind, row.current_url, visited).where(
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
        if at_home.setdefault(_place(away), away.id) != away.id:
            await _rest(connection, away, now)


async def _rest(connection: AsyncConnection, away: Any, now: datetime) -> None:
    """Send it home for a week; one more look at the same redirect is enough to rest it again."""
    resting = update(tables.sources).where(tables.sources.c.id == away.id)
    await connection.execute(
        resting.values(
            host=host_of(away.url),
            next_poll_at=now + HOPELESS_BACKOFF,
            current_url=None,
            moved_to=away.current_url,
            moved_since=now,
            moved_times=MOVED_TIMES - 1,
            # What an address calls its versions means nothing at another one.
            etag=None,
            last_modified=None,
        )
    )


def _place(row: Any) -> tuple[Any, ...]:
    return (row.visited, row.outlet, row.kind)
