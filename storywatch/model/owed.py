"""What is owed: alerts, notices, and the deliveries that carry them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storywatch.errors import Fault
from storywatch.model.alarms import Alarm
from storywatch.model.declared import ChannelKind, Event, Outlet, Source, Subscriber, Subscription
from storywatch.model.endpoints import Endpoint, lane_of
from storywatch.model.known import Item, Match, Report, Update
from storywatch.model.news import Change, Coverage, News, Severity


class AlertKind(StrEnum):
    """What an alert tells: an update, a further outlet that reports it, or a change of something reported."""

    UPDATE = "update"
    CORROBORATION = "corroboration"
    REVISION = "revision"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """All that a message needs to say about one report that one subscription is owed.

    `id` is the alert's stable identity; `created`, when it became owed, may be later than its report, if that one alone
    was not enough for the subscription. `known_before` the headlines that the event already had, newest first.
    `coverage`: who reports the update, this report included. `change`: what happened to the item, for a revision.
    `outlet_names`: pairs of id and name, of the outlets that coverage and news may mention.
    """

    id: str
    created: datetime
    subscription: Subscription
    subscriber: Subscriber
    event: Event
    update: Update
    report: Report
    item: Item
    match: Match
    outlet: Outlet
    sequence: int
    known_before: tuple[str, ...] = ()
    kind: AlertKind = AlertKind.UPDATE
    coverage: Coverage | None = None
    change: Change | None = None
    outlet_names: tuple[tuple[str, str], ...] = ()

    @property
    def news(self) -> News:
        """What the alert tells as new: the change's news for a revision, the report's otherwise."""
        return self.change.news if self.change else self.report.news

    @property
    def severity(self) -> Severity:
        """How urgent it is: an update's first telling is as urgent as the update."""
        told = self.update.severity if self.kind is AlertKind.UPDATE else Severity.LOW
        return max(told, self.change.severity if self.change else self.report.news.severity)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedDigest:
    """All that a message needs to say about what was gathered for one subscription.

    `id` is the digest's stable identity, derived from the alerts that it carries. `parts`: oldest first. `since`: when
    the subscription was last told something, None if never. `left_out`: alerts that the digest only counts.
    """

    id: str
    created: datetime
    subscription: Subscription
    subscriber: Subscriber
    parts: tuple[Owed, ...]
    since: datetime | None = None
    left_out: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedConfirmation:
    """All that the mail needs to say which asks a new reader whether the subscription is wanted.

    `id` is the mail's stable identity. `events`: the titles of what was asked for, none for every event. `link`: where
    it is confirmed, until `until`.
    """

    id: str
    created: datetime
    subscriber: Subscriber
    events: tuple[str, ...]
    link: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedNotice:
    """All that a message needs to say about one alarm that one subscription is owed: that it began, or that it ended.

    `id` is the notice's stable identity.
    """

    id: str
    created: datetime
    subscription: Subscription
    subscriber: Subscriber
    alarm: Alarm
    source: Source
    outlet: Outlet


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedEndpointNotice:
    """All that a message needs to say to one subscription about an endpoint that was switched off.

    `id` is the notice's stable identity, `receiver` whose endpoint it is, `subscriber` who is told. `address` is what
    people see of it.
    """

    id: str
    created: datetime
    subscription: Subscription
    subscriber: Subscriber
    endpoint: Endpoint
    receiver: Subscriber
    channel: ChannelKind
    address: str


AnyNotice = OwedNotice | OwedEndpointNotice


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A composed message: the exact bytes that every attempt sends, and where to.

    `address` is for people and logs: never a secret.
    """

    address: str
    body: bytes
    content_type: str


class DeliveryState(StrEnum):
    """Where a delivery stands. `waiting` covers the first attempt and every later one.

    `cancelled`: not to be sent, for who would get it has left or can't be reached.
    """

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


class DeliveryKind(StrEnum):
    """What a delivery carries."""

    ALERT = "alert"
    DIGEST = "digest"
    NOTICE = "notice"
    CONFIRMATION = "confirmation"
    TEST = "test"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One report owed to one subscription, with the message that carries it, or why there is none.

    `release`: when a digest is to carry it; None for one that is told at once. `owed` is there until it is composed.
    """

    id: str
    subscription: str
    subscriber: str
    channel: ChannelKind
    event: str
    update: str
    item: str
    created: datetime
    message: Message | None
    fault: Fault | None = None
    kind: AlertKind = AlertKind.UPDATE
    change: str = ""
    severity: Severity = Severity.NORMAL
    release: datetime | None = None
    owed: Owed | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One alarm owed to one subscription, with the message that carries it, or why there is none.

    `alarm`: its id, or the lane of an endpoint that was switched off.
    """

    id: str
    subscription: str
    subscriber: str
    channel: ChannelKind
    alarm: str
    created: datetime
    message: Message | None
    fault: Fault | None = None

    @property
    def lane(self) -> str | None:
        """The lane that carries it; None if there is nothing to carry."""
        return lane_of(self.channel, self.message.address, self.subscriber) if self.message else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A claimed delivery. `id` is the stable identity that receivers deduplicate by; `attempt` counts from 1.

    `claims`: how often it was taken, this time included; more than `attempt` when a process died over it.
    """

    id: str
    subscription: str
    subscriber: str
    channel: ChannelKind
    message: Message
    created: datetime
    attempt: int
    token: str
    kind: DeliveryKind = DeliveryKind.ALERT
    claims: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """How one attempt ended and what follows. `endpoint`: how its receiver stands then, once that is stored.

    `attempted`: False for a delivery that was only put off: it counts neither as an attempt nor for its endpoint.
    """

    delivery: str
    token: str
    attempt: int
    state: DeliveryState
    at: datetime
    next_attempt: datetime | None = None
    fault: Fault | None = None
    endpoint: Endpoint | None = field(default=None, compare=False)
    attempted: bool = True
