"""The profile of an event: how its reports read, learned from its seeds and from the items that were taken.

Nothing is forgotten with time: a story that comes back after a year finds its words again.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from storywatch.matching.likeness.background import Background
from storywatch.matching.likeness.reading import Reading

HOT_DAYS, MOST_HEAT = 3, 9
"""Days around an item in which other items of the event make it hot, and how many of them count."""

NOISE_DAYS, NOISE_RANK, MOST_NOISE = 60, 8, 64
"""The noise around an event is the eighth best score among what was not taken within these days."""

FORGIVEN_BY = 8
"""Items that people confirmed of late which make good one that they rejected of late."""

QUIET = -5.5
"""The noise around an event of which too little is known."""

LEAST_LENGTH = 13.0
"""A profile of a few words is as long as one of some seven: to share two of three words is little."""

MOST_CONTRARY = 5_000
"""Words of what came near and doesn't belong that are counted; of more, the commoner half stays."""

REJECTED_WEIGHT = 2
"""An item that people rejected counts as so many that merely came near."""


Renewed = tuple[Background, int]
"""A background, and its generation: what was worked out by it stands until another one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that was taken: the day of its publication (ordinal), and how sure it is that it belongs.

    A weight of 0: its day counts, its words don't.
    """

    day: int
    weight: float


