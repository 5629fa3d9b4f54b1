"""The `settings` section. A key that is not given takes the default of `storywatch.model.Settings`."""

from typing import Annotated, Literal

from pydantic import Field

from config.schema.base import Strict
from config.schema.fields import (
    BounceMailbox,
    CallbackBase,
    Contact,
    Database,
    Line,
    MailHost,
    Overlap,
    Pause,
    Port,
    Requests,
    Sender,
    Stop,
    Target,
    Variable,
    Wait,
)


class SmtpSpec(Strict):
    """The mail server that takes our mail. Its host and port pass the egress guard by standing here."""

    host: MailHost = Field(description="Name of the mail server.")
    port: Port | None = Field(None, description="Port; by default 587, with tls: implicit 465, with tls: none 25.")
    tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls", description="How the connection is encrypted: starttls (default), implicit or none."
    )
    username: Line | None = Field(None, description="Login name, when the server asks for one.")
    password_file: Line | None = Field(
        None, description="File that holds the password, relative to the folder of the watch config."
    )
    password_env: Variable | None = Field(None, description="Environment variable that holds the password.")
    pace: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None, description="Mails a minute to the addresses of one domain; what is more waits for its turn. Default 60."
    )


class EgressSpec(Strict):
    """Exceptions of the egress guard, which else refuses private and special addresses."""

    allow: list[Target] = Field(
        default_factory=list, description="Private targets that may be dialled, each HOST:PORT, such as localhost:8080."
    )


class PollingSpec(Strict):
    """How sources are visited."""

    every: Pause | None = Field(
        None,
        description=(
            "A fixed pause between two polls for every source that names none; at least 60s. Without it sources are "
            "paced: each is polled when its rhythm says so, within the budget."
        ),
    )
    budget: Requests | None = Field(
        None,
        description=(
            "Polls a day of all sources together; default 96 for each paced source, and what those take that have a "
            "fixed pause, fail or are pushed. Each paced source is polled once a day at least."
        ),
    )
    per_host: Requests | None = Field(
        None,
        description=(
            "Polls a day of the sources of one host, at most, but one for each paced one; without it only the budget "
            "counts."
        ),
    )
    max_bytes: Annotated[int, Field(ge=1024, le=64 * 1024**2)] | None = Field(
        None, description="Largest document that is read, in bytes; default 8388608 (8 MiB)."
    )
    timeout: Wait | None = Field(None, description="Longest time that one visit may take; default 20s.")
    obey_robots: bool | None = Field(None, description="Ask each host's robots.txt first; default true.")
    recheck: bool | None = Field(
        None,
        description=(
            "Look at the pages of reported items again, some twenty times in the first year, for edits in silence and "
            "for pages that vanish; default false."
        ),
    )
    concurrent_hosts: Annotated[int, Field(ge=1, le=256)] | None = Field(
        None, description="How many hosts are visited at the same time; default 16."
    )


class LimitsSpec(Strict):
    """How much one document may cost. What goes beyond fails, or is set aside, with the limit's name."""

    ratio: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        None, description="How many times its compressed size a document may have, beyond 1 MiB; default 200."
    )
    headers: Annotated[int, Field(ge=4096, le=1024**2)] | None = Field(
        None, description="Bytes of all header fields of an answer; default 65536."
    )
    items: Annotated[int, Field(ge=1, le=50_000)] | None = Field(
        None, description="The first so many items of a document are read; default 2000."
    )
    item_bytes: Annotated[int, Field(ge=1024, le=64 * 1024**2)] | None = Field(
        None, description="Largest item that is read, in bytes of its document; default 1048576."
    )
    field_chars: Annotated[int, Field(ge=100, le=10_000_000)] | None = Field(
        None, description="Characters that are kept of a summary or a content; default 200000."
    )
    depth: Annotated[int, Field(ge=10, le=200)] | None = Field(
        None, description="How deep the elements of a document may be nested; default 100."
    )
    parse_cpu: Wait | None = Field(None, description="CPU time that reading one document may take; default 10s.")
    parse_memory: Annotated[int, Field(ge=16 * 1024**2, le=8 * 1024**3)] | None = Field(
        None, description="Memory in bytes that reading one document may take; default 50331648 (48 MiB)."
    )


class Keyed(Strict):
    """What has a key of its own, which must not stand in the YAML."""

    key_file: Line | None = Field(
        None, description="File that holds the key, relative to the folder of the watch config."
    )
    key_env: Variable | None = Field(None, description="Environment variable that holds the key.")


class PushSpec(Keyed):
    """How hubs reach us (WebSub). Without it every source is only polled."""

    listen: Target | None = Field(
        None, description="HOST:PORT that is listened at for hubs, behind a proxy; default 127.0.0.1:8765."
    )
    public_url: CallbackBase = Field(
        description="Address that hubs call, such as https://desk.example.org/push; a proxy leads it to listen."
    )


class PagesSpec(Keyed):
    """The pages that subscribers meet: unsubscribe, preferences, confirm. Without it mails have no links to them."""

    listen: Target | None = Field(
        None, description="HOST:PORT that is listened at for people, behind a proxy; default 127.0.0.1:8766."
    )
    public_url: CallbackBase = Field(
        description="Address that mails link to, such as https://news.example.org; a proxy leads it to listen."
    )
    open_to_all: bool | None = Field(
        None, description="Let anybody subscribe to the events, who then confirms the address; default false."
    )


class SettingsSpec(Strict):
    """What holds for the whole installation."""

    contact: Contact = Field(
        description="E-mail address or https page where outlets can reach you; it stands in the user agent."
    )
    database: Database | None = Field(
        None,
        description="Path or URL of the database; default sqlite:///storywatch.db in the folder of the watch config.",
    )
    database_file: Line | None = Field(
        None, description="File that holds the database URL: for a PostgreSQL URL with a password."
    )
    database_env: Variable | None = Field(None, description="Environment variable that holds the database URL.")
    mail_from: Sender | None = Field(None, description="Sender of the mails, such as Storywatch <alerts@example.org>.")
    smtp: SmtpSpec | None = Field(
        None, description="The mail server; without one, mails are written as .eml files into the outbox."
    )
    outbox: Line | None = Field(
        None, description="Folder for alerts written as files, relative to the watch config; default outbox."
    )
    egress: EgressSpec | None = Field(None, description="Exceptions of the egress guard.")
    polling: PollingSpec | None = Field(None, description="How sources are visited.")
    limits: LimitsSpec | None = Field(None, description="How much one document may cost.")
    push: PushSpec | None = Field(None, description="How hubs reach us (WebSub); without it sources are only polled.")
    pages: PagesSpec | None = Field(
        None, description="The pages that subscribers meet; without it mails have no links to them."
    )
    bounces: BounceMailbox | None = Field(
        None, description="Mailbox that takes mails that come back, such as bounces@example.org; needs pages."
    )
    rotation_overlap: Overlap | None = Field(
        None, description="How long calls are also signed with the webhook secret before a rotation; default 24h."
    )
    shutdown_timeout: Stop | None = Field(
        None, description="How long work in flight may take to finish when the daemon stops; default 25s."
    )
