"""When the reports of an event came: reports in a row tell one development, and what ends a silence tells the next."""

import math
from bisect import bisect_right, insort
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from statistics import fmean

MOST_GAPS = 20
"""Gaps between reports, the last ones, that tell the pace of an event."""

MOST_SILENT = 4.0
"""Log-ratio beyond which silence says nothing more."""

_A_DAY = 24.0

_ROUNDED = 0.5
"""Hours that make no difference: outlets date what they all know to different minutes."""


class Timing:
    """The reports of an event by time. Adding one costs a search, and moves those that come after it.

    Those of one moment stand in the order of their updates, in whatever order they are added.
    """

    def __init__(self) -> None:
        """Start without a report."""
        self._reports: list[tuple[datetime, int, str, str]] = []

    def add(self, at: datetime | None, *, update: str, number: int, item: str) -> None:
        """Add a report of an update with its number; one without a time tells nothing."""
        if at is not None:
            insort(self._reports, (at, number, item, update))

    def latest(self, at: datetime | None) -> str | None:
        """Return the update of the last report that is not later than a time; of the last one if no time is known."""
        end = self._until(at) if at else len(self._reports)
        return self._reports[end - 1][-1] if end else None

    def silence(self, at: datetime | None) -> float:
        """Return how long the event was silent before a time: the logarithm of the ratio to its usual gap.

        So a war and a lawsuit are measured alike. The usual gap is the geometric mean, for one date that is wrong by
        years moves it little. While there are not two reports there is no pace: more than a day is a silence.
        """
        end = self._until(at) if at else 0
        if at is None or not end:
            return 0.0
        if end == 1:
            return min(MOST_SILENT, max(0.0, _long(self._reports[0][0], at) - math.log(_A_DAY)))
        before = [report[0] for report in self._reports[max(0, end - MOST_GAPS - 1) : end]]
        silent = _long(before[-1], at) - fmean(_long(*pair) for pair in pairwise(before))
        return max(-MOST_SILENT, min(MOST_SILENT, silent))

    def _until(self, at: datetime) -> int:
        return bisect_right(self._reports, at, key=itemgetter(0))


def _long(start: datetime, end: datetime) -> float:
    return math.log((end - start).total_seconds() / 3600 + _ROUNDED)
