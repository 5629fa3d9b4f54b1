"""Hostile text made fit for mail headers, mail bodies and JSON, and the few facts that every channel words alike."""

import re
import unicodedata
from datetime import datetime, timedelta

from storywatch.matching.saying import UNPLAIN, ground_in_words
from storywatch.model import Match, Reason, as_utc

# What shows nothing and can only mislead: C0, C1, soft hyphen, zero-width, bidi and tag characters, half surrogates
# (UTF-8 can't carry those). White space among them becomes a space first. Format characters that readers do see, such
# as the Arabic number signs, stay.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f\ud800-\udfff]"
)
# Persian and emoji need these two between letters, but they can hide in a header.
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_SPACE = re.compile(r"\s+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def plain(text: str) -> str:
    """Return `text` as one visible line, for bodies: it can't forge a line, hide, or turn its neighbours round."""
    return " ".join(_UNSEEN.sub("", _SPACE.sub(" ", text)).split())


def mail_text(text: str) -> str:
    """Return `text` fit for a mail header. Idempotent.

    Besides `plain`: the non-joiner becomes a space, as Persian readers write where they have none, and RFC 2047's
    encoded words are broken. CPython before 3.11.10 decodes one in a header's value and writes the line ends that it
    hides (CVE-2024-6923), and feed readers pass such words through.
    """
    return plain(text.replace(_NON_JOINER, " ").replace(_JOINER, "")).replace("=?", "= ?")


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, ended by an ellipsis where something is missing, at a word's end if near."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end and unicodedata.combining(text[end]):
        end -= 1
    space = text.rfind(" ", limit // 2, end + 1)
    return text[: space if space > 0 else end].rstrip(" ,;:-\u200c\u200d") + "\u2026"


def cut_bytes(text: str, limit: int) -> str:
    """Return `text` in at most `limit` bytes of UTF-8, never a part of a character, with an ellipsis where cut."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    return raw[: limit - 3].decode(errors="ignore").rstrip() + "\u2026"


def utc_time(moment: datetime) -> str:
    """Word an instant in UTC, such as `26 Aug 2021 17:52 UTC`; not by strftime, which follows the locale."""
    utc = as_utc(moment)
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year} {utc.hour:02}:{utc.minute:02} UTC"


def iso(moment: datetime | None) -> str | None:
    """Word an instant as RFC 3339 in UTC, such as `2021-08-26T17:52:00Z`."""
    return None if moment is None else as_utc(moment).isoformat(timespec="seconds").replace("+00:00", "Z")


def utc_day(moment: datetime) -> str:
    """Word the UTC day of an instant, such as `26 August 2021`."""
    utc = as_utc(moment)
    return f"{utc.day} {_LONG_MONTHS[utc.month - 1]} {utc.year}"


def counted(count: int, what: str) -> str:
    """Word a count, such as `1 outlet` or `1,200 outlets`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def lasting(duration: timedelta) -> str:
    """Word a duration by its two largest units, such as `3 days 4 hours`; what is left of smaller ones is dropped."""
    minutes = max(duration, timedelta()) // timedelta(minutes=1)
    counts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
    said = [counted(count, unit) for unit, count in counts.items() if count]
    return " ".join(said[:2]) or "less than a minute"


def reason_in_words(reason: Reason) -> str:
    """Word one reason, such as `Kabul airport (title)` or `ISIS-K as 'Islamic State Khorasan' (summary)`."""
    asked, found, place = plain(reason.asked), plain(reason.found), plain(reason.field)
    if not found or asked.casefold() == found.casefold():
        return f"{cut(asked, 80)} ({place})"
    return f"{cut(asked, 80)} as '{cut(found, 80)}' ({place})"


def ground_of(match: Match) -> str | None:
    """Word what a match rests on, or return None where its reasons say it all: its facets are met."""
    return cut(plain(ground_in_words(match)), 240) if match.ground in UNPLAIN else None
