"""What matching has learned: the background, and a profile of each event. The only thing in matching that changes.

It is told of every item that was decided, in order, and its state follows from that: what a process had learned when it
stopped is saved, and the items that came later are told again.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from storywatch.matching.lessons import NO_LESSONS, Lessons, base_of, reading_of
from storywatch.matching.likeness import Background, Postings, Profile, Reading, Weighed
from storywatch.matching.taught import NEAR_FROM, Lesson, Taught, told_by
from storywatch.model import Event, Item, Match

__all__ = ["BACKGROUND", "NEAR_FROM", "NO_LESSONS", "Lessons", "Memory", "part_of", "reading_of"]

_LEAST_SHARED, _LEAST_SHARE = 9.0, 0.06
_TELLING = 2.0

MOST_TOLD = 20_000
"""The last items of which it is known what they taught."""

BACKGROUND = "background"
_EVENT = "event:"


_Heard = dict[str, tuple[tuple[float, int], ...]]
"""What events have heard, by their ids."""


class Memory:
    """The background and the profiles. Nothing here reads a clock or a disk."""

    def __init__(self) -> None:
        self.background = Background()
        self._profiles: dict[str, Profile] = {}
        self._postings = Postings()
        self._posted: dict[str, set[str]] = {}
        self._answered: dict[str, frozenset[str]] = {}
        self._told: OrderedDict[str, Taught] = OrderedDict()
        self._undo: list[_Told] | None = None

    def declare(self, event: Event, lessons: Lessons = NO_LESSONS) -> None:
        """Take an event's declaration and what people said of it, in place of what was declared before."""
        base, day = base_of(event, lessons)
        profile = self._profiles.get(event.id)
        if profile is None:
            profile = self._profiles[event.id] = Profile(base, day=day)
        else:
            profile.declare(base, day=day)
        answered = (*lessons.confirmed, *lessons.rejected)
        for item in answered:
            profile.drop(item.id, self._stems(item))
        before = self._answered.get(event.id, frozenset())
        self._answered[event.id] = frozenset(item.id for item in answered)
        for revoked in before - self._answered[event.id]:
            self._learn_again(event.id, revoked)
        profile.refuse(map(reading_of, lessons.rejected))
        self._post(event.id)

    def forget(self, event: str) -> None:
        """Forget an event that is no longer declared."""
        self._profiles.pop(event, None)
        self._answered.pop(event, None)
        self._postings.discard(event, self._posted.pop(event, ()))

    def profile(self, event: str) -> Profile:
        """Return the profile of a declared event."""
        return self._profiles[event]

    def weighed(self, item: Item) -> Weighed:
        """Return an item with what the background says of its words."""
        return Weighed.by(self.background, reading_of(item))

    def candidates(self, item: Weighed) -> Iterator[str]:
        """Yield the events that share enough with an item to be worth a look.

        Cost grows with the number of events that say a telling word of the item.
        """
        shared: dict[str, float] = defaultdict(float)
        for term, weight in zip(item.reading.terms, item.weights, strict=True):
            if weight >= _TELLING:
                square = weight * weight
                for event in self._postings.of(term.stem):
                    shared[event] += square
        least = max(_LEAST_SHARED, _LEAST_SHARE * item.length * item.length)
        yield from (event for event, mass in shared.items() if mass >= least)

    def tell(self, item: Item, matches: Sequence[Match]) -> None:
        """Learn from an item and what was decided of it, in place of what its revisions before taught.

        Telling again changes nothing.
        """
        if self.was_told(item):
            return
        before, reading = self._told.get(item.id), reading_of(item)
        lessons = self._lessons(item, reading, matches)
        taught = Taught(item.revision.number, _day(item), tuple(reading.stems) if lessons else (), lessons)
        if before is None:
            self.background.add(reading.stems)
        heard = self._heard((*(before or _NOTHING).lessons, *lessons)) if self._undo is not None else {}
        self._take_back(item.id, before or _NOTHING)
        self._teach(item.id, taught)
        self._told[item.id] = taught
        if self._undo is not None:
            self._undo.append(_Told(item.id, before, taught, reading.stems, heard))
        if len(self._told) > MOST_TOLD:
            self._told.popitem(last=False)

    def telling(self, event: str) -> tuple[str, ...]:
        """Return the words by which an item may come near an event without a hit, as stems."""
        return tuple(stem for stem in self._profiles[event].base if self.background.weight(stem) >= _TELLING)

    def was_told(self, item: Item) -> bool:
        """Tell whether this revision of an item, or a later one, was told of late."""
        taught = self._told.get(item.id)
        return taught is not None and taught.revision >= item.revision.number

    def remember(self, item: Item, match: Match) -> None:
        """Learn of an item for one event that did not judge it when it came. It is not counted again."""
        before, reading = self._told.get(item.id), reading_of(item)
        lessons = self._lessons(item, reading, [match])
        known = before is not None and any(lesson.event == match.event for lesson in before.lessons)
        if known or not lessons:
            return
        taught = Taught(item.revision.number, _day(item), tuple(reading.stems), lessons)
        self._teach(item.id, taught)
        if before is not None and before.revision == taught.revision:
            self._told[item.id] = replace(taught, lessons=(*before.lessons, *lessons))

    def lose(self, events: Collection[str]) -> None:
        """Know no longer what items taught these events, whose parts are lost, so that it can be taught again."""
        for item, taught in self._told.items():
            if any(lesson.event in events for lesson in taught.lessons):
                kept = tuple(lesson for lesson in taught.lessons if lesson.event not in events)
                self._told[item] = replace(taught, lessons=kept)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Take back all that is told inside if the block fails. One at a time."""
        undo: list[_Told] = []
        self._undo = undo
        try:
            yield
        except BaseException:
            for told in reversed(undo):
                self._untell(told)
            raise
        finally:
            self._undo = None

    @contextmanager
    def without(self, item: Item, event: str | None = None) -> Iterator[None]:
        """Forget inside what an item taught, so that it is not judged by itself.

        `event`: also what this one learned of it so long ago that nobody knows of the others.
        """
        taught = self._told.get(item.id) or self._of_old(item, event)
        heard = self._heard(taught.lessons)
        self._take_back(item.id, taught)
        try:
            yield
        finally:
            self._teach(item.id, taught)
            self._hear_again(heard)

    def _heard(self, lessons: Iterable[Lesson]) -> _Heard:
        """Return what the events of lessons have heard: what `hear` drops would be lost otherwise."""
        events = {lesson.event for lesson in lessons if lesson.heard is not None}
        return {event: self._profiles[event].heard for event in events if event in self._profiles}

    def _hear_again(self, heard: _Heard) -> None:
        for event, noise in heard.items():
            if event in self._profiles:
                self._profiles[event].heard = noise

    def _of_old(self, item: Item, event: str | None) -> Taught:
        profile = self._profiles.get(event) if event else None
        taken = profile.taken.get(item.id) if profile else None
        if event is None or taken is None:
            return _NOTHING
        stems = tuple(reading_of(item).stems)
        return Taught(item.revision.number, taken.day, stems, (Lesson(event, weight=taken.weight),))

    def _lessons(self, item: Item, reading: Reading, matches: Iterable[Match]) -> tuple[Lesson, ...]:
        found = (Lesson.of(match) for match in matches if self._is_news(match.event, item, reading))
        return tuple(lesson for lesson in found if lesson)

    def _is_news(self, event: str, item: Item, reading: Reading) -> bool:
        """Tell whether an event can learn of an item: it is neither a seed of its, nor did people answer about it."""
        profile = self._profiles.get(event)
        if profile is None or item.id in self._answered[event]:
            return False
        return all(reading != known for known in profile.readings)

    def _teach(self, item: str, taught: Taught) -> None:
        for lesson in taught.lessons:
            profile = self._profiles.get(lesson.event)
            if profile is None or item in self._answered[lesson.event]:
                continue
            if lesson.weight:
                profile.take(item, taught.stems, taught.day, lesson.weight)
                self._postings.add(lesson.event, set(taught.stems) - self._posted[lesson.event])
                self._posted[lesson.event].update(taught.stems)
            if lesson.passed:
                profile.pass_over(taught.stems)
            if lesson.heard is not None:
                profile.hear(lesson.heard, taught.day)

    def _take_back(self, item: str, taught: Taught) -> None:
        for lesson in reversed(taught.lessons):
            profile = self._profiles.get(lesson.event)
            if profile is None or item in self._answered[lesson.event]:
                continue
            if lesson.weight:
                profile.drop(item, taught.stems)
            if lesson.passed:
                profile.take_up(taught.stems)
            if lesson.heard is not None:
                profile.unhear(lesson.heard, taught.day)

    def _untell(self, told: "_Told") -> None:
        self._take_back(told.item, told.taught)
        if told.before is None:
            self._told.pop(told.item, None)
            self.background.take_back(told.stems)
        else:
            self._told[told.item] = told.before
            self._teach(told.item, told.before)
        self._hear_again(told.heard)
        for event in {lesson.event for lesson in told.taught.lessons if lesson.weight}:
            if event in self._profiles:
                self._post(event)

    def _learn_again(self, event: str, item: str) -> None:
        """Learn again what an item taught before people answered about it."""
        taught = self._told.get(item, _NOTHING)
        for lesson in taught.lessons:
            if lesson.event == event and lesson.weight:
                self._profiles[event].take(item, taught.stems, taught.day, lesson.weight)

    def _stems(self, item: Item) -> Iterable[str]:
        """Return the stems that were learned of an item, or those that it has now if that is not known."""
        taught = self._told.get(item.id)
        return taught.stems if taught and taught.stems else reading_of(item).stems

    def _post(self, event: str) -> None:
        profile = self._profiles[event]
        wanted, posted = {*profile.base, *profile.learned}, self._posted.get(event, set())
        self._postings.add(event, wanted - posted)
        self._postings.discard(event, posted - wanted)
        self._posted[event] = wanted

    def saved(self) -> dict[str, Any]:
        """Return all that was learned as plain data, by name: the background, and each event under `part_of` it."""
        parts: dict[str, Any] = {part_of(event): profile.saved() for event, profile in self._profiles.items()}
        told = {item: taught.saved() for item, taught in self._told.items()}
        return {BACKGROUND: self.background.saved() | {"told": told}} | parts

    def restore(self, name: str, part: Any) -> None:
        """Take back one part of what `saved` gave, if it is of a declared event. Raises ValueError for anything else.

        Nothing has changed then.
        """
        try:
            if name == BACKGROUND:
                told = told_by(part["told"])
                self.background, self._told = Background.restored(part), OrderedDict(told)
            event = name.removeprefix(_EVENT)
            if event != name and event in self._profiles:
                self._profiles[event].restore(part)
                self._post(event)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{name}: not what was saved: {error!r:.100}") from error


@dataclass(frozen=True, slots=True)
class _Told:
    """What telling changed: what an item taught before, and what it teaches now."""

    item: str
    before: Taught | None
    taught: Taught
    stems: frozenset[str]
    heard: _Heard


_NOTHING = Taught(0, 0)


def part_of(event: str) -> str:
    """Return the name under which an event's part is saved."""
    return _EVENT + event


def _day(item: Item) -> int:
    return item.published.date().toordinal()
