"""What a value must be, in the words of an operator. Each check returns the value or raises `UnfitError`."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from config.database import database_url, holds_password
from config.durations import parse_duration
from config.nearest import did_you_mean
from storywatch.apprise_urls import service_url
from storywatch.calendar import next_release
from storywatch.egress import EgressPolicy
from storywatch.matching.language import QueryError, parse_member, parse_query
from storywatch.model import Digest

EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$"

LONGEST_BOUNCE_NAME = 15
"""A local part has 64 characters (RFC 5321), of which the token takes 49."""


_HOST_AND_PORT = "HOST:PORT, such as localhost:8080 or [::1]:8080"
_PORT_ALONE = re.compile(":?([0-9]{1,5})")
_ANY_YEAR = datetime(2025, 1, 1, tzinfo=UTC)


class UnfitError(ValueError):
    """A value does not fit. `expected` completes "expected ..."; `remedy` says what to write instead."""

    def __init__(self, expected: str, remedy: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.remedy = remedy


class UnreadError(UnfitError):
    """A query or a member of a group can't be read at one of its characters."""

    def __init__(self, error: QueryError, text: str) -> None:
        super().__init__(error.what, error.remedy)
        self.said = error.message()
        self.shown = error.caret(text)


def form(pattern: str, expected: str, remedy: str = "") -> Callable[[str], str]:
    """Return the check that a text has a form."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise UnfitError(expected, remedy)
        return text

    return check


def _no_controls(text: str, allowed: str = "") -> bool:
    return not any(unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed for char in text)


def line(text: str) -> str:
    """Accept one line of text."""
    if not text.strip() or not _no_controls(text) or len(text) > 500:
        raise UnfitError("one line of 1 to 500 characters")
    return text.strip()


def prose(text: str) -> str:
    """Accept text of several lines."""
    if not text.strip() or not _no_controls(text, "\n\t") or len(text) > 20_000:
        raise UnfitError("text of 1 to 20000 characters")
    return text.strip()


def term(text: str) -> str:
    """Accept a word or phrase, or a small query as a member of a group."""
    return _readable(line(text), parse_member)


def query(text: str) -> str:
    """Accept a query; in YAML it may go over several lines."""
    if not _no_controls(text, "\n\t"):
        raise UnfitError("a query without control characters")
    return _readable(" ".join(text.split()), parse_query)


def _readable(text: str, parse: Callable[[str], object]) -> str:
    try:
        parse(text)
    except QueryError as error:
        raise UnreadError(error, text) from None
    return text


def group(value: Any) -> Any:
    """Accept a list only: a lone word is a common slip."""
    if not isinstance(value, list):
        raise UnfitError("a group: a list of words", "write it in brackets, such as [attack*, bomb*]")
    return value


def day(value: Any) -> Any:
    """Accept a date in quotes too: its meaning is plain."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            value = None
    if type(value) is not date:
        raise UnfitError("a date such as 2021-08-26")
    return value


def day_of(value: Any) -> Any:
    """Accept a time too: its day in UTC counts."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    return day(value)


def between(low: str, high: str) -> Callable[[Any], timedelta]:
    """Return the check for a duration from `low` to `high`, both inclusive."""

    def check(value: Any) -> timedelta:
        try:
            found = parse_duration(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None:
            raise UnfitError("a duration such as 90s, 15m, 2h or 1d", "a whole number and a unit, without a space")
        if not parse_duration(low) <= found <= parse_duration(high):
            raise UnfitError(f"a duration from {low} to {high}")
        return found

    return check


def web_address(text: str) -> str:
    """Accept an http or https address without a login in it."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(text) > 2048:
        raise UnfitError("an address that begins with https:// or http://")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise UnfitError("an address of ASCII characters without spaces", "write the others percent-encoded")
    if "@" in parts.netloc:
        raise UnfitError(
            "an address without a user name and password",
            "a login in an address is a secret: the YAML is no place for it",
        )
    return text


