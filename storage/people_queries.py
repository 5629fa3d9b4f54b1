"""What the database knows of people, as plain rows for the lists. Newest first, bounded by `limit`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select

from storage import tables

Rows = Sequence[Mapping[str, Any]]


class PeopleQueries:
    """The part of `storage.queries.Queries` that is about people."""

    async def _rows(self, query: Select[Any]) -> Rows:
        raise NotImplementedError

    async def readers(self, limit: int, *, gone: bool = False) -> Rows:
        """Return who subscribed by an own hand; with `gone` also who left or never confirmed."""
        reader, own = tables.readers.c, tables.reader_subscriptions.c
        standing = and_(own.reader == reader.id, own.agreed_at.is_not(None), own.left_at.is_(None))
        count = select(func.count()).select_from(tables.reader_subscriptions).where(standing).scalar_subquery()
        query = select(
            reader.id,
            reader.email,
            reader.created,
            reader.confirmed_at,
            reader.left_at,
            count.label("subscriptions"),
        ).order_by(reader.created.desc(), reader.id)
        return await self._rows((query if gone else query.where(count > 0)).limit(limit))

    async def suppressions(self, limit: int, *, lifted: bool = False) -> Rows:
        """Return the addresses that nothing is sent to; with `lifted` also those that get mails again."""
        row = tables.suppressions.c
        query = select(row.address, row.reason, row.at, row.evidence, row.lifted_at).order_by(
            row.at.desc(), row.address
        )
        return await self._rows((query if lifted else query.where(row.lifted_at.is_(None))).limit(limit))

    async def optouts(self) -> Rows:
        """Return who has left what, the latest first."""
        row = tables.optouts.c
        return await self._rows(select(row.address, row.event, row.at, row.by).order_by(row.at.desc(), row.address))


def counted() -> tuple[Any, ...]:
    """Return what `status` counts of people."""
    own, barred = tables.reader_subscriptions.c, tables.suppressions.c
    standing = and_(own.agreed_at.is_not(None), own.left_at.is_(None))
    return (
        select(func.count(own.reader.distinct())).where(standing).scalar_subquery().label("readers"),
        select(func.count()).select_from(tables.optouts).scalar_subquery().label("unsubscribed"),
        select(func.count()).where(barred.lifted_at.is_(None)).scalar_subquery().label("suppressed"),
    )
