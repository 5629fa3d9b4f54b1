"""Alarms: what an operator must know about a source that dies, moves or may have lost something."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """What is wrong with a source."""

    FAILING = "failing"
    BLOCKED = "blocked"
    GONE = "gone"
    STALE = "stale"
    EMPTY = "empty"
    MOVED = "moved"
    KIND_CHANGED = "kind_changed"
    GAP = "gap"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One alarm about a source, open until `ended`. The id is derived from the source, the kind and the time."""

    id: str
    source: str
    kind: AlarmKind
    message: str
    raised: datetime
    ended: datetime | None = None
