"""Reads the times that feeds really carry: RFC 822 and ISO 8601 with their misspellings, and a dozen other forms.

feedparser reads most forms, but takes epoch seconds for another date and unknown zone names, such as Kabul's AFT, for
UTC; so this reader comes first and feedparser's own is asked only about words in scripts that this one doesn't know.
"""

import re
import time
from calendar import timegm
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from unicodedata import decimal

from feedparser.datetimes import _parse_date

from spiders.parsing.zones import MONTHS, WEEKDAYS, offset_of
from storywatch.model import TimeCorrection, TimeOrigin

_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_LEAD = timedelta(hours=36)
_LONGEST = 80

_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})", re.ASCII)
_CLOCK = re.compile(
    r"(?<![\d:+\N{MINUS SIGN}-])(?:(?P<early>上午|午前)|(?P<late>下午|午後))?\s*"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?(?!\d|:\d)"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
_COMPACT_CLOCK = re.compile(r"(?<=\d)T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?")
_PLACE = re.compile(r"\b[a-z]+(?:/[a-z]+(?:[_+-][a-z0-9]+)*){1,2}", re.IGNORECASE)
_OFFSET = re.compile(
    r"(?:GMT|UTC)?\s*(?P<sign>[+\N{MINUS SIGN}-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?\b", re.IGNORECASE
)
_NAMED_ZONE = re.compile(r"\(?\b([a-z]{1,5})\b", re.IGNORECASE)

_WORD = r"(?P<month>[^\W\d_]{2,14})\.?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?(?=$|[\sTtZz,+]|-\d\d:?\d\d)",
        r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?=$|[\sTt])",
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?,?[\s-]+(?:de\s+)?{_WORD}[\s,-]+(?:del?\s+)?(?P<year>\d{{4}}|\d{{2}})\b",
        rf"\b{_WORD}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?:(?:[A-Z]{{1,5}}|[+-]\d{{4}})\s+)?(?P<year>\d{{4}})\b",
        rf"\b(?P<year>\d{{4}})\s+{_WORD}\s+(?P<day>\d{{1,2}})\b",
        r"\b(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2})\b",
        r"\b(?P<first>\d{1,2})[/ -](?P<second>\d{1,2})[/ -](?P<year>\d{4})\b",
        r"^(?P<year>\d{4})$",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadTime:
    """The instant that a text names, in UTC, or None with the reason; a reason beside an instant is a doubt."""

    moment: datetime | None = None
    correction: TimeCorrection | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemTimes:
    """The times of an item, as `storywatch.model.ParsedItem` has them."""

    published: datetime | None
    updated: datetime | None
    origin: TimeOrigin
    correction: TimeCorrection | None


def item_times(published: Iterable[str], updated: Iterable[str], now: datetime, zone: tzinfo) -> ItemTimes:
    """Read the times of an item from the texts that say when it was published, best first, and those of its update.

    Where no time of publication can be believed, that of the update takes its place. What was wrong with the
    publisher's time is told of the one that should have counted.
    """
    first, second = _best(published, now, zone), _best(updated, now, zone)
    if first.moment:
        origin, correction = TimeOrigin.PUBLISHED, first.correction
    elif second.moment:
        origin, correction = TimeOrigin.UPDATED, first.correction or second.correction
    else:
        origin, correction = TimeOrigin.SEEN, first.correction or second.correction
    return ItemTimes(
        published=first.moment or second.moment, updated=second.moment, origin=origin, correction=correction
    )


def _best(texts: Iterable[str], now: datetime, zone: tzinfo) -> ReadTime:
    """Return the first that is believed, else the first with a reason why not."""
    read = [judged_time(text, now, zone) for text in texts]
    return next((each for each in read if each.moment), next((each for each in read if each.correction), ReadTime()))


def judged_time(text: str, now: datetime, zone: tzinfo = UTC) -> ReadTime:
    """Return the instant that `text` names and what was wrong with it; neither if there is no text.

    A time without a zone, or with a zone name that nobody knows, is read in `zone`, the outlet's; a day without a clock
    is its midnight there. Of a clock that shows the hour twice, when summer time ends, the first is meant; one that
    skips the hour counts on as if it hadn't. Not believed: before 1990, and more than 36 hours after `now`; not read:
    what can't be a time, and 03/04/2021, which is two dates.
    """
    text = _with_plain_digits(" ".join(text.split())[:_LONGEST])
    if not text:
        return ReadTime()
    try:
        moment, assumed = _epoch(text) or _written(text, zone) or _foreign(text) or (None, False)
    except (ValueError, OverflowError):
        moment, assumed = None, False
    if moment is None:
        return ReadTime(correction=TimeCorrection.UNREADABLE)
    if moment < _OLDEST:
        return ReadTime(correction=TimeCorrection.TOO_EARLY)
    if moment > now + _LEAD:
        return ReadTime(correction=TimeCorrection.IN_THE_FUTURE)
    return ReadTime(moment=moment, correction=TimeCorrection.ZONE_ASSUMED if assumed else None)


