"""When the reports of an event came: reports in a row tell one development, and what ends a silence tells the next."""

import math
from bisect import bisect_right, insort
from datetime import datetime
from itertools import pairwise
from statistics import fmean

MOST_GAPS = 20
"""Gaps between reports, the last ones, that tell the pace of an event."""

_ROUNDED = 0.5
"""Hours that make no difference: outlets date what they all know to different minutes."""


class Timing:
    """The times of an event's reports, in order. Adding one costs a search."""

    def __init__(self) -> None:
        """Start without a report."""
        self._times: list[datetime] = []

    def add(self, at: datetime | None) -> None:
        """Add a report; one without a time tells nothing."""
        if at is not None:
            insort(self._times, at)

    def silence(self, at: datetime | None) -> float:
        """Return how long the event was silent before a time, as the logarithm of its share in the usual gap.

        So a war and a lawsuit are measured alike. 0 while there are not two reports, for then there is no pace.
        """
        before = self._times[: bisect_right(self._times, at)][-MOST_GAPS - 1 :] if at else []
        if at is None or len(before) <= 1:
            return 0.0
        usual = fmean(_hours(*pair) for pair in pairwise(before))
        return math.log((_hours(before[-1], at) + _ROUNDED) / (usual + _ROUNDED))


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600
