"""Who else is at work on a SQLite file: told by real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import storage
from storage import open_store
from storage.presence import Presence
from storywatch.errors import StorageError
from tests.contract.working import LEASE
from tests.support.patience import PATIENCE
from tests.support.samples import NOW, a_config

WORKER = """
import asyncio, sys
from storage import open_store
from tests.contract.working import LEASE
from tests.support.patience import PATIENCE
from tests.support.samples import NOW

async def main(url):
    async with open_store(url) as store:
        claim = await store.sources.claim_named("nyt-world", now=NOW, lease=LEASE)
        print("claimed" if claim else "refused", flush=True)
        await asyncio.sleep(3600)

asyncio.run(main(sys.argv[1]))
"""


@contextmanager
def worker(url: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a second process that opens the database and claims a source."""
    root = Path(storage.__file__).parents[1]
    environ = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-c", WORKER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=root) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "claimed\n"
            yield process
        finally:
            process.kill()


async def declare(url: str) -> None:
    """Make the database, with a source."""
    async with open_store(url) as store:
        await store.sources.apply(a_config(), NOW)


async def is_free(url: str) -> bool:
    """Open the database and tell whether the source can be claimed before any lease runs out."""
    async with open_store(url) as store:
        return await store.sources.claim_named("nyt-world", now=NOW, lease=LEASE) is not None


async def test_the_leases_of_a_process_that_lives_are_respected(sqlite_url: str) -> None:
    """Whoever opens the database beside it, and however often."""
    await declare(sqlite_url)
    with worker(sqlite_url):
        assert not await is_free(sqlite_url)
        assert not await is_free(sqlite_url)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_the_leases_of_a_process_that_died_are_free_at_once(sqlite_url: str, end: signal.Signals) -> None:
    """However it died: the kernel drops its lock."""
    await declare(sqlite_url)
    with worker(sqlite_url) as process:
        process.send_signal(end)
        process.wait(PATIENCE)
    assert await is_free(sqlite_url)


async def test_on_postgresql_leases_run_out_by_themselves(postgresql_url: str) -> None:
    """Workers may sit on other machines: nobody can tell who lives."""
    await declare(postgresql_url)
    with worker(postgresql_url) as process:
        process.kill()
        process.wait(PATIENCE)
    assert not await is_free(postgresql_url)
    async with open_store(postgresql_url) as store:
        assert await store.sources.claim_named("nyt-world", now=NOW + LEASE, lease=LEASE) is not None


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_that_others_work_on_is_not_made_anew(sqlite_url: str, tmp_path: Path, *, replaced: bool) -> None:
    """Nor is another one in its place worked on, while they live. When they are gone, it may be."""
    await declare(sqlite_url)
    database, aside = tmp_path / "storywatch.db", tmp_path / "aside.db"
    with worker(sqlite_url):
        database.rename(aside)
        if replaced:
            database.touch()
        with pytest.raises(StorageError, match="while another process, such as the daemon, works on it: put it back"):
            await is_free(sqlite_url)
        assert database.exists() == replaced
        assert not replaced or not database.read_bytes()
        aside.replace(database)
        assert not await is_free(sqlite_url)
        database.rename(aside)
    await declare(sqlite_url)
    assert await is_free(sqlite_url)


def test_the_first_is_alone_and_the_others_are_not(tmp_path: Path) -> None:
    """Until all have gone."""
    database = tmp_path / "storywatch.db"
    with Presence.of(database) as first:
        assert first.alone
        with Presence.of(database) as early:
            assert not early.alone
        first.settle()
        with Presence.of(database) as late:
            assert not late.alone
            late.settle()
    with Presence.of(database) as again:
        assert again.alone


def test_without_a_file_nobody_is_alone() -> None:
    """In memory, or on a server."""
    with Presence.of(None) as presence:
        assert not presence.alone
        presence.settle()
