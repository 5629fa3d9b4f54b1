"""The world of the machine: the real core on a real database, a clock moved by hand, and a process that dies."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import event

from storage import Store
from storage.replays import Choice
from storywatch.audience import key_of
from storywatch.calendar import next_release
from storywatch.dispatch import Dispatch
from storywatch.gathering import Gathering
from storywatch.model import (
    ChannelKind,
    Delivery,
    DeliveryState,
    Digest,
    LeftBy,
    ParsedItem,
    Settlement,
    Subscriber,
    Subscription,
    WatchConfig,
)
from storywatch.ports import Outbox
from storywatch.steps import Step
from storywatch.watch import Plan, Watch
from tests.contract.promise.receivers import Mood, Post, Receiver
from tests.contract.working import LEASE
from tests.support.databases import open_file
from tests.support.fakes import FakeClock, FakeFetcher
from tests.support.samples import KABUL, a_config, brought

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = Digest(cron="30 2 * * *", time_zone="Europe/Berlin")
"""At half past two, an hour that the change of the clock skips in spring and repeats in autumn."""

TABLE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between attempts, as Standard Webhooks has them; written down here once more."""

DAY = timedelta(days=1)
DESK, WIRE, HOOK, NIGHT = "desk", "wire", "hook", "night"
CHANNELS = {
    DESK: ChannelKind.EMAIL,
    WIRE: ChannelKind.WEBHOOK,
    HOOK: ChannelKind.WEBHOOK,
    NIGHT: ChannelKind.EMAIL,
}
SUBSCRIBERS = tuple(CHANNELS)


class Died(BaseException):
    """The process ends here: what it had not committed is lost."""


def config_with(secret: str) -> WatchConfig:
    """Return the watch config: mail at once, two webhooks at one host, and a digest; the desk hears of alarms."""
    subscribers = [
        Subscriber(
            id=name,
            name=name,
            email=f"{name}@news.example",
            webhook_secret=secret if channel is ChannelKind.WEBHOOK else None,
        )
        for name, channel in CHANNELS.items()
    ]
    subscriptions = [
        Subscription(id=f"{name}-news", subscriber=name, channel=channel, digest=EVENING if name == NIGHT else None)
        for name, channel in CHANNELS.items()
    ]
    alarms = Subscription(id="desk-alarms", subscriber=DESK, channel=ChannelKind.EMAIL, alarms=True)
    return a_config(subscribers=subscribers, subscriptions=(*subscriptions, alarms))


