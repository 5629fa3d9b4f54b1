"""The use case of a release: what was gathered for one subscription becomes one delivery, in one transaction.

A process that dies before the commit has changed nothing, and nothing was sent; after it the delivery is owed like any
other. So a digest is under the same promise as an alert.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storywatch import timing
from storywatch.audience import UNSUBSCRIBED, key_of, reachable
from storywatch.calendar import day_so_far
from storywatch.digesting import bundled, shown
from storywatch.errors import Fault
from storywatch.model import Audience, ChannelKind, Severity, Subscriber, Subscription, WatchConfig
from storywatch.ports import Channel, Clock, GatheredAlert, Gatherings, ReleaseRecord, ReleaseTransaction
from storywatch.releasing import Writing
from storywatch.steps import Reached, Step, ignore
from storywatch.wishes import subscriber_of, subscription_of

Recipient = tuple[Subscription, Subscriber]


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """Releases what was gathered."""

    gatherings: Gatherings
    channels: Mapping[ChannelKind, Channel]
    clock: Clock
    reached: Reached = ignore

    async def due(self, limit: int) -> Sequence[str]:
        """Return subscriptions that are to be told something, longest due first."""
        return await self.gatherings.due(self.clock(), limit)

    async def release(self, subscription: str, config: WatchConfig) -> ReleaseRecord | None:
        """Release what a subscription is owed; None if that is not due, or was done by another worker."""
        async with self.gatherings.open(subscription) as transaction:
            alerts = await transaction.alerts()
            if not _is_due(alerts, self.clock()):
                return None
            record = await self._decide(subscription, alerts, config, transaction)
            self.reached(Step.DIGEST_COMPOSED)
            await transaction.save(record)
        self.reached(Step.DIGEST_COMMITTED)
        return record

    async def bring_forward(self, config: WatchConfig) -> int:
        """Release earlier what the wishes of today would tell earlier, and return for how many subscriptions.

        They may have changed since it was gathered, or the clock was wrong then. What nobody is told any more keeps its
        time: a subscription that a slip of the pen removed may be back by then.
        """
        changed = 0
        audience = await self.gatherings.audience()
        for one in await self.gatherings.waiting():
            to = _told(one.subscription, config, audience)
            if to and _release(to[0], one.severity, self.clock(), 0) < one.release:
                changed += await self._hasten(to[0])
        return changed

    async def _hasten(self, subscription: Subscription) -> bool:
        now = self.clock()
        async with self.gatherings.open(subscription.id) as transaction:
            alerts = await transaction.alerts()
            sent = await _sent(subscription, transaction, now)
            moment = min((_release(subscription, alert.severity, now, sent) for alert in alerts), default=now)
            earlier = any(moment < alert.release for alert in alerts)
            if earlier:
                await transaction.save(ReleaseRecord(later=moment))
        return earlier

    async def _decide(
        self, name: str, gathered: Sequence[GatheredAlert], config: WatchConfig, transaction: ReleaseTransaction
    ) -> ReleaseRecord:
        audience = await transaction.audience(_key(name, config))
        to = _told(name, config, audience)
        alerts = [alert for alert in gathered if to is None or reachable(audience, to[1], to[0], alert.event)]
        wanted = {alert.id for alert in alerts}
        aside = {alert.id: UNSUBSCRIBED for alert in gathered if alert.id not in wanted}
        decided = await self._told(alerts, to, transaction) if alerts else ReleaseRecord()
        return replace(decided, aside={**aside, **decided.aside})

    async def _told(
        self, alerts: Sequence[GatheredAlert], to: Recipient | None, transaction: ReleaseTransaction
    ) -> ReleaseRecord:
        if to is None:
            message = "the subscription was given up before its alerts were released"
            return ReleaseRecord(aside={one.id: Fault(code="subscription_gone", message=message) for one in alerts})
        subscription, subscriber = to
        now, urgency = self.clock(), max(alert.severity for alert in alerts)
        later = timing.postponed(subscription, urgency, now, await _sent(subscription, transaction, now))
        if later is not None:
            return ReleaseRecord(later=later)
        bundles = bundled(alerts)
        documents = await transaction.owed([alert for bundle in shown(bundles) for alert in bundle.telling])
        writing = Writing(
            subscription=subscription,
            subscriber=subscriber,
            channel=self.channels[subscription.channel],
            now=now,
            since=await transaction.last_sent(),
        )
        return writing.record(bundles, documents)


def _release(subscription: Subscription, severity: Severity, now: datetime, sent: int) -> datetime:
    """Return when something would be released that is owed now."""
    return timing.release(subscription, severity, now, sent) or now


def _is_due(alerts: Sequence[GatheredAlert], now: datetime) -> bool:
    return any(alert.release <= now for alert in alerts)


def _key(name: str, config: WatchConfig) -> str:
    """Return by what it is known whether the subscriber of the watch config has left; an empty text without one."""
    subscription = config.subscriptions.get(name)
    subscriber = config.subscribers.get(subscription.subscriber) if subscription else None
    return key_of(subscriber, subscription.channel) if subscription and subscriber else ""


def _told(name: str, config: WatchConfig, audience: Audience) -> Recipient | None:
    """Return who is told; None when the subscription was given up."""
    subscription = subscription_of(name, config, audience)
    subscriber = subscriber_of(subscription, config, audience) if subscription else None
    return (subscription, subscriber) if subscription and subscriber else None


async def _sent(subscription: Subscription, transaction: ReleaseTransaction, now: datetime) -> int:
    """Count the messages of the day, where a cap asks for it."""
    if subscription.most_a_day is None:
        return 0
    return await transaction.sent_within(day_so_far(subscription.time_zone, now))
