"""The facts of a visit that its source is judged by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from storywatch.model import Document, Outlet, ParsedItem, SourceKind, Visit
from storywatch.sites import site_of
from storywatch.urls import host_of

FULL_TEXT = 1500
"""Characters: items whose median text is as long bring the article, shorter ones an excerpt (WordPress cuts at 500)."""

_FEED_PROXIES = frozenset({"feedburner.com", "feedpress.me", "feedproxy.google.com", "rss.feedsportal.com"})
"""Links on these lead to articles elsewhere: they tell nothing."""


class Robots(StrEnum):
    """What robots.txt said."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not_asked"
    UNKNOWN = "unknown"


class TextDepth(StrEnum):
    """How much of an article its item brings."""

    FULL = "full"
    EXCERPTS = "excerpts"
    TITLES = "titles"


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentFacts:
    """What the document is. `text_chars` is the median length of the items' texts, in characters.

    `undeclared_hosts`: where items link to, as far as the outlet declares its hosts and these are none of them.
    """

    kind: SourceKind
    format: str
    items: int
    newest: datetime | None
    oldest: datetime | None
    newest_age: timedelta | None
    without_id: int
    without_link: int
    without_date: int
    unreadable: int
    text: TextDepth
    text_chars: int
    broken_off: bool
    ttl: timedelta | None
    undeclared_hosts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerFacts:
    """What the server does. `validators_work` is None where nobody tried.

    `final_url` is the address after redirects, `permanent_url` the one to write into the watch config.
    """

    status: int | None
    final_url: str | None
    permanent_url: str | None
    etag: bool
    last_modified: bool
    validators_work: bool | None
    fresh_for: timedelta | None
    hub: str | None
    robots: Robots
    crawl_delay: timedelta | None


def answer_facts(visit: Visit, again: Visit | None, *, robots_asked: bool) -> AnswerFacts:
    """Return what the server did at the first visit, and at the conditional one after it."""
    offer = visit.push or (visit.document.push if visit.document else None)
    return AnswerFacts(
        status=visit.status,
        final_url=visit.final_url,
        permanent_url=visit.permanent_url,
        etag=visit.validators.etag is not None,
        last_modified=visit.validators.last_modified is not None,
        validators_work=None if again is None or again.fault else again.status == 304,
        fresh_for=visit.fresh_for,
        hub=offer.hub if offer else None,
        robots=_robots(visit) if robots_asked else Robots.NOT_ASKED,
        crawl_delay=visit.crawl_delay,
    )


_BEFORE_ROBOTS = frozenset({"bad_url", "connection", "dns", "egress_refused", "held", "internal", "timeout", "tls"})
"""Faults that may have come before robots.txt had said anything."""


def _robots(visit: Visit) -> Robots:
    code = visit.fault.code if visit.fault else ""
    if code == "robots":
        return Robots.FORBIDDEN
    if code == "robots_unreachable":
        return Robots.UNREACHABLE
    return Robots.UNKNOWN if code in _BEFORE_ROBOTS else Robots.ALLOWED


def document_facts(document: Document, outlet: Outlet, now: datetime) -> DocumentFacts:
    """Return what the document is."""
    items = document.items
    times = [moment for moment in map(_time_of, items) if moment]
    newest = max(times, default=None)
    chars = int(median(max(len(item.content), len(item.summary)) for item in items)) if items else 0
    return DocumentFacts(
        kind=document.kind,
        format=document.format,
        items=len(items),
        newest=newest,
        oldest=min(times, default=None),
        newest_age=max(now - newest, timedelta()) if newest else None,
        without_id=sum(not item.guid for item in items),
        without_link=sum(not item.url for item in items),
        without_date=len(items) - len(times),
        unreadable=document.dropped + len(document.set_aside),
        text=_depth(chars),
        text_chars=chars,
        broken_off=document.broken_off,
        ttl=document.wishes.ttl,
        undeclared_hosts=tuple(undeclared(items, outlet)),
    )


def _time_of(item: ParsedItem) -> datetime | None:
    return item.published or item.updated


def _depth(chars: int) -> TextDepth:
    if chars >= FULL_TEXT:
        return TextDepth.FULL
    return TextDepth.EXCERPTS if chars else TextDepth.TITLES


def undeclared(items: Sequence[ParsedItem], outlet: Outlet) -> Counter[str]:
    """Count the items on hosts that the outlet doesn't declare, the most frequent host first; none if it has none."""
    if not outlet.hosts:
        return Counter()
    hosts = Counter(host for host in link_hosts(items) if host not in outlet.hosts)
    return Counter(dict(hosts.most_common()))


def link_hosts(items: Sequence[ParsedItem]) -> list[str]:
    """Return the hosts that items link to, as far as they tell who publishes."""
    hosts = (host_of(item.url) for item in items if item.url)
    return [host for host in hosts if host and not is_feed_proxy(host)]


def is_feed_proxy(host: str) -> bool:
    """Tell whether the host serves others' feeds and counts their readers."""
    return host in _FEED_PROXIES or site_of(host) in _FEED_PROXIES
