"""The profiles of all events, and which events say a word."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from typing import Any

from storywatch.matching.lessons import Lessons, base_of, reading_of
from storywatch.matching.likeness import Postings, Profile, Reading, Weighed
from storywatch.matching.taught import NOTHING, Lesson, Taught
from storywatch.model import Event, Item

TELLING = 2.0
"""Words that tell less than this make no candidate: every seventh item says them."""

MOST_NEAR = 64
"""Events that an item is judged for although it doesn't satisfy their facets; those that share most."""

_LEAST_SHARED, _LEAST_SHARE = 9.0, 0.06

Heard = Mapping[str, tuple[tuple[float, int], ...]]
"""What events have heard, by their ids."""


class Profiles:
    """What the events know. It learns by lessons, each of which can be taken back."""

    def __init__(self) -> None:
        self._profiles: dict[str, Profile] = {}
        self._postings = Postings()
        self._posted: dict[str, set[str]] = {}
        self._answered: dict[str, frozenset[str]] = {}

    def declare(self, event: Event, lessons: Lessons, told: Mapping[str, Taught]) -> None:
        """Take an event's declaration and what people said of it, in place of what was declared before.

        `told`: what items taught.
        """
        base, day = base_of(event, lessons)
        profile = self._profiles.get(event.id)
        if profile is None:
            profile = self._profiles[event.id] = Profile(base, day=day)
            self._answered[event.id], self._posted[event.id] = frozenset(), set()
        else:
            profile.declare(base, day=day)
        self._answer(event.id, (*lessons.confirmed, *lessons.rejected), told)
        sure = ((reading_of(item), item.published.date().toordinal()) for item in lessons.confirmed)
        profile.answer(sure, map(reading_of, lessons.rejected))
        self.post(event.id)

    def _answer(self, event: str, items: Sequence[Item], told: Mapping[str, Taught]) -> None:
        """Unlearn the items that people answered about, and learn again those whose answers were revoked."""
        before, now = self._answered[event], frozenset(item.id for item in items)
        for item in (item for item in items if item.id not in before):
            self.take_back(item.id, told.get(item.id, NOTHING), only=event)
            self._profiles[event].drop(item.id, reading_of(item).stems)  # what was learned too long ago
        self._answered[event] = now
        for revoked in before - now:
            self.teach(revoked, told.get(revoked, NOTHING), only=event)

    def forget(self, event: str) -> None:
        """Forget an event that is no longer declared."""
        self._profiles.pop(event, None)
        self._answered.pop(event, None)
        self._postings.discard(event, self._posted.pop(event, ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._profiles)

    def __getitem__(self, event: str) -> Profile:
        return self._profiles[event]

    def get(self, event: str) -> Profile | None:
        """Return the profile of an event, None if it is not declared."""
        return self._profiles.get(event)

    def candidates(self, item: Weighed) -> Iterator[str]:
        """Yield the events that share enough with an item to be worth a look, at most those that share most.

        Cost grows with the number of events that say a telling word of the item.
        """
        shared: dict[str, float] = defaultdict(float)
        for term, weight in zip(item.reading.terms, item.weights, strict=True):
            if weight >= TELLING:
                square = weight * weight
                for event in self._postings.of(term.stem):
                    shared[event] += square
        least = max(_LEAST_SHARED, _LEAST_SHARE * item.length * item.length)
        enough = [event for event, mass in shared.items() if mass >= least]
        yield from enough if len(enough) <= MOST_NEAR else nlargest(MOST_NEAR, enough, key=shared.__getitem__)

    def is_news(self, event: str, reading: Reading) -> bool:
        """Tell whether an event can learn of what reads so: it is no seed of its own."""
        profile = self._profiles.get(event)
        return profile is not None and all(reading != known for known in profile.readings)

    def teach(self, item: str, taught: Taught, only: str | None = None) -> None:
        """Learn what an item teaches; `only`: this event. Those that people told about the item know it from them."""
        for profile, lesson in self._learners(item, taught, only):
            if lesson.weight:
                profile.take(item, taught.stems, taught.day, lesson.weight)
                self._postings.add(lesson.event, set(taught.stems) - self._posted[lesson.event])
                self._posted[lesson.event].update(taught.stems)
            if lesson.passed:
                profile.pass_over(taught.stems)
            if lesson.heard is not None:
                profile.hear(lesson.heard, taught.day)

    def take_back(self, item: str, taught: Taught, only: str | None = None) -> None:
        """Unlearn what an item taught; `only`: this event."""
        for profile, lesson in self._learners(item, taught, only):
            if lesson.weight:
                profile.drop(item, taught.stems)
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

    def post(self, event: str) -> None:
        """Let an event be found by the words that it says now."""
        profile = self._profiles[event]
        wanted, posted = {*profile.base, *profile.confirmed, *profile.learned}, self._posted[event]
        self._postings.add(event, wanted - posted)
        self._postings.discard(event, posted - wanted)
        self._posted[event] = wanted

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
            self._profiles[event].restore(part)
            self._answered[event] = answered
            self.post(event)
