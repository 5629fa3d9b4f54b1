"""The receivers of the machine: what they took, how they answer, and what must never reach them."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from storywatch.errors import DeliveryError
from storywatch.model import (
    AnyNotice,
    Delivery,
    DeliveryKind,
    Message,
    Owed,
    OwedDigest,
    OwedNotice,
    Subscriber,
    Subscription,
)
from tests.support.fakes import FakeClock

HANGS_FOR = timedelta(seconds=20)


class Mood(StrEnum):
    """How a receiver answers."""

    OK = "ok"
    BROKEN = "500"
    BUSY = "429"
    HANGS = "takes it and says nothing"
    GONE = "410"


@dataclass
class Receiver:
    """One receiver. `shown`: the ids under which it shows each headline. `held_until`: it asked for a pause."""

    mood: Mood = Mood.OK
    asks: timedelta = timedelta()
    left: bool = False
    shown: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    bodies: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    held_until: datetime | None = None


@dataclass
class Post:
    """Implements `Channel` for all kinds: hands everything over to the receivers and notes every breach."""

    clock: FakeClock
    secrets: set[str]
    receivers: dict[str, Receiver] = field(default_factory=lambda: defaultdict(Receiver))
    breaches: list[str] = field(default_factory=list)

    def compose(self, owed: Owed) -> Message:
        """Write the headline."""
        return self._message(owed.subscriber, owed.subscription, owed.id, [owed.update.headline])

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Write all headlines."""
        headlines = [part.update.headline for part in owed.parts]
        return self._message(owed.subscriber, owed.subscription, owed.id, headlines)

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Write what it is about."""
        about = owed.source.id if isinstance(owed, OwedNotice) else owed.endpoint.lane
        return self._message(owed.subscriber, owed.subscription, owed.id, [f"notice {about} {owed.id}"])

    def _message(self, to: Subscriber, by: Subscription, name: str, headlines: list[str]) -> Message:
        address = "https://hooks.example" if by.channel.value == "webhook" else f"{to.id}@news.example"
        body = json.dumps({"id": name, "headlines": headlines}).encode()
        return Message(address=address, body=body, content_type="application/json")

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        """Let the receiver take it, or not."""
        receiver = self.receivers[subscriber.id]
        self._check(receiver, delivery, subscriber)
        if receiver.mood in (Mood.OK, Mood.HANGS):
            receiver.bodies[delivery.id].add(delivery.message.body)
            for headline in json.loads(delivery.message.body)["headlines"]:
                receiver.shown[headline].add(delivery.id)
        if receiver.mood is Mood.HANGS:
            self.clock.now += HANGS_FOR
            raise DeliveryError("webhook_timeout", "no whole answer")
        if receiver.mood is Mood.BUSY:
            receiver.held_until = self.clock.now + receiver.asks
            raise DeliveryError("webhook_throttled", "429", retry_after=receiver.asks)
        if receiver.mood is Mood.GONE:
            raise DeliveryError("webhook_gone", "410", permanent=True)
        if receiver.mood is Mood.BROKEN:
            raise DeliveryError("webhook_status", "500")

    def _check(self, receiver: Receiver, delivery: Delivery, subscriber: Subscriber) -> None:
        if receiver.left and delivery.kind is not DeliveryKind.NOTICE:  # an alarm is none of the event's news
            self.breaches.append(f"{delivery.id} was sent after {subscriber.id} had left")
        if receiver.held_until is not None and self.clock.now < receiver.held_until:
            self.breaches.append(f"{delivery.id} was sent before {receiver.held_until}")
        if subscriber.webhook_secret is not None and subscriber.webhook_secret not in self.secrets:
            self.breaches.append(f"{delivery.id} was signed with a key that was taken back")

    async def close(self) -> None:
        """Nothing is open."""
