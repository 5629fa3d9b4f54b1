"""What matching learns from and searches: answers, seeds, the archive, memories, imports."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storywatch.model import (
    Feedback,
    FetchedSeed,
    Item,
    Match,
    Report,
    SearchTerm,
    Snapshot,
    Update,
)
from storywatch.updates import PastReport


class Feedbacks(Protocol):
    """Answers of people whether an item belongs to an event (storage/). Each pair has one; a revoked one stays seen."""

    async def give(self, feedback: Feedback) -> None:
        """Store an answer, in place of one given before. Raises `NotStoredError` for an unknown event or item."""
        ...

    async def revoke(self, event: str, item: str, now: datetime) -> bool:
        """Let an answer count no longer; it stays visible. Return whether there was one."""
        ...

    async def all(self, event: str | None = None, *, revoked: bool = False) -> Sequence[Feedback]:
        """Return the answers for an event, or for every one, in the order in which they were given."""
        ...

    async def answers(self, events: Collection[str]) -> Sequence[tuple[Feedback, Item]]:
        """Return the answers that count for these events, with the items as they read now."""
        ...


class Seeds(Protocol):
    """Articles that were fetched as seeds (storage/)."""

    async def put(self, seed: FetchedSeed) -> None:
        """Store a seed, in place of what its address gave before."""
        ...

    async def all(self, event: str | None = None) -> Sequence[FetchedSeed]:
        """Return the seeds of an event, or of every one, in the order in which they were fetched."""
        ...

    async def remove(self, event: str, url: str) -> bool:
        """Forget a seed. Return whether there was one."""
        ...


class Archive(Protocol):
    """The stored items, as they read now and without their keys (storage/).

    `since` is inclusive, `until` is not; both are times of first sight. `any_of` leaves out most of the items that say
    none of these terms, and none that says one; an empty one asks for nothing.
    """

    async def count(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        any_of: Iterable[SearchTerm] | None = None,
    ) -> int:
        """Return how many items `stream` would yield."""
        ...

    def stream(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        any_of: Iterable[SearchTerm] | None = None,
        after: Item | None = None,
    ) -> AsyncIterator[Item]:
        """Yield items in the order of first sight, then of ids; `after`: only those behind this one."""
        ...

    def vocabulary(self) -> AsyncIterator[tuple[str, int]]:
        """Yield every word that the items say, folded, with the number of revisions that say it.

        What is looked for by more than its letters, such as a name by its sound, is found by the words that sound so.
        """
        ...

    async def by_id(self, ids: Collection[str]) -> Mapping[str, Item]:
        """Return the items that are stored under these ids."""
        ...

    async def by_url(self, url: str) -> tuple[Item, ...]:
        """Return the items at an address, however it is spelled; several where a page or several outlets share it."""
        ...

    async def find_item(self, text: str) -> tuple[Item, ...]:
        """Return the items that an operator may mean: by id, by the beginning of one, or by address."""
        ...


class Memories(Protocol):
    """What matching remembers over a restart (storage/)."""

    async def saved(self) -> Mapping[str, Snapshot]:
        """Return what was saved last, by name."""
        ...

    async def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Save snapshots in place of all that was saved before, at once or not at all."""
        ...

    async def taught(self) -> int:
        """Return a number that grows whenever people answer, revoke an answer, or change the fetched seeds."""
        ...

    def accepted(self, events: Collection[str] | None, limit: int) -> AsyncIterator[tuple[str, Item, Match]]:
        """Yield the latest `limit` accepted items of each event, event by event, oldest first, as they read now."""
        ...

    async def missed(self, event: str, limit: int) -> Sequence[tuple[Item, Match]]:
        """Return the best near misses of an event, the best first."""
        ...

    async def verdict(self, event: str, item: str) -> Match | None:
        """Return the stored verdict on an item: the latest match, else the near miss; None if neither is stored."""
        ...

    async def judged(self, event: str, item: str) -> tuple[Match, datetime | None] | None:
        """Return the same with the time when it was decided; None for the time of what older versions stored."""
        ...

    def items_since(self, moment: datetime) -> AsyncIterator[Item]:
        """Yield each revision of items that was seen at the moment or later, in the order in which polls judge them.

        That is by the time when it was seen, then of its publication, then by the item's id.
        """
        ...

    def latest(self, limit: int) -> AsyncIterator[Item]:
        """Yield the items that were first seen last, some `limit` of them, oldest first, as they read now."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRecord:
    """The past of an event, committed at once: nobody is alerted of it. `at`: when it was matched."""

    at: datetime
    matches: tuple[Match, ...] = ()
    misses: tuple[Match, ...] = ()
    updates: tuple[Update, ...] = ()
    reports: tuple[Report, ...] = ()


class ImportTransaction(Protocol):
    """The one transaction of an import: no poll adds to the event until it commits."""

    async def history(self) -> tuple[PastReport, ...]:
        """Return the reports that the event has already, oldest first."""
        ...

    async def last_number(self) -> int:
        """Return the highest number that an update of the event ever had, 0 without one."""
        ...

    async def save(self, record: ImportRecord) -> None:
        """Write the history and mark the event as imported. What polls stored of it meanwhile stays as it is."""
        ...


class Imports(Protocol):
    """The events whose past is still to be matched (storage/)."""

    async def unimported(self) -> Sequence[str]:
        """Return the declared events whose past was not matched yet."""
        ...

    def open(self, event: str) -> AbstractAsyncContextManager[ImportTransaction]:
        """Open the transaction of an import and hold the event; it commits when the block ends well."""
        ...
