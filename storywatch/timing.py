"""Timing: when what is owed is told. At once, or later: at a digest's time, after quiet hours, on the next day.

All of these are one thing, a time of release. What is gathered for one subscription is then told in one message.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from storywatch.calendar import Span, day_so_far, next_day, next_release, quiet_until
from storywatch.model import Owed, Severity, Subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Timed:
    """What is owed, and when it is released; None for what is told at once."""

    owed: Owed
    release: datetime | None


def timed(planned: Iterable[Owed], sent: Mapping[str, int]) -> Iterator[Timed]:
    """Say when each is told. `sent`: the messages that subscriptions with a cap had today, by id."""
    counts = Counter(sent)
    for owed in planned:
        subscription = owed.subscription
        moment = release(subscription, owed.severity, owed.created, counts[subscription.id])
        counts[subscription.id] += moment is None
        yield Timed(owed=owed, release=moment)


def capped_days(subscriptions: Iterable[Subscription], now: datetime) -> Mapping[str, Span]:
    """Return the local day so far of each subscription with a cap, by id."""
    return {one.id: day_so_far(one.time_zone, now) for one in subscriptions if one.most_a_day is not None}


def release(subscription: Subscription, severity: Severity, at: datetime, sent: int) -> datetime | None:
    """Return when something is told that is owed since `at`; None for at once. `sent`: messages of that day so far."""
    digest = subscription.digest
    if digest is None or _breaks(severity, digest.break_through):
        return postponed(subscription, severity, at, sent)
    return _undisturbed(subscription, severity, next_release(digest, at))


Releases = Mapping[Severity, datetime]
"""When something is released that is so urgent."""


def releases(subscription: Subscription, now: datetime) -> Releases:
    """Return when would be released what is owed now, before anything was sent on this day."""
    return {severity: release(subscription, severity, now, 0) or now for severity in Severity}


def postponed(subscription: Subscription, severity: Severity, at: datetime, sent: int) -> datetime | None:
    """Return until when a message has to wait that could be sent at `at`; None if it needn't."""
    cap = subscription.most_a_day
    full = cap is not None and sent >= cap
    moment = _undisturbed(subscription, severity, next_day(subscription.time_zone, at) if full else at)
    return moment if moment > at else None


def _undisturbed(subscription: Subscription, severity: Severity, moment: datetime) -> datetime:
    quiet = subscription.quiet
    if quiet is None or _breaks(severity, quiet.break_through):
        return moment
    return quiet_until(quiet, moment) or moment


def _breaks(severity: Severity, least: Severity | None) -> bool:
    return least is not None and severity >= least
