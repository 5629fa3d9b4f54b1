"""What the core asks of the other rooms. They implement these protocols; the core never imports them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from storywatch.calendar import Span
from storywatch.developments import KnownUpdate
from storywatch.errors import Fault
from storywatch.intake import Known, Sighting
from storywatch.model import (
    Alarm,
    AlarmKind,
    Alert,
    AlertKind,
    AnyNotice,
    Audience,
    Bounce,
    Change,
    Delivery,
    DeliveryKind,
    Document,
    Endpoint,
    Feedback,
    FetchedSeed,
    Item,
    LeftBy,
    Match,
    Message,
    Notice,
    Outlet,
    Owed,
    OwedDigest,
    Reader,
    Report,
    Revision,
    SearchTerm,
    SetAside,
    Settlement,
    Severity,
    Snapshot,
    Source,
    Standing,
    Subscriber,
    Subscription,
    Suppression,
    Update,
    Visit,
    Wanted,
    WatchConfig,
    Wish,
)
from storywatch.pacing import HostHold, SourceState
from storywatch.push import Change as PushChange
from storywatch.push import Push, PushState
from storywatch.rechecking import Recheck
from storywatch.updates import PastReport

Clock = Callable[[], datetime]
"""Tells the time, aware and in UTC."""

Dice = Callable[[], float]
"""Tells a number in 0 to 1, for jitter."""


class Fetcher(Protocol):
    """Visits sources over the network (spiders/)."""

    async def visit(self, source: Source, outlet: Outlet, state: SourceState) -> Visit:
        """Visit once, politely and conditionally. Every failure of the source comes back as the visit's fault."""
        ...


