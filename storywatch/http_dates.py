"""Dates and pauses as HTTP headers write them."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MOST_DIGITS = 9
"""More digits than these are nobody's pause, and could be too big for a number."""


def http_date(value: str | None) -> datetime | None:
    """Read an HTTP date (RFC 9110, section 5.6.7) as UTC; None if absent, unreadable or beyond all times."""
    try:
        moment = parsedate_to_datetime(value or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110, section 10.2.3), seconds or a date, as a pause from `now`; None if unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text) if len(text) <= MOST_DIGITS else 10**MOST_DIGITS)
    moment = http_date(text)
    return None if moment is None else max(moment - now, timedelta())
