"""What a poll and a look at a page ask of the storage."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from storywatch.calendar import Span
from storywatch.developments import KnownUpdate
from storywatch.intake import Known, Sighting
from storywatch.model import (
    Alarm,
    AlarmKind,
    Alert,
    Audience,
    Change,
    Item,
    Match,
    Notice,
    Report,
    Revision,
    SetAside,
    Update,
    WatchConfig,
)
from storywatch.openings import Opening, Place
from storywatch.pacing import HostHold, SourceState
from storywatch.pacing.allowance import Allowance
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.forward import Waiting
from storywatch.pacing.heat import Heat
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import Pace
from storywatch.push import PushState
from storywatch.rechecking import Recheck
from storywatch.updates import PastReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A source that is ours to visit until `until`. The token fences a worker that slept past its lease.

    `hold`: what its host asked for. `learned`: what is known of its rhythm; `pace`: what holds for all sources.
    """

    source: str
    token: str
    until: datetime
    state: SourceState
    hold: HostHold | None = None
    learned: Learned = field(default_factory=Learned)
    pace: Pace = field(default_factory=Pace.first)


@dataclass(frozen=True, kw_only=True, slots=True)
class PollRecord:
    """All that one poll changes, committed together or not at all.

    `refill`: sources that are due at once, because this one may have lost items. `misses`: verdicts on items that were
    not accepted and are worth keeping: near misses and what was held back. `learned`: what is known of the source's
    rhythm now; None leaves it as it is.
    """

    state: SourceState
    learned: Learned | None = None
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

    async def differences(self, event: str, items: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return what the changes of items were that the event knows of, oldest first. Asked after `history`."""
        ...

    async def last_number(self, event: str) -> int:
        """Return the highest number that an update of the event ever had, 0 without one. Asked after `history`."""
        ...

    async def known_updates(self, updates: Iterable[str]) -> Mapping[str, KnownUpdate]:
        """Return stored updates with their reports, oldest first, and who was told of them, by id."""
        ...

    async def openings(self, reports: Collection[Place]) -> Mapping[Place, Opening]:
        """Return stored reports with their items as they stand now."""
        ...

    async def sent_within(self, spans: Mapping[str, Span]) -> Mapping[str, int]:
        """Count the messages that each subscription had in its span, and hold it so that no other poll adds one.

        Asked after `history`: who holds a subscription asks for no event any more.
        """
        ...

    async def audience(self, events: Collection[str], keys: Collection[str]) -> Audience:
        """Return who is told of events besides the subscribers of the watch config, and who is told no more.

        `keys`: by which the subscribers of the watch config are known (`wishes.keys_of`).
        """
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

    async def claim_named(self, source: str, *, now: datetime, lease: timedelta, counts: bool = True) -> Claim | None:
        """Take one source, due or not; None while another worker has it. `counts`: for a poll, a request."""
        ...

    async def spread_overdue(self, now: datetime) -> int:
        """Spread the sources that became due while nothing ran, and return how many they are."""
        ...

    def poll(self, claim: Claim) -> AbstractAsyncContextManager[PollTransaction]:
        """Open the transaction of a claimed poll; it commits when the block ends well."""
        ...


class Paces(Protocol):
    """The pace of all sources (storage/)."""

    async def stand(self) -> tuple[Pace, Allowance]:
        """Return the pace, at its heat, and what the watch config allows. A pace to be worked out anew is old."""
        ...

    async def fleet(self, now: datetime) -> Fleet:
        """Return all sources that are polled."""
        ...

    async def keep(self, pace: Pace, before: Pace, allowed: Allowance) -> bool:
        """Write the pace worked out anew, unless another process was faster, or something else is allowed meanwhile."""
        ...

    async def waiting(self, now: datetime, heat: Heat | None = None) -> Sequence[Waiting]:
        """Return the paced sources whose polls wait and may be brought forward, and what holds each.

        `heat`: only those that weigh more by it than when they were planned.
        """
        ...

    async def bring_forward(self, earlier: Iterable[Waiting]) -> int:
        """Plan polls anew, each with its weight, unless it was made or planned otherwise meanwhile. Return how many."""
        ...


class LookTransaction(TellingTransaction, Protocol):
    """The one transaction of a look at a reported item's page."""

    async def events(self) -> Sequence[str]:
        """Return the events that have the item as a report."""
        ...

    async def verdict(self, event: str) -> Match | None:
        """Return why the item matched the event."""
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
