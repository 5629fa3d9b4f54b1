"""Pacing: when a source is visited next, and where.

After a success: the source's own interval, or later if the publisher asks for it. After a failure: back off, and keep
trying for ever. Jitter is only added, never subtracted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from storywatch.errors import Fault
from storywatch.model import AlarmKind, Source, SourceKind, Validators, Visit, VisitOutcome, Wishes
from storywatch.urls import host_of

LONGEST_FLOOR = timedelta(hours=24)
LONGEST_RETRY_AFTER = timedelta(days=7)
LONGEST_BACKOFF = timedelta(hours=24)
LONGEST_EARLY_BACKOFF = timedelta(hours=6)
HOPELESS_BACKOFF = timedelta(days=7)
"""The pause between two looks at what is gone for good, or has been missing or forbidden for long."""
EARLY = timedelta(days=3)
"""So long after the last success a failing source is still visited at least every `LONGEST_EARLY_BACKOFF`."""
HOPELESS_AFTER = {"gone": timedelta(), "not_found": timedelta(days=30), "blocked": timedelta(days=7)}
FIRST_BACKOFF = timedelta(minutes=15)
TOO_MANY_REQUESTS = 429
LONGEST_PLAN = timedelta(days=40)
"""Beyond what a config can ask for and a publisher can demand: a poll planned for later counts as due."""
LEAST_PAUSE = timedelta(minutes=1)
"""Between two visits to one address, whatever calls for the second."""
UNVALIDATED = timedelta(hours=1)
"""The least pause for a server that can't say "not modified": each visit costs it the whole document."""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Where permanent redirects point, since when, and in how many visits in a row."""

    url: str
    since: datetime
    times: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """What is remembered of a source between visits. `failures` counts those since the last success.

    `newest_at`: the time of the newest item that it ever showed. `listed`: how many items its last document had.
    `held_until`: the outlet asked for no visit before. `fresh_until`: by what it said, its last answer holds so long,
    whatever calls for another. `url`: where a permanent redirect led, visited in place of the
    declared address. `alarms`: the kinds that are open, with the time that each was raised.
    """

    source: str
    next_poll_at: datetime
    validators: Validators = Validators()
    failures: int = 0
    fault: Fault | None = None
    failing_since: datetime | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    newest_at: datetime | None = None
    listed: int | None = None
    held_until: datetime | None = None
    fresh_until: datetime | None = None
    wishes: Wishes = field(default_factory=Wishes)
    moved: Moved | None = None
    url: str | None = None
    alarms: Mapping[AlarmKind, datetime] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class HostHold:
    """What a host asked for: no visit before `until`, or no page before `pages_after` (robots.txt's Crawl-delay)."""

    host: str
    until: datetime | None = None
    pages_after: datetime | None = None


def address(source: Source, state: SourceState) -> str:
    """Return where a source is visited."""
    return state.url or source.url


def after(
    visit: Visit, state: SourceState, source: Source, *, brought_news: bool, now: datetime, dice: float
) -> SourceState:
    """Return the state after a visit that ended at `now`. `dice` in 0 to 1 decides the jitter."""
    asked = visit.fault.retry_after if visit.fault else visit.retry_after
    held_until = None if asked is None or source.own else now + min(asked, LONGEST_RETRY_AFTER)
    held = replace(state, last_poll_at=now, held_until=held_until)
    if visit.outcome is VisitOutcome.FAILED:
        return _after_failure(visit, held, source, now, dice)
    return _after_success(visit, held, source, brought_news=brought_news, now=now, dice=dice)


