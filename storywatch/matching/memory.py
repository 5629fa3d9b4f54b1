"""What matching has learned: the background, and a profile of each event. The only thing in matching that changes.

It is told of every item that was decided, in order, and its state follows from that: what a process had learned when it
stopped is saved, and the items that came later are told again.
"""

import json
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from storywatch.matching.deciding import Ground
from storywatch.matching.likeness import Background, Postings, Profile, Reading, Weighed, log_odds, read, texts_of
from storywatch.model import Event, Item, Match

LEARNED_FROM = frozenset({Ground.FACETS, Ground.LIKENESS, Ground.TITLE})
"""What was taken beyond the facets teaches nothing unless people confirm it: the operator's facets keep the scope."""

TAKE_FROM = 0.7
"""The score, in log-odds, from which an event learns from an item that was accepted."""

NEAR_FROM, NEAR_TO = -6.0, -1.0
"""Between these scores an item came near without belonging."""

SURE = 0.8
"""How sure it is that an item belongs which the operator's own facets took."""

_LEAST_SHARED, _LEAST_SHARE = 9.0, 0.06
_TELLING = 2.0
_MOST_TOLD = 5_000

BACKGROUND = "background"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lessons:
    """What people said of an event besides its declaration: seeds that were fetched, items confirmed and rejected."""

    seeds: tuple[tuple[str, date | None], ...] = ()
    confirmed: tuple[Item, ...] = ()
    rejected: tuple[Item, ...] = ()


NO_LESSONS = Lessons()


def reading_of(item: Item) -> Reading:
    """Return how an item reads."""
    shown = item.revision
    return read(texts_of(shown.title, shown.summary, shown.content))


class Memory:
    """The background and the profiles. Nothing here reads a clock or a disk."""

    def __init__(self) -> None:
        self.background = Background()
        self._profiles: dict[str, Profile] = {}
        self._postings = Postings()
        self._posted: dict[str, set[str]] = {}
        self._told: OrderedDict[str, None] = OrderedDict()

    def declare(self, event: Event, lessons: Lessons = NO_LESSONS) -> None:
        """Take an event's declaration and what people said of it, in place of what was declared before."""
        base, day = _base(event, lessons)
        profile = self._profiles.get(event.id)
        if profile is None:
            profile = self._profiles[event.id] = Profile(base, day=day)
        else:
            profile.declare(base, day=day)
        for item in (*lessons.confirmed, *lessons.rejected):
            profile.drop(item.id, reading_of(item))
        profile.refuse(map(reading_of, lessons.rejected))
        self._post(event.id)

    def forget(self, event: str) -> None:
        """Forget an event that is no longer declared."""
        self._profiles.pop(event, None)
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
        """Learn from an item and what was decided of it. Telling again changes nothing."""
        if item.id in self._told:
            return
        self._told[item.id] = None
        if len(self._told) > _MOST_TOLD:
            self._told.popitem(last=False)
        reading, day = reading_of(item), item.published.date().toordinal()
        for match in matches:
            profile = self._profiles.get(match.event)
            if profile is not None and match.veto is None and all(reading != known for known in profile.readings):
                self._learn(profile, match, reading, day)
        self.background.add(reading.stems)

    def _learn(self, profile: Profile, match: Match, reading: Reading, day: int) -> None:
        score = log_odds(match.score)
        if match.accepted and match.ground in LEARNED_FROM and (score > TAKE_FROM or not match.threshold):
            profile.take(match.item, reading, day, match.score if match.threshold else max(match.score, SURE))
            self._postings.add(match.event, reading.stems - self._posted[match.event])
            self._posted[match.event] |= reading.stems
        elif NEAR_FROM < score < NEAR_TO:
            profile.pass_over(reading)
        if NEAR_FROM < score < 0:
            profile.hear(score, day)

    def _post(self, event: str) -> None:
        profile = self._profiles[event]
        wanted, posted = {*profile.base, *profile.learned}, self._posted.get(event, set())
        self._postings.add(event, wanted - posted)
        self._postings.discard(event, posted - wanted)
        self._posted[event] = wanted

    def saved(self) -> Mapping[str, bytes]:
        """Return all that was learned, by name: the background's, and each event's under `event:` and its id."""
        parts = {f"event:{event}": profile.saved() for event, profile in self._profiles.items()}
        parts[BACKGROUND] = self.background.saved() | {"told": list(self._told)}
        return {name: zlib.compress(json.dumps(part, ensure_ascii=False).encode()) for name, part in parts.items()}

    def restore(self, saved: Mapping[str, bytes]) -> None:
        """Take back what `saved` gave, for the events that are declared. Raises ValueError for what can't be read."""
        parts = {name: json.loads(zlib.decompress(body)) for name, body in saved.items()}
        if BACKGROUND in parts:
            self.background = Background.restored(parts[BACKGROUND])
            self._told = OrderedDict.fromkeys(parts[BACKGROUND]["told"])
        for event, profile in self._profiles.items():
            if f"event:{event}" in parts:
                profile.restore(parts[f"event:{event}"])
                self._post(event)


def _base(event: Event, lessons: Lessons) -> tuple[list[Reading], int | None]:
    """Return the readings that an event begins with, its title first, and the day of the latest."""
    seeds = [(seed.text, seed.published) for seed in event.seeds] + list(lessons.seeds)
    texts: Iterable[Iterable[str]] = [(event.title,), *((text,) for text, _ in seeds)]
    days = [day for _, day in seeds if day] + [item.published.date() for item in lessons.confirmed]
    latest = max(days, default=event.since)
    return [*map(read, texts), *map(reading_of, lessons.confirmed)], latest.toordinal() if latest else None
