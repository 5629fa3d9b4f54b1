"""What people are told: one finding each, with what to do."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Check(StrEnum):
    """What a finding is about, besides the codes of faults (docs/reference/errors.md)."""

    REDIRECTED_AWAY = "redirected_away"
    EMPTY = "empty"
    FOREIGN_ITEMS = "foreign_items"
    STALE = "stale"
    MOVED = "moved"
    UNDECLARED_HOSTS = "undeclared_hosts"
    NO_VALIDATORS = "no_validators"
    VALIDATORS_IGNORED = "validators_ignored"
    SECOND_VISIT = "second_visit"
    BROKEN_OFF = "broken_off"
    UNREADABLE_ITEMS = "unreadable_items"
    NO_IDENTITY = "no_identity"
    NO_DATES = "no_dates"
    WRONG_DATES = "wrong_dates"
    NO_ZONE = "no_zone"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong or worth a word: a `Check` or a fault's code, a sentence, and what to do."""

    code: str
    message: str
    remedy: str


def some(hosts: Counter[str], most: int = 3) -> str:
    """Name the most frequent hosts."""
    named = [host for host, _ in hosts.most_common(most)]
    rest = len(hosts) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest > 0 else "")


def in_words(pause: timedelta) -> str:
    """Write a duration for people, in its largest unit, rounded down."""
    seconds = int(pause.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
