"""Alarms: which things about a source an operator must know, when they begin and when they are over.

Pure. A kind that neither begins nor ends at a visit stays as it was: an unchanged document says nothing of a gap.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storywatch.intake import Intake
from storywatch.model import Alarm, AlarmKind, Outlet, SetAside, Source, SourceKind, Visit, VisitOutcome
from storywatch.pacing import MENDED_BY_CONFIG, MOVED_FOR, SourceState
from storywatch.remedies import without_secrets
from storywatch.urls import host_of

FAILING_AFTER = 3
"""So many failures in a row are an alarm: with the pauses between them, three quarters of an hour."""
BLOCKED_AFTER = 2
STALE_BY_DEFAULT = timedelta(days=30)
GAP_SHOWN_FOR = timedelta(hours=24)

EMPTY_CODES = frozenset({"empty", "empty_body", "nothing_readable", "no_items"})
GONE_CODES = frozenset({"gone", "not_found"})
KIND_CODES = frozenset({"kind_mismatch", "not_a_feed"})
OF_FAILURES = (AlarmKind.FAILING, AlarmKind.BLOCKED, AlarmKind.KIND_CHANGED, AlarmKind.GONE)
"""The kinds that say why nothing comes, the weakest first. While a source fails, only a stronger one takes the place of
another: servers that answer now 403 and now 500 are one alarm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """What a poll showed: the visit, the states before and after it, what was new in it, and what could not be read."""

    source: Source
    outlet: Outlet
    visit: Visit
    before: SourceState
    after: SourceState
    taken: Intake
    set_aside: tuple[SetAside, ...] = ()
    refill: tuple[str, ...] = ()
    now: datetime


def begun(poll: Poll) -> tuple[Alarm, ...]:
    """Return the alarms that this poll raises: kinds that are not open yet."""
    return tuple(
        Alarm(
            id=_alarm_id(poll.source.id, kind, poll.now),
            source=poll.source.id,
            kind=kind,
            message=without_secrets(message),
            raised=poll.now,
        )
        for kind, message in _seen(poll).items()
        if kind not in poll.before.alarms and not _is_outranked(kind, poll)
    )


def _is_outranked(kind: AlarmKind, poll: Poll) -> bool:
    stronger = OF_FAILURES[OF_FAILURES.index(kind) :] if kind in OF_FAILURES else ()
    return any(other in poll.before.alarms for other in stronger)


def over(poll: Poll) -> frozenset[AlarmKind]:
    """Return the open kinds that this poll ends."""
    return (frozenset(_ended(poll)) & poll.before.alarms.keys()) - _seen(poll).keys()


def _alarm_id(source: str, kind: AlarmKind, now: datetime) -> str:
    return "w" + hashlib.sha256(f"{source}\0{kind}\0{now.isoformat()}".encode()).hexdigest()[:30]


def _seen(poll: Poll) -> Mapping[AlarmKind, str]:
    if poll.visit.outcome is VisitOutcome.FAILED:
        return dict(_failure(poll))
    return dict((*_redirects(poll), *_age(poll), *_contents(poll)))


def _failure(poll: Poll) -> Iterator[tuple[AlarmKind, str]]:
    """Yield at most one alarm: a failure has one cause. What only somebody can mend is told sooner."""
    fault, failures = poll.visit.fault, poll.after.failures
    if fault is None:
        return
    if fault.code in GONE_CODES:
        yield AlarmKind.GONE, fault.message
    elif fault.code == "robots" or (fault.code == "blocked" and failures >= BLOCKED_AFTER):
        yield AlarmKind.BLOCKED, fault.message
    elif fault.code in KIND_CODES and poll.before.last_success_at is not None:
        yield AlarmKind.KIND_CHANGED, fault.message
    elif fault.code in EMPTY_CODES:
        yield AlarmKind.EMPTY, fault.message
    elif failures >= FAILING_AFTER or fault.code in MENDED_BY_CONFIG:
        yield AlarmKind.FAILING, f"{_visits(failures)}: {fault.message}"


def _visits(failures: int) -> str:
    return "a visit failed" if failures == 1 else f"{failures} visits in a row failed, the last one"