def _after_success(
    visit: Visit, state: SourceState, source: Source, *, brought_news: bool, now: datetime, dice: float
) -> SourceState:
    document = visit.document
    wishes = document.wishes if document and not visit.partial else state.wishes
    url, moved = _moved(visit, state, source, now)
    asked = timedelta() if source.own else _asked_pause(visit, wishes)
    return replace(
        state,
        next_poll_at=_next(source, max(source.every, asked), wishes, now, dice),
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


def _asked_pause(visit: Visit, wishes: Wishes) -> timedelta:
    """Return the longest of the pauses that the publisher asked for."""
    return max(
        min(visit.fresh_for or timedelta(), LONGEST_FLOOR),
        min(wishes.ttl or timedelta(), LONGEST_FLOOR),
        min(visit.retry_after or timedelta(), LONGEST_RETRY_AFTER),
        timedelta() if visit.validates else UNVALIDATED,
    )


def _next(source: Source, pause: timedelta, wishes: Wishes, now: datetime, dice: float) -> datetime:
    planned = now + pause * (1 + JITTER * dice)
    return planned if source.own else wanted_from(planned, wishes)


def due_anew(state: SourceState, every: timedelta, now: datetime) -> datetime:
    """Return when a source is due after the operator shortened its pause: not before the publisher wants it."""
    if state.failures:
        return state.next_poll_at
    rested = state.last_poll_at + every if state.last_poll_at else now
    return min(state.next_poll_at, max(now, rested, state.fresh_until or now))


def wanted_from(moment: datetime, wishes: Wishes) -> datetime:
    """Return the first moment from `moment` on that lies in no hour and on no day that the feed asks to skip."""
    start = moment
    for _ in range(8 * 24):
        if moment.hour not in wishes.skip_hours and moment.weekday() not in wishes.skip_days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return start  # it asks to be skipped for ever, which nobody means


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


def host_hold(visit: Visit, after_visit: SourceState, source: Source, now: datetime) -> HostHold | None:
    """Return what the visit tells of the whole host that answered: a pause, or the delay between two pages.

    A 429 holds the host even when it names no time.
    """
    if source.own:
        return None
    failed = visit.fault is not None and (visit.fault.retry_after is not None or visit.fault.code == "throttled")
    throttled = failed or visit.status == TOO_MANY_REQUESTS
    until = (after_visit.held_until or after_visit.next_poll_at) if throttled else None
    delay = visit.crawl_delay if source.kind is SourceKind.PAGE else None
    if until is None and delay is None:
        return None
    answered = host_of(visit.final_url or address(source, after_visit))
    return HostHold(host=answered, until=until, pages_after=None if delay is None else now + delay)


def page_hold(visit: Visit, page: Source, now: datetime) -> HostHold | None:
    """Return what a visit to a page that is no source tells of its host. One that names no time gets a first pause."""
    asked = visit.fault.retry_after if visit.fault else visit.retry_after
    until = now + min(asked or FIRST_BACKOFF, LONGEST_RETRY_AFTER)
    return host_hold(visit, SourceState(source=page.id, next_poll_at=until), page, now)


def must_wait(state: SourceState, source: Source, hold: HostHold | None, now: datetime) -> datetime | None:
    """Return the moment before which the outlet wants no visit, or None if one may be made now.

    It may have become due in an hour that the feed asks to skip: after a pause, a sleep, or by an operator's hand.
    """
    if source.own:
        return None
    pages_after = hold.pages_after if hold and source.kind is SourceKind.PAGE else None
    asked = [moment for moment in (state.held_until, hold.until if hold else None, pages_after) if moment]
    # What lies further ahead than anybody can ask for was written while the clock was wrong.
    free = max((moment for moment in asked if now < moment <= now + LONGEST_RETRY_AFTER), default=now)
    wanted = wanted_from(free, state.wishes)
    return wanted if wanted > now else None


def spread(count: int) -> Iterator[timedelta]:
    """Yield the pauses after which `count` sources that are due together are visited: a few a second, at most.

    For first visits, and for those that a sleeping machine missed: nobody asked for all of them in one second.
    """
    apart = min(FIRST_VISITS_APART, FIRST_VISITS_WITHIN / max(count, 1))
    return (apart * number for number in range(count))
