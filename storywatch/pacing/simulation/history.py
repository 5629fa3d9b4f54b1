"""What a simulation replays: when each source published, and which of its items matched an event."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """One source's items, oldest first. `published`: seconds since 1970, UTC; `matched`: beside each, if it matched.

    `floor`: the publisher's answers hold so long, whatever calls for another visit.
    """

    source: str
    published: NDArray[np.float64]
    matched: NDArray[np.bool_]
    floor: timedelta = timedelta()


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


def traces_of(history: Iterable[Stored], floors: Mapping[str, timedelta] | None = None) -> tuple[Trace, ...]:
    """Return the history as traces, in the order of the sources' ids."""
    by_source: dict[str, list[Stored]] = defaultdict(list)
    for item in history:
        by_source[item.source].append(item)
    return tuple(_trace(source, by_source[source], (floors or {}).get(source)) for source in sorted(by_source))


def _trace(source: str, items: Sequence[Stored], floor: timedelta | None) -> Trace:
    ordered = sorted(items, key=lambda item: item.at)
    return Trace(
        source=source,
        published=np.array([item.at for item in ordered]),
        matched=np.array([item.matched for item in ordered]),
        floor=floor or timedelta(),
    )


DAY = 86_400.0
LONGEST_WARM_UP = 28 * DAY
"""Two half-lives of what a policy remembers: what lies further back weighs less than a quarter."""
LONGEST_MEASURED = 14 * DAY
"""Without a wish, so many of the last days are measured, at most two thirds of what there is."""


def window_of(traces: Sequence[Trace], days: float | None = None, *, seen_since: float | None = None) -> Window:
    """Measure the last `days` of what there is; what lies before, up to four weeks of it, warms up.

    `seen_since`: items before were old when they were first seen, so they can only warm up.
    """
    first = min(float(trace.published[0]) for trace in traces)
    until = max(float(trace.published[-1]) for trace in traces)
    usable = until - max(first, seen_since if seen_since is not None else first)
    wished = min(LONGEST_MEASURED, usable * 2 / 3) if days is None else min(days * DAY, usable)
    since = until - wished
    return Window(begin=max(first, since - LONGEST_WARM_UP), since=since, until=until)
