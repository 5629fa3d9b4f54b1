"""The state of a source after a visit: when it is visited next, and where.

After a success: the pause that it keeps or that its rhythm calls for, or later if the publisher asks for it. After a
failure: back off, and keep trying for ever. Jitter is only added, never subtracted.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from storywatch.errors import Fault
from storywatch.model import Source, SourceKind, Visit, VisitOutcome, Wishes
from storywatch.pacing.floors import FIRST_BACKOFF, LONGEST_RETRY_AFTER, asked_pause, wanted_from
from storywatch.pacing.states import Moved, SourceState, address

LONGEST_BACKOFF = timedelta(hours=24)
LONGEST_EARLY_BACKOFF = timedelta(hours=6)
HOPELESS_BACKOFF = timedelta(days=7)
"""The pause between two looks at what is gone for good, or has been missing or forbidden for long."""
EARLY = timedelta(days=3)
"""So long after the last success a failing source is still visited at least every `LONGEST_EARLY_BACKOFF`."""
HOPELESS_AFTER = {"gone": timedelta(), "not_found": timedelta(days=30), "blocked": timedelta(days=7)}
LONGEST_PLAN = timedelta(days=40)
"""Beyond what a config can ask for and a publisher can demand: a poll planned for later counts as due."""
JITTER = 0.05
"""Share of the pause that may be added, so that sources don't march in step."""
MOVED_TIMES = 3
MOVED_FOR = timedelta(hours=24)

MENDED_BY_CONFIG = (
    "bad_url",
    "egress_refused",
    "kind_mismatch",
    "robots",
    "verification_failed",
    "needs_extra",
    "bad_selector",
)
"""Faults that the operator mends in the watch config: sources with one are due within a minute of its being applied."""

FIRST_VISITS_WITHIN = timedelta(minutes=15)
FIRST_VISITS_APART = timedelta(seconds=0.25)


UNLEARNED = timedelta(minutes=15)
"""The pause of a source that keeps none, where nobody knows its rhythm."""


def after(
    visit: Visit,
    state: SourceState,
    source: Source,
    *,
    brought_news: bool,
    now: datetime,
    dice: float,
    pause: timedelta | None = None,
) -> SourceState:
    """Return the state after a visit that ended at `now`. `dice` in 0 to 1 decides the jitter.

    `pause`: what its rhythm calls for, if it keeps no pause of its own.
    """
    asked = visit.fault.retry_after if visit.fault else visit.retry_after
    held_until = None if asked is None or source.own else now + min(asked, LONGEST_RETRY_AFTER)
    held = replace(state, last_poll_at=now, held_until=held_until)
    if visit.outcome is VisitOutcome.FAILED:
        return _after_failure(visit, held, source, now, dice)
    kept = source.every or pause or UNLEARNED
    return _after_success(visit, held, source, pause=kept, brought_news=brought_news, now=now, dice=dice)


def _after_success(
    visit: Visit,
    state: SourceState,
    source: Source,
    *,
    pause: timedelta,
    brought_news: bool,
    now: datetime,
    dice: float,
) -> SourceState:
    document = visit.document
    wishes = wishes_after(visit, state)
    url, moved = _moved(visit, state, source, now)
    asked = timedelta() if source.own else asked_pause(visit, wishes)
    return replace(
        state,
        next_poll_at=_next(source, max(pause, asked), wishes, now, dice),
        fresh_until=now + asked,
        validators=visit.validators,
        failures=0,
        fault=None,
        failing_since=None,
        last_success_at=now,
        last_new_at=now if brought_news else state.last_new_at,
        newest_at=_newest(visit, state, source, now, brought_news=brought_news),
        listed=state.listed if document is None or visit.partial else len(document.items) + document.known,
        wishes=wishes,
        moved=moved,
        url=url,
    )


def wishes_after(visit: Visit, state: SourceState) -> Wishes:
    """Return what the feed asks for after a visit: what its last whole document said."""
    document = visit.document
    return document.wishes if document and not visit.partial else state.wishes


def _next(source: Source, pause: timedelta, wishes: Wishes, now: datetime, dice: float) -> datetime:
    planned = now + pause * (1 + JITTER * dice)
    return planned if source.own else wanted_from(planned, wishes)


