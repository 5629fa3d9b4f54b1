"""Verdicts on items as rows, and back: matches, near misses and what was held back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.upsert import upsert
from storywatch.documents import plain
from storywatch.model import Contribution, Match, Reason, Report, Update

MOST_MISSES = 200
"""Near misses of one event that are kept: the best ones."""

MISSES_KEPT = timedelta(days=90)


async def save(
    connection: AsyncConnection, matches: Iterable[Match], misses: Iterable[Match], decided: Mapping[str, datetime]
) -> None:
    """Add the verdicts of a poll; `decided` says when each item was judged."""
    accepted = [match_row(match, decided[match.item]) for match in matches]
    if accepted:
        await connection.execute(insert(tables.matches), accepted)
        await forget_misses(connection, accepted)
    await save_misses(connection, [miss_row(miss, decided[miss.item]) for miss in misses])


async def save_misses(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add near misses, the latest verdict on an item in place of the one before, and keep each event's best."""
    if not rows:
        return
    await upsert(connection, tables.misses, rows)
    row = tables.misses.c
    own = row.event == bindparam("pruned")
    best = select(row.item).where(own).order_by(row.score.desc(), row.item).limit(MOST_MISSES)
    now = max(one["decided"] for one in rows)
    pruning = delete(tables.misses).where(own, or_(row.decided < now - MISSES_KEPT, row.item.not_in(best)))
    await connection.execute(pruning, [{"pruned": event} for event in sorted({one["event"] for one in rows})])


async def forget_misses(connection: AsyncConnection, accepted: Sequence[Mapping[str, Any]]) -> None:
    """Drop the near misses that were accepted after all."""
    row = tables.misses.c
    dropping = delete(tables.misses).where(row.event == bindparam("hit_event"), row.item == bindparam("hit_item"))
    hits = [{"hit_event": one["event"], "hit_item": one["item"]} for one in accepted]
    if hits:
        await connection.execute(dropping, hits)


def match_row(match: Match, decided: datetime) -> dict[str, Any]:
    """Return the columns of an accepted match."""
    return {
        "event": match.event,
        "item": match.item,
        "revision": match.revision,
        "score": match.score,
        "reasons": [asdict(reason) for reason in match.reasons],
        "threshold": match.threshold,
        "ground": match.ground,
        "contributions": [asdict(contribution) for contribution in match.contributions],
        "decided": decided,
    }


def miss_row(match: Match, decided: datetime) -> dict[str, Any]:
    """Return the columns of a near miss."""
    return {**match_row(match, decided), "lacks": list(match.lacks), "veto": match.veto}


def match_of(row: Row[Any], *, accepted: bool) -> Match:
    """Return the verdict that a row of either table holds."""
    return Match(
        event=row.event,
        item=row.item,
        revision=row.revision,
        accepted=accepted,
        score=row.score,
        reasons=tuple(Reason(**reason) for reason in row.reasons),
        lacks=() if accepted else tuple(row.lacks),
        veto=None if accepted else row.veto,
        threshold=row.threshold or 0.0,
        ground=row.ground or "",
        contributions=tuple(Contribution(**one) for one in row.contributions or ()),
    )


def report_row(report: Report) -> dict[str, Any]:
    """Return the columns of a report."""
    return {
        "update": report.update,
        "event": report.event,
        "item": report.item,
        "outlet": report.outlet,
        "role": report.role.value,
        "seen": report.seen,
        "origin": report.origin,
        "news": plain(report.news),
    }


def update_row(opened: Update) -> dict[str, Any]:
    """Return the columns of an update."""
    return {
        "id": opened.id,
        "event": opened.event,
        "item": opened.item,
        "headline": opened.headline,
        "created": opened.created,
        "number": opened.number,
        "severity": int(opened.severity),
        "mark": opened.mark,
    }
