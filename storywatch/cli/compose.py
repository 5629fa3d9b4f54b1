"""The wiring: which implementation stands behind which port."""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

import channels
import config
from network import Guard
from scheduler.daemon import Daemon
from scheduler.work import Runtime
from spiders.crawler import running_crawler
from spiders.parsing import ParseLimits, ParsePool
from storage import Store, open_store
from storywatch.cli.clock import utc_now
from storywatch.cli.failpoints import reached_from
from storywatch.dispatch import Dispatch
from storywatch.egress import EgressPolicy
from storywatch.model import WatchConfig
from storywatch.ports import Clock
from storywatch.watch import Plan, Watch

__all__ = ["ConfigFolder", "open_runtime", "run_daemon", "utc_now"]

log = structlog.get_logger()


@asynccontextmanager
async def open_runtime(watch_config: WatchConfig, store: Store, clock: Clock = utc_now) -> AsyncIterator[Runtime]:
    """Set a config in motion: crawler, parser and channels run until the block ends."""
    settings = watch_config.settings
    guard = Guard(EgressPolicy.allowing(settings.allow))
    reached = reached_from(os.environ)
    by_kind = channels.build(settings, guard, clock)
    dice = random.random
    try:
        async with running_crawler(
            settings, guard, ParsePool(ParseLimits(max_bytes=settings.max_bytes)), clock, reached
        ) as crawler:
            yield Runtime(
                plan=Plan.of(watch_config),
                watch=Watch(
                    sources=store.sources,
                    fetcher=crawler,
                    channels=by_kind,
                    clock=clock,
                    dice=dice,
                    reached=reached,
                ),
                dispatch=Dispatch(outbox=store.outbox, channels=by_kind, clock=clock, dice=dice, reached=reached),
            )
    finally:
        for channel in set(by_kind.values()):
            await channel.close()


@dataclass(frozen=True, kw_only=True)
class ConfigFolder:
    """The watch config on disk, for the daemon."""

    path: Path

    def load(self) -> WatchConfig:
        """Read it. Raises `ConfigError` with every problem found."""
        return config.load(self.path, os.environ)

    def stamp(self) -> object:
        """Return a value that differs whenever the YAML files do."""
        files = sorted(self.path.glob("*.y*ml")) if self.path.is_dir() else [self.path]
        return tuple(_stamp(file) for file in files)


async def run_daemon(path: Path, clock: Clock = utc_now) -> None:
    """Watch with the config at `path` until the daemon is stopped. Raises `ConfigError` and `StorageError`."""
    files = ConfigFolder(path=path)
    loaded = config.load_with_warnings(path, os.environ)
    for warning in loaded.warnings:
        log.warning("config_warning", warning=str(warning))
    async with open_store(loaded.config.settings.database) as store:
        await Daemon(
            sources=store.sources,
            outbox=store.outbox,
            files=files,
            open_runtime=partial(open_runtime, store=store, clock=clock),
            clock=clock,
        ).run()


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError:  # an editor replaces a file by removing it first
        return (file.name, 0, 0)
    return (file.name, found.st_mtime_ns, found.st_size)
