"""What hosts ask of everybody who visits them: no visit for a while, or no page."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.upsert import upsert
from storywatch.pacing import LONGEST_PLAN, LONGEST_RETRY_AFTER, HostHold


def held(now: datetime) -> Select[Any]:
    """Select the hosts that want no visit now."""
    host = tables.hosts.c
    return select(host.host).where(host.held_until > now, host.held_until <= now + LONGEST_PLAN)


def quiet(now: datetime) -> Select[Any]:
    """Select the hosts that want no visit to a page now."""
    host = tables.hosts.c
    return select(host.host).where(host.pages_after > now, host.pages_after <= now + LONGEST_PLAN)


async def of_host(connection: AsyncConnection, host: str) -> HostHold | None:
    """Return what a host asked for."""
    found = (await connection.execute(select(tables.hosts).where(tables.hosts.c.host == host))).first()
    return HostHold(host=host, until=found.held_until, pages_after=found.pages_after) if found else None


async def save(connection: AsyncConnection, hold: HostHold | None, now: datetime | None) -> None:
    """Remember what a host asked for, and never less than it asked before."""
    if hold is None or now is None:
        return
    stored = select(tables.hosts).where(tables.hosts.c.host == hold.host).with_for_update()
    found = (await connection.execute(stored)).mappings().first()
    before = dict(found) if found else {}
    told = {"held_until": hold.until, "pages_after": hold.pages_after}
    later = {name: _later(moment, before.get(name), now) for name, moment in told.items() if moment}
    await upsert(connection, tables.hosts, [{"host": hold.host, **later}])


def _later(moment: datetime, known: datetime | None, now: datetime) -> datetime:
    """Return the later of two holds; what lies too far ahead was written while the clock was wrong."""
    return max(moment, known) if known and known <= now + LONGEST_RETRY_AFTER else moment
