"""What matching learns from and searches by: answers of people, fetched seeds, snapshots of what was counted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """Somebody's answer whether an item belongs to an event. `revoked`: since when it no longer counts."""

    event: str
    item: str
    belongs: bool
    given: datetime
    by: str = "operator"
    revoked: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchedSeed:
    """A known article of an event that was fetched for it. The config may not have the event (any more, or yet)."""

    event: str
    url: str
    title: str
    text: str
    published: datetime | None
    fetched: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What was counted over `items` items, all that were first seen before `until`. Only its writer reads `body`."""

    name: str
    body: bytes
    items: int
    until: datetime
    saved: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchTerm:
    """Words to search the stored items by; with `prefix` the last of them may go on."""

    text: str
    prefix: bool = False
