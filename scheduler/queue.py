"""The work queue inside one process: a task for each key, as many at once as there is room for."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import structlog

from storywatch.errors import StorageError
from storywatch.ports import Handle

log = structlog.get_logger()


class LocalQueue:
    """Implements `storywatch.ports.WorkQueue` with asyncio tasks."""

    def __init__(self, name: str, handle: Handle, room: int) -> None:
        self._name = name
        self._handle = handle
        self._room = room
        self._running: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    async def offer(self, keys: Iterable[str]) -> int:
        """Start work on keys that are idle, as far as there is room. Return how many were taken."""
        taken = 0
        for key in keys:
            if self._closed or len(self._running) >= self._room:
                break
            if key not in self._running:
                self._running[key] = asyncio.create_task(self._work(key), name=f"{self._name}:{key}")
                taken += 1
        return taken

    @property
    def free(self) -> int:
        """How many more keys can start now."""
        return 0 if self._closed else max(self._room - len(self._running), 0)

    def resize(self, room: int) -> None:
        """Let so many keys run at once from now on; what runs goes on."""
        self._room = room

    async def _work(self, key: str) -> None:
        try:
            await self._handle(key)
        except StorageError as error:
            log.error("job_failed", queue=self._name, key=key, reason=str(error))
        except Exception:  # the border of a job: whatever broke it, the row is still due and is offered again
            log.exception("job_failed", queue=self._name, key=key)
        finally:
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
