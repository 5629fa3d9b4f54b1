"""What one item taught the events, so that it can be taken back.

It is when a poll is undone, when the item is revised, and while the item itself is judged.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import asdict, dataclass
from heapq import nlargest
from typing import Any

from storywatch.matching.deciding import Ground
from storywatch.matching.likeness import log_odds
from storywatch.model import Match

LEARNED_FROM = frozenset({Ground.FACETS, Ground.LIKENESS, Ground.TITLE})
"""What was taken beyond the facets teaches no words unless people confirm it: the operator's facets keep the scope."""

BUSY_BY = frozenset({Ground.FACETS, Ground.BEYOND_FACETS})
"""What was taken on these grounds makes its days busy, though it may teach no words."""

TAKE_FROM = 0.7
"""The score, in log-odds, from which an event learns from an item that was accepted."""

NEAR_FROM, NEAR_TO = -6.0, -1.0
"""Between these scores an item came near without belonging."""

MOST_TOLD, MOST_LESSONS, MOST_LESSONS_OF_ITEM = 20_000, 200_000, 64
"""The last items of which it is known what they taught, and how many lessons these hold at most."""

SURE = 0.8
"""How sure it is that an item belongs which the operator's own facets took."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one event learned of an item.

    `weight`: how sure it belongs, 0 if its day counts but not its words, None if it was not taken; `passed`: it came
    near and doesn't belong, or isn't likely to; `heard`: the score, in log-odds, that is noise around the event.
    """

    event: str
    weight: float | None = None
    passed: bool = False
    heard: float | None = None

    @classmethod
    def of(cls, match: Match, *, timed: bool = True) -> "Lesson | None":
        """Return what a verdict teaches, None for nothing.

        `timed`: the item says when it was published. Otherwise it is no noise, or the first document of a source, which
        has years of items, would be taken for what happens now.
        """
        if match.veto is not None:
            return None
        score, weight = log_odds(match.score), _weight(match)
        passed = not weight and NEAR_FROM < score < NEAR_TO
        heard = score if timed and NEAR_FROM < score < 0 else None
        return cls(match.event, weight, passed, heard) if weight is not None or passed or heard is not None else None


def _weight(match: Match) -> float | None:
    if not match.accepted:
        return None
    if match.ground in LEARNED_FROM and (log_odds(match.score) > TAKE_FROM or not match.threshold):
        return match.score if match.threshold else max(match.score, SURE)
    return 0.0 if match.ground in BUSY_BY else None


@dataclass(frozen=True, slots=True)
class Taught:
    """What an item taught in one revision, published on `day` (ordinal). `stems` are there if there are lessons."""

    revision: int
    day: int
    stems: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()

    def saved(self) -> list[Any]:
        """Return it as plain data."""
        return [self.revision, self.day, self.stems, [list(asdict(lesson).values()) for lesson in self.lessons]]

    @classmethod
    def restored(cls, data: list[Any]) -> "Taught":
        """Return what `saved` gave."""
        revision, day, stems, lessons = data
        return cls(int(revision), int(day), tuple(stems), tuple(Lesson(*lesson) for lesson in lessons))


NOTHING = Taught(0, 0)
"""What an item taught that is not known."""


def surest(lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """Return the lessons that an item teaches: of too many, those of the events that took it and of the nearest."""
    every = tuple(lessons)
    if len(every) <= MOST_LESSONS_OF_ITEM:
        return every
    return tuple(nlargest(MOST_LESSONS_OF_ITEM, every, key=_how_sure))


def _how_sure(lesson: Lesson) -> tuple[float, float, str]:
    return (
        -1.0 if lesson.weight is None else lesson.weight,
        NEAR_FROM if lesson.heard is None else lesson.heard,
        lesson.event,
    )


class Told(MutableMapping[str, Taught]):
    """What the last items taught, by their ids. The oldest make way where items or lessons are too many."""

    def __init__(self, taught: Mapping[str, Taught] | None = None) -> None:
        self._taught: OrderedDict[str, Taught] = OrderedDict()
        self._lessons = 0
        self.update(taught or {})

    def __getitem__(self, item: str) -> Taught:
        return self._taught[item]

    def __setitem__(self, item: str, taught: Taught) -> None:
        before = self._taught.get(item, NOTHING)
        self._taught[item] = taught
        self._lessons += len(taught.lessons) - len(before.lessons)
        while len(self._taught) > MOST_TOLD or self._lessons > MOST_LESSONS:
            del self[next(iter(self._taught))]

    def __delitem__(self, item: str) -> None:
        self._lessons -= len(self._taught.pop(item).lessons)

    def __iter__(self) -> Iterator[str]:
        return iter(self._taught)

    def __len__(self) -> int:
        return len(self._taught)


def told_by(saved: Mapping[str, list[Any]]) -> Told:
    """Return what items taught, by their ids, from plain data."""
    return Told({item: Taught.restored(data) for item, data in saved.items()})