def apprise_url(text: str) -> str:
    """Accept the URL of a service that Apprise reaches by http."""
    try:
        return service_url(text)
    except ValueError as error:
        expected, _, remedy = str(error).removeprefix("expected ").partition("; ")
        raise UnfitError(expected, remedy) from None


def callback_base(text: str) -> str:
    """Accept a web address that a path can be added to."""
    if set("?#") & set(web_address(text)) or len(text) > 500:
        raise UnfitError("an address without ? and #, of at most 500 characters", "a path is added to it")
    return text


def contact(text: str) -> str:
    """Accept an address or page that is safe in a user agent, and that no robots.txt takes for Scrapy."""
    usable = text.isascii() and text.isprintable() and not set(' ()<>"') & set(text)
    is_page = text.startswith("https://") and bool(urlsplit(text).hostname)
    if not usable or len(text) > 200 or not (is_page or re.fullmatch(EMAIL, text)):
        raise UnfitError("an e-mail address or a page that begins with https://", "outlets read it in the user agent")
    if "scrapy" in text.lower():
        raise UnfitError("a contact without the word scrapy", "some robots.txt files refuse every agent that says it")
    return text


def target(value: Any) -> Any:
    """Accept HOST:PORT. A port alone, which YAML takes for a number, lacks its host."""
    alone = _PORT_ALONE.fullmatch(str(value))
    if alone:
        raise UnfitError(_HOST_AND_PORT, f'write the host too: "127.0.0.1:{alone[1]}"')
    try:
        EgressPolicy.allowing([value] if isinstance(value, str) else [])
    except ValueError:
        raise UnfitError(_HOST_AND_PORT) from None
    return value


def time_zone(text: str) -> str:
    """Accept an IANA name that this machine knows."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        near = did_you_mean(text, available_timezones()).removeprefix("; ")
        raise UnfitError("the IANA name of a time zone, such as Asia/Kabul", near) from None
    return text


def time_of_day(value: Any) -> time:
    """Accept HH:MM in quotes: without them YAML takes 22:00 for a number."""
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise UnfitError('a time of day such as "07:30"', "two digits each, in quotes")
    return time.fromisoformat(value)


def cron(text: str) -> str:
    """Accept a cron line of five fields that comes at least once a year."""
    line(text)
    try:
        first = next_release(Digest(cron=text), _ANY_YEAR) if len(text.split()) == 5 else None
    except ValueError:
        first = None
    if first is None:
        raise UnfitError('a cron line: minute, hour, day, month, weekday, such as "30 7 * * 1-5"')
    if first > _ANY_YEAR + timedelta(days=366):
        raise UnfitError("a cron line that comes at least once a year")
    return " ".join(text.split())


def sender(text: str) -> str:
    """Accept an address with or without a display name, safe as a mail header."""
    name, address = parseaddr(line(text))
    if not re.fullmatch(EMAIL, address) or text.count("@") != 1 or not name.isprintable():
        raise UnfitError("a sender such as Storywatch <alerts@example.org>")
    return line(text)


def bounce_mailbox(text: str) -> str:
    """Accept a mailbox that leaves room for what is added to its name in return addresses."""
    name = text.rpartition("@")[0]
    if not re.fullmatch(EMAIL, text) or len(name) > LONGEST_BOUNCE_NAME or "+" in name:
        raise UnfitError(
            f"an e-mail address such as bounces@example.org, with at most {LONGEST_BOUNCE_NAME} characters and no + "
            "before the @",
            "return addresses are name+token@domain",
        )
    return text


def database(text: str) -> str:
    """Accept a path or URL without a password."""
    if holds_password(text):
        remedy = "put the URL into a file and name it in database_file, or use database_env"
        raise UnfitError("a database URL without a password", remedy)
    try:
        database_url(text, Path("/"))
    except ValueError:
        raise UnfitError("a path, sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    return text