class Channel(Protocol):
    """One way to reach subscribers (channels/): composes messages and sends them."""

    def compose(self, owed: Owed) -> Message:
        """Write the message. The same `owed` gives the same bytes. Raises `ComposeError` when it can't be written."""
        ...

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Write the message about an alarm, or an endpoint switched off, under the same terms as `compose`."""
        ...

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Write one message of what was gathered, under the same terms. What has no room in it is counted in it."""
        ...

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        """Hand over one delivery; returning means that the other side took it. Raises `DeliveryError`."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A source that is ours to visit until `until`. The token fences a worker that slept past its lease.

    `hold`: what its host asked for.
    """

    source: str
    token: str
    until: datetime
    state: SourceState
    hold: HostHold | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PollRecord:
    """All that one poll changes, committed together or not at all.

    `refill`: sources that are due at once, because this one may have lost items. `misses`: verdicts on items that were
    not accepted and are worth keeping: near misses and what was held back.
    """

    state: SourceState
    hold: HostHold | None = None
    refill: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    raised: tuple[Alarm, ...] = ()
    ended: tuple[Alarm, ...] = ()
    notices: tuple[Notice, ...] = ()
    new: tuple[Item, ...] = ()
    revised: tuple[Item, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    matches: tuple[Match, ...] = ()
    misses: tuple[Match, ...] = ()
    updates: tuple[Update, ...] = ()
    reports: tuple[Report, ...] = ()
    changes: tuple[Change, ...] = ()
    alerts: tuple[Alert, ...] = ()
    pushes: tuple[PushState, ...] = ()


class TellingTransaction(Protocol):
    """What the transactions have in common in which something becomes known that subscribers may have to hear of."""

    async def history(self, event: str) -> tuple[PastReport, ...]:
        """Return the reports of an event, oldest first, and hold the event so that no other poll adds one."""
        ...

    async def last_number(self, event: str) -> int:
        """Return the highest number that an update of the event ever had, 0 without one. Asked after `history`."""
        ...

    async def known_updates(self, updates: Iterable[str]) -> Mapping[str, KnownUpdate]:
        """Return stored updates with their reports, oldest first, and who was told of them, by id."""
        ...

    async def sent_within(self, spans: Mapping[str, Span]) -> Mapping[str, int]:
        """Count the messages that each subscription had in its span, and hold it so that no other poll adds one.

        Asked after `history`: who holds a subscription asks for no event any more.
        """
        ...

    async def audience(self) -> Audience:
        """Return who is told besides the subscribers of the watch config, and who is told no more."""
        ...


class PollTransaction(TellingTransaction, Protocol):
    """The one transaction of a poll: what it reads stays true until it commits."""

    async def known(self, outlet: str, source: str, keys: Iterable[str]) -> Known:
        """Return the items of the outlet that answer to any of the keys, with how `source` last showed them."""
        ...

    async def reported(self, items: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return the events that have each item as a report; items without one are left out."""
        ...

    async def revisions(self, items: Iterable[str]) -> Mapping[str, Revision]:
        """Return the latest stored revision of each item."""
        ...

    async def open_alarms(self, kinds: Iterable[AlarmKind]) -> tuple[Alarm, ...]:
        """Return the source's open alarms of these kinds."""
        ...

    async def pushes(self, source: str) -> tuple[PushState, ...]:
        """Return the subscriptions of a source to hubs."""
        ...

    async def save(self, record: PollRecord) -> None:
        """Write the record. Raises `LeaseLost` if the claim is no longer ours."""
        ...


class Sources(Protocol):
    """The sources and when each is due (storage/)."""

    async def apply(self, config: WatchConfig, now: datetime, *, changed: bool = False) -> None:
        """Make the stored outlets, sources, events and subscriptions those of the config; the history stays.

        `changed`: polls under way decide by an old config, so they lose their leases and are done again.
        """
        ...

    async def due_hosts(self, now: datetime, limit: int) -> Sequence[str]:
        """Return hosts that have a due source, longest due first."""
        ...

    async def claim(self, host: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Claim]:
        """Take due sources of a host for a lease."""
        ...

    async def claim_named(self, source: str, *, now: datetime, lease: timedelta) -> Claim | None:
        """Take one source, due or not; None while another worker has it."""
        ...

    async def spread_overdue(self, now: datetime) -> int:
        """Spread the sources that became due while nothing ran, and return how many they are."""
        ...

    def poll(self, claim: Claim) -> AbstractAsyncContextManager[PollTransaction]:
        """Open the transaction of a claimed poll; it commits when the block ends well."""
        ...


class Feedbacks(Protocol):
    """Answers of people whether an item belongs to an event (storage/). Each pair has one; a revoked one stays seen."""

    async def give(self, feedback: Feedback) -> None:
        """Store an answer, in place of one given before. Raises `NotStoredError` for an unknown event or item."""
        ...

    async def revoke(self, event: str, item: str, now: datetime) -> bool:
        """Let an answer count no longer; it stays visible. Return whether there was one."""
        ...

    async def all(self, event: str | None = None, *, revoked: bool = False) -> Sequence[Feedback]:
        """Return the answers for an event, or for every one, in the order in which they were given."""
        ...

    async def answers(self, events: Collection[str]) -> Sequence[tuple[Feedback, Item]]:
        """Return the answers that count for these events, with the items as they read now."""
        ...


class Seeds(Protocol):
    """Articles that were fetched as seeds (storage/)."""

    async def put(self, seed: FetchedSeed) -> None:
        """Store a seed, in place of what its address gave before."""
        ...

    async def all(self, event: str | None = None) -> Sequence[FetchedSeed]:
        """Return the seeds of an event, or of every one, in the order in which they were fetched."""
        ...

    async def remove(self, event: str, url: str) -> bool:
        """Forget a seed. Return whether there was one."""
        ...


class Archive(Protocol):
    """The stored items, as they read now and without their keys (storage/).

    `since` is inclusive, `until` is not; both are times of first sight. `any_of` leaves out most of the items that say
    none of these terms, and none that says one; an empty one asks for nothing.
    """

    async def count(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        any_of: Iterable[SearchTerm] | None = None,
    ) -> int:
        """Return how many items `stream` would yield."""
        ...

    def stream(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        any_of: Iterable[SearchTerm] | None = None,
        after: Item | None = None,
    ) -> AsyncIterator[Item]:
        """Yield items in the order of first sight, then of ids; `after`: only those behind this one."""
        ...

    def vocabulary(self) -> AsyncIterator[tuple[str, int]]:
        """Yield every word that the items say, folded, with the number of revisions that say it.

        What is looked for by more than its letters, such as a name by its sound, is found by the words that sound so.
        """
        ...

    async def by_id(self, ids: Collection[str]) -> Mapping[str, Item]:
        """Return the items that are stored under these ids."""
        ...

    async def by_url(self, url: str) -> tuple[Item, ...]:
        """Return the items at an address, however it is spelled; several where a page or several outlets share it."""
        ...

    async def find_item(self, text: str) -> tuple[Item, ...]:
        """Return the items that an operator may mean: by id, by the beginning of one, or by address."""
        ...


class Memories(Protocol):
    """What matching remembers over a restart (storage/)."""

    async def saved(self) -> Mapping[str, Snapshot]:
        """Return what was saved last, by name."""
        ...

    async def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Save snapshots in place of all that was saved before, at once or not at all."""
        ...

    async def taught(self) -> int:
        """Return a number that grows whenever people answer, revoke an answer, or change the fetched seeds."""
        ...

    def accepted(self, events: Collection[str] | None, limit: int) -> AsyncIterator[tuple[str, Item, Match]]:
        """Yield the latest `limit` accepted items of each event, event by event, oldest first, as they read now."""
        ...

    async def missed(self, event: str, limit: int) -> Sequence[tuple[Item, Match]]:
        """Return the best near misses of an event, the best first."""
        ...

    async def verdict(self, event: str, item: str) -> Match | None:
        """Return the stored verdict on an item: the latest match, else the near miss; None if neither is stored."""
        ...

    async def judged(self, event: str, item: str) -> tuple[Match, datetime | None] | None:
        """Return the same with the time when it was decided; None for the time of what older versions stored."""
        ...

    def items_since(self, moment: datetime) -> AsyncIterator[Item]:
        """Yield each revision of items that was seen at the moment or later, in the order in which polls judge them.

        That is by the time when it was seen, then of its publication, then by the item's id.
        """
        ...

    def latest(self, limit: int) -> AsyncIterator[Item]:
        """Yield the items that were first seen last, some `limit` of them, oldest first, as they read now."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRecord:
    """The past of an event, committed at once: nobody is alerted of it. `at`: when it was matched."""

    at: datetime
    matches: tuple[Match, ...] = ()
    misses: tuple[Match, ...] = ()
    updates: tuple[Update, ...] = ()
    reports: tuple[Report, ...] = ()


class ImportTransaction(Protocol):
    """The one transaction of an import: no poll adds to the event until it commits."""

    async def history(self) -> tuple[PastReport, ...]:
        """Return the reports that the event has already, oldest first."""
        ...

    async def last_number(self) -> int:
        """Return the highest number that an update of the event ever had, 0 without one."""
        ...

    async def save(self, record: ImportRecord) -> None:
        """Write the history and mark the event as imported. What polls stored of it meanwhile stays as it is."""
        ...


class Imports(Protocol):
    """The events whose past is still to be matched (storage/)."""

    async def unimported(self) -> Sequence[str]:
        """Return the declared events whose past was not matched yet."""
        ...

    def open(self, event: str) -> AbstractAsyncContextManager[ImportTransaction]:
        """Open the transaction of an import and hold the event; it commits when the block ends well."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointRecord:
    """How an endpoint stands after an attempt, and who must hear of it: stored with the attempt."""

    endpoint: Endpoint
    notices: tuple[Notice, ...] = ()


JudgeEndpoint = Callable[[Endpoint], EndpointRecord]
"""Decides on what an endpoint is now what it becomes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GatheredAlert:
    """An alert that waits for its release, without what it will say."""

    id: str
    event: str
    update: str
    item: str
    kind: AlertKind
    severity: Severity
    created: datetime
    release: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A subscription that has gathered alerts: how many, when the first is released, how urgent the most urgent is."""

    subscription: str
    alerts: int
    release: datetime
    severity: Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A delivery that carries gathered alerts: one as it is, or several as a digest."""

    id: str
    kind: DeliveryKind
    subscription: Subscription
    message: Message
    created: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseRecord:
    """What one release changes, committed together or not at all.

    `carried`: the alerts that `parcel` carries. `aside`: those that it can't, by id. `later`: until when all of the
    subscription's wait instead.
    """

    parcel: Parcel | None = None
    carried: tuple[str, ...] = ()
    aside: Mapping[str, Fault] = field(default_factory=dict)
    later: datetime | None = None


class ReleaseTransaction(Protocol):
    """The one transaction of a release: nobody else releases for the subscription until it commits."""

    async def alerts(self) -> Sequence[GatheredAlert]:
        """Return the alerts that wait for a release, oldest first."""
        ...

    async def audience(self, key: str) -> Audience:
        """Return what concerns the subscription: its reader, what was left, whether mails arrive.

        `key`: by which the subscriber of the watch config is known (`audience.key_of`), an empty text for a reader.
        """
        ...

    async def owed(self, alerts: Collection[str]) -> Mapping[str, object]:
        """Return what these will say, as `storywatch.owing` wrote it."""
        ...

    async def sent_within(self, span: Span) -> int:
        """Count the messages that the subscription had in a span."""
        ...

    async def last_sent(self) -> datetime | None:
        """Return when it was told something for the last time."""
        ...

    async def save(self, record: ReleaseRecord) -> None:
        """Write the record."""
        ...


class Gatherings(Protocol):
    """The alerts that are gathered (storage/)."""

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return subscriptions with an alert whose release has come, longest due first."""
        ...

    async def waiting(self) -> Sequence[Waiting]:
        """Return the subscriptions that have gathered alerts."""
        ...

    async def audience(self) -> Audience:
        """Return who is told besides the subscribers of the watch config, and who is told no more."""
        ...

    def open(self, subscription: str) -> AbstractAsyncContextManager[ReleaseTransaction]:
        """Open the transaction of a release and hold the subscription; it commits when the block ends well."""
        ...


class LookTransaction(TellingTransaction, Protocol):
    """The one transaction of a look at a reported item's page."""

    async def events(self) -> Sequence[str]:
        """Return the events that have the item as a report."""
        ...

    async def verdict(self, event: str) -> Match | None:
        """Return why the item matched the event."""
        ...

    async def differences(self, event: str) -> Sequence[str]:
        """Return what the item's changes were that the event knows of."""
        ...

    async def hold(self, hold: HostHold | None, now: datetime) -> None:
        """Remember what the page's host asked for."""
        ...

    async def save(self, changes: Sequence[Change], told: Sequence[Alert]) -> None:
        """Write what happened to the item, and who is owed to hear of it."""
        ...


class Rechecks(Protocol):
    """The pages of reported items that are to be looked at again (storage/)."""

    async def enlist(self, now: datetime) -> int:
        """Plan a first look at the page of every report that has none. Return how many."""
        ...

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[tuple[Recheck, str]]:
        """Take due pages for a lease, longest due first, each with the token of its lease.

        Those of a host that wants no visit now stay.
        """
        ...

    def open(self, recheck: Recheck, token: str, now: datetime) -> AbstractAsyncContextManager[LookTransaction]:
        """Open the transaction of a look and store what is remembered after it. Raises `LeaseLost`."""
        ...


class Outbox(Protocol):
    """The deliveries that are owed (storage/)."""

    async def due_lanes(self, now: datetime, limit: int, *, failing: bool | None = None) -> Sequence[str]:
        """Return the lanes (one a receiver) that have a due delivery, longest due first.

        `failing`: only those that failed since their last success, with the fewest failures first, or only the others.
        A lane that is throttled or switched off has nothing due.
        """
        ...

    async def claim_deliveries(self, lane: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
        """Take due deliveries of a lane for a lease, oldest first.

        One over which processes died is taken by itself: while it is out, no other such delivery is.
        """
        ...

    async def settle(self, settlement: Settlement, judge: JudgeEndpoint | None = None) -> EndpointRecord | None:
        """Record how an attempt ended, and what that means for its endpoint.

        Raises `LeaseLost` if the delivery is no longer ours.
        """
        ...

    async def standing(self, delivery: Delivery) -> Standing:
        """Return what is known now of the one who would get a delivery."""
        ...


class People(Protocol):
    """Readers with what they want, and who wants no more of what (storage/).

    `key` names somebody as `storywatch.audience.key_of` does; an empty `event` is everything.
    """

    async def find(self, reader: str) -> Reader | None:
        """Return a reader by id."""
        ...

    async def find_address(self, email: str) -> Reader | None:
        """Return the reader with an address, however it is written."""
        ...

    async def wanted(self, reader: str) -> Sequence[Wanted]:
        """Return what a reader ever asked for, in the order of events."""
        ...

    async def ask(self, reader: Reader, wanted: Sequence[Wanted], confirmation: str, message: Message) -> None:
        """Store what is to be confirmed, with the mail that asks for it; what stands stays as it is.

        `confirmation`: the id of the mail's delivery.
        """
        ...

    async def agree(self, reader: str, subscriptions: Collection[str], words: str, now: datetime) -> Sequence[Wanted]:
        """Let subscriptions stand that wait for it, and return them. `words`: what was agreed to."""
        ...

    async def change(self, reader: str, wishes: Collection[Wish]) -> None:
        """Let the standing subscriptions of a reader be as wished; events without one are passed over."""
        ...

    async def leave(self, key: str, event: str, by: LeftBy, now: datetime) -> None:
        """Send nothing more of an event."""
        ...

    async def rejoin(self, key: str, event: str, words: str, now: datetime) -> None:
        """Take back that somebody left an event."""
        ...

    async def left(self, key: str) -> Mapping[str, datetime]:
        """Return the events that somebody has left, each with the time."""
        ...

    async def last_address(self, subscription: str) -> str | None:
        """Return where the last mail of a subscription went, for one that the watch config no longer has."""
        ...


class Bounces(Protocol):
    """Mails that came back, and the addresses that nothing is sent to because of them (storage/)."""

    async def take(self, bounce: Bounce) -> Suppression | None:
        """Count a bounce once, and return the suppression that follows from it."""
        ...

    async def suppress(self, suppression: Suppression) -> None:
        """Send nothing more to an address."""
        ...

    async def lift(self, address: str, now: datetime) -> bool:
        """Let an address get mails again. Return whether it was suppressed."""
        ...


class Pushes(Protocol):
    """The subscriptions to hubs (storage/)."""

    async def due_hubs(self, now: datetime, limit: int) -> Sequence[str]:
        """Return hubs that are to be asked something, longest due first."""
        ...

    async def due(self, hub: str, now: datetime, limit: int) -> Sequence[PushState]:
        """Return what a hub is to be asked, longest due first."""
        ...

    async def find(self, state_id: str) -> PushState | None:
        """Return a subscription."""
        ...

    async def change(self, state_id: str, decide: PushChange) -> PushState | None:
        """Change a subscription as decided on what it is now; return what it becomes, None if it is no more."""
        ...

    async def of_idle_sources(self) -> Sequence[PushState]:
        """Return the subscriptions that still stand, though their sources are no longer polled."""
        ...

    async def made_otherwise(self, made_for: str) -> Sequence[PushState]:
        """Return the subscriptions that were made with another key or address than this mark stands for."""
        ...

    async def promised(self, now: datetime) -> Sequence[str]:
        """Return the sources whose pushes were accepted a while ago and are not stored, and that no poll is near."""
        ...

    async def hasten(self, source_id: str, now: datetime) -> None:
        """Make a source due: now, or a minute after its last poll. One that fails keeps its pause."""
        ...


class Hubs(Protocol):
    """Asks hubs over the network (spiders/)."""

    async def ask(self, hub: str, form: Mapping[str, str]) -> None:
        """Send a request; returning means that the hub took it. Raises `HubError`."""
        ...


class PushReader(Protocol):
    """Reads what was pushed (spiders/)."""

    async def read(self, push: Push, source: Source, outlet: Outlet, elements: bytes) -> Document:
        """Parse it as the document of the source, within the limits. Raises `VisitError`."""
        ...


class WorkQueue(Protocol):
    """Runs work by key, at least once, with at most one unfinished job per key; a lost job costs nothing.

    The rows say what is due; a job only says where to look.
    """

    async def offer(self, keys: Iterable[str]) -> int:
        """Start work on keys that are idle, as far as there is room. Return how many were taken."""
        ...

    @property
    def free(self) -> int:
        """How many more keys can start now."""
        ...

    @property
    def busy(self) -> int:
        """How many keys run now: to offer these again is in vain."""
        ...

    def resize(self, room: int) -> None:
        """Let so many keys run at once from now on; what runs goes on."""
        ...

    async def idle(self) -> None:
        """Wait until the work that runs now has ended; new work may have begun meanwhile."""
        ...

    async def drain(self, patience: timedelta) -> int:
        """Take nothing more, wait for what runs, then cancel it. Return how many were cancelled."""
        ...


Handle = Callable[[str], Awaitable[None]]
NewQueue = Callable[[str, Handle, int], WorkQueue]
"""Makes a queue: its name, what it does with a key, and how many keys run at once."""
