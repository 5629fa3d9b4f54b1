"""What holds a visit back: what the publisher asked for, and what its host did. These always win."""

from datetime import datetime, timedelta

from storywatch.model import Source, SourceKind, Visit, Wishes
from storywatch.pacing.states import HostHold, SourceState, address
from storywatch.urls import host_of

LONGEST_FLOOR = timedelta(hours=24)
LONGEST_RETRY_AFTER = timedelta(days=7)
LEAST_PAUSE = timedelta(minutes=1)
"""Between two visits to one address, whatever calls for the second."""
UNVALIDATED = timedelta(hours=1)
"""The least pause for a server that can't say "not modified": each visit costs it the whole document."""
FIRST_BACKOFF = timedelta(minutes=15)
TOO_MANY_REQUESTS = 429


def asked_pause(visit: Visit, wishes: Wishes) -> timedelta:
    """Return the longest of the pauses that the publisher asked for."""
    return max(
        min(visit.fresh_for or timedelta(), LONGEST_FLOOR),
        min(wishes.ttl or timedelta(), LONGEST_FLOOR),
        min(visit.retry_after or timedelta(), LONGEST_RETRY_AFTER),
        timedelta() if visit.validates else UNVALIDATED,
    )


def wanted_from(moment: datetime, wishes: Wishes) -> datetime:
    """Return the first moment from `moment` on that lies in no hour and on no day that the feed asks to skip."""
    start = moment
    for _ in range(8 * 24):
        if moment.hour not in wishes.skip_hours and moment.weekday() not in wishes.skip_days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return start  # it asks to be skipped for ever, which nobody means


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
