"""The past of a new event: what is stored is matched against it, oldest first, and becomes a history without alerts.

Polls go on meanwhile. The event is held only while its history is written.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from storywatch import updates
from storywatch.matching import Matcher
from storywatch.matching.searching import Sounding, Wanted
from storywatch.matching.taught import Lesson
from storywatch.model import Item, Match, Report, SearchTerm, Update
from storywatch.ordering import as_polled, by_publication, by_sight
from storywatch.pasts import past_of
from storywatch.ports import Archive, Clock, ImportRecord, Imports, ImportTransaction
from storywatch.recalling import Recollection
from storywatch.telling import is_near

MOST_NEAR = 2_000
"""Items of a past that came near without belonging: so many of the last ones are learned from."""

MOST_MISSES = 200
"""Near misses of a past that are kept: the best ones."""

_AT_ONCE = 20
"""Items that are judged before others have their turn."""

_MOST_TRIES = 3
"""How often a past is placed before the event is held for it, which ends all races with polls."""

_History = tuple[tuple[updates.PastReport, ...], int]
"""The reports of an event, and the last number of its updates."""

Heard = Callable[[str, int, int], None]
"""Hears how far the import of an event is: how many items of how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What the past of an event was: items that were judged, those that matched, and the updates that they tell."""

    event: str
    items: int
    matches: int
    updates: int


@dataclass(slots=True)
class _Past:
    """What was found: how many items were judged, those that belong, and those that came near."""

    items: int = 0
    accepted: list[tuple[Item, Match]] = field(default_factory=list)
    near: list[tuple[Item, Match]] = field(default_factory=list)

    def add(self, item: Item, match: Match) -> None:
        if match.accepted:
            self.accepted.append((item, match))
        elif is_near(match) or Lesson.of(match):
            self.near.append((item, match))
            if len(self.near) >= 2 * MOST_NEAR:
                del self.near[:MOST_NEAR]

    @property
    def misses(self) -> tuple[Match, ...]:
        """The near misses that are worth keeping."""
        worth = sorted((match for _, match in self.near if is_near(match)), key=attrgetter("score"), reverse=True)
        return tuple(worth[:MOST_MISSES])


@dataclass(slots=True)
class _Placed:
    """The history that the items of a past make, behind the reports that the event has already."""

    updates: list[Update] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)


def unheard(_event: str, _done: int, _total: int) -> None:
    """Stand for somebody who wants to know how far an import is."""


def never() -> bool:
    """Say that nobody stops the work."""
    return False


@dataclass(frozen=True, kw_only=True)
class Importing:
    """Imports the past of events into the storage and into what the matcher knows."""

    imports: Imports
    archive: Archive
    recollection: Recollection
    clock: Clock

    async def pending(self) -> list[str]:
        """Return the events of the matcher whose past was not matched yet."""
        return [event for event in await self.imports.unimported() if self.recollection.matcher.knows(event)]

    async def run(
        self, events: Iterable[str], heard: Heard = unheard, stopping: Callable[[], bool] = never
    ) -> AsyncIterator[Imported]:
        """Import the past of these events, and yield each that is done. Raises `StorageError`.

        An event is imported whole or not at all.
        """
        asked = {event: self.recollection.matcher.wanted(event) for event in events}
        if not asked:
            return
        sounding = await self._sounding(asked.values())
        for event, one in asked.items():
            imported = await self._import(event, sounding.found(one), heard, stopping)
            if imported is None and stopping():
                return
            if imported is not None:
                yield imported
        await self.recollection.save()

    async def _sounding(self, asked: Iterable[Wanted]) -> Sounding:
        sounding = Sounding(frozenset().union(*(one.keys for one in asked)))
        if sounding.keys:
            number = 0
            async for word, _ in self.archive.vocabulary():
                sounding.hear(word)
                number += 1
                if not number % 1000:
                    await asyncio.sleep(0)
        return sounding

    async def _import(
        self, event: str, terms: frozenset[SearchTerm] | None, heard: Heard, stopping: Callable[[], bool]
    ) -> Imported | None:
        past = await self._judged(event, terms, heard, stopping)
        if past is None:
            return None
        placed = await self._stored(event, past)
        await self._learn((*past.near, *past.accepted))
        return Imported(event=event, items=past.items, matches=len(past.accepted), updates=len(placed.updates))

    async def _stored(self, event: str, past: _Past) -> _Placed:
        """Place what was found and store it. A long past takes long to place, so the event is not held meanwhile."""
        before, last = await self._history(event) if past.accepted else ((), 0)
        declared = self.recollection.matcher.events.get(event)
        about = updates.about(declared) if declared else ""
        for tries_left in reversed(range(_MOST_TRIES)):
            placed = await _placed(event, past.accepted, await past_of(before, about, last))
            async with self.imports.open(event) as transaction:
                now, last = await _history(transaction) if past.accepted else (before, last)
                if now != before and tries_left:  # a poll told of the event meanwhile
                    before = now
                    continue
                if now != before:
                    placed = await _placed(event, past.accepted, await past_of(now, about, last))
                await transaction.save(self._record(past, placed))
                break
        return placed

    def _record(self, past: _Past, placed: _Placed) -> ImportRecord:
        return ImportRecord(
            at=self.clock(),
            matches=tuple(match for _, match in past.accepted),
            misses=past.misses,
            updates=tuple(placed.updates),
            reports=tuple(placed.reports),
        )

    async def _history(self, event: str) -> _History:
        async with self.imports.open(event) as transaction:
            return await _history(transaction)

    async def _judged(
        self, event: str, terms: frozenset[SearchTerm] | None, heard: Heard, stopping: Callable[[], bool]
    ) -> _Past | None:
        """Match what is stored, each item knowing the ones before it; None if the work is to stop."""
        alone, past = self.recollection.matcher.alone(event), _Past()
        total = await self.archive.count(any_of=terms) if heard is not unheard else 0
        async for item in as_polled(self.archive.stream(any_of=terms)):
            if stopping() or not self.recollection.matcher.knows(event):
                return None
            past.items += 1
            for match in _verdicts(alone, item):
                alone.memory.remember(item, match)
                past.add(item, match)
            if not past.items % _AT_ONCE:
                heard(event, past.items, total)
                await asyncio.sleep(0)
        heard(event, past.items, past.items)
        return past

    async def _learn(self, found: Sequence[tuple[Item, Match]]) -> None:
        async with self.recollection.turn:
            for item, match in sorted(found, key=lambda pair: by_sight(pair[0])):
                self.recollection.matcher.memory.remember(item, match)


def _verdicts(matcher: Matcher, item: Item) -> Sequence[Match]:
    """Match an item. One that breaks the matcher is passed over, as in a poll, which set it aside."""
    try:
        return matcher.match(item)
    except Exception:  # noqa: BLE001 - the border of one item
        return ()


async def _history(transaction: ImportTransaction) -> _History:
    return await transaction.history(), await transaction.last_number()


async def _placed(event: str, accepted: Iterable[tuple[Item, Match]], past: updates.Past) -> _Placed:
    placed = _Placed()
    for item, _ in sorted(accepted, key=lambda pair: by_publication(pair[0])):
        place = updates.place(item, event, past)
        if place is not None:
            placed.updates += [place.update] if place.update else []
            placed.reports.append(place.report)
            past.add(updates.as_past(item, place))
        await asyncio.sleep(0)
    return placed
