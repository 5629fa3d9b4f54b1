"""A reload that meets trouble, in a daemon over fakes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scheduler.daemon import Daemon
from storywatch.errors import StorageError
from storywatch.model import WatchConfig
from storywatch.push import Push
from tests.support.fakes import FakeClock, FakeSources
from tests.support.patience import soon
from tests.support.samples import a_config


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


class Files:
    """A watch config that is saved once."""

    def __init__(self) -> None:
        self.saved = 0

    def load(self) -> WatchConfig:
        """Read it."""
        return a_config()

    def stamp(self) -> object:
        """Tell how often it was saved."""
        return self.saved


async def test_a_config_that_the_database_did_not_take_is_tried_again() -> None:
    """The operator saved it once and for all; when the database is back, it is in force, and no longer looked at."""
    sources, files, nothing = TroubledSources(config=a_config()), Files(), Nothing()

    @asynccontextmanager
    async def open_runtime(_: WatchConfig, __: Callable[[Push], None]) -> AsyncIterator[Any]:
        yield nothing

    ports: Any = nothing
    daemon = Daemon(
        sources=sources, outbox=ports, pushes=ports, files=files, open_runtime=open_runtime, clock=FakeClock()
    )
    running = asyncio.create_task(daemon.run())
    async with soon():
        await sources.started.wait()
        files.saved += 1
        await sources.tried_again.wait()
        await asyncio.sleep(2.5)
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    assert sources.applied == [False, True, True]