@dataclass
class World:
    """Everything. `published`: the outlets' headlines, all about the event. `planned`: when each may come next."""

    store: Store
    outbox: Outbox
    clock: FakeClock
    dispatching: type[Dispatch] = Dispatch
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    published: list[str] = field(default_factory=list)
    planned: dict[str, datetime] = field(default_factory=dict)
    kill: tuple[Step, int] | None = None
    digests: set[datetime] = field(default_factory=set)
    stored: int = 0

    def __post_init__(self) -> None:
        self.secret = 0
        self.post = Post(clock=self.clock, secrets=set())
        self.config = config_with("")
        self.rotate()

    # What may happen --------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Let an outlet have a report that no other is like."""
        words = " ".join(
            "".join(self.dice.choice("bdgklmnprst") + self.dice.choice("aeiou") for _ in "1234") for _ in "12345678"
        )
        self.published.append(f"Kabul airport {words}")

    def rotate(self) -> None:
        """Give the webhooks a new key; the one before is good no longer."""
        self.secret += 1
        self.post.secrets = {f"key {self.secret}"}
        self.config = config_with(f"key {self.secret}")
        self.plan = Plan.of(self.config)

    async def leave(self, name: str) -> None:
        """Unsubscribe."""
        key = key_of(self.config.subscribers[name], CHANNELS[name])
        await self.store.people.leave(key, KABUL.id, LeftBy.ONE_CLICK, self.clock())
        self.receiver(name).left = True

    async def enable(self, name: str) -> None:
        """Switch an endpoint on again: an operator's word counts more than a pause that was asked for."""
        if await self.store.replays.enable(name, self.clock()):
            self.receiver(name).held_until = None
            self.planned.clear()

    async def replay(self) -> None:
        """Send again what failed."""
        await self.store.replays.replay(Choice(), self.clock())
        self.planned.clear()

    def jump(self, by: timedelta) -> None:
        """Set the clock. What was held back by it is checked by the new time no longer: nobody knows the true one."""
        self.clock.now += by
        self.digests.clear()

    async def work(self) -> bool:
        """Run the process for a while; return whether it died."""
        try:
            await self._poll()
            await self._release()
            await self._deliver()
        except Died:
            self.kill = None
            await self.store.free_leases()
            return True
        self.kill = None
        return False

    # The process ------------------------------------------------------------------------------------------------------

    async def _poll(self) -> None:
        """Poll what is not known to be stored; the last reports stay in the feed."""
        if self.stored == len(self.published):
            return
        items = [ParsedItem(title=headline, guid=headline) for headline in self.published[-12:]]
        watch = Watch(
            sources=self.store.sources,
            fetcher=FakeFetcher(brought(*items)),
            channels=dict.fromkeys(ChannelKind, self.post),
            clock=self.clock,
            dice=self.dice.random,
            reached=self._reached,
        )
        claim = await self.store.sources.claim_named("nyt-world", now=self.clock(), lease=LEASE)
        assert claim is not None
        await watch.poll(claim, self.plan)
        self.stored = len(self.published)

    async def _release(self) -> None:
        gathering = Gathering(
            gatherings=self.store.gatherings,
            channels=dict.fromkeys(ChannelKind, self.post),
            clock=self.clock,
            reached=self._reached,
        )
        for subscription in await gathering.due(9):
            record = await gathering.release(subscription, self.config)
            if record is not None and record.parcel is not None:
                self._note_digest()

    def _note_digest(self) -> None:
        """One digest for each time of its cron line, however the clock changes."""
        slot = _slot_before(self.clock())
        if slot in self.digests:
            self.post.breaches.append(f"a second digest for {slot}")
        self.digests.add(slot)

    async def _deliver(self) -> None:
        dispatch = self.dispatching(
            outbox=self.outbox,
            channels=dict.fromkeys(ChannelKind, self.post),
            clock=self.clock,
            dice=self.dice.random,
            reached=self._reached,
        )
        while lanes := await self.outbox.due_lanes(self.clock(), 99):
            for lane in lanes:
                for delivery in await self.outbox.claim_deliveries(lane, now=self.clock(), lease=LEASE, limit=1):
                    self._check_time(delivery)
                    self._check_gap(delivery, await dispatch.deliver(delivery, self.config))

    def _check_time(self, delivery: Delivery) -> None:
        if self.clock() < self.planned.get(delivery.id, self.clock()):
            self.post.breaches.append(f"{delivery.id} was tried before {self.planned[delivery.id]}")

    def _check_gap(self, delivery: Delivery, settlement: Settlement) -> None:
        """Hold the pause that follows against the table, and against what the receiver asked for."""
        receiver = self.receiver(delivery.subscriber)
        if (
            settlement.state is not DeliveryState.WAITING
            or settlement.next_attempt is None
            or receiver.mood is Mood.GONE
        ):
            return
        gap = (settlement.next_attempt - settlement.at).total_seconds()
        asked = receiver.asks.total_seconds() if receiver.mood is Mood.BUSY else 0
        wanted = TABLE[delivery.attempt - 1]
        if not max(asked, 0.8 * wanted) <= gap <= max(asked, 1.2 * wanted):
            self.post.breaches.append(
                f"{gap} s after attempt {delivery.attempt}, not {wanted} s ({asked} s were asked)"
            )
        self.planned[delivery.id] = settlement.next_attempt

    def _reached(self, step: Step) -> None:
        if self.kill is None or self.kill[0] is not step:
            return
        self.kill = (step, self.kill[1] - 1)
        if self.kill[1] == 0:
            raise Died

    # The verdict ------------------------------------------------------------------------------------------------------

    def receiver(self, name: str) -> Receiver:
        """Return a receiver."""
        return self.post.receivers[name]

    def duplicates(self) -> list[str]:
        """Say who shows a headline twice, or has two bodies under one id."""
        return [
            *(f"{name} shows {title} as {ids}" for name, one in self.post.receivers.items()
              for title, ids in one.shown.items() if len(ids) > 1),
            *(f"{name} has two bodies of {known}" for name, one in self.post.receivers.items()
              for known, bodies in one.bodies.items() if len(bodies) > 1),
        ]  # fmt: skip

    async def finish(self) -> list[str]:
        """Let everything be well again, and say what then never comes to those who stayed."""
        for name in SUBSCRIBERS:
            self.receiver(name).mood = Mood.OK
        for _ in range(3):
            self.clock.now += 2 * DAY
            for name in SUBSCRIBERS:
                await self.enable(name)
            await self.replay()
            await self.work()
        staying = [name for name in SUBSCRIBERS if not self.receiver(name).left]
        return [
            f"{name}: {title}" for name in staying for title in self.published if not self.receiver(name).shown[title]
        ]


def _slot_before(now: datetime) -> datetime:
    """Return the last time of the digest's cron line."""
    slot = next_release(EVENING, now - 2 * DAY)
    while (following := next_release(EVENING, slot)) <= now:
        slot = following
    return slot


@asynccontextmanager
async def opened(database: Path, now: datetime) -> AsyncIterator[World]:
    """Open a world on a file; it needs not outlive a power cut here, only deaths of the process."""
    async with open_file(database) as store:
        event.listen(store.engine.sync_engine, "connect", _hurry)
        await store.engine.dispose()
        world = World(store=store, outbox=store.outbox, clock=FakeClock(now))
        await store.sources.apply(world.config, now)
        yield world


def _hurry(connection: object, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()  # type: ignore[attr-defined]
