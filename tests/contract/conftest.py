"""A fresh database for each test, on SQLite and on PostgreSQL."""

import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from storage import Store, open_store
from tests.support.postgres import server_binaries, throwaway_cluster

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """Return the URL of a PostgreSQL server that lives as long as the tests."""
    binaries = server_binaries()
    if binaries is None:
        absent = "PostgreSQL's server is not installed: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(absent)
        pytest.skip(absent)
    # Not under pytest's folder: the path of a socket is 107 bytes long at most.
    with (
        tempfile.TemporaryDirectory(prefix="storywatch-pg-") as folder,
        throwaway_cluster(binaries, Path(folder)) as url,
    ):
        yield url


@pytest.fixture
async def postgresql_url(cluster: str) -> str:
    """Return the URL of a fresh database on the server."""
    name = f"test{next(_numbers)}"
    connection = await asyncpg.connect(cluster)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return cluster.replace("/postgres?", f"/{name}?")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a fresh file."""
    return f"sqlite:///{tmp_path / 'storywatch.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a fresh database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """Open a fresh database."""
    async with open_store(store_url) as opened:
        yield opened
