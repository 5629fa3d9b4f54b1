"""Mails that came back, and the addresses that nothing is sent to because of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import tables
from storage.engine import writing
from storage.upsert import upsert
from storywatch import bounces
from storywatch.model import Bounce, ChannelKind, Settlement, Suppression, address_key

MOST_UNPROVEN = 1000
"""Bounces that prove nothing are kept up to so many: anybody can send them."""


class StoredBounces:
    """Implements `storywatch.ports.Bounces`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, bounce: Bounce) -> Suppression | None:
        """Count a bounce once, and return the suppression that follows from it.

        The address is the one that the delivery went to; a delivery that is not stored proves nothing.
        """
        async with writing(self._engine) as connection:
            return await _take(connection, await _proven(connection, bounce))

    async def suppress(self, suppression: Suppression) -> None:
        """Send nothing more to an address."""
        async with writing(self._engine) as connection:
            await _suppress(connection, suppression)

    async def lift(self, address: str, now: datetime) -> bool:
        """Let an address get mails again; what came back before counts no more. Return whether it was suppressed."""
        row = tables.suppressions.c
        lifting = update(tables.suppressions).where(row.address == address_key(address), row.lifted_at.is_(None))
        async with writing(self._engine) as connection:
            return (await connection.execute(lifting.values(lifted_at=now))).rowcount == 1


async def take_refusal(connection: AsyncConnection, settlement: Settlement) -> None:
    """Count what a mail server refused for good as it was offered."""
    fault = settlement.fault
    if fault is None or not fault.permanent or fault.mail_status is None:
        return
    refusal = Bounce(
        id=bounces.bounce_id(settlement.delivery, fault.mail_status, "refused"),
        address="",
        delivery=settlement.delivery,
        status=fault.mail_status,
        at=settlement.at,
        diagnostic=fault.message,
    )
    await _take(connection, await _proven(connection, refusal))


async def _proven(connection: AsyncConnection, bounce: Bounce) -> Bounce:
    """Return the bounce with the address that its delivery went to, or without the delivery that is not stored."""
    row = tables.deliveries.c
    query = select(row.address).where(row.id == bounce.delivery, row.channel == ChannelKind.EMAIL.value)
    address = await connection.scalar(query)
    return Bounce(
        id=bounce.id,
        address=address_key(address or bounce.address),
        delivery=bounce.delivery if address else None,
        status=bounce.status,
        at=bounce.at,
        diagnostic=bounce.diagnostic,
    )


async def _take(connection: AsyncConnection, bounce: Bounce) -> Suppression | None:
    before = await _counting(connection, bounce.address)
    if await connection.scalar(select(func.count()).where(tables.bounces.c.id == bounce.id)):
        return None
    await connection.execute(tables.bounces.insert().values(**_bounce_row(bounce)))
    if bounce.delivery is None:
        await _forget_unproven(connection)
    found = bounces.suppression(bounce, before)
    if found is not None:
        await _suppress(connection, found)
    return found


async def _counting(connection: AsyncConnection, address: str) -> Iterable[Bounce]:
    """Return the earlier bounces of an address, since it was lifted last."""
    row, barred = tables.bounces.c, tables.suppressions.c
    lifted = await connection.scalar(select(barred.lifted_at).where(barred.address == address))
    query = select(tables.bounces).where(row.address == address, row.delivery.is_not(None))
    rows: Sequence[Row[Any]] = (await connection.execute(query.where(row.at > lifted) if lifted else query)).all()
    return map(_bounce, rows)


async def _suppress(connection: AsyncConnection, suppression: Suppression) -> None:
    """Write it; one that stands keeps its first reason."""
    row = tables.suppressions.c
    address = address_key(suppression.address)
    if not await connection.scalar(select(func.count()).where(row.address == address, row.lifted_at.is_(None))):
        told = {
            "address": address,
            "reason": suppression.reason.value,
            "at": suppression.at,
            "evidence": suppression.evidence,
            "lifted_at": None,
        }
        await upsert(connection, tables.suppressions, [told])


async def _forget_unproven(connection: AsyncConnection) -> None:
    row = tables.bounces.c
    kept = select(row.id).where(row.delivery.is_(None)).order_by(row.at.desc(), row.id).limit(MOST_UNPROVEN)
    await connection.execute(delete(tables.bounces).where(row.delivery.is_(None), row.id.not_in(kept)))


def _bounce_row(bounce: Bounce) -> dict[str, Any]:
    return {
        "id": bounce.id,
        "address": bounce.address,
        "delivery": bounce.delivery,
        "status": bounce.status,
        "at": bounce.at,
        "diagnostic": bounce.diagnostic,
    }


def _bounce(row: Row[Any]) -> Bounce:
    return Bounce(
        id=row.id,
        address=row.address,
        delivery=row.delivery,
        status=row.status,
        at=row.at,
        diagnostic=row.diagnostic,
    )
