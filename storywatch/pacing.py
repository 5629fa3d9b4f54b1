"""Pacing: when a source is visited next.

After a success: the source's own interval, or later if the publisher asks for it. After a failure: back off, and keep
trying for ever. Jitter is only added, never subtracted.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storywatch.errors import Fault
from storywatch.model import Source, Validators, Visit, VisitOutcome

LONGEST_FLOOR = timedelta(hours=24)
LONGEST_RETRY_AFTER = timedelta(days=7)
LONGEST_BACKOFF = timedelta(hours=24)
LONGEST_EARLY_BACKOFF = timedelta(hours=6)
EARLY = timedelta(days=3)
"""So long after the last success a failing source is still visited at least every `LONGEST_EARLY_BACKOFF`."""
FIRST_BACKOFF = timedelta(minutes=15)
JITTER = 0.05
"""Share of the pause that may be added, so that sources don't march in step."""


MENDED_BY_CONFIG = ("bad_url", "egress_refused", "kind_mismatch", "robots", "unsupported_kind")
"""Faults that the operator mends in the watch config: sources with one are due as soon as a config is applied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """What is remembered of a source between visits. `failures` counts those since the last success."""

    source: str
    next_poll_at: datetime
    validators: Validators = Validators()
    failures: int = 0
    fault: Fault | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None


def after(
    visit: Visit, state: SourceState, source: Source, *, brought_news: bool, now: datetime, dice: float
) -> SourceState:
    """Return the state after a visit that ended at `now`. `dice` in 0 to 1 decides the jitter."""
    if visit.outcome is VisitOutcome.FAILED:
        return _after_failure(visit, state, now, dice)
    pause = max(source.every, *(min(floor, LONGEST_FLOOR) for floor in _floors(visit)))
    return replace(
        state,
        next_poll_at=now + _jittered(pause, dice),
        validators=visit.validators,
        failures=0,
        fault=None,
        last_poll_at=now,
        last_success_at=now,
        last_new_at=now if brought_news else state.last_new_at,
    )


def _floors(visit: Visit) -> tuple[timedelta, ...]:
    """The pauses that the publisher asked for: freshness of the response, ttl of the document."""
    ttl = visit.document.wishes.ttl if visit.document else None
    return tuple(floor or timedelta() for floor in (visit.fresh_for, ttl))


def _after_failure(visit: Visit, state: SourceState, now: datetime, dice: float) -> SourceState:
    fault = visit.fault
    failures = state.failures + 1
    asked = (fault.retry_after if fault else None) or timedelta()
    pause = max(_backoff(fault, failures, state, now), min(asked, LONGEST_RETRY_AFTER))
    return replace(state, next_poll_at=now + _jittered(pause, dice), failures=failures, fault=fault, last_poll_at=now)


def _backoff(fault: Fault | None, failures: int, state: SourceState, now: datetime) -> timedelta:
    """Double the pause with each failure. A 403 or a 404 may be a mistake of the hour, so it climbs like the others.

    What the publisher says for good (410) and what only the operator can mend begin at the top.
    """
    if fault is not None and fault.code in (*MENDED_BY_CONFIG, "gone"):
        return LONGEST_BACKOFF
    early = state.last_success_at is not None and now - state.last_success_at < EARLY
    permanent = fault is not None and fault.permanent
    longest = LONGEST_EARLY_BACKOFF if early and not permanent else LONGEST_BACKOFF
    return min(FIRST_BACKOFF * 2.0 ** min(failures - 1, 10), longest)


def _jittered(pause: timedelta, dice: float) -> timedelta:
    return pause * (1 + JITTER * dice)
