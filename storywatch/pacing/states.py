"""What is remembered of a source and of a host between visits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storywatch.errors import Fault
from storywatch.model import AlarmKind, Source, Validators, Wishes


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Where permanent redirects point, since when, and in how many visits in a row."""

    url: str
    since: datetime
    times: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """What is remembered of a source between visits. `failures` counts those since the last success.

    `newest_at`: the time of the newest item that it ever showed. `listed`: how many items its last document had.
    `held_until`: the outlet asked for no visit before. `fresh_until`: by what it said, its last answer holds so long,
    whatever calls for another. `url`: where a permanent redirect led, visited in place of the
    declared address. `alarms`: the kinds that are open, with the time that each was raised.
    """

    source: str
    next_poll_at: datetime
    validators: Validators = Validators()
    failures: int = 0
    fault: Fault | None = None
    failing_since: datetime | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    newest_at: datetime | None = None
    listed: int | None = None
    held_until: datetime | None = None
    fresh_until: datetime | None = None
    wishes: Wishes = field(default_factory=Wishes)
    moved: Moved | None = None
    url: str | None = None
    alarms: Mapping[AlarmKind, datetime] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class HostHold:
    """What a host asked for: no visit before `until`, or no page before `pages_after` (robots.txt's Crawl-delay)."""

    host: str
    until: datetime | None = None
    pages_after: datetime | None = None


def address(source: Source, state: SourceState) -> str:
    """Return where a source is visited."""
    return state.url or source.url
