"""What subscriptions ask for: which events, which reports of them, from how many outlets on, which changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from storywatch.audience import key_of, reachable
from storywatch.developments import KnownReport
from storywatch.model import (
    Audience,
    Change,
    ChangeKind,
    Event,
    Report,
    RevisionWish,
    Subscriber,
    Subscription,
    WatchConfig,
)
from storywatch.updates.negations import turned

_CORRECTING = frozenset(ChangeKind) - {ChangeKind.EDIT}


def wanting(event: Event, config: WatchConfig, audience: Audience) -> Iterator[tuple[Subscription, Subscriber]]:
    """Yield who wants to hear of an event: by the watch config, and by an own hand."""
    for subscription in subscriptions(config, audience).values():
        subscriber = subscriber_of(subscription, config, audience)
        if subscription.alarms or subscriber is None or not wants(subscription, event):
            continue
        if reachable(audience, subscriber, subscription, event.id):
            yield subscription, subscriber


def keys_of(events: Iterable[str], config: WatchConfig) -> frozenset[str]:
    """Return by what those are known who want events by the watch config (`audience.key_of`)."""
    declared = [config.events[event] for event in events]
    return frozenset(
        key_of(config.subscribers[one.subscriber], one.channel)
        for one in config.subscriptions.values()
        if not one.alarms and any(wants(one, event) for event in declared)
    )


def subscriptions(config: WatchConfig, audience: Audience) -> Mapping[str, Subscription]:
    """Return all subscriptions by id."""
    return {**audience.subscriptions, **config.subscriptions}


def subscription_of(name: str, config: WatchConfig, audience: Audience) -> Subscription | None:
    """Return the subscription with an id."""
    return config.subscriptions.get(name) or audience.subscriptions.get(name)


def subscriber_of(subscription: Subscription, config: WatchConfig, audience: Audience) -> Subscriber | None:
    """Return whose subscription it is."""
    return config.subscribers.get(subscription.subscriber) or audience.readers.get(subscription.subscriber)


def wants(subscription: Subscription, event: Event) -> bool:
    """Tell whether a subscription is for an event; without events and tags it is for every one."""
    everything = not subscription.events and not subscription.tags
    return everything or event.id in subscription.events or bool(set(event.tags) & set(subscription.tags))


def is_asked_for(subscription: Subscription, told: KnownReport) -> bool:
    """Tell whether a subscription wants the reports of this outlet and language; one that nobody tells passes."""
    outlets, languages = subscription.outlets, subscription.languages
    language = told.language and told.language.partition("-")[0].lower()
    fits = not languages or not language or language in {one.partition("-")[0].lower() for one in languages}
    return fits and (not outlets or told.report.outlet in outlets)


def are_enough(subscription: Subscription, reports: Sequence[Report]) -> bool:
    """Tell whether so many outlets and origins report an update that it is told."""
    outlets, origins = {report.outlet for report in reports}, {origin_of(report) for report in reports}
    return len(outlets) >= subscription.least_outlets and len(origins) >= subscription.least_origins


def wants_change(wish: RevisionWish, change: Change) -> bool:
    """Tell whether a change is to be told: every one, or what corrects a report or its figures and statements."""
    return wish is RevisionWish.ALL or (wish is RevisionWish.CORRECTIONS and _corrects(change))


def _corrects(change: Change) -> bool:
    news = change.news
    says_otherwise = news.figures or news.statements or news.reverses or turned(change.difference)
    return change.kind in _CORRECTING or bool(says_otherwise)


def origin_of(report: Report) -> str:
    """Return where a report's text comes from; its own outlet when nothing else is known."""
    return report.origin or f"outlet:{report.outlet}"