class Profile:
    """What is known of one event: `base` is declared, people confirm or reject, the rest is learned from the stream.

    `counts`: in how many of the reports each word stands; `contrary`: in how many of the items that came near and don't
    belong here, those that people rejected weighing more.
    """

    def __init__(self, base: Iterable[Reading], *, days: Iterable[int] = (), since: int | None = None) -> None:
        self.counts: dict[str, float] = {}
        self.contrary: Counter[str] = Counter()
        self.base: Counter[str] = Counter()
        self.learned: defaultdict[str, float] = defaultdict(float)
        self.taken: dict[str, Taken] = {}
        self._rejected: Counter[str] = Counter()
        self._passed = 0.0
        self._weight = 0.0
        self.answer((), ())
        self.declare(base, days=days, since=since)
        self._days: list[int] = []
        self._noise: list[tuple[float, int]] = []
        """The lowest first."""

    def declare(self, base: Iterable[Reading], *, days: Iterable[int], since: int | None) -> None:
        """Take the title and seeds, the title first. `days`: of those seeds that have one."""
        readings = tuple(base)
        self.readings = readings
        self.base = Counter(stem for reading in readings for stem in reading.stems)
        title = readings[0].stems if readings else frozenset()
        self.core = frozenset(stem for stem, count in self.base.items() if count > 1 or stem in title)
        self.names = frozenset(term.stem for reading in readings for term in reading.terms if term.name)
        self.core_names, self.core_others = self.core & self.names, self.core - self.names
        self._seed_days, self._since = sorted(days), since
        self._count_anew()

    def answer(self, confirmed: Iterable[tuple[Reading, int]], rejected: Iterable[tuple[Reading, int]]) -> None:
        """Take what people said: items that belong here and items that don't, with their days.

        The rejected ones weigh more than what merely came near.
        """
        sure, wrong = tuple(confirmed), tuple(rejected)
        self.confirmed: Counter[str] = Counter(stem for reading, _ in sure for stem in reading.stems)
        self._sure_days = sorted(day for _, day in sure)
        passed_over = self._passed_over()
        self._rejected = Counter(stem for reading, _ in wrong for stem in reading.stems)
        self._wrong_days = sorted(day for _, day in wrong)
        self._set_contrary(passed_over)
        self.rejections = len(wrong)
        self._count_anew()

    def _count_anew(self) -> None:
        self.counts = {}
        self._count({*self.base, *self.confirmed, *self.learned})

    def _count(self, stems: Iterable[str]) -> None:
        for stem in stems:
            count = self.base.get(stem, 0) + self.confirmed.get(stem, 0) + self.learned.get(stem, 0.0)
            if count:
                self.counts[stem] = count
            else:
                self.counts.pop(stem, None)
        self._measured: _Measured | None = None

    def _passed_over(self) -> dict[str, int]:
        """Return the words of what came near and doesn't belong here."""
        rejected = self._rejected
        passed = ((stem, count - REJECTED_WEIGHT * rejected.get(stem, 0)) for stem, count in self.contrary.items())
        return {stem: count for stem, count in passed if count > 0}

    def _set_contrary(self, passed_over: Mapping[str, int]) -> None:
        self.contrary = Counter(passed_over)
        self.contrary.update({stem: REJECTED_WEIGHT * count for stem, count in self._rejected.items()})

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
        return self.counts.get(stem, 0)

    @property
    def others(self) -> float:
        """How many items came near and don't belong here."""
        return self._passed + REJECTED_WEIGHT * self.rejections

    def norm(self, background: Background) -> float:
        """Return the length of the vector of all words. Costs grow with the words, when something has changed."""
        return self._measure(background).length

    def core_masses(self, background: Background) -> tuple[float, float]:
        """Return the weights of the names, and of the other words, that title and seeds share."""
        measured = self._measure(background)
        return measured.names, measured.others

    def _measure(self, background: Background) -> "_Measured":
        renewed = (background, background.generation)
        if self._measured is None or self._measured.renewed != renewed:
            weights = background.weights
            total = math.fsum(map(_mass, self.counts.values(), map(weights.__getitem__, self.counts)))
            self._measured = _Measured(
                renewed=renewed,
                length=max(LEAST_LENGTH, math.sqrt(total)),
                names=math.fsum(map(weights.__getitem__, self.core_names)),
                others=math.fsum(map(weights.__getitem__, self.core_others)),
            )
        return self._measured

    def heat(self, day: int) -> int:
        """Return how many items belong here within some days of this one, at most `MOST_HEAT`; seeds are such items."""
        return min(MOST_HEAT, sum(_between(days, day - HOT_DAYS, day + HOT_DAYS) for days in self._all_days() if days))

    def silence(self, day: int) -> int:
        """Return the days between an item and the nearest one that belongs here, or the day the event began."""
        near = [distance for days in self._all_days() for distance in _nearest(days, day)]
        near += [abs(day - self._since)] if self._since is not None and not near else []
        return min(near, default=365)

    def _all_days(self) -> tuple[Sequence[int], ...]:
        return self._days, self._sure_days, self._seed_days

    def rejected_lately(self, day: int) -> float:
        """Return how many items of about this time people rejected, less one for each eight that they confirmed."""
        wrong, sure = (
            _between(days, day - NOISE_DAYS, day + NOISE_DAYS) for days in (self._wrong_days, self._sure_days)
        )
        return max(0.0, wrong - sure / FORGIVEN_BY)

    def noise(self, day: int) -> float:
        """Return how well what doesn't belong here has scored of late."""
        rank = NOISE_RANK
        for score, when in reversed(self._noise):
            rank -= abs(day - when) <= NOISE_DAYS
            if not rank:
                return score
        return QUIET

    def take(self, item: str, stems: Collection[str], day: int, weight: float) -> None:
        """Learn from an item that belongs to the event; a second time changes its weight."""
        self.drop(item, stems)
        self.taken[item] = Taken(day, weight)
        insort(self._days, day)
        if weight:
            for stem in stems:
                self.learned[stem] += weight
            self._weight += weight
            self._count(stems)

    def drop(self, item: str, stems: Iterable[str]) -> None:
        """Unlearn an item, if it was taken."""
        taken = self.taken.pop(item, None)
        if taken is None:
            return
        self._days.remove(taken.day)
        if taken.weight:
            self._unlearn(tuple(stems), taken.weight)

    def _unlearn(self, stems: Collection[str], weight: float) -> None:
        for stem in stems:
            left = self.learned[stem] - weight
            if left > 1e-6:
                self.learned[stem] = left
            else:
                del self.learned[stem]
        self._weight -= weight
        self._count(stems)

    def pass_over(self, stems: Iterable[str]) -> None:
        """Learn what comes near and doesn't belong here."""
        self.contrary.update(stems)
        self._passed += 1
        if len(self.contrary) > MOST_CONTRARY:
            self._set_contrary(dict(Counter(self._passed_over()).most_common(MOST_CONTRARY // 2)))

    def take_up(self, stems: Iterable[str]) -> None:
        """Unlearn what was passed over."""
        for stem in stems:
            least = REJECTED_WEIGHT * self._rejected.get(stem, 0)
            self.contrary[stem] = max(self.contrary[stem] - 1, least)
            if not self.contrary[stem]:
                del self.contrary[stem]
        self._passed = max(0.0, self._passed - 1)

    def hear(self, score: float, day: int) -> None:
        """Remember how well something scored that was not taken."""
        insort(self._noise, (score, day))
        if len(self._noise) > MOST_NOISE:
            old = (place for place, (_, when) in enumerate(self._noise) if day - when > NOISE_DAYS)
            del self._noise[next(old, 0)]

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
        self._noise = sorted(noise)

    def saved(self) -> dict[str, Any]:
        """Return what was learned as plain data."""
        return {
            "learned": dict(self.learned),
            "taken": {item: [taken.day, taken.weight] for item, taken in self.taken.items()},
            "passed_over": self._passed_over(),
            "passed": self._passed,
            "noise": list(self._noise),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take back what `saved` gave: all of it, or nothing where an error tells that it is no such thing."""
        learned, passed_over, passed = dict(data["learned"]), Counter(data["passed_over"]), float(data["passed"])
        taken = {item: Taken(int(day), weight) for item, (day, weight) in data["taken"].items()}
        noise = [(score, day) for score, day in data["noise"]]
        self.learned, self.taken, self.heard = defaultdict(float, learned), taken, tuple(noise)
        self._set_contrary(passed_over)
        self._passed = passed
        self._days = sorted(taken.day for taken in self.taken.values())
        self._weight = math.fsum(taken.weight for taken in self.taken.values())
        self._count_anew()


class _Measured(NamedTuple):
    """What a background says of a profile: its length, and the weights of the names and other words of its core."""

    renewed: Renewed
    length: float
    names: float
    others: float


def _mass(count: float, weight: float) -> float:
    return count * weight * weight


def _between(days: Sequence[int], first: int, last: int) -> int:
    return bisect_right(days, last) - bisect_left(days, first)


def _nearest(days: Sequence[int], day: int) -> list[int]:
    place = bisect_left(days, day)
    return [abs(day - other) for other in days[max(0, place - 1) : place + 1]]
