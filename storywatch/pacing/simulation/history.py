"""What a simulation replays, and which part of it is measured."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from storywatch.pacing.simulation.tracks import Track
from storywatch.pacing.times import DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What is simulated, in seconds since 1970: from `begin` on policies learn, from `since` to `until` is measured."""

    begin: float
    since: float
    until: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """When an item of the installation's own history was published, by its own word, and first seen."""

    source: str
    published: datetime | None
    seen: datetime
    matched: bool = False

    @property
    def at(self) -> float:
        """When it can have been seen first, in seconds since 1970: its word counts if it can be true."""
        return min(self.published or self.seen, self.seen).timestamp()


def tracks_of(history: Iterable[Stored], sources: Iterable[Track]) -> tuple[Track, ...]:
    """Return the sources with their items. One that published nothing costs polls like the others."""
    by_source: dict[str, list[Stored]] = defaultdict(list)
    for item in history:
        by_source[item.source].append(item)
    return tuple(_filled(source, by_source[source.source]) for source in sources)


def _filled(source: Track, items: Iterable[Stored]) -> Track:
    ordered = sorted(items, key=lambda item: item.at)
    return replace(
        source,
        published=np.array([item.at for item in ordered], dtype=float),
        matched=np.array([item.matched for item in ordered], dtype=bool),
    )


LONGEST_WARM_UP = 28 * DAY
"""Two half-lives of what a policy remembers: what lies further back weighs less than a quarter."""
LONGEST_MEASURED = 14 * DAY
"""Without a wish, so many of the last days are measured, at most two thirds of what there is."""


def window_of(tracks: Sequence[Track], days: float | None = None, *, seen_since: float | None = None) -> Window:
    """Measure the last `days` of what there is; what lies before, up to four weeks of it, warms up.

    `seen_since`: items before were old when they were first seen, so they can only warm up.
    """
    first = min(float(track.published[0]) for track in tracks if len(track.published))
    until = max(float(track.published[-1]) for track in tracks if len(track.published)) + 1
    usable = until - max(first, seen_since if seen_since is not None else first)
    wished = min(LONGEST_MEASURED, usable * 2 / 3) if days is None else min(days * DAY, usable)
    since = until - wished
    return Window(begin=max(first, since - LONGEST_WARM_UP), since=since, until=until)
