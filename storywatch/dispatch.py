"""The use case of one delivery: send what is owed, settle how it ended.

At least once, under one stable identity: a delivery that was taken but not settled is sent again with the same id and
the same bytes, so a receiver that keys on the id shows it once.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from storywatch import endpoints
from storywatch.audience import CANCELLING, barred
from storywatch.errors import DeliveryError, Fault, LeaseLost
from storywatch.model import ChannelKind, Delivery, DeliveryState, Endpoint, Settlement, WatchConfig
from storywatch.ports import Channel, Clock, Dice, EndpointRecord, Outbox
from storywatch.steps import Reached, Step, ignore
from storywatch.telling import notice_for

RETRY_DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""The pause after each failed attempt (Standard Webhooks 1.0.0); after the last one the delivery is dead."""

RETRY_JITTER = 0.2
LONGEST_RETRY_AFTER = timedelta(hours=24)

MOST_DEATHS = 5
"""A delivery over which so many processes died is given up: it may well be what kills them."""


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Sends claimed deliveries."""

    outbox: Outbox
    channels: Mapping[ChannelKind, Channel]
    clock: Clock
    dice: Dice
    reached: Reached = ignore

    async def deliver(self, delivery: Delivery, config: WatchConfig) -> Settlement:
        """Make one attempt and record it. Raises `LeaseLost` when another worker settled it meanwhile.

        One that is cut off by an orderly stop is given back: no process died over it.
        """
        try:
            return await self._deliver(delivery, config)
        except asyncio.CancelledError:
            with suppress(LeaseLost):
                await self.outbox.settle(_put_off(delivery, None, self.clock()))
            raise

    async def _deliver(self, delivery: Delivery, config: WatchConfig) -> Settlement:
        self.reached(Step.DELIVERY_CLAIMED)
        fault = await self._attempt(delivery, config)
        self.reached(Step.DELIVERY_SENT)
        settlement = settled(delivery, fault, now=self.clock(), dice=self.dice())
        record = await self.outbox.settle(settlement, partial(self._after, delivery, settlement, config))
        self.reached(Step.DELIVERY_SETTLED)
        return replace(settlement, endpoint=record.endpoint) if record else settlement

    def _after(
        self, delivery: Delivery, settlement: Settlement, config: WatchConfig, endpoint: Endpoint
    ) -> EndpointRecord:
        """Decide how the endpoint stands, and tell operators if that switches it off: by any lane but its own."""
        after = endpoints.after(endpoint, settlement, delivery.channel)
        receiver = config.subscribers.get(delivery.subscriber)
        if receiver is None or after.disabled_at is None or endpoint.disabled_at is not None:
            return EndpointRecord(endpoint=after)
        owed = endpoints.owed_notices(after, receiver, delivery, config)
        notices = (notice_for(one, self.channels[one.subscription.channel]) for one in owed)
        told = tuple(notice for notice in notices if notice.lane != after.lane)
        return EndpointRecord(endpoint=replace(after, told_at=settlement.at if told else None), notices=told)

    async def _attempt(self, delivery: Delivery, config: WatchConfig) -> Fault | None:
        if deaths(delivery) >= MOST_DEATHS:
            message = f"{deaths(delivery)} processes died over it: `storywatch deliveries replay` tries it again"
            return Fault(code="poison", message=message, permanent=True)
        standing = await self.outbox.standing(delivery)
        bar = barred(delivery.kind, standing)
        if bar is not None:
            return bar
        subscriber = config.subscribers.get(delivery.subscriber) or standing.reader
        if subscriber is None:
            message = f"subscriber {delivery.subscriber} is no longer in the watch config"
            return Fault(code="subscriber_gone", message=message, permanent=True)
        try:
            await self.channels[delivery.channel].send(delivery, subscriber)
        except DeliveryError as error:
            return error.fault
        except Exception as error:  # the border of one delivery: it is tried again on schedule  # noqa: BLE001
            return Fault(code="internal", message=f"a bug that this delivery brings out: {error!r:.200}")
        return None


def deaths(delivery: Delivery) -> int:
    """Return how many processes took it since its last attempt, before this one, and never said how it ended."""
    return delivery.claims - delivery.attempt


def settled(delivery: Delivery, fault: Fault | None, *, now: datetime, dice: float) -> Settlement:
    """Decide what follows an attempt: sent, another one, dead, or cancelled. What was only put off counts no attempt.

    What a receiver that is gone was owed stays owed: it waits until the endpoint is enabled again.
    """
    if fault is not None and not fault.attempted:
        return _put_off(delivery, fault, now)
    state, next_attempt = DeliveryState.SENT, None
    if fault is not None and fault.code in endpoints.GONE:
        state, next_attempt = DeliveryState.WAITING, now
    elif fault is not None:
        next_attempt = _next_attempt(delivery.attempt, fault, now, dice)
        ended = DeliveryState.CANCELLED if fault.code in CANCELLING else DeliveryState.DEAD
        state = ended if next_attempt is None else DeliveryState.WAITING
    return Settlement(
        delivery=delivery.id,
        token=delivery.token,
        attempt=delivery.attempt,
        state=state,
        at=now,
        next_attempt=next_attempt,
        fault=fault,
    )


def _put_off(delivery: Delivery, fault: Fault | None, now: datetime) -> Settlement:
    """Keep to the turn that the channel promised: exactly then, without jitter; at once if it promised none."""
    return Settlement(
        delivery=delivery.id,
        token=delivery.token,
        attempt=delivery.attempt - 1,
        state=DeliveryState.WAITING,
        at=now,
        next_attempt=now + ((fault and fault.retry_after) or timedelta()),
        fault=fault,
        attempted=False,
    )


def _next_attempt(attempt: int, fault: Fault, now: datetime, dice: float) -> datetime | None:
    if fault.permanent or attempt > len(RETRY_DELAYS):
        return None
    pause = RETRY_DELAYS[attempt - 1] * (1 + RETRY_JITTER * (2 * dice - 1))
    asked = min(fault.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return now + max(pause, asked)
