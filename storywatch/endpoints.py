"""Endpoints: which failures slow a receiver's whole lane down, which switch it off, and who is told. Pure.

After Standard Webhooks 1.0.0: 410 disables at once, 429 and its kin throttle. After Svix: five days in which every
attempt failed disable. What waits for a disabled endpoint stays owed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from storywatch.audience import CANCELLING
from storywatch.errors import Fault
from storywatch.model import ChannelKind, Delivery, Endpoint, OwedEndpointNotice, Settlement, Subscriber, WatchConfig

FAILING_FOR = timedelta(days=5)
LONGEST_THROTTLE = timedelta(hours=24)
UNASKED_THROTTLE = timedelta(minutes=5)
"""The longest that a lane rests whose receiver throttles without saying for how long."""

GONE = frozenset({"webhook_gone"})
THROTTLES = frozenset({"webhook_throttled"})
NOT_ITS_FAULT = CANCELLING | frozenset(
    {
        "apprise_missing",
        "apprise_url",
        "egress_refused",
        "file_name",
        "internal",
        "poison",
        "smtp_login",
        "smtp_policy",
        "smtp_sender",
        "smtp_timeout",
        "smtp_tls",
        "smtp_unreachable",
        "subscriber_gone",
        "webhook_secret",
    }
)
"""Faults that say nothing of the receiver: no connection to it was made, or it is our own mail server's, which all
addresses share. Were each address to fail with it, all lanes would be probes after an outage, a few at a time."""

DISABLED = (ChannelKind.WEBHOOK, ChannelKind.APPRISE)
"""Channels whose receivers are switched off. A mail server that is down for days is the operator's, and all lanes', and
addresses that bounce are suppressed by themselves."""


def after(endpoint: Endpoint, settlement: Settlement, channel: ChannelKind) -> Endpoint:
    """Return how an endpoint stands after an attempt."""
    fault = settlement.fault
    if fault is None:
        return Endpoint(lane=endpoint.lane)
    if fault.code in NOT_ITS_FAULT:
        return endpoint
    return _disabled(_failed(endpoint, settlement, fault), fault, settlement.at, channel)


def _failed(endpoint: Endpoint, settlement: Settlement, fault: Fault) -> Endpoint:
    return replace(
        endpoint,
        # A first failure that lies ahead was noted while the clock was wrong.
        failing_since=min(endpoint.failing_since or settlement.at, settlement.at),
        failures=endpoint.failures + 1,
        throttled_until=_throttle(settlement, fault),
    )


def _throttle(settlement: Settlement, fault: Fault) -> datetime | None:
    """Return until when the whole lane rests: as long as was asked, or as this delivery, but not for long."""
    if fault.retry_after is not None:
        return settlement.at + min(fault.retry_after, LONGEST_THROTTLE)
    if fault.code in THROTTLES and settlement.next_attempt is not None:
        return min(settlement.next_attempt, settlement.at + UNASKED_THROTTLE)
    return None


def _disabled(endpoint: Endpoint, fault: Fault, now: datetime, channel: ChannelKind) -> Endpoint:
    if endpoint.disabled_at is not None or channel not in DISABLED:
        return endpoint
    failing = now - (endpoint.failing_since or now)
    if fault.code not in GONE and failing < FAILING_FOR:
        return endpoint
    why = fault.message if fault.code in GONE else f"every attempt failed for {failing.days} days: {fault.message}"
    return replace(endpoint, disabled_at=now, reason=why, throttled_until=None)


def owed_notices(
    endpoint: Endpoint, receiver: Subscriber, delivery: Delivery, config: WatchConfig
) -> Iterator[OwedEndpointNotice]:
    """Yield the notice that every subscription to alarms is owed once a delivery has switched an endpoint off."""
    if endpoint.disabled_at is None:
        return
    for subscription in config.subscriptions.values():
        if subscription.alarms:
            yield OwedEndpointNotice(
                id=_notice_id(subscription.id, endpoint),
                created=endpoint.disabled_at,
                subscription=subscription,
                subscriber=config.subscribers[subscription.subscriber],
                endpoint=endpoint,
                receiver=receiver,
                channel=delivery.channel,
                address=delivery.message.address,
            )


def _notice_id(subscription: str, endpoint: Endpoint) -> str:
    moment = endpoint.disabled_at.isoformat() if endpoint.disabled_at else ""
    return "n" + hashlib.sha256(f"{subscription}\0{endpoint.lane}\0{moment}".encode()).hexdigest()[:30]
