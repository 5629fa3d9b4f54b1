"""The core's ports in memory, written by hand: as strict as the real ones where a test could be fooled."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storywatch.errors import ComposeError, DeliveryError, LeaseLost
from storywatch.intake import Fingerprint, Intake, Known, KnownItem, fingerprint, identify, take
from storywatch.model import (
    Alarm,
    AlarmKind,
    Delivery,
    Item,
    Message,
    Outlet,
    Owed,
    OwedNotice,
    ParsedItem,
    Revision,
    Settlement,
    Source,
    Subscriber,
    Validators,
    Visit,
    WatchConfig,
)
from storywatch.pacing import SourceState
from storywatch.ports import Claim, PollRecord
from storywatch.push import PushState
from storywatch.updates import PastReport, said
from tests.support.samples import NOW


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Memory:
    """What a database remembers of items and reports. Refuses what its unique constraints refuse."""

    items: dict[str, Item] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    shown: dict[tuple[str, str], Fingerprint] = field(default_factory=dict)
    past: dict[str, list[PastReport]] = field(default_factory=lambda: defaultdict(list))
    alarms: dict[str, Alarm] = field(default_factory=dict)
    records: list[PollRecord] = field(default_factory=list)
    pushes: dict[str, PushState] = field(default_factory=dict)

    def known(self, outlet: str, source: str, keys: Iterable[str]) -> Known:
        """Return the items that answer to the keys."""
        found = {key: self.owners[outlet, key] for key in keys if (outlet, key) in self.owners}
        return {key: self._entry(item, source) for key, item in found.items()}

    def _entry(self, item_id: str, source: str) -> KnownItem:
        item = self.items[item_id]
        return KnownItem(
            id=item_id,
            keys=frozenset(key for (_, key), owner in self.owners.items() if owner == item_id),
            url=item.url,
            first_seen=item.first_seen,
            source=item.source,
            number=item.revision.number,
            current=fingerprint(item.revision),
            shown=self.shown.get((item_id, source)),
        )

    def keep(self, outlet: str, source: str, taken: Intake) -> None:
        """Remember what a document changed."""
        for item in taken.new:
            assert item.id not in self.items, f"{item.id} was stored before"
        for item in taken.revised:
            assert item.revision.number == self.items[item.id].revision.number + 1
        self.items |= {item.id: item for item in (*taken.new, *taken.revised)}
        for sighting in taken.sightings:
            self.shown[sighting.item, source] = sighting.fingerprint
            for key in sighting.keys:
                assert (outlet, key) not in self.owners, f"{key} belongs to {self.owners[outlet, key]}"
                self.owners[outlet, key] = sighting.item

    def take_in(self, document: Sequence[ParsedItem], source: Source, outlet: Outlet, now: datetime = NOW) -> Intake:
        """Pass a document through intake and remember the outcome."""
        found = identify(document, source, outlet)
        known = self.known(outlet.id, source.id, (key for one in found for key in one.keys))
        taken = take(found, known, source, now)
        self.keep(outlet.id, source.id, taken)
        return taken

    def commit(self, outlet: str, record: PollRecord) -> None:
        """Remember what a poll changed."""
        self.keep(
            outlet, record.state.source, Intake(new=record.new, revised=record.revised, sightings=record.sightings)
        )
        self.alarms |= {alarm.id: alarm for alarm in record.raised}
        for ended in record.ended:
            del self.alarms[ended.id]
        headlines = {update.id: update.headline for update in record.updates}
        for report in record.reports:
            known = {past.update: past.headline for past in self.past[report.event]}
            self.past[report.event].append(
                PastReport(
                    number=1,
                    update=report.update,
                    item=report.item,
                    outlet=report.outlet,
                    headline=(known | headlines)[report.update],
                    text=said(self.items[report.item]),
                )
            )
        self.pushes |= {state.id: state for state in record.pushes}
        self.records.append(record)


@dataclass
class FakeTransaction:
    """Implements `PollTransaction`: what is saved counts when the block has ended well."""

    memory: Memory
    lost: bool = False
    record: PollRecord | None = None

    async def known(self, outlet: str, source: str, keys: Iterable[str]) -> Known:
        """Return the known items."""
        return self.memory.known(outlet, source, keys)

    async def history(self, event: str) -> tuple[PastReport, ...]:
        """Return the event's reports."""
        return tuple(self.memory.past[event])

    async def reported(self, items: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return the events that have each item as a report."""
        told = {
            item: {event for event, past in self.memory.past.items() if any(one.item == item for one in past)}
            for item in items
        }
        return {item: frozenset(events) for item, events in told.items() if events}

    async def revisions(self, items: Iterable[str]) -> Mapping[str, Revision]:
        """Return the stored revisions."""
        return {item: self.memory.items[item].revision for item in items}

    async def open_alarms(self, kinds: Iterable[AlarmKind]) -> tuple[Alarm, ...]:
        """Return the open alarms."""
        wanted = set(kinds)
        return tuple(alarm for alarm in self.memory.alarms.values() if alarm.kind in wanted)

    async def pushes(self, source: str) -> tuple[PushState, ...]:
        """Return the subscriptions to hubs."""
        return tuple(state for state in self.memory.pushes.values() if state.source == source)

    async def save(self, record: PollRecord) -> None:
        """Keep the record for the commit."""
        if self.lost:
            raise LeaseLost("another worker took it")
        self.record = record


@dataclass
class FakeSources:
    """Implements `Sources` for tests of one poll: any source can be claimed, the lease may be lost."""

    config: WatchConfig
    memory: Memory = field(default_factory=Memory)
    states: dict[str, SourceState] = field(default_factory=dict)
    lost: bool = False

    async def apply(self, config: WatchConfig, now: datetime, *, changed: bool = False) -> None:
        """Take the config."""
        self.config = config

    async def spread_overdue(self, now: datetime) -> int:
        """Nothing is ever due by itself here."""
        return 0

    async def due_hosts(self, now: datetime, limit: int) -> Sequence[str]:
        """Nothing is ever due by itself here."""
        return ()

    async def claim(self, host: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Claim]:
        """Nothing is ever due by itself here."""
        return ()

    async def claim_named(self, source: str, *, now: datetime, lease: timedelta) -> Claim:
        """Take a source."""
        state = self.states.get(source, SourceState(source=source, next_poll_at=now))
        return Claim(source=source, token="ours", until=now + lease, state=state)

    @asynccontextmanager
    async def poll(self, claim: Claim) -> AsyncIterator[FakeTransaction]:
        """Open the transaction."""
        transaction = FakeTransaction(self.memory, lost=self.lost)
        yield transaction
        if transaction.record is not None:
            self.memory.commit(self.config.sources[claim.source].outlet, transaction.record)
            self.states[claim.source] = transaction.record.state


class FakeFetcher:
    """Implements `Fetcher`: each visit brings the next answer; the validators it was asked with are kept."""

    def __init__(self, *answers: Visit) -> None:
        self._answers = list(answers)
        self.asked: list[Validators] = []

    async def visit(self, source: Source, outlet: Outlet, state: SourceState) -> Visit:
        """Give the next answer."""
        self.asked.append(state.validators)
        return self._answers.pop(0)


@dataclass
class FakeChannel:
    """Implements `Channel`: composes from the headline, refuses what it is told to refuse."""

    cannot_say: str | None = None
    answers: list[DeliveryError | None] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)

    def compose(self, owed: Owed) -> Message:
        """Write the headline, or refuse the one that can't be said."""
        if owed.update.headline == self.cannot_say:
            raise ComposeError("unspeakable", "the headline can't be written", permanent=True)
        self.owed.append(owed)
        body = f"{owed.id} {owed.report.role.value} {owed.update.headline}".encode()
        return Message(address=owed.subscriber.email or "?", body=body, content_type="text/plain")

    def compose_notice(self, owed: OwedNotice) -> Message:
        """Write the kind of the alarm."""
        body = f"{owed.id} {owed.alarm.kind.value} {'over' if owed.alarm.ended else 'begun'}".encode()
        return Message(address=owed.subscriber.email or "?", body=body, content_type="text/plain")

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        """Take the delivery, or raise the next prepared error."""
        error = self.answers.pop(0) if self.answers else None
        if error is not None:
            raise error
        self.sent.append(delivery)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class FakeOutbox:
    """Implements `Outbox` for tests of one delivery: keeps the settlements, or has lost the lease."""

    settlements: list[Settlement] = field(default_factory=list)
    lost: bool = False

    async def due_lanes(self, now: datetime, limit: int) -> Sequence[str]:
        """Nothing is ever due by itself here."""
        return ()

    async def claim_deliveries(self, lane: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
        """Nothing is ever due by itself here."""
        return ()

    async def settle(self, settlement: Settlement) -> None:
        """Keep how it ended."""
        if self.lost:
            raise LeaseLost("another worker took it")
        self.settlements.append(settlement)