def _redirects(poll: Poll) -> Iterator[tuple[AlarmKind, str]]:
    now_at = poll.after.url
    if now_at is not None:
        yield AlarmKind.MOVED, f"moved for good to {now_at}, where it is visited now; declare that address"
    elif poll.visit.final_url and _is_foreign(poll.visit.final_url, poll.source, poll.outlet):
        lasting = f"; after {MOVED_FOR.total_seconds() / 3600:.0f} h it is visited there" if poll.after.moved else ""
        yield AlarmKind.MOVED, f"redirects to another host: {poll.visit.final_url}{lasting}"


def _is_foreign(url: str, source: Source, outlet: Outlet) -> bool:
    return host_of(url) not in {host_of(source.url), *outlet.hosts}


def _age(poll: Poll) -> Iterator[tuple[AlarmKind, str]]:
    """A watched page may rest for years, unless the operator says how long."""
    watched = poll.source.kind is SourceKind.PAGE
    limit = poll.source.stale_after or (None if watched else STALE_BY_DEFAULT)
    newest = poll.after.newest_at
    if limit and newest and poll.now - newest > limit:
        days = (poll.now - newest).total_seconds() / 86400
        yield AlarmKind.STALE, f"answers, but its newest item is of {newest:%Y-%m-%d %H:%M}Z, {days:.1f} days ago"


def _contents(poll: Poll) -> Iterator[tuple[AlarmKind, str]]:
    document = poll.visit.document
    # A server that says that nothing changed says it of the empty document.
    if poll.after.listed == 0 and poll.before.listed == 0 and not poll.visit.partial:
        yield AlarmKind.EMPTY, "answers with a valid document that has no items, again"
    if document is None:
        return
    if is_gap(poll.visit, poll.before, poll.taken, poll.source):
        since = poll.before.last_success_at or poll.now
        count = len(document.items)
        lost = f"none of its {count} items was in the document of {since:%Y-%m-%d %H:%M}Z: some may be lost"
        remedy = f"filled from {', '.join(poll.refill)}" if poll.refill else "the outlet has no sitemap to fill it from"
        yield AlarmKind.GAP, f"{lost}; {remedy}"
    if poll.set_aside:
        first = poll.set_aside[0]
        count = len(poll.set_aside)
        yield AlarmKind.SET_ASIDE, f"{count} of its items were set aside: {first.item}: {first.fault.message}"


def is_gap(visit: Visit, before: SourceState, taken: Intake, source: Source) -> bool:
    """Tell whether items may have come and gone between the last document and this one: the two have none in common.

    A source that is visited for others' gaps only has gaps between its visits by design.
    """
    document = visit.document
    if document is None or visit.partial or source.gaps_only or not document.items or not before.listed:
        return False
    return not document.known and not taken.overlaps


def refill_sources(source: Source, sources: Iterable[Source]) -> tuple[str, ...]:
    """Return what fills a gap: the outlet's sitemaps, which reach further back than feeds, and what is for gaps only.

    Two sitemaps never fill each other: with gaps of their own they would call for one another for ever.
    """
    by_sitemaps = source.kind is not SourceKind.NEWS_SITEMAP
    return tuple(
        other.id
        for other in sources
        if other.outlet == source.outlet
        and other.id != source.id
        and other.enabled
        and (other.gaps_only or (by_sitemaps and other.kind is SourceKind.NEWS_SITEMAP))
    )


def _ended(poll: Poll) -> Iterator[AlarmKind]:
    """Yield the kinds that the poll shows to be over, if they were open."""
    if poll.visit.outcome is VisitOutcome.FAILED:
        told = next((kind for kind, _ in _failure(poll) if kind in OF_FAILURES), OF_FAILURES[0])
        yield from OF_FAILURES[: OF_FAILURES.index(told)]
        return
    yield from (*OF_FAILURES, AlarmKind.STALE)
    moved = poll.before.alarms.get(AlarmKind.MOVED)
    if moved and poll.now - moved >= MOVED_FOR:  # some of an outlet's servers redirect and others don't
        yield AlarmKind.MOVED
    if poll.after.listed:
        yield AlarmKind.EMPTY
    if poll.visit.document is not None and not poll.set_aside:
        yield AlarmKind.SET_ASIDE
    gap = poll.before.alarms.get(AlarmKind.GAP)
    if gap and poll.now - gap >= GAP_SHOWN_FOR:
        yield AlarmKind.GAP
