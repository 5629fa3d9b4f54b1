"""The work queue inside one process: a task for each key, as many at once as there is room for."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import structlog

from storywatch.errors import StorageError
from storywatch.ports import Handle

log = structlog.get_logger()

PATIENCE_SECONDS = 2.0
"""A job that takes longer waits for somebody slow, and gives its place to another."""
MOST_SLOW = 16
"""Times the room: so many jobs run at once in all, however slow they are."""


class LocalQueue:
    """Implements `storywatch.ports.WorkQueue` with asyncio tasks.

    Work waits for servers, so a slow one costs memory and no time of the others: it doesn't keep its place.
    """

    def __init__(self, name: str, handle: Handle, room: int, *, patience: float = PATIENCE_SECONDS) -> None:
        self._name = name
        self._handle = handle
        self._room = room
        self._patience = patience
        self._running: dict[str, asyncio.Task[None]] = {}
        self._slow: set[str] = set()
        self._closed = False

    async def offer(self, keys: Iterable[str]) -> int:
        """Start work on keys that are idle, as far as there is room. Return how many were taken."""
        taken = 0
        for key in keys:
            if not self.free:
                break
            if key not in self._running:
                self._running[key] = asyncio.create_task(self._work(key), name=f"{self._name}:{key}")
                taken += 1
        return taken

    @property
    def free(self) -> int:
        """How many more keys can start now."""
        if self._closed:
            return 0
        quick = self._room - (len(self._running) - len(self._slow))
        return max(min(quick, self._room * MOST_SLOW - len(self._running)), 0)

    @property
    def busy(self) -> int:
        """How many keys run now: to offer these again is in vain."""
        return len(self._running)

    def resize(self, room: int) -> None:
        """Let so many keys run at once from now on; what runs goes on."""
        self._room = room

    async def _work(self, key: str) -> None:
        slow = asyncio.get_running_loop().call_later(self._patience, self._slow.add, key)
        try:
            await self._handle(key)
        except StorageError as error:
            log.error("job_failed", queue=self._name, key=key, reason=str(error))
        except Exception:  # the border of a job: whatever broke it, the row is still due and is offered again
            log.exception("job_failed", queue=self._name, key=key)
        finally:
            slow.cancel()
            self._slow.discard(key)
            self._running.pop(key, None)

    async def idle(self) -> None:
        """Wait until the work that runs now has ended; new work may have begun meanwhile."""
        running = list(self._running.values())
        if running:
            await asyncio.wait(running)

    async def drain(self, patience: timedelta) -> int:
        """Take nothing more, wait for what runs, then cancel it. Return how many were cancelled."""
        self._closed = True
        running = list(self._running.values())
        if not running:
            return 0
        _, late = await asyncio.wait(running, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)
