"""What a feed says about itself: how often it wants to be read, and who would push its news."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from spiders.parsing.dialect import RawFeed
from spiders.parsing.fields import web_link
from spiders.parsing.zones import WEEKDAYS
from storywatch.model import PushOffer, Wishes

_HOURS_OF_A_DAY, _DAYS_OF_A_WEEK = 24, 7


def wishes_of(raw: RawFeed) -> Wishes:
    """Return RSS's `ttl`, `skipHours` and `skipDays` (https://www.rssboard.org/rss-specification#optionalChannelElements).

    A feed that skips every hour, or every day, could never be read: that wish is not granted.
    """
    hours = frozenset(int(text) % _HOURS_OF_A_DAY for text in raw.skip_hours if _is_hour(text))
    days = frozenset(WEEKDAYS[text[:3].lower()] for text in raw.skip_days if text[:3].lower() in WEEKDAYS)
    return Wishes(
        ttl=_ttl(raw.feed.get("ttl")),
        skip_hours=hours if len(hours) < _HOURS_OF_A_DAY else frozenset(),
        skip_days=days if len(days) < _DAYS_OF_A_WEEK else frozenset(),
    )


def _is_hour(text: str) -> bool:
    # 24 is RSS 0.91's midnight.
    return text.isdecimal() and len(text) <= 2 and int(text) <= _HOURS_OF_A_DAY


def _ttl(text: object) -> timedelta | None:
    if not isinstance(text, str) or not text.strip().isdecimal() or len(text.strip()) > 6:
        return None
    return timedelta(minutes=int(text)) or None


def push_of(raw: RawFeed, url: str | None) -> PushOffer | None:
    """Return the first hub that the feed links to, for its own address or `url` (WebSub, section 4)."""
    links = raw.feed.get("links")
    listed = [each for each in links if isinstance(each, dict)] if isinstance(links, list) else []
    return push_offer(_addresses(listed, "hub"), _addresses(listed, "self"), url)


def push_offer(hubs: Iterable[str], topics: Iterable[str], url: str | None) -> PushOffer | None:
    """Return the offer of the first hub and topic with an http(s) address; the topic is `url` where none is named."""
    hub = next(filter(None, (web_link(each, url) for each in hubs)), None)
    topic = next(filter(None, (web_link(each, url) for each in (*topics, url or ""))), None)
    return PushOffer(hub=hub, topic=topic) if hub and topic else None


def _addresses(links: Iterable[Mapping[str, Any]], relation: str) -> list[str]:
    return [str(each.get("href", "")) for each in links if relation in str(each.get("rel", "")).lower().split()]
