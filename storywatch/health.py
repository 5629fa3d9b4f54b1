"""Health: what is wrong with the whole installation, in the words that `storywatch status` prints. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

STALLED_AFTER = timedelta(minutes=10)
"""So long may sources be due, and nothing be stored, before that is trouble."""

UNPACED_AFTER = timedelta(hours=9)
"""The pace is worked out every three hours; three times missed is trouble."""

RECENT = timedelta(days=7)
"""Deliveries that were given up are trouble for so long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What health is judged by.

    `last_commit_at`: when a poll or an attempt was stored last. `oldest_due_at`: since when a source waits, or a
    delivery that may be sent. `deliveries_died`: those that were given up lately. `running`: another process, such as
    the daemon, works on the database; None if nobody can tell. `paced_at`: when the pace of polls was worked out.
    """

    last_commit_at: datetime | None
    oldest_due_at: datetime | None
    endpoints_disabled: int
    deliveries_held: int
    deliveries_died: int
    running: bool | None = None
    paced_at: datetime | None = None


def stalled_since(health: Health, now: datetime) -> datetime | None:
    """Return since when nothing was stored though there is work; None while all goes well or nobody works."""
    due = health.oldest_due_at
    if health.running is False or due is None or now - due <= STALLED_AFTER:
        return None
    last = health.last_commit_at or due
    return last if now - last > STALLED_AFTER else None


def troubles(health: Health, now: datetime) -> Iterator[str]:
    """Yield what is wrong, each with what to do."""
    stalled = stalled_since(health, now)
    if stalled is not None:
        moment = f"{stalled:%Y-%m-%d %H:%M}Z"
        yield f"nothing was stored since {moment}, though work is due: the daemon's log says why (job_failed)"
    if health.running and health.paced_at is not None and now - health.paced_at > UNPACED_AFTER:
        moment = f"{health.paced_at:%Y-%m-%d %H:%M}Z"
        yield f"the pace of polls was worked out last at {moment}: the daemon's log says why (job_failed)"
    if health.endpoints_disabled:
        held = _counted(health.deliveries_held, "delivery waits", "deliveries wait")
        told = _counted(health.endpoints_disabled, "endpoint is", "endpoints are")
        yield f"{told} switched off, {held}: mend the receiver, then `storywatch deliveries enable ADDRESS`"
    if health.deliveries_died:
        told = _counted(health.deliveries_died, "delivery was", "deliveries were")
        yield f"{told} given up in the last 7 days: `storywatch deliveries --state dead` says why"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
