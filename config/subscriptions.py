"""Turns what the models read of a subscription into the core's value. Defaults that are left out are the core's own."""

from config.references import subscription_ids
from config.schema import DigestSpec, QuietHoursSpec, SubscriberSpec, SubscriptionSpec
from storywatch.model import ChannelKind, Digest, FileFormat, QuietHours, RevisionWish, Severity, Subscription

_SEVERITIES = {"low": Severity.LOW, "normal": Severity.NORMAL, "high": Severity.HIGH, "none": None}
_MORNING = (7, 0)


def to_subscriptions(spec: SubscriberSpec) -> list[Subscription]:
    """Return the subscriber's subscriptions."""
    ids = subscription_ids(spec.id, [(one.id, one.channel) for one in spec.subscriptions])
    return [_subscription(name, spec.id, one) for name, one in zip(ids, spec.subscriptions, strict=True)]


def _subscription(name: str, subscriber: str, spec: SubscriptionSpec) -> Subscription:
    return Subscription(
        id=name,
        subscriber=subscriber,
        channel=ChannelKind(spec.channel),
        file_format=FileFormat(spec.format),
        events=tuple(spec.events),
        tags=tuple(spec.tags),
        corroborations=spec.corroborations,
        alarms=spec.alarms,
        revisions=RevisionWish(spec.revisions),
        digest=_digest(spec.digest, spec.time_zone) if spec.digest else None,
        quiet=_quiet(spec.quiet_hours, spec.time_zone) if spec.quiet_hours else None,
        least_severity=_SEVERITIES[spec.least_severity] or Severity.LOW,
        least_outlets=spec.least_outlets,
        least_origins=spec.least_origins,
        outlets=tuple(spec.outlets),
        languages=tuple(spec.languages),
        most_a_day=spec.most_a_day,
        time_zone=spec.time_zone,
    )


def _digest(spec: DigestSpec, time_zone: str) -> Digest:
    hour, minute = (spec.at.hour, spec.at.minute) if spec.at else _MORNING
    cron = spec.cron or f"{minute} {hour} * * {','.join(spec.days) or '*'}"
    return Digest(cron=cron, time_zone=time_zone, break_through=_SEVERITIES[spec.break_through])


def _quiet(spec: QuietHoursSpec, time_zone: str) -> QuietHours:
    through = _SEVERITIES[spec.break_through]
    return QuietHours(begin=spec.begin, end=spec.end, time_zone=time_zone, break_through=through)
