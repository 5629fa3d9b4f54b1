"""A reload that meets trouble, in a daemon over fakes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scheduler.daemon import Daemon
from storywatch.errors import StorageError
from storywatch.model import Settings, Visit, VisitOutcome, WatchConfig
from storywatch.push import Push
from storywatch.rechecking import Found, Recheck
from storywatch.second_look import Looked
from tests.support.fakes import FakeClock, FakePaces, FakeSources
from tests.support.patience import soon
from tests.support.samples import a_config, an_item


@dataclass
class TroubledSources(FakeSources):
    """A database that is out of reach when the second config comes."""

    applied: list[bool] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    tried_again: asyncio.Event = field(default_factory=asyncio.Event)

    async def apply(self, config: WatchConfig, now: datetime, *, changed: bool = False) -> None:
        """Take the config, or fail."""
        self.applied.append(changed)
        self.started.set()
        if len(self.applied) == 2:
            raise StorageError("the database can't be reached")
        if len(self.applied) > 2:
            self.tried_again.set()


class Nothing:
    """Stands for a port that has nothing to do; it answers every question with nothing."""

    push = None
    learning = None
    second_look: "LongLook | None" = None

    @property
    def gathering(self) -> "Nothing":
        """Gather nothing."""
        return self

    @property
    def plan(self) -> "Nothing":
        """Plan nothing."""
        return self

    def compiled(self) -> None:
        """Compile nothing."""

    def declare(self, _: None = None) -> None:
        """Declare nothing."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def nothing(*_: object, **__: object) -> tuple[()]:
            return ()

        return nothing


class LongLook:
    """A second look that lasts until it is let go. Its host asks for a pause that no test can wait for."""

    clock = FakeClock()

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.go_on = asyncio.Event()
        self.rechecks = self

    async def enlist(self, now: datetime) -> int:
        """Enlist nothing."""
        return 0

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> list[tuple[Recheck, str]]:
        """Return two pages of one host."""
        return [(Recheck(item=an_item(), reported=now, next_check_at=now), "token")] * 2

    async def look(self, recheck: Recheck, token: str, config: WatchConfig) -> Looked:
        """Wait."""
        self.began.set()
        await self.go_on.wait()
        visit = Visit(outcome=VisitOutcome.OK, crawl_delay=timedelta(minutes=2))
        return Looked(item=recheck.item.id, found=Found.NOTHING, visit=visit)


class Files:
    """A watch config that is saved once."""

    def __init__(self, config: WatchConfig | None = None) -> None:
        self.saved = 0
        self.config = config or a_config()

    def load(self) -> WatchConfig:
        """Read it."""
        return self.config

    def stamp(self) -> object:
        """Tell how often it was saved."""
        return self.saved


def idle(sources: FakeSources, files: Files) -> Daemon:
    """Return a daemon that has nothing to do but to look at its files."""
    nothing: Any = Nothing()

    @asynccontextmanager
    async def open_runtime(_: WatchConfig, __: Callable[[Push], None]) -> AsyncIterator[Any]:
        yield nothing

    return Daemon(
        sources=sources,
        outbox=nothing,
        pushes=nothing,
        paces=FakePaces(),
        files=files,
        open_runtime=open_runtime,
        clock=FakeClock(),
    )


async def test_a_config_that_the_database_did_not_take_is_tried_again() -> None:
    """The operator saved it once and for all; when the database is back, it is in force, and no longer looked at."""
    sources, files = TroubledSources(config=a_config()), Files()
    running = asyncio.create_task(idle(sources, files).run())
    async with soon():
        await sources.started.wait()
        files.saved += 1
        await sources.tried_again.wait()
        await asyncio.sleep(2.5)
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    assert sources.applied == [False, True, True]


async def test_a_crawler_outlives_the_look_that_uses_it_and_a_stop_waits_for_no_host() -> None:
    """A config comes into force during a look; the stop during the two minutes that its host asks for."""
    patient = a_config(settings=Settings(database="sqlite://", contact="", shutdown_timeout=timedelta(hours=1)))
    nothing, look = Nothing(), LongLook()
    nothing.second_look = look
    opened, closed = 0, 0
    swapped = asyncio.Event()

    @asynccontextmanager
    async def open_runtime(_: WatchConfig, __: Callable[[Push], None]) -> AsyncIterator[Any]:
        nonlocal opened, closed
        opened += 1
        yield nothing
        closed += 1

    class Sources(FakeSources):
        async def apply(self, config: WatchConfig, now: datetime, *, changed: bool = False) -> None:
            if changed:
                swapped.set()

    ports: Any = nothing
    daemon = Daemon(
        sources=Sources(config=patient),
        outbox=ports,
        pushes=ports,
        paces=FakePaces(),
        files=Files(patient),
        open_runtime=open_runtime,
        clock=FakeClock(),
    )
    running = asyncio.create_task(daemon.run())
    async with soon():
        await look.began.wait()
        os.kill(os.getpid(), signal.SIGHUP)
        await swapped.wait()
        await asyncio.sleep(0.2)
        assert (opened, closed) == (2, 0)
        look.go_on.set()
        await asyncio.sleep(0.2)
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    assert closed == 2


async def test_a_file_that_is_gone_between_two_steps_of_a_save_is_not_missed() -> None:
    """The looks of three seconds find half a config; it is not put in force, nor is the whole one again."""
    sources, files = TroubledSources(config=a_config()), Files()
    running = asyncio.create_task(idle(sources, files).run())
    async with soon():
        await sources.started.wait()
        files.saved = 1
        await asyncio.sleep(3)
        files.saved = 0
        await asyncio.sleep(3)
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    assert sources.applied == [False]
