"""The profiles of all events, and which events say a word."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from typing import Any

from storywatch.matching.lessons import Lessons, base_of, reading_of
from storywatch.matching.likeness import (
    LEAST_LENGTH,
    MOST_HEAT,
    Background,
    Postings,
    Profile,
    Reading,
    Renewed,
    Weighed,
)
from storywatch.matching.taught import NOTHING, Lesson, Taught
from storywatch.model import Event, Item

LIKE = 0.07
"""The cosine from which an item may belong to an event that it isn't all it asks for. No such event is overlooked."""

NEAR = 0.045
"""The cosine from which it comes near."""

HEAT_COUNTS = 1.0
"""How much more its heat makes an event like: what is said in busy days needs to say less."""

_COLD = NEAR / (1 + HEAT_COUNTS * math.log1p(MOST_HEAT))

MOST_NEAR = 8
"""Events that it merely comes near which it is judged for: those that it reads most like."""

Heard = Mapping[str, tuple[tuple[float, int], ...]]
"""What events have heard, by their ids."""


class Profiles:
    """What the events know. It learns by lessons, each of which can be taken back."""

    def __init__(self) -> None:
        self._profiles: dict[str, Profile] = {}
        self._postings = Postings()
        self._lengths: dict[str, float] = {}
        self._renewed: Renewed | None = None
        self._answered: dict[str, frozenset[str]] = {}

    def declare(self, event: Event, lessons: Lessons, told: Mapping[str, Taught]) -> None:
        """Take an event's declaration and what people said of it, in place of what was declared before.

        `told`: what items taught.
        """
        base, days = base_of(event, lessons)
        profile = self._profiles.get(event.id)
        if profile is None:
            profile = self._profiles[event.id] = Profile(())
            self._answered[event.id] = frozenset()
        said = set(profile.counts)
        profile.declare(base, days=days, since=event.since.toordinal() if event.since else None)
        self._answer(event.id, (*lessons.confirmed, *lessons.rejected), told)
        profile.answer(map(_dated, lessons.confirmed), map(_dated, lessons.rejected))
        self._post(event.id, said.union(profile.counts))

    def _answer(self, event: str, items: Sequence[Item], told: Mapping[str, Taught]) -> None:
        """Unlearn the items that people answered about, and learn again those whose answers were revoked."""
        before, now = self._answered[event], frozenset(item.id for item in items)
        for item in (item for item in items if item.id not in before):
            self.take_back(item.id, told.get(item.id, NOTHING), only=event)
            self._drop(event, item.id, reading_of(item).stems)  # what was learned too long ago
        self._answered[event] = now
        for revoked in before - now:
            self.teach(revoked, told.get(revoked, NOTHING), only=event)

    def forget(self, event: str) -> None:
        """Forget an event that is no longer declared."""
        profile = self._profiles.pop(event, None)
        self._answered.pop(event, None)
        if profile is not None:
            self._postings.put(event, {}, profile.counts)
            self._lengths.pop(event, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._profiles)

    def __getitem__(self, event: str) -> Profile:
        return self._profiles[event]

    def get(self, event: str) -> Profile | None:
        """Return the profile of an event, None if it is not declared."""
        return self._profiles.get(event)

    def nearest(self, item: Weighed, background: Background, day: int) -> list[str]:
        """Return the events that an item reads like, and some more that it comes near.

        Cost grows with the number of events that say a telling word of the item.
        """
        shared: dict[str, float] = defaultdict(float)
        for stem, square in item.telling:
            for event, root in self._postings.of(stem).items():
                shared[event] += square * root
        like, near = list[str](), list[tuple[float, str]]()
        least, lengths = _COLD * item.length * LEAST_LENGTH, self._lengths_by(background)
        for event, mass in shared.items():
            if mass >= least:
                length = lengths.get(event) or lengths.setdefault(event, self._profiles[event].norm(background))
                alike = mass / (item.length * length)
                if alike < _COLD:
                    continue
                alike += HEAT_COUNTS * alike * math.log1p(self._profiles[event].heat(day))
                if alike >= LIKE:
                    like.append(event)
                elif alike >= NEAR:
                    near.append((alike, event))
        return [*like, *(event for _, event in nlargest(MOST_NEAR, near))]

    def _lengths_by(self, background: Background) -> dict[str, float]:
        """Return the lengths of profiles that are known already."""
        renewed = (background, background.generation)
        if self._renewed != renewed:
            self._lengths, self._renewed = {}, renewed
        return self._lengths

    def is_news(self, event: str, reading: Reading) -> bool:
        """Tell whether an event can learn of what reads so: it is no seed of its own."""
        profile = self._profiles.get(event)
        return profile is not None and all(reading != known for known in profile.readings)

    def teach(self, item: str, taught: Taught, only: str | None = None) -> None:
        """Learn what an item teaches; `only`: this event. Those that people told about the item know it from them."""
        for profile, lesson in self._learners(item, taught, only):
            if lesson.weight is not None:
                profile.take(item, taught.stems, taught.day, lesson.weight)
                self._post(lesson.event, taught.stems)
            if lesson.passed:
                profile.pass_over(taught.stems)
            if lesson.heard is not None:
                profile.hear(lesson.heard, taught.day)

    def take_back(self, item: str, taught: Taught, only: str | None = None) -> None:
        """Unlearn what an item taught; `only`: this event."""
        for profile, lesson in self._learners(item, taught, only):
            if lesson.weight is not None:
                self._drop(lesson.event, item, taught.stems)
            if lesson.passed:
                profile.take_up(taught.stems)
            if lesson.heard is not None:
                profile.unhear(lesson.heard, taught.day)

    def _learners(self, item: str, taught: Taught, only: str | None) -> Iterator[tuple[Profile, Lesson]]:
        for lesson in taught.lessons:
            profile = self._profiles.get(lesson.event)
            if profile is not None and item not in self._answered[lesson.event] and only in {None, lesson.event}:
                yield profile, lesson

    def heard(self, lessons: Iterable[Lesson]) -> Heard:
        """Return what the events of lessons have heard: what `hear` drops would be lost otherwise."""
        events = {lesson.event for lesson in lessons if lesson.heard is not None}
        return {event: self._profiles[event].heard for event in events if event in self._profiles}

    def hear_again(self, heard: Heard) -> None:
        """Set what events have heard to what it was."""
        for event, noise in heard.items():
            if event in self._profiles:
                self._profiles[event].heard = noise

    def _drop(self, event: str, item: str, stems: Collection[str]) -> None:
        self._profiles[event].drop(item, stems)
        self._post(event, stems)

    def _post(self, event: str, stems: Iterable[str]) -> None:
        """Let an event be found by what it says now of these words."""
        self._postings.put(event, self._profiles[event].counts, stems)
        self._lengths.pop(event, None)

    def answered(self, event: str) -> frozenset[str]:
        """Return the items of which a declared event knows by answers, so that they teach it nothing else."""
        return self._answered[event]

    def saved(self, event: str) -> dict[str, Any] | None:
        """Return what a declared event learned as plain data."""
        profile = self._profiles.get(event)
        return profile.saved() | {"answered": sorted(self._answered[event])} if profile else None

    def restore(self, event: str, part: Any) -> None:
        """Take back what was saved of an event, if it is declared. The answers themselves are to be told again."""
        if event in self._profiles:
            answered = frozenset(map(str, part["answered"]))
            profile = self._profiles[event]
            said = set(profile.counts)
            profile.restore(part)
            self._answered[event] = answered
            self._post(event, said.union(profile.counts))


def _dated(item: Item) -> tuple[Reading, int]:
    return reading_of(item), item.published.date().toordinal()
