"""What the daemon does for what matching knows: recall it at the start, save it, and import the past of new events."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from scheduler import systemd
from storywatch.errors import StorageError
from storywatch.importing import Importing
from storywatch.pasts import Pasts
from storywatch.recalling import Recollection

log = structlog.get_logger()

SAVE_EVERY = timedelta(minutes=10)
CATCH_UP = timedelta(minutes=1)
IMPORT_CHECK = timedelta(seconds=5)
TOLD_EVERY_SECONDS = 10.0
STARTING = "EXTEND_TIMEOUT_USEC=60000000"
"""Tells systemd that the start is alive (sd_notify(3))."""


@dataclass(frozen=True, kw_only=True)
class Learning:
    """Keeps what matching knows: `recollection` in step with the storage, `importing` for new events.

    `pasts`: what placing knows of events, likewise from config to config.
    """

    recollection: Recollection
    importing: Importing
    pasts: Pasts = field(default_factory=Pasts)


@dataclass
class _Progress:
    """Tells of long work every few seconds."""

    items: int = 0
    told: float = field(default_factory=time.monotonic)

    def __call__(self, more: int) -> None:
        self.items += more
        if time.monotonic() - self.told >= TOLD_EVERY_SECONDS:
            self.told = time.monotonic()
            systemd.notify(STARTING)
            log.info("recalling", items=self.items)


class LearningWork:
    """The daemon's work on it. `current` tells what is in force; None if nothing is to be learned."""

    def __init__(self, current: Callable[[], Learning | None], stopping: Callable[[], bool]) -> None:
        self._current = current
        self._stopping = stopping

    async def recall(self) -> None:
        """Learn all that is stored. Raises `StorageError`."""
        learning = self._current()
        if learning is None:
            return
        began = time.monotonic()
        found = await learning.recollection.recall(_Progress())
        if found.unreadable:
            log.warning("memory_unreadable", parts=list(found.unreadable))
        if found.told or learning.recollection.items:
            log.info("recalled", told=found.told, rebuilt=len(found.rebuilt), ms=_since(began))

    async def save_memory(self) -> None:
        """Save what was learned. Raises `StorageError`."""
        learning = self._current()
        if learning is not None:
            await learning.recollection.save()

    async def catch_up(self) -> None:
        """Learn from what other processes stored. Raises `StorageError`."""
        learning = self._current()
        if learning is not None:
            await learning.recollection.catch_up()

    async def import_past(self) -> None:
        """Take over what is stored of events that are new. Raises `StorageError`."""
        learning = self._current()
        if learning is None:
            return
        await learning.recollection.welcome()
        pending = await learning.importing.pending()
        async for past in learning.importing.run(pending, stopping=self._stopping):
            if past.items:
                log.info("imported", story=past.event, items=past.items, matched=past.matches, updates=past.updates)

    async def close(self, patience: timedelta) -> None:
        """Save what was learned. What can't be saved in time is told again at the next start."""
        try:
            async with asyncio.timeout(max(1.0, patience.total_seconds())):
                await self.save_memory()
        except (StorageError, TimeoutError) as error:
            log.error("job_failed", job="save_memory", reason=str(error) or "it took too long")


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
