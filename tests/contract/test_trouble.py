"""Databases in trouble: an operator reads what is wrong and what to do, never a traceback."""

import asyncio
import os
import re
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, event, insert, text
from sqlalchemy.exc import IntegrityError

from storage import Store, open_store, tables
from storage.engine import make_engine, reading, writing
from storywatch.dispatch import Dispatch
from storywatch.errors import StorageError
from storywatch.model import ChannelKind, Delivery, DeliveryState, Settlement, Subscriber
from storywatch.watch import Plan, Watch
from tests.contract.working import LATER, claimed, counts, deliveries, poll
from tests.support.fakes import FakeChannel, FakeClock, FakeFetcher
from tests.support.samples import NOW, a_config, brought, parsed

OUTLET = insert(tables.outlets).values(id="wion", name="WION")


async def opening(url: str) -> None:
    """Open a database and close it."""
    try:
        async with open_store(url):
            pass
    finally:
        # A connection that failed tells its thread to end and waits for nothing: the loop must outlive the thread.
        for thread in threading.enumerate():
            if "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join, 5)


async def write(store: Store, statement: tuple[Any, ...], meanwhile: Awaitable[None] | None = None) -> None:
    """Execute a statement in a write transaction; `meanwhile` happens before it ends."""
    async with writing(store.engine) as connection:
        await connection.execute(*statement)
        if meanwhile is not None:
            await meanwhile
            await connection.execute(text("SELECT 1"))


