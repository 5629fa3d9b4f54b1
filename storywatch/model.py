"""The values that travel through Storywatch: frozen, keyword-only, with aware UTC times.

Each step wraps the values it got and edits none. The words are the glossary's (docs/explanation/glossary.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from storywatch.errors import Fault

# What operators declare ----------------------------------------------------------------------------------------------


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    NEWS_SITEMAP = "news_sitemap"
    PAGE = "page"


class ChannelKind(StrEnum):
    """How a subscriber is reached."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    FILE = "file"


class FileFormat(StrEnum):
    """What the file channel writes: mails, or what a webhook would get."""

    EML = "eml"
    JSON = "json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlet:
    """A publisher.

    `hosts`: the names it publishes under, the canonical one first; an article is the same article on each of them.
    `strip_params`: query parameters that don't tell articles apart, besides the well-known tracking ones
    (`storywatch.urls`); a trailing `*` stands for any rest.
    `time_zone`: IANA name, for dates that come without a zone.
    """

    id: str
    name: str
    hosts: tuple[str, ...] = ()
    strip_params: tuple[str, ...] = ()
    time_zone: str = "UTC"
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One thing that is polled. `every` is the pause between two polls."""

    id: str
    outlet: str
    kind: SourceKind
    url: str
    every: timedelta
    stale_after: timedelta | None = None
    empty_is_error: bool = False
    enabled: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A person, place or organisation with its spellings; `spellings[0]` is the name that facets refer to."""

    spellings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seed:
    """An early report that the operator gives as an example of the event."""

    text: str
    id: str | None = None
    url: str | None = None
    published: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A tracked event, as declared.

    `all_of`: every group needs a hit, any member of a group is a hit. `none_of`: any hit rejects the item. A member is
    a word or phrase; a trailing `*` matches the rest of a word; a member that is the name of one of `people`,
    `places` or `organisations` stands for all of its spellings. `aliases` are other names of the event itself: an item
    that says one is about the event. `since` and `until` bound the publication day (UTC), both inclusive.
    """

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    all_of: tuple[tuple[str, ...], ...] = ()
    none_of: tuple[str, ...] = ()
    people: tuple[Name, ...] = ()
    places: tuple[Name, ...] = ()
    organisations: tuple[Name, ...] = ()
    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    seeds: tuple[Seed, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """Who is told. Channel settings that are secret stay in the configuration and never enter the database."""

    id: str
    name: str
    email: str | None = None
    webhook_url: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    folder: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """Which events a subscriber wants and by which channel. `events` empty and `tags` empty means every event.

    `corroborations`: also tell of further outlets that report a known update.
    """

    id: str
    subscriber: str
    channel: ChannelKind
    events: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    corroborations: bool = False
    file_format: FileFormat = FileFormat.EML


# What a visit brings -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedItem:
    """One item as its document gives it: plain text, absolute links, UTC times, and None for what is absent.

    `guid` is the publisher's identifier, unresolved, so that it doesn't change with the address of the feed.
    """

    guid: str | None = None
    url: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What a source served, parsed. `format` is the precise dialect, such as `rss20` or `atom10`.

    `ttl`: how long the publisher says that the document stays fresh. `dropped`: how many items were left out because
    they have neither id nor link nor any text.
    """

    kind: SourceKind
    format: str
    items: tuple[ParsedItem, ...]
    ttl: timedelta | None = None
    dropped: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What makes the next visit conditional, byte for byte as the last response said it (RFC 9110, section 8.8).

    `body_hash`: SHA-256 of the decoded body, hexadecimal, for servers that send no validators.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class VisitOutcome(StrEnum):
    """How a visit ended, before anything was compared with what is known."""

    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One visit to a source. `document` is there exactly when the outcome is ok, `fault` exactly when it failed.

    `fresh_for`: how long the response stays fresh by its own headers (RFC 9111), a floor of the next poll.
    """

    outcome: VisitOutcome
    document: Document | None = None
    fault: Fault | None = None
    validators: Validators = Validators()
    fresh_for: timedelta | None = None
    status: int | None = None
    final_url: str | None = None


# What is known -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """The text of an item at one time; `number` counts from 1."""

    item: str
    number: int
    seen: datetime
    title: str
    summary: str
    content: str
    author: str | None
    published: datetime | None
    updated: datetime | None
    language: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """What an outlet published, once. `keys` are the identities it answers to (`storywatch.intake`)."""

    id: str
    outlet: str
    source: str
    url: str | None
    first_seen: datetime
    keys: tuple[str, ...]
    revision: Revision

    @property
    def published(self) -> datetime:
        """The publication time, or when it was first seen if the publisher gave none."""
        return self.revision.published or self.revision.updated or self.first_seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why an item matched: what was asked for, what was found, and in which field."""

    asked: str
    found: str
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The verdict on one event and one item revision. `score` lies in 0 to 1; `lacks` are the groups without a hit."""

    event: str
    item: str
    revision: int
    accepted: bool
    score: float
    reasons: tuple[Reason, ...] = ()
    lacks: tuple[str, ...] = ()
    veto: str | None = None


class ReportRole(StrEnum):
    """What an item is to an update."""

    FIRST = "first"
    CORROBORATION = "corroboration"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """An item that tells of an update."""

    update: str
    event: str
    item: str
    outlet: str
    role: ReportRole
    seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """One development of an event. The id is derived from the event and the first reporting item."""

    id: str
    event: str
    item: str
    headline: str
    created: datetime


# What is owed --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """All that a message needs to say about one report that one subscription is owed.

    `id` is the alert's stable identity; `known_before` the headlines that the event already had, newest first.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A composed message: the exact bytes that every attempt sends, and where to.

    `address` is for people and logs: never a secret.
    """

    address: str
    body: bytes
    content_type: str


class DeliveryState(StrEnum):
    """Where a delivery stands. `waiting` covers the first attempt and every later one."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One report owed to one subscription, with the message that carries it, or why there is none."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A claimed delivery. `id` is the stable identity that receivers deduplicate by; `attempt` counts from 1."""

    id: str
    subscription: str
    subscriber: str
    channel: ChannelKind
    message: Message
    created: datetime
    attempt: int
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """How one attempt ended and what follows."""

    delivery: str
    token: str
    attempt: int
    state: DeliveryState
    at: datetime
    next_attempt: datetime | None = None
    fault: Fault | None = None


# Settings ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings:
    """The mail server that takes our mail. `tls`: `starttls`, `implicit` or `none`."""

    host: str
    port: int = 587
    tls: str = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What holds for the whole installation.

    `contact`: an address or page that outlets can use; it stands in the user agent. `allow`: the private `host:port`
    targets that the egress guard lets through. `outbox`: the folder of the file channel.
    """

    database: str = field(repr=False)
    contact: str
    mail_from: str = "Storywatch <storywatch@localhost>"
    smtp: SmtpSettings | None = None
    outbox: str = "outbox"
    allow: tuple[str, ...] = ()
    poll_every: timedelta = timedelta(minutes=15)
    max_bytes: int = 8 * 1024 * 1024
    timeout: timedelta = timedelta(seconds=20)
    obey_robots: bool = True
    concurrent_hosts: int = 16
    shutdown_timeout: timedelta = timedelta(seconds=25)


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchConfig:
    """One whole watch config: immutable, so that a reload swaps it in one assignment."""

    settings: Settings
    outlets: Mapping[str, Outlet]
    sources: Mapping[str, Source]
    events: Mapping[str, Event]
    subscribers: Mapping[str, Subscriber]
    subscriptions: Mapping[str, Subscription]


def as_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC. Raises ValueError for a naive time, which names no instant."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)
