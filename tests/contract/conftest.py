"""A fresh database for each test, on SQLite and on PostgreSQL."""

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from storage import Store, open_store
from tests.support.databases import put_tables
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


@pytest.fixture(scope="session")
def template(cluster: str) -> str:
    """Return the name of a database on the server that has its tables: to copy it is quicker than to migrate anew."""
    url = asyncio.run(_create_database(cluster, "storywatch"))
    asyncio.run(_migrate(url))
    return "storywatch"


async def _migrate(url: str) -> None:
    async with open_store(url):
        pass


async def _create_database(cluster: str, name: str, template: str = "template1") -> str:
    connection = await asyncpg.connect(cluster)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()
    return cluster.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgresql_url(cluster: str, request: pytest.FixtureRequest) -> str:
    """Return the URL of a fresh database on the server; the one for `store` has its tables."""
    template = request.getfixturevalue("template") if "store" in request.fixturenames else "template1"
    return asyncio.run(_create_database(cluster, f"test{next(_numbers)}", template))


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
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """Open a fresh database."""
    if store_url.startswith("sqlite"):
        await put_tables(tmp_path / "storywatch.db")
    async with open_store(store_url) as opened:
        yield opened
