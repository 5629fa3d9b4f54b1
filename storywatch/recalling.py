"""What a running matcher knows is recalled from the storage at a start, and saved while it runs.

A process that dies loses nothing: what was seen since the last save is judged and told again at the next start.
"""

import asyncio
import json
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from storywatch.matching import Matcher
from storywatch.matching.language import EventTree
from storywatch.matching.lessons import Lessons
from storywatch.matching.memory import BACKGROUND, part_of
from storywatch.model import Event, FetchedSeed, Item, Snapshot
from storywatch.ordering import as_polled, by_sight
from storywatch.ports import Clock, Feedbacks, Memories, Seeds

VERSION = 3
"""Of what a snapshot's body says. It changes whenever words are read or counted otherwise."""

OVERLAP = timedelta(minutes=2)
"""What another process commits may have been seen so long ago."""

REBUILT_FROM, MOST_ACCEPTED, MOST_MISSED = 20_000, 1_000, 64
"""Without a snapshot: so many of the newest items for the background, and of each event's matches and near misses."""

_AT_ONCE = 50
"""Items that are judged before others have their turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalled:
    """What a start recalled: items told again since the snapshot, what was counted anew, and what was unreadable."""

    told: int
    rebuilt: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """The parts of the storage that matching learns from."""

    memories: Memories
    feedbacks: Feedbacks
    seeds: Seeds


def nobody(_: int) -> None:
    """Stand for somebody who wants to know how many items were told again."""


class Recollection:
    """A matcher, and what the storage knows for it. One for a process, over all reloads.

    `turn` is held by whoever lets it learn. Nobody waits for the database meanwhile, but for a poll in its own
    transaction.
    """

    def __init__(self, matcher: Matcher, turn: asyncio.Lock, stored: Stored, clock: Clock) -> None:
        self.matcher = matcher
        self.turn = turn
        self._stored = stored
        self._clock = clock
        self._taught: int | None = None
        self._known: set[str] = set()
        self._until: datetime | None = None

    @property
    def items(self) -> int:
        """How many items the background was counted over."""
        return self.matcher.memory.background.known

    def declare(self, events: Iterable[Event], compiled: Mapping[str, EventTree] | None = None) -> None:
        """Take the events of a config in place of those before. What is stored of new ones follows with `welcome`."""
        self.matcher.declare(events, compiled=compiled)
        self._known &= self.matcher.events.keys()
        self._taught = None

    async def recall(self, told: Callable[[int], None] = nobody) -> Recalled:
        """Learn all that is stored. `told` hears of each item that is told again. Raises `StorageError`."""
        parts, until, unreadable = _readable(await self._stored.memories.saved())
        for name, part in parts.items():
            try:
                self.matcher.memory.restore(name, part)
            except ValueError:
                unreadable.append(name)
        wanted = (BACKGROUND, *map(part_of, self.matcher.events))
        missing = [name for name in wanted if name not in parts or name in unreadable]
        known = {event for event in self.matcher.events if part_of(event) not in missing}
        self.matcher.memory.lose(self.matcher.events.keys() - known)
        await self.listen()
        if BACKGROUND in missing:
            await self._rebuild_background(told)
            until = self._clock() - OVERLAP
        self._until, self._known = until, known
        await self.welcome()
        count = await self.catch_up(told)
        return Recalled(told=count, rebuilt=tuple(missing), unreadable=tuple(sorted({*missing} & {*unreadable})))

    async def listen(self) -> int:
        """Take what people taught, in any process, since this was asked last. Return for how many events it changed.

        One cheap question, if nobody taught anything.
        """
        taught = await self._stored.memories.taught()
        if taught == self._taught:
            return 0
        lessons = await lessons_of(self.matcher.events, self._stored.feedbacks, self._stored.seeds)
        async with self.turn:
            changed = sum(self.matcher.teach(event, lesson) for event, lesson in lessons.items())
            self._taught = taught
        return changed

    async def welcome(self) -> None:
        """Learn what is stored of events that came with a reload: what people taught, and the matches they had."""
        new = self.matcher.events.keys() - self._known
        if not new:
            return
        await self.listen()
        memories = self._stored.memories
        found = [(item, match) async for _, item, match in memories.accepted(new, MOST_ACCEPTED)]
        for event in sorted(new):
            found.extend(await memories.missed(event, MOST_MISSED))
        async with self.turn:
            for item, match in sorted(found, key=lambda pair: by_sight(pair[0])):
                if self._is_past(item):
                    self.matcher.memory.remember(item, match)
            self._known = set(self.matcher.events)

    def _is_past(self, item: Item) -> bool:
        """Tell whether an item won't be told any more."""
        seen_before = self._until is not None and item.revision.seen < self._until
        return seen_before or self.matcher.memory.was_told(item)

    async def catch_up(self, told: Callable[[int], None] = nobody) -> int:
        """Judge and tell what was stored and not told yet: before this process began, or by another one."""
        if self._until is None:
            return 0
        count, until = 0, self._clock() - OVERLAP
        async for items in _in_parts(self._stored.memories.items_since(self._until), _AT_ONCE):
            async with self.turn:
                count += sum(map(self._tell, items))
            told(len(items))
            await asyncio.sleep(0)
        self._until = until
        return count

    def _tell(self, item: Item) -> bool:
        if self.matcher.memory.was_told(item):
            return False
        try:
            self.matcher.tell(item, self.matcher.match(item))
        except Exception:  # noqa: BLE001 - the border of one item, as in a poll, which set it aside: it teaches nothing
            return False
        return True

    async def save(self) -> int:
        """Save all that was learned. Return over how many items. Raises `StorageError`; the last save stands then."""
        until = self._clock() - OVERLAP
        await self.catch_up()
        memory, bodies = self.matcher.memory, dict[str, bytes]()
        now = self._clock()  # what is imported from here on may not be in it
        async with self.turn:
            items, names = self.items, memory.parts()
            for start in range(0, len(names), _AT_ONCE):
                bodies |= await asyncio.to_thread(_packed, memory.saved(names[start : start + _AT_ONCE]))
        await self._stored.memories.save(
            [Snapshot(name=name, body=body, items=items, until=until, saved=now) for name, body in bodies.items()]
        )
        return items

    async def _rebuild_background(self, told: Callable[[int], None]) -> None:
        async for items in _in_parts(as_polled(self._stored.memories.latest(REBUILT_FROM)), _AT_ONCE):
            async with self.turn:
                for item in items:
                    self.matcher.tell(item, ())
            told(len(items))
            await asyncio.sleep(0)


