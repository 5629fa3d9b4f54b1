"""Where a mail stands among others: its subject, its thread, its list. Each subscriber has threads of their own.

The thread of an alert is its event's, also of digests for one event alone; that of a notice belongs to the source and
the kind of alarm.
"""

import hashlib
import re
from dataclasses import dataclass

from channels.brief import Brief
from channels.digests import DigestBrief
from channels.notices import NoticeBrief
from channels.text import cut, mail_text
from channels.ways import only_event
from storywatch.model import AnyNotice, Owed, OwedDigest, OwedNotice

_NOT_LABEL = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """`thread`: the local part of the root that the thread hangs on. `list_id` (RFC 2919): without the domain."""

    subject: str
    thread: str
    list_id: str


def event_place(owed: Owed, brief: Brief) -> Place:
    """Place an alert. The subject always begins with the event; what happened to a report stands before its title."""
    what = brief.change.headed(brief.headline) if brief.change else brief.headline
    return Place(
        subject=subject(brief.event, what),
        thread=_event_thread(owed.subscriber.id, owed.event.id),
        list_id=_label(owed.event.id),
    )


def digest_place(owed: OwedDigest, brief: DigestBrief) -> Place:
    """Place a digest: with its event's alerts if the subscription is for one event, else by its subscription."""
    event = only_event(owed)
    if event:
        title = brief.groups[0].event if brief.groups else event
        return Place(
            subject=subject(title, f"Digest: {brief.counts}"),
            thread=_event_thread(owed.subscriber.id, event),
            list_id=_label(event),
        )
    return Place(
        subject=subject("Storywatch", f"Digest: {brief.counts}"),
        thread="digest-" + _digest(owed.subscriber.id, owed.subscription.id),
        list_id=f"{_label(owed.subscription.id)}.digests",  # no event's label has a dot
    )


def alarm_place(owed: AnyNotice, brief: NoticeBrief) -> Place:
    """Place a notice."""
    return Place(
        subject=subject("Storywatch", brief.headline),
        thread="alarm-" + _digest(owed.subscriber.id, *_cause(owed)),
        list_id="alarms.sources" if isinstance(owed, OwedNotice) else "alarms.receivers",
    )


def _cause(owed: AnyNotice) -> tuple[str, str]:
    """Name what notices of one thread are about."""
    if isinstance(owed, OwedNotice):
        return owed.source.id, owed.alarm.kind.value
    return owed.endpoint.lane, "disabled"


def subject(prefix: str, rest: str) -> str:
    """Return a subject whose prefix stays while the rest changes: some programs thread by it."""
    return f"[{cut(mail_text(prefix), 80)}] {cut(mail_text(rest), 150)}"


def _event_thread(subscriber: str, event: str) -> str:
    return "event-" + _digest(subscriber, event)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:32]


def _label(name: str) -> str:
    """Return an id as one label of a List-Id (RFC 2919)."""
    return _NOT_LABEL.sub("-", name.lower()).strip("-")[:60] or "event"
