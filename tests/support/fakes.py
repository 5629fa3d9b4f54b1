"""The core's ports in memory, written by hand: as strict as the real ones where a test could be fooled."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from storywatch import owing
from storywatch.calendar import Span
from storywatch.developments import KnownReport, KnownUpdate
from storywatch.errors import ComposeError, DeliveryError, Fault, LeaseLost
from storywatch.intake import Fingerprint, Intake, Known, KnownItem, fingerprint, identify, take
from storywatch.model import (
    Alarm,
    AlarmKind,
    Alert,
    AlertKind,
    AnyNotice,
    Audience,
    Delivery,
    Endpoint,
    Item,
    Message,
    Notice,
    Outlet,
    Owed,
    OwedDigest,
    OwedEndpointNotice,
    ParsedItem,
    Revision,
    Settlement,
    Source,
    Standing,
    Subscriber,
    Validators,
    Visit,
    WatchConfig,
)
from storywatch.openings import Opening, Place
from storywatch.pacing import SourceState
from storywatch.pacing.allowance import Allowance
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.forward import Waiting as WaitingPoll
from storywatch.pacing.heat import Heat
from storywatch.pacing.pace import Pace
from storywatch.ports import (
    Claim,
    EndpointRecord,
    GatheredAlert,
    JudgeEndpoint,
    Parcel,
    PollRecord,
    ReleaseRecord,
    Waiting,
)
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
    updates: dict[str, KnownUpdate] = field(default_factory=dict)

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
        self._keep_updates(record)
        self.records.append(record)

    def _keep_updates(self, record: PollRecord) -> None:
        self.updates |= {update.id: KnownUpdate(update=update) for update in record.updates}
        for report in record.reports:
            known = self.updates[report.update]
            told = KnownReport(report=report, language=self.items[report.item].revision.language)
            self.updates[report.update] = replace(known, reports=(*known.reports, told))
        for alert in record.alerts:
            known = self.updates[alert.update]
            if alert.kind is AlertKind.UPDATE:
                told_now = known.subscriptions | {alert.subscription}
                self.updates[alert.update] = replace(known, subscriptions=told_now)

    def sent_within(self, subscription: str, span: Span) -> int:
        """Count the messages of a subscription in a span."""
        alerts = (alert for record in self.records for alert in record.alerts)
        return sum(
            alert.subscription == subscription and span.begin <= alert.created <= span.end and alert.message is not None
            for alert in alerts
        )


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

    async def differences(self, event: str, items: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return the differences of changes that polls told."""
        found: dict[str, list[str]] = defaultdict(list)
        for change in (change for record in self.memory.records for change in record.changes):
            if change.event == event and change.item in items:
                found[change.item].append(change.difference)
        return found

    async def last_number(self, event: str) -> int:
        """Return the highest number of the event's updates."""
        return max((one.number for one in self.memory.past[event]), default=0)

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

    async def known_updates(self, updates: Iterable[str]) -> Mapping[str, KnownUpdate]:
        """Return the stored updates."""
        return {update: self.memory.updates[update] for update in updates}

    async def openings(self, reports: Collection[Place]) -> Mapping[Place, Opening]:
        """Return stored reports; why they matched and what became of them is not kept here."""
        told = (report for known in self.memory.updates.values() for report in (one.report for one in known.reports))
        return {
            (one.event, one.item): Opening(item=self.memory.items[one.item], report=one, match=None)
            for one in told
            if (one.event, one.item) in reports
        }

    async def sent_within(self, spans: Mapping[str, Span]) -> Mapping[str, int]:
        """Count the messages of subscriptions."""
        return {one: self.memory.sent_within(one, span) for one, span in spans.items()}

    async def open_alarms(self, kinds: Iterable[AlarmKind]) -> tuple[Alarm, ...]:
        """Return the open alarms."""
        wanted = set(kinds)
        return tuple(alarm for alarm in self.memory.alarms.values() if alarm.kind in wanted)

    async def pushes(self, source: str) -> tuple[PushState, ...]:
        """Return the subscriptions to hubs."""
        return tuple(state for state in self.memory.pushes.values() if state.source == source)

    async def audience(self, events: Collection[str], keys: Collection[str]) -> Audience:
        """Nobody subscribed by an own hand, and nobody left."""
        return Audience()

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

    async def claim_named(self, source: str, *, now: datetime, lease: timedelta, counts: bool = True) -> Claim:
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
    digests: list[OwedDigest] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)

    def compose(self, owed: Owed) -> Message:
        """Write the headline, or refuse the one that can't be said."""
        if owed.update.headline == self.cannot_say:
            raise ComposeError("unspeakable", "the headline can't be written", permanent=True)
        self.owed.append(owed)
        body = f"{owed.id} {owed.report.role.value} {owed.update.headline}".encode()
        return Message(address=owed.subscriber.email or "?", body=body, content_type="text/plain")

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Write the kind of the alarm, or the lane of the endpoint."""
        if isinstance(owed, OwedEndpointNotice):
            body = f"{owed.id} disabled {owed.endpoint.lane}".encode()
            return Message(address=owed.subscriber.email or "?", body=body, content_type="text/plain")
        body = f"{owed.id} {owed.alarm.kind.value} {'over' if owed.alarm.ended else 'begun'}".encode()
        return Message(address=owed.subscriber.email or "?", body=body, content_type="text/plain")

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Write the alerts' ids and how many are only counted, or refuse the headline that can't be said."""
        if any(part.update.headline == self.cannot_say for part in owed.parts):
            raise ComposeError("unspeakable", "a headline can't be written", permanent=True)
        self.digests.append(owed)
        body = f"{owed.id} digest {' '.join(part.id for part in owed.parts)} +{owed.left_out}".encode()
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
    """Implements `Outbox` for tests of one delivery: keeps the settlements and the endpoint, or has lost the lease."""

    settlements: list[Settlement] = field(default_factory=list)
    lost: bool = False
    endpoint: Endpoint = field(default_factory=lambda: Endpoint(lane="email:desk@news.example"))
    notices: list[Notice] = field(default_factory=list)
    stands: Standing = field(default_factory=Standing)

    async def standing(self, delivery: Delivery) -> Standing:
        """Say what it was told to say."""
        return self.stands

    async def due_lanes(self, now: datetime, limit: int, *, failing: bool | None = None) -> Sequence[str]:
        """Nothing is ever due by itself here."""
        return ()

    async def claim_deliveries(self, lane: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
        """Nothing is ever due by itself here."""
        return ()

    async def settle(self, settlement: Settlement, judge: JudgeEndpoint | None = None) -> EndpointRecord | None:
        """Keep how it ended, and what that means for the endpoint."""
        if self.lost:
            raise LeaseLost("another worker took it")
        self.settlements.append(settlement)
        record = judge(self.endpoint) if judge else None
        if record is not None:
            self.endpoint = record.endpoint
            self.notices.extend(record.notices)
        return record


@dataclass
class FakePaces:
    """Implements `Paces`: the first pace holds, and nothing waits."""

    refreshed: datetime = NOW

    async def stand(self) -> tuple[Pace, Allowance]:
        """Return a pace that is not old."""
        return replace(Pace.first(), refreshed_at=self.refreshed), Allowance(total=96.0, paced=96.0)

    async def fleet(self, now: datetime) -> Fleet:
        """Nothing is polled."""
        return Fleet.of(())

    async def keep(self, pace: Pace, before: Pace, allowed: Allowance) -> bool:
        """Keep nothing."""
        return False

    async def waiting(self, now: datetime, heat: Heat | None = None) -> Sequence[WaitingPoll]:
        """Nothing waits."""
        return ()

    async def bring_forward(self, earlier: Iterable[WaitingPoll]) -> int:
        """Nothing waits."""
        return 0


@dataclass
class FakeGatherings:
    """Implements `Gatherings`: what a release saves counts when its block has ended well."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    documents: dict[str, object] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    aside: dict[str, Fault] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    people: Audience = field(default_factory=Audience)

    async def audience(self) -> Audience:
        """Return who subscribed by an own hand, and who left."""
        return self.people

    def keep(self, alert: Alert) -> None:
        """Store an alert as a poll does: with its delivery, or gathered."""
        assert alert.id not in self.alerts, f"{alert.id} was stored before"
        self.alerts[alert.id] = alert
        if alert.owed is not None:
            self.documents[alert.id] = owing.document(alert.owed)
        elif alert.message is not None:
            self.carried[alert.id] = alert.id

    def gathered(self, subscription: str | None = None) -> list[GatheredAlert]:
        """Return the alerts that wait."""
        return [
            GatheredAlert(
                id=one.id,
                event=one.event,
                update=one.update,
                item=one.item,
                kind=one.kind,
                severity=one.severity,
                created=one.created,
                release=one.release,
            )
            for one in sorted(self.alerts.values(), key=lambda one: (one.created, one.id))
            if one.release and one.id not in self.carried | self.aside
            if subscription in (None, one.subscription)
        ]

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return subscriptions that are due."""
        due = (self.alerts[one.id].subscription for one in self.gathered() if one.release <= now)
        return list(dict.fromkeys(due))[:limit]

    async def waiting(self) -> Sequence[Waiting]:
        """Return the subscriptions that have gathered alerts."""
        names = dict.fromkeys(self.alerts[one.id].subscription for one in self.gathered())
        return [self._waiting(name, self.gathered(name)) for name in names]

    def _waiting(self, name: str, alerts: Sequence[GatheredAlert]) -> Waiting:
        first, most = min(one.release for one in alerts), max(one.severity for one in alerts)
        return Waiting(subscription=name, alerts=len(alerts), release=first, severity=most)

    @asynccontextmanager
    async def open(self, subscription: str) -> AsyncIterator["FakeRelease"]:
        """Open the transaction."""
        transaction = FakeRelease(self, subscription)
        yield transaction
        if transaction.record is not None:
            self._commit(transaction.record, subscription)

    def _commit(self, record: ReleaseRecord, subscription: str) -> None:
        if record.parcel is not None:
            assert record.parcel.id not in {parcel.id for parcel in self.parcels}
            self.parcels.append(record.parcel)
            assert not set(record.carried) & set(self.carried)
            self.carried |= dict.fromkeys(record.carried, record.parcel.id)
        self.aside |= record.aside
        for one in self.gathered(subscription) if record.later else ():
            self.alerts[one.id] = replace(self.alerts[one.id], release=record.later)

    def messages(self, subscription: str) -> list[tuple[datetime, str]]:
        """Return when messages became owed, with the id of each."""
        mine = (one for one in self.alerts.values() if one.subscription == subscription and one.message)
        parcels = (one for one in self.parcels if one.subscription.id == subscription)
        return sorted([*((one.created, one.id) for one in mine), *((one.created, one.id) for one in parcels)])


@dataclass
class FakeRelease:
    """Implements `ReleaseTransaction`."""

    gatherings: FakeGatherings
    subscription: str
    record: ReleaseRecord | None = None

    async def audience(self, _key: str) -> Audience:
        """Return who subscribed by an own hand, and who left."""
        return self.gatherings.people

    async def alerts(self) -> Sequence[GatheredAlert]:
        """Return the alerts that wait."""
        return self.gatherings.gathered(self.subscription)

    async def owed(self, alerts: Collection[str]) -> Mapping[str, object]:
        """Return what these will say."""
        return {alert: self.gatherings.documents[alert] for alert in alerts}

    async def sent_within(self, span: Span) -> int:
        """Count the messages in a span."""
        return sum(span.begin <= at <= span.end for at, _ in self.gatherings.messages(self.subscription))

    async def last_sent(self) -> datetime | None:
        """Return when the last message became owed."""
        return max((at for at, _ in self.gatherings.messages(self.subscription)), default=None)

    async def save(self, record: ReleaseRecord) -> None:
        """Keep the record for the commit."""
        self.record = record
