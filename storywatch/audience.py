"""Who can be reached with what: readers as subscribers, who has left, whose mails come back. Pure."""

import hashlib
import hmac
from collections.abc import Iterable

from storywatch.errors import Fault
from storywatch.model import (
    Audience,
    ChannelKind,
    DeliveryKind,
    Digest,
    Pace,
    Reader,
    Standing,
    Subscriber,
    Subscription,
    Wanted,
    Wish,
    address_key,
)

DIGESTS = {Pace.DAILY: "0 7 * * *", Pace.WEEKLY: "0 7 * * 1"}
"""When readers get what was gathered: in the morning, on Mondays; a cron line in their time zone."""

UNSUBSCRIBED = Fault(code="unsubscribed", message="the receiver has unsubscribed", permanent=True)

CANCELLING = frozenset({"unsubscribed", "suppressed"})
"""The faults with which a delivery is given up, because its receiver is not to get it."""

_IN_ANY_CASE = frozenset({DeliveryKind.CONFIRMATION, DeliveryKind.NOTICE, DeliveryKind.TEST})
"""What is sent to who has left, too: what somebody just asked for, and what operators must know of their sources and
endpoints. Leaving is from events."""
_READER = "reader:"
_ID_CHARS = 24


def reader_id(key: str, email: str) -> str:
    """Return the id of the reader with an address. It stands in links, and who has it can't try addresses against it.

    No id of the watch config has a colon.
    """
    said = b"reader\0" + address_key(email).encode()
    return _READER + hmac.digest(key.encode(), said, hashlib.sha256).hex()[:_ID_CHARS]


def is_reader(subscriber: str) -> bool:
    """Tell whether an id is that of somebody who subscribed by an own hand."""
    return subscriber.startswith(_READER)


def subscription_id(reader: str, event: str) -> str:
    """Return the id of a reader's subscription to an event."""
    return f"{reader}:{event}"


def key_of(subscriber: Subscriber, channel: ChannelKind) -> str:
    """Return by what it is known who has left: the mail address, for other channels the subscriber."""
    return address_key(subscriber.email) if channel is ChannelKind.EMAIL and subscriber.email else subscriber.id


def subscriber_of(reader: Reader) -> Subscriber:
    """Return a reader as a subscriber; nobody asked for a name."""
    return Subscriber(id=reader.id, name="", email=reader.email)


def subscription_of(reader: str, wish: Wish) -> Subscription:
    """Return what a reader wants as a subscription."""
    cron = DIGESTS.get(wish.pace)
    return Subscription(
        id=subscription_id(reader, wish.event),
        subscriber=reader,
        channel=ChannelKind.EMAIL,
        events=(wish.event,),
        digest=Digest(cron=cron, time_zone=wish.time_zone) if cron else None,
        quiet=wish.quiet,
        time_zone=wish.time_zone,
    )


def audience(
    readers: Iterable[Reader],
    wanted: Iterable[Wanted],
    *,
    left: Iterable[tuple[str, str]] = (),
    unreachable: Iterable[str] = (),
) -> Audience:
    """Return the audience: of the readers only those that want something that stands."""
    standing = [one for one in wanted if one.stands]
    heard = {one.reader for one in standing}
    return Audience(
        readers={one.id: subscriber_of(one) for one in readers if one.id in heard},
        subscriptions={one.id: subscription_of(one.reader, one.wish) for one in standing},
        left=frozenset(left),
        unreachable=frozenset(unreachable),
    )


def reachable(audience: Audience, subscriber: Subscriber, subscription: Subscription, event: str) -> bool:
    """Tell whether a subscription may be told of an event.

    What a reader asked for stands by itself: who left an event of the watch config and subscribes anew hears of it.
    """
    key = key_of(subscriber, subscription.channel)
    if subscription.channel is ChannelKind.EMAIL and key in audience.unreachable:
        return False
    return subscription.id in audience.subscriptions or audience.left.isdisjoint({(key, event), (key, "")})


def barred(kind: DeliveryKind, standing: Standing) -> Fault | None:
    """Return why a delivery is not to be sent. Leaving bars what tells of events only."""
    if standing.suppressed:
        message = "the address bounces or complains: `storywatch suppressions` says why, and lifts it"
        return Fault(code="suppressed", message=message, permanent=True)
    if standing.left and kind not in _IN_ANY_CASE:
        return UNSUBSCRIBED
    return None
