"""Pacing: when a source is visited next, and where."""

from storywatch.pacing.floors import (
    FIRST_BACKOFF,
    LEAST_PAUSE,
    LONGEST_FLOOR,
    LONGEST_RETRY_AFTER,
    host_hold,
    must_wait,
    page_hold,
    wanted_from,
)
from storywatch.pacing.states import HostHold, Moved, SourceState, address
from storywatch.pacing.visits import (
    FIRST_VISITS_APART,
    FIRST_VISITS_WITHIN,
    HOPELESS_BACKOFF,
    JITTER,
    LONGEST_PLAN,
    MENDED_BY_CONFIG,
    MOVED_FOR,
    MOVED_TIMES,
    after,
    due_anew,
    set_back,
    spread,
)

__all__ = [
    "FIRST_BACKOFF",
    "FIRST_VISITS_APART",
    "FIRST_VISITS_WITHIN",
    "HOPELESS_BACKOFF",
    "JITTER",
    "LEAST_PAUSE",
    "LONGEST_FLOOR",
    "LONGEST_PLAN",
    "LONGEST_RETRY_AFTER",
    "MENDED_BY_CONFIG",
    "MOVED_FOR",
    "MOVED_TIMES",
    "HostHold",
    "Moved",
    "SourceState",
    "address",
    "after",
    "due_anew",
    "host_hold",
    "must_wait",
    "page_hold",
    "set_back",
    "spread",
    "wanted_from",
]