@contextmanager
def every_connection(store: Store, *pragmas: str) -> Iterator[None]:
    """Set pragmas on the connections that the store makes from now on."""

    def configure(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.cursor().execute(f"PRAGMA {pragma}")

    event.listen(store.engine.sync_engine, "connect", configure)
    yield
    event.remove(store.engine.sync_engine, "connect", configure)


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """Open a fresh SQLite file."""
    async with open_store(sqlite_url) as store:
        yield store


# SQLite --------------------------------------------------------------------------------------------------------------


async def test_a_sqlite_file_survives_power_cuts_and_makes_writers_wait(sqlite_store: Store) -> None:
    """The settings that the delivery promise rests on, read back from a connection."""
    async with reading(sqlite_store.engine) as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        values = [(await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one() for pragma in pragmas]
    assert values == ["wal", 2, 1, 15_000]


async def test_a_database_that_another_program_holds_is_an_error_with_a_remedy(
    sqlite_store: Store, tmp_path: Path
) -> None:
    """After the busy timeout, which is short here. Readers are not kept waiting."""
    await sqlite_store.engine.dispose()
    holder = sqlite3.connect(tmp_path / "storywatch.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with every_connection(sqlite_store, "busy_timeout=50"):
        with pytest.raises(StorageError, match=r"database is locked: another process holds the database"):
            await sqlite_store.sources.apply(a_config(), NOW)
        assert (await sqlite_store.queries.status(NOW))["sources"] == 0
        holder.execute("ROLLBACK")
        holder.close()
        await sqlite_store.sources.apply(a_config(), NOW)


async def test_writers_of_one_process_come_in_turn(sqlite_store: Store) -> None:
    """In the order in which they came: with SQLite's own waiting some would starve, and fail in the end."""
    order: list[int] = []

    async def write(number: int) -> None:
        async with writing(sqlite_store.engine) as connection:
            await connection.execute(insert(tables.outlets).values(id=str(number), name="x"))
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(40)))
    assert order == list(range(40))


async def test_a_reader_sees_the_last_commit_while_a_writer_works(sqlite_store: Store) -> None:
    """Readers and writers don't wait for each other."""
    async with writing(sqlite_store.engine) as connection:
        await connection.execute(OUTLET)
        async with reading(sqlite_store.engine) as other:
            assert (await other.execute(tables.outlets.select())).all() == []
    async with reading(sqlite_store.engine) as other:
        assert len((await other.execute(tables.outlets.select())).all()) == 1


async def test_a_database_that_cannot_be_written_is_an_error_with_a_remedy(sqlite_store: Store) -> None:
    """SQLite's own refusal, here by its pragma: permissions don't stop root."""
    await sqlite_store.engine.dispose()
    with every_connection(sqlite_store, "query_only=ON"), pytest.raises(StorageError, match="owner and permissions"):
        await sqlite_store.sources.apply(a_config(), NOW)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions don't stop root: run as another user")
@pytest.mark.parametrize("mode", [0o400, 0o000])
async def test_a_file_without_permission_is_an_error_with_a_remedy(sqlite_url: str, tmp_path: Path, mode: int) -> None:
    """At the latest when something is written."""
    await opening(sqlite_url)
    (tmp_path / "storywatch.db").chmod(mode)
    with pytest.raises(StorageError, match=r"permissions|writable"):
        async with open_store(sqlite_url) as store:
            await store.sources.apply(a_config(), NOW)


async def test_a_full_disk_is_an_error_with_a_remedy(sqlite_store: Store) -> None:
    """And nothing is half stored."""
    await sqlite_store.engine.dispose()
    long_names = insert(tables.outlets), [{"id": str(number), "name": "x" * 4000} for number in range(200)]
    with every_connection(sqlite_store, "max_page_count=1"), pytest.raises(StorageError, match="free some space"):
        await write(sqlite_store, long_names)
    await sqlite_store.engine.dispose()
    async with reading(sqlite_store.engine) as connection:
        assert (await connection.execute(tables.outlets.select())).all() == []


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    """The first start needs no preparation."""
    await opening(f"sqlite:///{tmp_path / 'var' / 'lib' / 'storywatch.db'}")
    assert (tmp_path / "var" / "lib" / "storywatch.db").exists()


async def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """Its name is taken by a file."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="check that the folder exists and is writable"):
        await opening(f"sqlite:///{tmp_path / 'file' / 'storywatch.db'}")


async def test_a_folder_in_the_place_of_the_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """It can't be opened."""
    with pytest.raises(StorageError, match=r"can't be opened: check that its folder .* file descriptors left"):
        await opening(f"sqlite:///{tmp_path}")


async def test_a_file_of_another_sort_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """And stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("Not a database. " * 100)
    with pytest.raises(StorageError, match="the file is something else: check the path"):
        await opening(f"sqlite:///{path}")
    assert path.read_text().startswith("Not a database.")


@pytest.mark.parametrize("instead", [None, b"", "copy"])
async def test_a_file_that_was_moved_or_replaced_is_an_error_until_it_is_back(
    sqlite_store: Store, tmp_path: Path, instead: bytes | str | None
) -> None:
    """For a connection that is open and for a new one; nothing is created, nothing written to what has no name."""
    database, aside = tmp_path / "storywatch.db", tmp_path / "aside.db"
    database.rename(aside)
    if instead is not None:
        database.write_bytes(aside.read_bytes() if isinstance(instead, str) else instead)
    before = aside.read_bytes(), database.exists() and database.read_bytes()
    with pytest.raises(StorageError, match=r"storywatch\.db: the database file was moved or replaced.*: put it back"):
        await write(sqlite_store, (OUTLET,))
    with pytest.raises(StorageError, match="moved or replaced"):
        await sqlite_store.queries.status(NOW)
    await sqlite_store.engine.dispose()
    with pytest.raises(StorageError, match="moved or replaced"):
        await write(sqlite_store, (OUTLET,))
    assert before == (aside.read_bytes(), database.exists() and database.read_bytes())
    aside.replace(database)
    await write(sqlite_store, (OUTLET,))
    async with reading(sqlite_store.engine) as connection:
        assert len((await connection.execute(tables.outlets.select())).all()) == 1


async def test_a_later_connection_creates_no_file(sqlite_store: Store, tmp_path: Path) -> None:
    """Even if the file goes between the look and the connection: SQLite itself may open it only."""
    await sqlite_store.engine.dispose()

    def take_away(*_: object) -> None:
        (tmp_path / "storywatch.db").unlink()

    event.listen(sqlite_store.engine.sync_engine, "do_connect", take_away)
    with pytest.raises(StorageError, match="can't be opened"):
        await write(sqlite_store, (OUTLET,))
    assert not (tmp_path / "storywatch.db").exists()


@pytest.mark.parametrize("name", ["a ? b.db", "50% #1.db", "Нов ости.db"])
async def test_any_name_of_a_file_is_opened_again(tmp_path: Path, name: str) -> None:
    """Also one with signs that mean something in an address."""
    (tmp_path / name).touch()
    async with open_store(URL.create("sqlite", database=str(tmp_path / name)).render_as_string()) as store:
        await store.engine.dispose()
        await write(store, (OUTLET,))
    left = {path.name.removeprefix(name) for path in tmp_path.iterdir()}  # noqa: ASYNC240 - a small folder
    assert left == {"", ".lock"}


async def test_a_poll_that_meets_a_full_disk_is_stored_whole_or_not_at_all(sqlite_store: Store) -> None:
    """And when there is space again it is polled again: every alert once."""
    config = a_config()
    await sqlite_store.sources.apply(config, NOW)
    await sqlite_store.engine.dispose()
    items = [parsed(f"{'word ' * 800} {number} Kabul airport", guid=str(number)) for number in range(30)]
    before = await counts(sqlite_store)
    claim = await claimed(sqlite_store)
    watch = Watch(
        sources=sqlite_store.sources,
        fetcher=FakeFetcher(brought(*items), brought(*items)),
        channels=dict.fromkeys(ChannelKind, FakeChannel()),
        clock=FakeClock(NOW),
        dice=lambda: 0.0,
    )
    await sqlite_store.engine.dispose()
    with every_connection(sqlite_store, "max_page_count=1"), pytest.raises(StorageError, match="free some space"):
        await watch.poll(claim, Plan.of(config))
    await sqlite_store.engine.dispose()
    assert await counts(sqlite_store) == before
    await watch.poll(await claimed(sqlite_store, now=LATER), Plan.of(config))
    after = await counts(sqlite_store)
    assert after["items"] == 30
    assert after["deliveries"] == after["alerts"] == after["updates"]


async def test_a_delivery_whose_end_could_not_be_stored_comes_again_under_its_id(
    sqlite_store: Store, tmp_path: Path
) -> None:
    """Another program held the database just then. The receiver sees the same id and bytes, and shows it once."""
    config = a_config()
    await sqlite_store.sources.apply(config, NOW)
    await poll(sqlite_store, config, parsed(guid="1"))
    await sqlite_store.engine.dispose()
    holder = sqlite3.connect(tmp_path / "storywatch.db", isolation_level=None)

    class Holding(FakeChannel):
        async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
            await super().send(delivery, subscriber)
            holder.execute("BEGIN IMMEDIATE")

    channel = Holding()
    outbox = sqlite_store.outbox
    dispatch = Dispatch(outbox=outbox, channels={ChannelKind.EMAIL: channel}, clock=FakeClock(NOW), dice=lambda: 0.5)
    with every_connection(sqlite_store, "busy_timeout=50"):
        [first] = await deliveries(sqlite_store)
        with pytest.raises(StorageError, match="database is locked"):
            await dispatch.deliver(first, config)
        holder.execute("ROLLBACK")
        holder.close()
        assert await deliveries(sqlite_store) == ()
        [again] = await deliveries(sqlite_store, now=LATER)
    assert (again.id, again.message, again.attempt, again.claims) == (first.id, first.message, 1, 2)
    await sqlite_store.outbox.settle(
        Settlement(delivery=again.id, token=again.token, attempt=1, state=DeliveryState.SENT, at=LATER)
    )
    assert await deliveries(sqlite_store, now=LATER) == ()


# PostgreSQL ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://storywatch:hunter2@127.0.0.1:1/storywatch",
        "postgresql://storywatch:hunter2@/storywatch?host=/nonexistent",
        "postgresql://storywatch:hunter2@no-such-host.invalid/storywatch",
    ],
)
async def test_a_server_that_is_down_is_an_error_with_a_remedy(url: str) -> None:
    """Whichever way it can't be reached; the password is not told."""
    with pytest.raises(StorageError, match="is its server running") as raised:
        await opening(url)
    assert "hunter2" not in str(raised.value)


async def test_a_database_that_does_not_exist_is_an_error(postgresql_url: str) -> None:
    """The server says which."""
    with pytest.raises(StorageError, match='"nowhere" does not exist'):
        await opening(re.sub(r"/test\d+\?", "/nowhere?", postgresql_url))


async def test_a_server_that_goes_away_in_a_transaction_is_an_error_and_comes_back(postgresql_url: str) -> None:
    """The poll is lost, the next one has a new connection."""
    async with open_store(postgresql_url) as store:
        with pytest.raises(StorageError, match="database"):
            await write(store, (OUTLET,), meanwhile=_end_all_connections(postgresql_url))
        await store.sources.apply(a_config(outlets=a_config().outlets.values()), NOW)
        async with reading(store.engine) as connection:
            found = (await connection.execute(text("SELECT id FROM outlets ORDER BY id"))).scalars().all()
        assert found == ["cnn", "nyt"]


async def _end_all_connections(url: str) -> None:
    """End every other connection to the database, as a restart of the server does."""
    engine = make_engine(url)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    async with reading(engine) as connection:
        await connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
    await engine.dispose()


# Both ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://hunter2@localhost/x", "redis://localhost"])
async def test_a_wrong_address_is_an_error_that_names_the_right_ones(url: str) -> None:
    """Without showing what may be a secret."""
    with pytest.raises(StorageError, match="sqlite") as raised:
        await opening(url)
    assert "hunter2" not in str(raised.value)


async def test_a_bug_of_ours_is_no_trouble_of_the_operators(store: Store) -> None:
    """The negative control: wrong statements and broken constraints pass as they are."""
    await write(store, (OUTLET,))
    with pytest.raises(IntegrityError):
        await write(store, (OUTLET,))


async def test_a_store_that_failed_to_open_leaves_nothing_open(tmp_path: Path) -> None:
    """The lock file is free again: the next start is alone."""
    database = tmp_path / "storywatch.db"
    database.mkdir()
    with pytest.raises(StorageError):
        await opening(f"sqlite:///{database}")
    database.rmdir()
    await opening(f"sqlite:///{database}")
