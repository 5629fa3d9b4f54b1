"""Reads the times that feeds really carry: RFC 822 and ISO 8601 with their misspellings, and a dozen other forms.

feedparser reads most forms, but takes epoch seconds for another date and unknown zone names, such as Kabul's AFT, for
UTC; so this reader comes first and feedparser's own is asked only about words in scripts that this one doesn't know.
"""

import re
import time
from calendar import timegm
from datetime import UTC, datetime, timedelta

from feedparser.datetimes import _parse_date

from spiders.parsing.zones import MONTHS, ZONES

_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_LEAD = timedelta(hours=36)
_LONGEST = 80

_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?(?![\d:])"
    r"\s*(?P<half>[ap]\.?m\b\.?)?",
    re.IGNORECASE,
)
_COMPACT_CLOCK = re.compile(r"(?<=\d)T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?")
_OFFSET = re.compile(
    r"(?:GMT|UTC)?\s*(?P<sign>[+\N{MINUS SIGN}-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?\b", re.IGNORECASE
)
_NAMED_ZONE = re.compile(r"\(?\b(?:etc/)?([a-z]{1,5})\b", re.IGNORECASE)

_WORD = r"(?P<month>[^\W\d_]{3,12})\.?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?(?=$|[\sTt,])",
        r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?=$|[\sTt])",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?[\s-]+(?:de\s+)?{_WORD}[\s,-]+(?:del?\s+)?(?P<year>\d{{4}}|\d{{2}})\b",
        rf"\b{_WORD}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?:(?:[A-Z]{{1,5}}|[+-]\d{{4}})\s+)?(?P<year>\d{{4}})\b",
        r"\b(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4})\b",
    )
)


def read_time(text: str, now: datetime) -> datetime | None:
    """Return the instant that `text` names, in UTC, or None.

    A time without a zone, or with a zone name that nobody knows, is read as UTC. None also for what can't be a time of
    publication: before 1990, or more than 36 hours after `now`; and for 03/04/2021, which is two dates.
    """
    text = text.strip()[:_LONGEST]
    try:
        moment = _epoch(text) or _written(text) or _foreign(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment is not None and _OLDEST <= moment <= now + _LEAD else None


def _epoch(text: str) -> datetime | None:
    found = _EPOCH.fullmatch(text)
    if not found:
        return None
    return datetime.fromtimestamp(int(found[1]) if found[1] else int(found[2]) / 1000, UTC)


def _written(text: str) -> datetime | None:
    clock = _CLOCK.search(text) or _COMPACT_CLOCK.search(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    # asctime and its kin put the year behind the clock: the date is looked for in all that is not the clock.
    day = _day(f"{before} {after}")
    if day is None or clock is None:
        return day
    return day + _time_of_day(**clock.groupdict()) - _zone(after)


def _day(text: str) -> datetime | None:
    for pattern in _DATES:
        if found := pattern.search(text):
            parts = found.groupdict()
            if "first" in parts:
                return _numbers(int(parts["first"]), int(parts["second"]), int(parts["year"]))
            if (month := _month(parts["month"])) is not None:
                return datetime(_year(parts["year"]), month, int(parts["day"] or 1), tzinfo=UTC)
    return None


def _numbers(first: int, second: int, year: int) -> datetime | None:
    """Read 08/26/2021 or 26/08/2021; 03/04/2021 is neither."""
    if first > 12 or first == second:
        return datetime(year, second, first, tzinfo=UTC)
    return datetime(year, first, second, tzinfo=UTC) if second > 12 else None


def _month(text: str) -> int | None:
    return int(text) if text.isdecimal() else MONTHS.get(text.lower()) or MONTHS.get(text.lower()[:3])


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 90 else 1900)


def _time_of_day(
    hour: str, minute: str, second: str | None, fraction: str | None = None, half: str | None = None
) -> timedelta:
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(f"no such hour: {hour}")
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    # 24:00 is midnight at the day's end (ISO 8601), 60 a leap second.
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds)):
        raise ValueError(f"no such time: {hour}:{minute}")
    return timedelta(
        hours=hours, minutes=minutes, seconds=seconds, microseconds=int((fraction or "0").ljust(6, "0")[:6])
    )


def _zone(text: str) -> timedelta:
    if found := _OFFSET.search(text):
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        if offset > timedelta(hours=14):
            raise ValueError(f"no such offset: {found[0]}")
        return offset if found["sign"] == "+" else -offset
    # A zone that nobody knows is UTC: some hours wrong, where no time at all would pass off an old item as new.
    found = _NAMED_ZONE.search(text)
    return timedelta(hours=ZONES.get(found[1].upper(), 0)) if found else timedelta()


def _foreign(text: str) -> datetime | None:
    # Of plain digits feedparser makes another date.
    if text.isascii():
        return None
    parsed: time.struct_time | None = _parse_date(text)
    return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