def _with_plain_digits(text: str) -> str:
    """Write Persian, Arabic-Indic and all other decimal digits as ASCII's."""
    if text.isascii():
        return text
    return "".join(str(decimal(each)) if each.isdecimal() else each for each in text)


def _epoch(text: str) -> tuple[datetime, bool] | None:
    found = _EPOCH.fullmatch(text)
    if not found:
        return None
    return datetime.fromtimestamp(int(found[1]) if found[1] else int(found[2]) / 1000, UTC), False


def _written(text: str, zone: tzinfo) -> tuple[datetime, bool] | None:
    """Return the instant, and whether the zone was assumed."""
    clock = _CLOCK.search(text) or _COMPACT_CLOCK.search(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    # asctime and its kin put the year behind the clock: the date is looked for in all that is not the clock.
    spread = f"{before} {after}"
    found = _date(before) or _date(spread)
    if found is None:
        return None
    day, begin, end = found
    local = day + _time_of_day(**clock.groupdict()) if clock else day
    # The zone stands behind the clock, or behind the date where that is last.
    said = _offset(spread[end:] if clock is None or begin > len(before) else after, local, zone)
    offset = said if said is not None else local.replace(tzinfo=zone).utcoffset() or timedelta()
    return (local - offset).replace(tzinfo=UTC), said is None


def _date(text: str) -> tuple[datetime, int, int] | None:
    """Return the day's midnight without a zone, and where in the text it begins and ends."""
    for pattern in _DATES:
        if (found := pattern.search(text)) and (day := _day(found.groupdict(), text)):
            return day, found.start(), found.end()
    return None


def _day(parts: dict[str, str | None], text: str) -> datetime | None:
    year = _year(parts["year"] or "")
    if "first" in parts:
        return _numbers(int(parts["first"] or 0), int(parts["second"] or 0), year, text)
    month = _month(parts.get("month") or "1")
    return None if month is None else datetime(year, month, int(parts.get("day") or 1))  # noqa: DTZ001 - a wall clock's


def _numbers(first: int, second: int, year: int, text: str) -> datetime | None:
    """Read 08/26/2021 or 26/08/2021; 03/04/2021 is neither, unless the weekday tells which."""
    weekday = WEEKDAYS.get(text[:3].lower())
    possible = [
        datetime(year, month, day)  # noqa: DTZ001 - a wall clock's
        for month, day in dict.fromkeys(((second, first), (first, second)))
        if 1 <= month <= 12
    ]
    fitting = possible if len(possible) == 1 else [day for day in possible if day.weekday() == weekday]
    return fitting[0] if len(fitting) == 1 else None


def _month(text: str) -> int | None:
    return int(text) if text.isdecimal() else MONTHS.get(text.lower()) or MONTHS.get(text.lower()[:3])


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 90 else 1900)


def _time_of_day(
    *,
    hour: str,
    minute: str,
    second: str | None,
    fraction: str | None = None,
    half: str | None = None,
    early: str | None = None,
    late: str | None = None,
) -> timedelta:
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if half or early or late:
        if not 1 <= hours <= 12:
            raise ValueError(f"no such hour: {hour}")
        hours = hours % 12 + (12 if late or (half or "")[:1] in {"p", "P"} else 0)
    # 24:00 is midnight at the day's end (ISO 8601), 60 a leap second.
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds)):
        raise ValueError(f"no such time: {hour}:{minute}")
    return timedelta(
        hours=hours, minutes=minutes, seconds=seconds, microseconds=int((fraction or "0").ljust(6, "0")[:6])
    )


def _offset(text: str, local: datetime, zone: tzinfo) -> timedelta | None:
    """Return how far ahead of UTC the text says that the clock is, None if it doesn't or nobody knows."""
    if place := _PLACE.search(text):
        return offset_of(place[0], local, zone)
    if found := _OFFSET.search(text):
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        if offset > timedelta(hours=14):
            raise ValueError(f"no such offset: {found[0]}")
        return offset if found["sign"] == "+" else -offset
    named = _NAMED_ZONE.search(text)
    return offset_of(named[1], local, zone) if named else None


def _foreign(text: str) -> tuple[datetime, bool] | None:
    # Of plain digits feedparser makes another date.
    if text.isascii():
        return None
    parsed: time.struct_time | None = _parse_date(text)
    return (datetime.fromtimestamp(timegm(parsed), UTC), False) if parsed else None
