"""Planning: who is owed which report. A row for each, written in the transaction that stores the item."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from storywatch.model import (
    Alarm,
    AlertKind,
    Event,
    Item,
    Match,
    Owed,
    OwedNotice,
    ReportRole,
    Subscriber,
    Subscription,
    Update,
    WatchConfig,
)
from storywatch.updates import PastReport, Placed


def owed(item: Item, match: Match, placed: Placed, past: Sequence[PastReport], config: WatchConfig) -> tuple[Owed, ...]:
    """Return what every subscription is owed for one placed item."""
    event = config.events[match.event]
    update = placed.update or _known_update(placed, past, event.id, item)
    return tuple(
        Owed(
            id=alert_id(subscription.id, placed, item.id),
            created=item.revision.seen,
            subscription=subscription,
            subscriber=subscriber,
            event=event,
            update=update,
            report=placed.report,
            item=item,
            match=match,
            outlet=config.outlets[item.outlet],
            sequence=placed.sequence,
            known_before=_headlines(past),
            kind=AlertKind.UPDATE if placed.update else AlertKind.CORROBORATION,
            outlet_names=_names((item.outlet, *(report.outlet for report in past)), config),
        )
        for subscription, subscriber in _wanting(event, config.subscriptions.values(), config.subscribers)
        if _is_wanted(subscription, placed, past)
    )


def alert_id(subscription: str, placed: Placed, item: str) -> str:
    """Derive the stable identity that receivers deduplicate by: the same for the same subscription and update.

    A corroboration is told under an identity of its own, which names the item too.
    """
    told = placed.report.update if placed.report.role is ReportRole.FIRST else f"{placed.report.update}\0{item}"
    return "a" + hashlib.sha256(f"{subscription}\0{told}".encode()).hexdigest()[:30]


def owed_notices(alarm: Alarm, config: WatchConfig) -> tuple[OwedNotice, ...]:
    """Return the notice that every subscription to alarms is owed: that the alarm began, or that it is over."""
    source = config.sources[alarm.source]
    return tuple(
        OwedNotice(
            id=_notice_id(subscription.id, alarm),
            created=alarm.ended or alarm.raised,
            subscription=subscription,
            subscriber=config.subscribers[subscription.subscriber],
            alarm=alarm,
            source=source,
            outlet=config.outlets[source.outlet],
        )
        for subscription in config.subscriptions.values()
        if subscription.alarms
    )


def _notice_id(subscription: str, alarm: Alarm) -> str:
    told = "over" if alarm.ended else "begun"
    return "n" + hashlib.sha256(f"{subscription}\0{alarm.id}\0{told}".encode()).hexdigest()[:30]


def _wanting(
    event: Event, subscriptions: Iterable[Subscription], subscribers: Mapping[str, Subscriber]
) -> Iterator[tuple[Subscription, Subscriber]]:
    for subscription in (one for one in subscriptions if not one.alarms):
        everything = not subscription.events and not subscription.tags
        if everything or event.id in subscription.events or set(event.tags) & set(subscription.tags):
            yield subscription, subscribers[subscription.subscriber]


def _is_wanted(subscription: Subscription, placed: Placed, past: Sequence[PastReport]) -> bool:
    """A first report always; a corroboration on request, and only from an outlet that had not told it yet."""
    if placed.report.role is ReportRole.FIRST:
        return True
    told_by = {report.outlet for report in past if report.update == placed.report.update}
    return subscription.corroborations and placed.report.outlet not in told_by


def _known_update(placed: Placed, past: Sequence[PastReport], event: str, item: Item) -> Update:
    first = next(report for report in past if report.update == placed.report.update)
    return Update(id=first.update, event=event, item=first.item, headline=first.headline, created=item.revision.seen)


def _names(outlets: Iterable[str], config: WatchConfig) -> tuple[tuple[str, str], ...]:
    """Name the outlets that the event knows, as far as the watch config still has them."""
    return tuple((one, config.outlets[one].name) for one in dict.fromkeys(outlets) if one in config.outlets)


def _headlines(past: Sequence[PastReport]) -> tuple[str, ...]:
    """The event's last headlines, newest first: one for each update, a few."""
    firsts: dict[str, str] = {}
    for report in past:
        firsts.setdefault(report.update, report.headline)
    return tuple(reversed(firsts.values()))[:5]
