"""What delivering asks of the storage: gathered alerts, the outbox, endpoints."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from storywatch.calendar import Span
from storywatch.errors import Fault
from storywatch.model import (
    AlertKind,
    Audience,
    Delivery,
    DeliveryKind,
    Endpoint,
    Message,
    Notice,
    Settlement,
    Severity,
    Standing,
    Subscription,
)


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
