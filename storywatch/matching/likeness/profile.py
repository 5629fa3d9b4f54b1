"""The profile of an event: how its reports read, learned from its seeds and from the items that were taken.

Nothing is forgotten with time: a story that comes back after a year finds its words again.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storywatch.matching.likeness.background import Background
from storywatch.matching.likeness.reading import Reading

HOT_DAYS = 3
"""Days around an item in which other items of the event make it hot."""

NOISE_DAYS, NOISE_RANK, MOST_NOISE = 60, 8, 64
"""The noise around an event is the eighth best score among what was not taken within these days."""

QUIET = -5.5
"""The noise around an event of which too little is known."""


REJECTED_WEIGHT = 2
"""An item that people rejected counts as so many that merely came near."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that the event learned from: the day of its publication (ordinal), and how sure that it belongs."""

    day: int
    weight: float


class Profile:
    """What is known of one event: `base` is declared, people confirm or reject, the rest is learned from the stream."""

    def __init__(self, base: Iterable[Reading], *, day: int | None) -> None:
        self.learned: defaultdict[str, float] = defaultdict(float)
        self.taken: dict[str, Taken] = {}
        self._passed_over: Counter[str] = Counter()
        self._passed = 0.0
        self._weight = 0.0
        self.answer((), ())
        self.declare(base, day=day)
        self._days: list[int] = []
        self._noise: list[tuple[float, int]] = []

    def declare(self, base: Iterable[Reading], *, day: int | None) -> None:
        """Take the title and seeds, the title first. `day`: of the latest of them."""
        readings = tuple(base)
        self.readings = readings
        self.base: Counter[str] = Counter(stem for reading in readings for stem in reading.stems)
        title = readings[0].stems if readings else frozenset()
        self.core = frozenset(stem for stem, count in self.base.items() if count > 1 or stem in title)
        self.names = frozenset(term.stem for reading in readings for term in reading.terms if term.name)
        self.first_day = day
        self._norm: tuple[Background, int, float] | None = None

    def answer(self, confirmed: Iterable[tuple[Reading, int]], rejected: Iterable[Reading]) -> None:
        """Take what people said: items that belong here, with their days, and items that don't.

        The rejected ones weigh more than what merely came near.
        """
        sure, wrong = tuple(confirmed), tuple(rejected)
        self.confirmed: Counter[str] = Counter(stem for reading, _ in sure for stem in reading.stems)
        self._sure_days = sorted(day for _, day in sure)
        self._rejected: Counter[str] = Counter(stem for reading in wrong for stem in reading.stems)
        self.rejections = len(wrong)
        self._norm = None

    @property
    def documents(self) -> float:
        """How many reports the words were counted over."""
        return len(self.readings) + len(self._sure_days) + self._weight

    @property
    def confirmations(self) -> int:
        """How many items people confirmed."""
        return len(self._sure_days)

    @property
    def examples(self) -> int:
        """How many reports people gave: seeds and confirmed items."""
        return len(self.readings) - 1 + len(self._sure_days)

    @property
    def reports(self) -> int:
        """How many reports are known, besides the title."""
        return self.examples + len(self.taken)

    def count(self, stem: str) -> float:
        """Return in how many of the reports a word stands."""
        return self.base.get(stem, 0) + self.confirmed.get(stem, 0) + self.learned.get(stem, 0.0)

    def against(self, stem: str) -> float:
        """Return in how many of the items that came near and don't belong here a word stands."""
        return self._passed_over.get(stem, 0.0) + REJECTED_WEIGHT * self._rejected.get(stem, 0)

    @property
    def others(self) -> float:
        """How many items came near and don't belong here."""
        return self._passed + REJECTED_WEIGHT * self.rejections

    def norm(self, background: Background) -> float:
        """Return the length of the vector of all words. Costs grow with the words, when something has changed."""
        if self._norm is None or self._norm[:2] != (background, background.generation):
            stems = {*self.base, *self.confirmed, *self.learned}
            total = math.fsum(self.count(stem) * background.weight(stem) ** 2 for stem in stems)
            self._norm = (background, background.generation, math.sqrt(total) or 1.0)
        return self._norm[2]

    def heat(self, day: int) -> int:
        """Return how many items belong here within some days of this one, at most nine."""
        return min(9, sum(_between(days, day - HOT_DAYS, day + HOT_DAYS) for days in (self._days, self._sure_days)))

    def silence(self, day: int) -> int:
        """Return the days between an item and the nearest one that belongs here, or the latest seed."""
        near = [distance for days in (self._days, self._sure_days) for distance in _nearest(days, day)]
        near += [abs(day - self.first_day)] if self.first_day is not None and not near else []
        return min(near, default=365)

    def noise(self, day: int) -> float:
        """Return how well what doesn't belong here has scored of late."""
        near = sorted((score for score, when in self._noise if abs(day - when) <= NOISE_DAYS), reverse=True)
        return near[NOISE_RANK - 1] if len(near) >= NOISE_RANK else QUIET

    def take(self, item: str, stems: Collection[str], day: int, weight: float) -> None:
        """Learn from an item that belongs to the event; a second time changes its weight."""
        self.drop(item, stems)
        for stem in stems:
            self.learned[stem] += weight
        self.taken[item] = Taken(day, weight)
        self._weight += weight
        insort(self._days, day)
        self._norm = None

    def drop(self, item: str, stems: Iterable[str]) -> None:
        """Unlearn an item, if it was taken."""
        taken = self.taken.pop(item, None)
        if taken is None:
            return
        for stem in stems:
            left = self.learned[stem] - taken.weight
            if left > 1e-6:
                self.learned[stem] = left
            else:
                del self.learned[stem]
        self._weight -= taken.weight
        self._days.remove(taken.day)
        self._norm = None

    def pass_over(self, stems: Iterable[str]) -> None:
        """Learn what comes near and doesn't belong here."""
        self._passed_over.update(stems)
        self._passed += 1

    def take_up(self, stems: Iterable[str]) -> None:
        """Unlearn what was passed over."""
        for stem in stems:
            self._passed_over[stem] -= 1
            if self._passed_over[stem] <= 0:
                del self._passed_over[stem]
        self._passed = max(0.0, self._passed - 1)

    def hear(self, score: float, day: int) -> None:
        """Remember how well something scored that was not taken."""
        self._noise.append((score, day))
        if len(self._noise) > MOST_NOISE:
            old = [each for each in self._noise if day - each[1] > NOISE_DAYS]
            self._noise.remove(min(old) if old else min(self._noise))

    def unhear(self, score: float, day: int) -> None:
        """Forget how well something scored, if it is remembered."""
        if (score, day) in self._noise:
            self._noise.remove((score, day))

    @property
    def heard(self) -> tuple[tuple[float, int], ...]:
        """What `hear` remembers; to be set again after something was taken back."""
        return tuple(self._noise)

    @heard.setter
    def heard(self, noise: Iterable[tuple[float, int]]) -> None:
        self._noise = list(noise)

    def saved(self) -> dict[str, Any]:
        """Return what was learned as plain data."""
        return {
            "learned": dict(self.learned),
            "taken": {item: [taken.day, taken.weight] for item, taken in self.taken.items()},
            "passed_over": dict(self._passed_over),
            "passed": self._passed,
            "noise": list(self._noise),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take back what `saved` gave: all of it, or nothing where an error tells that it is no such thing."""
        learned, passed_over, passed = dict(data["learned"]), Counter(data["passed_over"]), float(data["passed"])
        taken = {item: Taken(int(day), weight) for item, (day, weight) in data["taken"].items()}
        noise = [(score, day) for score, day in data["noise"]]
        self.learned, self.taken, self._noise = defaultdict(float, learned), taken, noise
        self._passed_over, self._passed = passed_over, passed
        self._days = sorted(taken.day for taken in self.taken.values())
        self._weight = math.fsum(taken.weight for taken in self.taken.values())
        self._norm = None


def _between(days: Sequence[int], first: int, last: int) -> int:
    return bisect_right(days, last) - bisect_left(days, first)


def _nearest(days: Sequence[int], day: int) -> list[int]:
    place = bisect_left(days, day)
    return [abs(day - other) for other in days[max(0, place - 1) : place + 1]]


class Postings:
    """Which events say a word, so that an item meets only the events that it has words of."""

    def __init__(self) -> None:
        self._events: dict[str, set[str]] = defaultdict(set)

    def add(self, event: str, stems: Iterable[str]) -> None:
        """Say that an event says these words."""
        for stem in stems:
            self._events[stem].add(event)

    def discard(self, event: str, stems: Iterable[str]) -> None:
        """Say that it no longer does."""
        for stem in stems:
            holders = self._events.get(stem)
            if holders is not None:
                holders.discard(event)
                if not holders:
                    del self._events[stem]

    def of(self, stem: str) -> Iterable[str]:
        """Return the events that say a word."""
        return self._events.get(stem, ())
