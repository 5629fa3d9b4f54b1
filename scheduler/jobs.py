"""The few jobs that run at fixed intervals, by APScheduler. The one file that knows it: it ships no types."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storywatch.errors import StorageError

log = structlog.get_logger()

Job = Callable[[], Awaitable[None]]

CLOCK_CHECK_SECONDS = 1.0
CLOCK_STEP_SECONDS = 2.0


class FixedJobs:
    """Jobs that run until they are stopped; one that is late runs once, not as often as it was missed."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._clock_watch: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(job_defaults=defaults, executors={"default": _Patient()}, timezone="UTC")

    def every(self, interval: timedelta, job: Job) -> None:
        """Run `job` every `interval`, for the first time at once."""

        async def run() -> None:
            if self._scheduler.running:
                task = asyncio.create_task(_guarded(job), name=job.__name__)
                self._running.add(task)
                task.add_done_callback(self._running.discard)
                with suppress(asyncio.CancelledError):  # by `drain`: APScheduler would log it as an error
                    await task

        seconds = interval.total_seconds()
        self._scheduler.add_job(run, "interval", seconds=seconds, name=job.__name__, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        """Start the clock."""
        self._scheduler.start()
        self._clock_watch = asyncio.create_task(self._watch_clock(), name="clock watch")

    async def _watch_clock(self) -> None:
        """Run all jobs after the wall clock was set: APScheduler plans by it, and would sleep for the whole step."""
        while True:
            offset = self._wall() - time.monotonic()
            await asyncio.sleep(CLOCK_CHECK_SECONDS)
            step = self._wall() - time.monotonic() - offset
            if abs(step) > CLOCK_STEP_SECONDS:
                log.warning("clock_stepped", seconds=round(step))
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """Stop the clock; a job that runs is left to end, see `drain`."""
        if self._clock_watch is not None:
            self._clock_watch.cancel()
        self._scheduler.shutdown(wait=False)

    async def drain(self, patience: timedelta) -> None:
        """Wait for the jobs that run, and cancel what is not done in time."""
        running = tuple(self._running)
        if running:
            _, late = await asyncio.wait(running, timeout=patience.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class _Patient(AsyncIOExecutor):  # type: ignore[misc]  # APScheduler has no types
    """Leaves alone what runs when the scheduler stops; APScheduler's own cancels it, and logs that as an error."""

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002 - APScheduler's way
        """Do nothing."""


async def _guarded(job: Job) -> None:
    try:
        await job()
    except StorageError as error:
        log.error("job_failed", job=job.__name__, reason=str(error))
    except Exception:  # the border of a job: the next run tries again
        log.exception("job_failed", job=job.__name__)
