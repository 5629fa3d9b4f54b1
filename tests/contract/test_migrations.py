"""The tables: made and upgraded by Alembic when a database is opened."""

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import Store, open_store, tables
from storage.engine import make_engine, reading, writing
from storage.schema import MIGRATIONS
from storywatch.errors import StorageError
from tests.contract.working import counts
from tests.support.samples import NOW, a_config


def is_compared(_thing: Any, name: str | None, *_: Any) -> bool:
    """Leave out SQLite's full-text index, which no table can describe, and PostgreSQL's, where SQLite has that one.

    That they are there is what the tests of the search hold.
    """
    return not (name or "").startswith(("search_", "ix_search_words"))


def differences(connection: Connection) -> list[Any]:
    """Return what the migrations made otherwise than the tables' page says."""
    opts = {"compare_type": True, "compare_server_default": True, "include_object": is_compared}
    context = MigrationContext.configure(connection, opts=opts)
    found: list[Any] = compare_metadata(context, tables.metadata)
    return found


async def test_the_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    """Columns, types, keys and indexes: nothing differs."""
    async with reading(store.engine) as connection:
        assert await connection.run_sync(differences) == []


async def test_a_forgotten_column_would_be_noticed(store: Store) -> None:
    """The negative control of the test above."""
    async with writing(store.engine) as connection:
        await connection.execute(text("ALTER TABLE sources DROP COLUMN etag"))
    async with reading(store.engine) as connection:
        assert len(await connection.run_sync(differences)) == 1


async def test_a_database_is_opened_again_as_it_is(store_url: str) -> None:
    """The upgrade does nothing the second time."""
    async with open_store(store_url) as store:
        await store.sources.apply(a_config(), NOW)
        before = await counts(store)
    async with open_store(store_url) as store:
        assert await counts(store) == before


async def test_a_fresh_database_answers_every_question(store: Store) -> None:
    """Before the first config: empty lists and zeros."""
    status = dict(await store.queries.status(NOW))
    assert status.pop("last_poll_at") is None
    assert set(status.values()) == {0}
    lists = [store.queries.sources(), store.queries.events(), store.queries.items(9), store.queries.updates(9)]
    lists += [store.queries.alerts(9), store.queries.deliveries(9)]
    assert [await one for one in lists] == [[]] * 6
    assert not await store.sources.due_hosts(NOW, 9)
    assert not await store.outbox.due_lanes(NOW, 9)


async def test_a_database_of_a_newer_version_is_refused(store_url: str) -> None:
    """With what to do, and without touching it."""
    async with open_store(store_url) as store, writing(store.engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"newer Storywatch \(its schema is 9999\): upgrade"):
        async with open_store(store_url):
            pass
    engine = make_engine(store_url)
    async with reading(engine) as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one() == "9999"
    await engine.dispose()


async def test_several_that_open_a_fresh_database_at_once_all_get_it(store_url: str) -> None:
    """One makes the tables, the others wait."""
    all_open = asyncio.Barrier(4)

    async def opened() -> int:
        async with open_store(store_url) as store:
            await all_open.wait()
            return len(await counts(store))

    async with asyncio.timeout(30):
        assert await asyncio.gather(*(opened() for _ in range(4))) == [len(tables.metadata.tables)] * 4


def test_no_two_migrations_follow_one() -> None:
    """The versions are one line, numbered in order."""
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