async def lessons_of(events: Collection[str], feedbacks: Feedbacks, seeds: Seeds) -> dict[str, Lessons]:
    """Return what people taught of each of these events. Raises `StorageError`."""
    told: dict[str, dict[bool, list[Item]]] = defaultdict(lambda: {True: [], False: []})
    for answer, item in await feedbacks.answers(events):
        told[answer.event][answer.belongs].append(item)
    fetched: dict[str, list[tuple[str, date | None]]] = defaultdict(list)
    for seed in await seeds.all():
        fetched[seed.event].append(_as_seed(seed))
    return {
        event: Lessons(
            seeds=tuple(fetched.get(event, ())),
            confirmed=tuple(told[event][True]),
            rejected=tuple(told[event][False]),
        )
        for event in events
    }


def _as_seed(seed: FetchedSeed) -> tuple[str, date | None]:
    return f"{seed.title}\n{seed.text}", seed.published.date() if seed.published else None


async def _in_parts(items: AsyncIterator[Item], size: int) -> AsyncIterator[list[Item]]:
    part: list[Item] = []
    async for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _packed(parts: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: pack(part) for name, part in parts.items()}


def pack(part: Any) -> bytes:
    """Write one part of a memory as a snapshot's body."""
    return zlib.compress(json.dumps({"version": VERSION, "part": part}, ensure_ascii=False).encode())


def unpack(body: bytes) -> Any:
    """Read a snapshot's body. Raises ValueError for what is no such thing, or another version's."""
    try:
        said = json.loads(zlib.decompress(body))
        if said["version"] == VERSION:
            return said["part"]
    except (zlib.error, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no snapshot: {error!r:.100}") from error
    raise ValueError(f"a snapshot of version {said['version']}")


def _readable(saved: Mapping[str, Snapshot]) -> tuple[dict[str, Any], datetime | None, list[str]]:
    """Return the parts that can be read and belong together, the moment up to which they know, and the others."""
    parts: dict[str, Any] = {}
    unreadable: list[str] = []
    until = saved[BACKGROUND].until if BACKGROUND in saved else None
    for name, snapshot in saved.items():
        try:
            parts[name] = unpack(snapshot.body)
        except ValueError:
            unreadable.append(name)
    strange = [name for name in parts if saved[name].until != until]
    return {name: part for name, part in parts.items() if name not in strange}, until, unreadable + strange
