"""Planning: who is owed which report. A row for each, written in the transaction that stores the item.

An update is told once, when a subscription's conditions hold, by its first report (`storywatch.openings`); then, on
request, each further outlet that reports it, and what happens to its reports. `storywatch.timing` says when.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from storywatch.developments import Development, KnownReport, KnownUpdate
from storywatch.model import (
    Alarm,
    AlertKind,
    Audience,
    Coverage,
    Owed,
    OwedNotice,
    Report,
    Subscription,
    UpdateMark,
    WatchConfig,
)
from storywatch.wishes import are_enough, is_asked_for, origin_of, wanting, wants_change

NOBODY_ELSE = Audience()


def owed(
    developments: Sequence[Development],
    known: Mapping[str, KnownUpdate],
    config: WatchConfig,
    audience: Audience = NOBODY_ELSE,
) -> tuple[Owed, ...]:
    """Return what every subscription is owed. `known`: the stored updates that the developments belong to."""
    standing = {one.update.id: KnownUpdate(update=one.update) for one in developments if one.update} | dict(known)
    found: list[Owed] = []
    for one in developments:
        before = standing[one.report.update]
        planned = tuple(_planned(one, before, config, audience))
        found += planned
        standing[one.report.update] = _grown(before, one, planned)
    return tuple(found)


def _planned(one: Development, known: KnownUpdate, config: WatchConfig, audience: Audience) -> Iterator[Owed]:
    """Yield what is owed for one development; nothing more is told of an update that an operator hides."""
    if known.update.mark is UpdateMark.HIDDEN:
        return
    event = config.events[one.report.event]
    for subscription, subscriber in wanting(event, config, audience):
        kind = _kind(subscription, one, known)
        if kind is None:
            continue
        owed = Owed(
            id=alert_id(subscription.id, one, kind),
            created=one.change.seen if one.change else one.item.revision.seen,
            subscription=subscription,
            subscriber=subscriber,
            event=event,
            update=known.update,
            report=_report(kind, subscription, one, known),
            item=one.item,
            match=one.match,
            outlet=config.outlets[one.item.outlet],
            sequence=one.sequence,
            known_before=one.known_before,
            kind=kind,
            coverage=_coverage([*known.reports, _told(one)]),
            change=one.change,
            outlet_names=_names(one, known, config),
        )
        if owed.severity >= subscription.least_severity:
            yield owed


def _kind(subscription: Subscription, one: Development, known: KnownUpdate) -> AlertKind | None:
    """Return as what a development is told to a subscription, or None."""
    if not is_asked_for(subscription, _told(one)):
        return None
    was_told = subscription.id in known.subscriptions
    if one.change is not None:
        return AlertKind.REVISION if was_told and wants_change(subscription.revisions, one.change) else None
    before = [told.report for told in known.reports if is_asked_for(subscription, told)]
    if not are_enough(subscription, [*before, one.report]):
        return None
    if not are_enough(subscription, before):
        return None if was_told else AlertKind.UPDATE
    is_further = one.report.outlet not in {report.outlet for report in before}
    return AlertKind.CORROBORATION if subscription.corroborations and is_further else None


def _report(kind: AlertKind, subscription: Subscription, one: Development, known: KnownUpdate) -> Report:
    """Return by which report it is told: an update by the first that was asked for, which may be an earlier one."""
    asked = (told.report for told in known.reports if is_asked_for(subscription, told))
    return next(asked, one.report) if kind is AlertKind.UPDATE else one.report


def _coverage(reports: Sequence[KnownReport]) -> Coverage:
    return Coverage(
        outlets=tuple(dict.fromkeys(told.report.outlet for told in reports)),
        origins=tuple(dict.fromkeys(origin_of(told.report) for told in reports)),
    )


def _names(one: Development, known: KnownUpdate, config: WatchConfig) -> tuple[tuple[str, str], ...]:
    """Name the outlets that a message may mention, as far as the watch config still has them."""
    mentioned = dict.fromkeys([one.item.outlet, *(told.report.outlet for told in known.reports), *one.outlets])
    return tuple((outlet, config.outlets[outlet].name) for outlet in mentioned if outlet in config.outlets)


def _told(one: Development) -> KnownReport:
    return KnownReport(report=one.report, language=one.item.revision.language)


def _grown(known: KnownUpdate, one: Development, planned: Iterable[Owed]) -> KnownUpdate:
    """Return the update as the next development finds it."""
    reports = known.reports if one.change else (*known.reports, _told(one))
    told = {owed.subscription.id for owed in planned if owed.kind is AlertKind.UPDATE}
    return KnownUpdate(update=known.update, reports=reports, subscriptions=known.subscriptions | told)


def alert_id(subscription: str, one: Development, kind: AlertKind) -> str:
    """Derive the stable identity that receivers deduplicate by: the same for the same subscription and update.

    A corroboration is told under an identity of its own, which names the item too, and a revision under one that names
    the change.
    """
    told = one.report.update
    if kind is not AlertKind.UPDATE:
        told += f"\0{one.change.id if one.change else one.item.id}"
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
