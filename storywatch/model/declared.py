"""What operators declare: outlets with their sources, events, and who is told."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from storywatch.model.news import Severity


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
    APPRISE = "apprise"


class RevisionWish(StrEnum):
    """Which changes of reported items a subscription is told of.

    `CORRECTIONS`: corrections, retractions, pages that vanish or come back, and edits that change a figure or a
    statement.
    """

    NONE = "none"
    CORRECTIONS = "corrections"
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """When a digest is sent: a cron line of five fields, in an IANA time zone.

    What is at least as urgent as `break_through` does not wait for it; with None everything does.
    """

    cron: str
    time_zone: str = "UTC"
    break_through: Severity | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """When nobody is to be disturbed: from `begin` up to `end`, which may lie on the next day, in an IANA time zone.

    What is at least as urgent as `break_through` is told all the same; None lets nothing through.
    """

    begin: time
    end: time
    time_zone: str = "UTC"
    break_through: Severity | None = Severity.HIGH


class FileFormat(StrEnum):
    """What the file channel writes: mails, or what a webhook would get."""

    EML = "eml"
    JSON = "json"


class MatchMode(StrEnum):
    """What decides for an event: its facets to the letter, or the score with the facets as strong evidence."""

    STRICT = "strict"
    ASSISTED = "assisted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlet:
    """A publisher.

    `hosts`: the names it publishes under, the canonical one first; an article is the same article on each of them.
    `strip_params`: query parameters that don't tell articles apart, besides the well-known tracking ones
    (`storywatch.urls`); a trailing `*` stands for any rest.
    `time_zone`: IANA name, for dates that come without a zone. `live_urls`: forms of addresses whose page keeps
    changing, such as `*/live/*`; there the address alone says which item it is. `budget`: polls a day of its
    sources together, at most.
    """

    id: str
    name: str
    hosts: tuple[str, ...] = ()
    strip_params: tuple[str, ...] = ()
    time_zone: str = "UTC"
    language: str | None = None
    live_urls: tuple[str, ...] = ()
    budget: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRules:
    """Where the items of a page stand. Each is a CSS selector, or XPath if it begins with `/`, `./`, `.//` or `(`.

    `items` selects the entries of a listing, or the links that are items; without it the page itself is the one item,
    watched for change. `title`, `link`, `summary` and `time` look inside an entry, where the usual places don't do.
    `region` bounds what is read of a watched page; without it the article's text is found by itself.
    """

    items: str | None = None
    title: str | None = None
    link: str | None = None
    summary: str | None = None
    time: str | None = None
    region: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One thing that is polled. `every` is a fixed pause between two polls; without one it is paced.

    `stale_after`: a newest item older than this is an alarm. `empty_is_error`: so is a document without items.
    `drop_urls`: forms of addresses whose items are left out; `*` stands for anything. `verify`: its first document must
    look right before anything of it is stored. `gaps_only`: visited only when another source of the outlet may have
    lost items. `own`: the server is the operator's own, so `every` alone counts and not what the server asks for.
    """

    id: str
    outlet: str
    kind: SourceKind
    url: str
    every: timedelta | None = None
    stale_after: timedelta | None = None
    empty_is_error: bool = False
    enabled: bool = True
    page: PageRules = PageRules()
    drop_urls: tuple[str, ...] = ()
    verify: bool = True
    gaps_only: bool = False
    own: bool = False


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
    `places` or `organisations` stands for all of its spellings. `query` is the same in one line, as in search alerts;
    beside `all_of` both are needed (`storywatch.matching.language` has the syntax). `aliases` are other names of the
    event itself: an item that says one is about the event. `since` and `until` bound the publication day (UTC), both
    inclusive.
    """

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    all_of: tuple[tuple[str, ...], ...] = ()
    none_of: tuple[str, ...] = ()
    query: str | None = None
    match: MatchMode = MatchMode.ASSISTED
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
class RetiredSecret:
    """A secret that was replaced and is still signed with until then, for receivers that have not changed yet."""

    secret: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """Who is told. Channel settings that are secret stay in the configuration and never enter the database."""

    id: str
    name: str
    email: str | None = None
    webhook_url: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_retired: tuple[RetiredSecret, ...] = ()
    apprise_url: str | None = field(default=None, repr=False)
    folder: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """Which events a subscriber wants and by which channel. `events` empty and `tags` empty means every event.

    `corroborations`: also tell of further outlets that report a known update. `alarms`: tell of alarms about sources,
    and of nothing else. `digest`: gathered and sent at these times, at once otherwise. `least_outlets`,
    `least_origins`: an update is told when so many report it, once. `outlets`, `languages`: only reports of these
    count; empty means any. `most_a_day`: after so many messages on one day of `time_zone` the rest is gathered until
    the next.
    """

    id: str
    subscriber: str
    channel: ChannelKind
    events: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    corroborations: bool = False
    alarms: bool = False
    file_format: FileFormat = FileFormat.EML
    revisions: RevisionWish = RevisionWish.CORRECTIONS
    digest: Digest | None = None
    quiet: QuietHours | None = None
    least_severity: Severity = Severity.LOW
    least_outlets: int = 1
    least_origins: int = 1
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    most_a_day: int | None = None
    time_zone: str = "UTC"