def due_anew(state: SourceState, every: timedelta, now: datetime) -> datetime:
    """Return when a source is due after the operator shortened its pause: not before the publisher wants it."""
    if state.failures:
        return state.next_poll_at
    rested = state.last_poll_at + every if state.last_poll_at else now
    return min(state.next_poll_at, max(now, rested, state.fresh_until or now))


def _newest(visit: Visit, state: SourceState, source: Source, now: datetime, *, brought_news: bool) -> datetime | None:
    """An item without a time counts as new when it is first seen; one from the future never as newer than now.

    In a first document everything is seen first: there the others' times speak, if there are any. What a watched page
    says anew is new whenever the page itself was published.
    """
    items = visit.document.items if visit.document else ()
    times = [min(item.published, now) for item in items if item.published]
    watched = source.kind is SourceKind.PAGE and source.page.items is None
    untimed = brought_news and (watched or len(times) < len(items))
    seen = [now] if untimed and (state.last_success_at is not None or not times) else []
    known = [min(state.newest_at, now)] if state.newest_at else []
    return max([*times, *seen, *known], default=None)


def _moved(visit: Visit, state: SourceState, source: Source, now: datetime) -> tuple[str | None, Moved | None]:
    """Follow a permanent redirect for good once it has lasted: three visits in a row or a day."""
    target = visit.permanent_url
    if target is None or target == address(source, state):
        return state.url, None
    old = state.moved
    moved = replace(old, times=old.times + 1) if old and old.url == target else Moved(url=target, since=now, times=1)
    if moved.times >= MOVED_TIMES or now - moved.since >= MOVED_FOR:
        return (None if target == source.url else target), None
    return state.url, moved


def _after_failure(visit: Visit, state: SourceState, source: Source, now: datetime, dice: float) -> SourceState:
    fault = visit.fault
    failures = state.failures + 1
    since = state.failing_since or now
    # Where a redirect led may be a mistake of the outlet's: the declared address gets another chance.
    url = None if failures >= MOVED_TIMES else state.url
    pause = max(_backoff(fault, failures, since, state, now), (state.held_until or now) - now)
    return replace(
        state,
        next_poll_at=_next(source, pause, state.wishes, now, dice),
        failures=failures,
        fault=fault,
        failing_since=since,
        # What an address calls its versions means nothing at another one.
        validators=state.validators if url == state.url else replace(state.validators, etag=None, last_modified=None),
        url=url,
        moved=None,
    )


def _backoff(fault: Fault | None, failures: int, since: datetime, state: SourceState, now: datetime) -> timedelta:
    """Double the pause with each failure. A 403 or a 404 may be a mistake of the hour, so it climbs like the others.

    What the publisher says for good (410) and what only the operator can mend begin at the top.
    """
    code = fault.code if fault else ""
    if code in HOPELESS_AFTER and now - since >= HOPELESS_AFTER[code]:
        return HOPELESS_BACKOFF
    if code in MENDED_BY_CONFIG:
        return LONGEST_BACKOFF
    early = state.last_success_at is not None and now - state.last_success_at < EARLY
    permanent = fault is not None and fault.permanent
    longest = LONGEST_EARLY_BACKOFF if early and not permanent and code != "throttled" else LONGEST_BACKOFF
    return min(FIRST_BACKOFF * 2.0 ** min(failures - 1, 10), longest)


def pause_at_any_price(
    every: timedelta | None, failures: int, last: datetime | None, planned: datetime
) -> timedelta | None:
    """Return the pause that a source has whatever a poll is worth: its own, or the one after a failure."""
    if every is not None or not failures or last is None:
        return every
    return max(planned - last, FIRST_BACKOFF)


def set_back(state: SourceState, now: datetime) -> SourceState:
    """Return the state of a source that was last polled by a clock that ran ahead: its pauses count from `now`."""
    ahead = max((state.last_poll_at or now) - now, timedelta())
    return replace(
        state,
        last_poll_at=now,
        next_poll_at=state.next_poll_at - ahead,
        held_until=state.held_until and state.held_until - ahead,
        fresh_until=state.fresh_until and state.fresh_until - ahead,
        last_success_at=state.last_success_at and min(state.last_success_at, now),
    )


def spread(count: int) -> Iterator[timedelta]:
    """Yield the pauses after which `count` sources that are due together are visited: a few a second, at most.

    For first visits, and for those that a sleeping machine missed: nobody asked for all of them in one second.
    """
    apart = min(FIRST_VISITS_APART, FIRST_VISITS_WITHIN / max(count, 1))
    return (apart * number for number in range(count))
