"""What a visit brings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storywatch.errors import Fault
from storywatch.model.declared import SourceKind


class TimeOrigin(StrEnum):
    """Where the time of an item comes from."""

    PUBLISHED = "published"
    UPDATED = "updated"
    SEEN = "seen"


class TimeCorrection(StrEnum):
    """What was wrong with the time that the publisher gave.

    `zone_assumed`: it named no zone, or none that anybody knows, and was read in the outlet's. The others were not
    believed: unreadable, before 1990, or more than 36 hours ahead.
    """

    ZONE_ASSUMED = "zone_assumed"
    UNREADABLE = "unreadable"
    TOO_EARLY = "too_early"
    IN_THE_FUTURE = "in_the_future"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedItem:
    """One item as its document gives it: plain text, absolute links, UTC times, and None for what is absent.

    `guid` is the publisher's identifier, unresolved, so that it doesn't change with the address of the feed.
    `time_origin` says what `published` rests on: `seen` when it is None, for then the first sight has to do.
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
    time_origin: TimeOrigin = TimeOrigin.SEEN
    time_correction: TimeCorrection | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """An item that could not be read, with the reason, while the rest was; `item` names it as well as can be."""

    item: str
    fault: Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a feed asks of its readers: how long it stays fresh, and when it does not want to be polled.

    `skip_hours` are hours of the day in UTC (0 to 23), `skip_days` weekdays in UTC (Monday is 0).
    """

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class PushOffer:
    """A hub that would push the document's news (WebSub, section 4), and the topic to subscribe to."""

    hub: str
    topic: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SitemapPart:
    """One sitemap that an index lists. `lastmod` stands as it was written: it is only compared."""

    url: str
    lastmod: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What a source served, parsed. `format` is the precise dialect, such as `rss20` or `atom10`.

    `known`: how many of its items were not read, because their bytes were the same in the last document. `dropped`: how
    many were left out because they have neither id nor link nor any text. `set_aside`: those that could not be read.
    `broken_off`: the document ends before it should, so that what stood behind is missing.
    `elements` lets the next parse leave out what this one has read (`storywatch.elements`); empty where that can't be.
    `parts`: of an index of sitemaps, what it lists.
    """

    kind: SourceKind
    format: str
    items: tuple[ParsedItem, ...]
    wishes: Wishes = Wishes()
    known: int = 0
    dropped: int = 0
    set_aside: tuple[SetAside, ...] = ()
    broken_off: bool = False
    elements: bytes = b""
    push: PushOffer | None = None
    parts: tuple[SitemapPart, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PartValidators:
    """The validators of one sitemap that an index lists."""

    url: str
    lastmod: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What makes the next visit conditional, byte for byte as the last response said it (RFC 9110, section 8.8).

    `body_hash`: SHA-256 of the decoded body, hexadecimal, for servers that send no validators. `asked_as`: a hash of
    the request headers that chose the response; validators are good for the same question only. `elements`: of the last
    document (`Document.elements`). `parts`: of the sitemaps that an index lists.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    asked_as: str | None = None
    elements: bytes = b""
    parts: tuple[PartValidators, ...] = ()


class VisitOutcome(StrEnum):
    """How a visit ended, before anything was compared with what is known."""

    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One visit to a source. `document` is there exactly when the outcome is ok, `fault` exactly when it failed.

    `fresh_for`: how long the response stays fresh by its own headers (RFC 9111), a floor of the next poll.
    `retry_after`: the pause that a successful response asked for. `final_url`: the address after redirects;
    `permanent_url`: that address when every hop was permanent (RFC 9110, sections 15.4.2 and 15.4.9). `validates`: the
    server sent validators, and did not send the same document to who showed them. `partial`: the document has only what
    is new (RFC 3229). `crawl_delay`: what robots.txt asks between two pages.
    """

    outcome: VisitOutcome
    document: Document | None = None
    fault: Fault | None = None
    validators: Validators = Validators()
    fresh_for: timedelta | None = None
    retry_after: timedelta | None = None
    status: int | None = None
    final_url: str | None = None
    permanent_url: str | None = None
    validates: bool = True
    partial: bool = False
    crawl_delay: timedelta | None = None
    push: PushOffer | None = None
