"""The daemon, with a clock that stands still while a poll goes on and jumps to the next one that is due."""

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bench.compressed.city import City, StandingClock, serving
from bench.isolation import Files
from scheduler.daemon import SLEPT, Daemon
from scheduler.jobs import FixedJobs, Job
from scheduler.queue import LocalQueue
from storage import Store, open_store, paces, tables
from storage.engine import reading
from storywatch.cli.compose import open_runtime
from storywatch.model import Outlet, Settings, Source, SourceKind, WatchConfig
from storywatch.pacing.bucket import refilled_in
from storywatch.pacing.pace import REFRESHED_EVERY
from storywatch.pacing.simulation import Track
from storywatch.ports import Handle, WorkQueue

BY_HAND = ("keep_pace", "_offer_hosts")
"""The daemon's jobs that look what is due to be polled. They run whenever the clock is set."""
STEP = timedelta(seconds=0.1)
MARGIN = timedelta(milliseconds=1)
DICE = 0.5
"""What every throw of the dice gives."""


def config_of(folder: str, port: int, tracks: Sequence[Track], budget: int) -> WatchConfig:
    """Return a config that watches every feed, each an outlet of its own."""
    sources = {
        track.source: Source(
            id=track.source,
            outlet=track.source,
            kind=SourceKind.FEED,
            url=f"http://127.0.0.1:{port}/{number}",
        )
        for number, track in enumerate(tracks)
    }
    settings = Settings(
        database=f"sqlite:///{folder}/bench.db",
        contact="bench@example.org",
        budget=budget,
        allow=(f"127.0.0.1:{port}",),
    )
    return WatchConfig(
        settings=settings,
        outlets={name: Outlet(id=name, name=name) for name in sources},
        sources=sources,
        events={},
        subscribers={},
        subscriptions={},
    )


async def measured(
    tracks: Sequence[Track], folder: str, begin: datetime, end: datetime, *, budget: int
) -> list[tuple[float, float]]:
    """Run the daemon from `begin` to `end`; return publication and first sight of all that was published meanwhile."""
    clock = StandingClock(now=begin)
    async with serving(City(tracks=tracks, clock=clock)) as port:
        config = config_of(folder, port, tracks, budget)
        async with open_store(config.settings.database) as store:
            jobs, queues = JobsByHand(), Queues()
            daemon = Daemon(
                sources=store.sources,
                outbox=store.outbox,
                pushes=store.pushes,
                paces=store.paces,
                files=Files(config),
                open_runtime=lambda config, take: open_runtime(config, store, clock, take=take, dice=lambda: DICE),
                clock=clock,
                new_queue=queues,
                new_jobs=lambda: jobs,
            )
            running = asyncio.create_task(daemon.run())
            await jobs.begun.wait()
            passing = asyncio.create_task(_pass_time(clock, store, end, jobs, queues))
            await asyncio.wait({running, passing}, return_when=asyncio.FIRST_COMPLETED)
            if passing.done():
                os.kill(os.getpid(), signal.SIGTERM)
            await running
            await passing
            return await _seen(store, begin)


class JobsByHand(FixedJobs):
    """Leaves to whoever sets the clock when it is looked what is due to be polled."""

    def __init__(self) -> None:
        super().__init__()
        self.by_hand: dict[str, Job] = {}
        self.begun = asyncio.Event()

    def every(self, interval: timedelta, job: Job) -> None:
        """Run the other jobs as usual."""
        if job.__name__ in BY_HAND:
            self.by_hand[job.__name__] = job
        else:
            super().every(interval, job)

    def start(self) -> None:
        """Start the clock."""
        super().start()
        self.begun.set()


class Queues:
    """Makes the daemon's queues, and knows when the polls of theirs have ended."""

    def __init__(self) -> None:
        self._polls: LocalQueue

    def __call__(self, name: str, handle: Handle, room: int) -> WorkQueue:
        """Make a queue."""
        queue = LocalQueue(name, handle, room)
        if name == "poll":
            self._polls = queue
        return queue

    async def idle(self) -> None:
        """Wait until the polls that go on have ended."""
        await self._polls.idle()


async def _pass_time(clock: StandingClock, store: Store, end: datetime, jobs: JobsByHand, queues: Queues) -> None:
    """Jump to what is due next and let the daemon do it, until the end; meanwhile time stands still."""
    while clock.now < end:
        # A longer jump would look like a machine that slept, after which overdue polls are spread.
        clock.now = min(await _soonest(store, clock.now), clock.now + SLEPT, end)
        for name in BY_HAND:
            await jobs.by_hand[name]()
        await queues.idle()


async def _soonest(store: Store, now: datetime) -> datetime:
    """Return when a poll can be made next, or the pace is to be worked out anew."""
    source = tables.sources.c
    async with reading(store.engine) as connection:
        poll: datetime | None = await connection.scalar(select(func.min(source.next_poll_at)).where(source.active))
        row = await paces.row_of(connection)
    refresh = row.refreshed_at + REFRESHED_EVERY if row and row.refreshed_at else now
    due = min(poll or now, refresh)
    if due > now:
        return due
    # What is due and was not made waits for the hourly limit, sources of live events less than others.
    bucket, budget = paces.bucket_of(row), paces.allowance_of(row).paced
    rooms = [refilled_in(bucket, budget, now, story=story) for story in (True, False)]
    room = min((room for room in rooms if room), default=STEP)
    return min(refresh if refresh > now else now + STEP, now + room + MARGIN)


async def _seen(store: Store, begin: datetime) -> list[tuple[float, float]]:
    found = await store.traces.of([row["id"] for row in await store.queries.sources()])
    return [
        (one.published.timestamp(), one.seen.timestamp())
        for one in found
        if one.published is not None and one.published >= begin
    ]
