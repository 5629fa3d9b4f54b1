"""What matching has learned: the background, and a profile of each event. The only thing in matching that changes.

It is told of every item that was decided, in order, and its state follows from that: what a process had learned when it
stopped is saved, and the items that came later are told again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from storywatch.matching.lessons import NO_LESSONS, Lessons, reading_of
from storywatch.matching.likeness import TELLING, Background, Profile, Reading, Weighed
from storywatch.matching.profiles import Heard, Profiles
from storywatch.matching.taught import NEAR_FROM, NOTHING, Lesson, Taught, Told, surest, told_by
from storywatch.model import Event, Item, Match

__all__ = ["BACKGROUND", "NEAR_FROM", "NO_LESSONS", "Lessons", "Memory", "part_of", "reading_of"]

BACKGROUND = "background"
_EVENT = "event:"


class Memory:
    """The background and the profiles. Nothing here reads a clock or a disk."""

    def __init__(self) -> None:
        self.background = Background()
        self._profiles = Profiles()
        self._told = Told()
        self._undo: list[_Told] | None = None

    def declare(self, event: Event, lessons: Lessons = NO_LESSONS) -> None:
        """Take an event's declaration and what people said of it, in place of what was declared before."""
        self._profiles.declare(event, lessons, self._told)

    def forget(self, event: str) -> None:
        """Forget an event that is no longer declared."""
        self._profiles.forget(event)

    def profile(self, event: str) -> Profile:
        """Return the profile of a declared event."""
        return self._profiles[event]

    def answered(self, event: str) -> frozenset[str]:
        """Return the items of which a declared event knows by answers: those of its lessons, or of what was saved."""
        return self._profiles.answered(event)

    def nearest(self, item: Weighed, day: int) -> list[str]:
        """Return the events that an item reads like, and some more that it comes near."""
        return self._profiles.nearest(item, self.background, day)

    def weighed(self, item: Item) -> Weighed:
        """Return an item with what the background says of its words."""
        return Weighed.by(self.background, reading_of(item))

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
        heard = self._profiles.heard((*(before or NOTHING).lessons, *lessons)) if self._undo is not None else {}
        self._profiles.take_back(item.id, before or NOTHING)
        self._profiles.teach(item.id, taught)
        self._told[item.id] = taught
        if self._undo is not None:
            self._undo.append(_Told(item.id, before, taught, reading.stems, heard))

    def telling(self, event: str) -> tuple[str, ...]:
        """Return the declared words by which an item may come near an event without a hit, as stems."""
        return tuple(stem for stem in self._profiles[event].base if self.background.weight(stem) >= TELLING)

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
        self._profiles.teach(item.id, taught)
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
        heard = self._profiles.heard(taught.lessons)
        self._profiles.take_back(item.id, taught)
        try:
            yield
        finally:
            self._profiles.teach(item.id, taught)
            self._profiles.hear_again(heard)

    def _of_old(self, item: Item, event: str | None) -> Taught:
        profile = self._profiles.get(event) if event else None
        taken = profile.taken.get(item.id) if profile else None
        if event is None or taken is None:
            return NOTHING
        stems = tuple(reading_of(item).stems)
        return Taught(item.revision.number, taken.day, stems, (Lesson(event, weight=taken.weight),))

    def _lessons(self, item: Item, reading: Reading, matches: Iterable[Match]) -> tuple[Lesson, ...]:
        found = (Lesson.of(match, timed=item.timed) for match in matches)
        return surest(lesson for lesson in found if lesson and self._profiles.is_news(lesson.event, reading))

    def _untell(self, told: "_Told") -> None:
        self._profiles.take_back(told.item, told.taught)
        if told.before is None:
            self._told.pop(told.item, None)
            self.background.take_back(told.stems)
        else:
            self._told[told.item] = told.before
            self._profiles.teach(told.item, told.before)
        self._profiles.hear_again(told.heard)

    def parts(self) -> tuple[str, ...]:
        """Return the names of what is to be saved: the background, and `part_of` each event."""
        return (BACKGROUND, *map(part_of, self._profiles))

    def saved(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """Return what was learned as plain data: these parts, as far as they are there, or all."""
        return {name: part for name in names or self.parts() if (part := self._part(name)) is not None}

    def _part(self, name: str) -> dict[str, Any] | None:
        if name == BACKGROUND:
            told = {item: taught.saved() for item, taught in self._told.items()}
            return self.background.saved() | {"told": told}
        return self._profiles.saved(name.removeprefix(_EVENT))

    def restore(self, name: str, part: Any) -> None:
        """Take back one part of what `saved` gave, if it is of a declared event. Raises ValueError for anything else.

        Nothing has changed then.
        """
        try:
            if name == BACKGROUND:
                told = told_by(part["told"])
                self.background, self._told = Background.restored(part), told
            elif name.startswith(_EVENT):
                self._profiles.restore(name.removeprefix(_EVENT), part)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{name}: not what was saved: {error!r:.100}") from error


@dataclass(frozen=True, slots=True)
class _Told:
    """What telling changed: what an item taught before, and what it teaches now."""

    item: str
    before: Taught | None
    taught: Taught
    stems: frozenset[str]
    heard: Heard


def part_of(event: str) -> str:
    """Return the name under which an event's part is saved."""
    return _EVENT + event


def _day(item: Item) -> int:
    return item.published.date().toordinal()
