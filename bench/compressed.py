"""The daemon itself against a loopback city that replays traces in compressed time.

The clock is one that the daemon takes as an argument. It stands still while a poll goes on and jumps to the next one
that is due, so that a day passes in a minute or so, and how busy the machine is changes nothing. Everything else is
real: scheduler, crawler, HTTP, parser processes, SQLite, the policy and what it remembers. The delays from publication
to first sight are read from the database.
"""

import asyncio
import hashlib
import logging
import os
import signal
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import structlog
from aiohttp import web
from sqlalchemy import func, select

from bench.isolation import Files
from scheduler import daemon as daemon_module
from scheduler.daemon import Daemon
from storage import Store, open_store, tables
from storage.engine import reading
from storywatch.cli.compose import open_runtime
from storywatch.model import Outlet, Settings, Source, SourceKind, WatchConfig
from storywatch.pacing.simulation import Track

LISTED = 30
"""Items of a document."""
TICK = timedelta(seconds=0.02)
"""So often the daemon looks what is due, by the machine's own clock: it has a day in a minute."""
LOOK_SECONDS = 0.003
SLOWEST_SECONDS = 60.0
"""A poll that takes longer won't end."""


@dataclass(kw_only=True)
class StandingClock:
    """Tells the time that somebody sets."""

    now: datetime

    def __call__(self) -> datetime:
        """Return it."""
        return self.now


@dataclass(frozen=True, kw_only=True)
class City:
    """Serves each trace as a feed: what is published by now, newest first, with an ETag."""

    tracks: Sequence[Track]
    clock: StandingClock

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a poll."""
        number = int(request.match_info["number"])
        published = self.tracks[number].published
        count = bisect_right(published, self.clock.now.timestamp())
        tag = f'"{number}-{count}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        body = feed(number, [(index, float(published[index])) for index in range(max(0, count - LISTED), count)])
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": tag})


def feed(number: int, items: Sequence[tuple[int, float]]) -> bytes:
    """Return an RSS document."""
    listed = "".join(_item(number, index, published) for index, published in reversed(items))
    head = f"<title>Feed {number}</title><link>http://example.org/{number}</link><description>A feed</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{listed}</channel></rss>'.encode()


def _item(number: int, index: int, published: float) -> str:
    name = f"{number}-{index}"
    when = format_datetime(datetime.fromtimestamp(published, UTC))
    said = hashlib.sha256(name.encode()).hexdigest()
    title = " ".join(said[at : at + 6] for at in range(0, 36, 6))
    return (
        f"<item><title>{title}</title><link>http://example.org/{name}</link>"
        f'<guid isPermaLink="false">{name}</guid><pubDate>{when}</pubDate></item>'
    )


@asynccontextmanager
async def serving(city: City) -> AsyncIterator[int]:
    """Serve on loopback until the block ends, and yield the port."""
    app = web.Application()
    app.router.add_get("/{number:\\d+}", city.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def config_of(folder: str, port: int, tracks: Sequence[Track]) -> WatchConfig:
    """Return a config that watches every feed, each an outlet of its own."""
    sources = {
        track.source: Source(
            id=track.source,
            outlet=track.source,
            kind=SourceKind.FEED,
            url=f"http://127.0.0.1:{port}/{number}",
            every=timedelta(minutes=15),
        )
        for number, track in enumerate(tracks)
    }
    settings = Settings(
        database=f"sqlite:///{folder}/bench.db", contact="bench@example.org", allow=(f"127.0.0.1:{port}",)
    )
    return WatchConfig(
        settings=settings,
        outlets={name: Outlet(id=name, name=name) for name in sources},
        sources=sources,
        events={},
        subscribers={},
        subscriptions={},
    )


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the daemon did: delays in seconds of the items published from `since` on, and polls a day."""

    delays: Sequence[float]
    polls_a_day: float


async def measured(tracks: Sequence[Track], folder: str, begin: datetime, end: datetime) -> list[tuple[float, float]]:
    """Run the daemon from `begin` to `end`; return publication and first sight of all that was published meanwhile."""
    clock = StandingClock(now=begin)
    async with serving(City(tracks=tracks, clock=clock)) as port:
        config = config_of(folder, port, tracks)
        async with open_store(config.settings.database) as store:
            daemon = Daemon(
                sources=store.sources,
                outbox=store.outbox,
                pushes=store.pushes,
                files=Files(config),
                open_runtime=lambda config, take: open_runtime(config, store, clock, take=take),
                clock=clock,
            )
            running = asyncio.create_task(daemon.run())
            await _pass_time(clock, store, end, running)
            os.kill(os.getpid(), signal.SIGTERM)
            await running
            return await _seen(store, begin)


async def _pass_time(clock: StandingClock, store: Store, end: datetime, running: "asyncio.Task[None]") -> None:
    """Jump from poll to poll; while one goes on, its source stays due and time stands still."""
    loop = asyncio.get_running_loop()
    moved = loop.time()
    while clock.now < end and not running.done():
        due = await _soonest(store)
        if due is not None and due > clock.now:
            clock.now, moved = min(due, end), loop.time()
        assert loop.time() - moved < SLOWEST_SECONDS, f"a poll does not end at {clock.now}"
        await asyncio.sleep(LOOK_SECONDS)


async def _soonest(store: Store) -> datetime | None:
    source = tables.sources.c
    async with reading(store.engine) as connection:
        return await connection.scalar(select(func.min(source.next_poll_at)).where(source.active))


async def _seen(store: Store, begin: datetime) -> list[tuple[float, float]]:
    found = await store.traces.of([row["id"] for row in await store.queries.sources()])
    return [
        (one.published.timestamp(), one.seen.timestamp())
        for one in found
        if one.published is not None and one.published >= begin
    ]


@contextmanager
def hurried() -> Iterator[None]:
    """Let the daemon look often what is due, until the block ends."""
    usual = daemon_module.TICK
    daemon_module.TICK = TICK
    try:
        yield
    finally:
        daemon_module.TICK = usual


def quiet() -> None:
    """Say nothing of single polls."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
