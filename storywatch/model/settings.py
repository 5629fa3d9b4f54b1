"""What holds for the whole installation, and the watch config as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from storywatch.model.declared import Event, Outlet, Source, Subscriber, Subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings:
    """The mail server that takes our mail. `tls`: `starttls`, `implicit` or `none`.

    `pace`: how many mails one domain gets in a minute.
    """

    host: str
    port: int = 587
    tls: str = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    pace: int = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class PushSettings:
    """WebSub: where hubs reach us. `listen` is `host:port`; `public_url` what hubs call; `key` derives the secrets."""

    listen: str = "127.0.0.1:8765"
    public_url: str
    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageSettings:
    """The pages that subscribers meet. `listen`: `host:port`, behind a proxy; `public_url`: what stands in mails.

    `key` signs their links. `open_to_all`: anybody may subscribe to the events; each address confirms it.
    """

    listen: str = "127.0.0.1:8766"
    public_url: str
    key: str = field(repr=False)
    open_to_all: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much one document may cost.

    `ratio`: decoded over compressed bytes, for bodies over a mebibyte. `headers`: bytes of all header fields.
    `items`, `field_chars`, `item_bytes`, `depth`: of a document. `parse_cpu` and `parse_memory` (bytes): of one parse.
    """

    ratio: int = 200
    headers: int = 64 * 1024
    items: int = 2000
    item_bytes: int = 1024 * 1024
    field_chars: int = 200_000
    depth: int = 100
    parse_cpu: timedelta = timedelta(seconds=10)
    parse_memory: int = 48 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What holds for the whole installation.

    `contact`: an address or page that outlets can use; it stands in the user agent. `allow`: the private `host:port`
    targets that the egress guard lets through. `outbox`: the folder of the file channel. `poll_every`: a fixed pause
    for every source that names none. `budget`: polls a day of all sources together; `per_host`: of those of one host at
    most. `recheck`: look at the pages of reported items again. `bounces`: the mailbox that takes bounces,
    `name@domain`; each mail's envelope names it with the delivery (VERP). `rotation_overlap`: how long the secret
    before is signed with too.
    """

    database: str = field(repr=False)
    contact: str
    mail_from: str = "Storywatch <storywatch@localhost>"
    smtp: SmtpSettings | None = None
    outbox: str = "outbox"
    allow: tuple[str, ...] = ()
    poll_every: timedelta | None = None
    budget: int | None = None
    per_host: int | None = None
    max_bytes: int = 8 * 1024 * 1024
    timeout: timedelta = timedelta(seconds=20)
    obey_robots: bool = True
    recheck: bool = False
    concurrent_hosts: int = 16
    limits: Limits = Limits()
    push: PushSettings | None = None
    pages: PageSettings | None = None
    bounces: str | None = None
    rotation_overlap: timedelta = timedelta(hours=24)
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
