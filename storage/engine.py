"""Engines for SQLite and PostgreSQL that behave alike: writers wait for each other, readers don't."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.database_file import SameFile, database_file
from storage.urls import parse_url
from storywatch.errors import StorageError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
PRAGMAS = ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

REMEDIES = {
    "database is locked": "another process holds the database: is a second daemon or a backup running?",
    "disk is full": "the disk is full: free some space; nothing that was stored is lost",
    "readonly": "the database file can't be written: check its owner and permissions",
    "unable to open": "the database file can't be opened: check that its folder exists and is writable, and that the"
    " process has file descriptors left (`ulimit -n`, or LimitNOFILE= of the service)",
    "not a database": "the file is something else: check the path",
    "malformed": "the database file is damaged: put a backup in its place",
}
MENDABLE_CLASSES = ("08", "25", "28", "3D", "40", "53", "57")
"""PostgreSQL's error classes (its manual, appendix A) that speak of the server or its load, never of our statements."""


def make_engine(url: str) -> AsyncEngine:
    """Return an engine for a `sqlite:///` or `postgresql://` URL. Raises `StorageError` for any other."""
    parsed = parse_url(url)
    driver = DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise StorageError(f"unknown database {parsed.get_backend_name()!r}: use sqlite or postgresql")
    if driver != DRIVERS["sqlite"]:
        return create_async_engine(parsed.set(drivername=driver), pool_pre_ping=True)
    engine = create_async_engine(parsed.set(drivername=driver), execution_options={"turn": asyncio.Lock()})
    event.listen(engine.sync_engine, "connect", _configure_sqlite)
    if path := database_file(url):
        _keep_to(SameFile(path=path), engine)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _keep_to(file: SameFile, engine: AsyncEngine) -> None:
    event.listen(engine.sync_engine, "do_connect", file.connect)
    event.listen(engine.sync_engine, "connect", file.remember)
    event.listen(engine.sync_engine, "begin", file.begin)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    """FULL, because the delivery promise covers power cuts; the driver's own BEGIN is off, see `_begin_sqlite`."""
    connection.isolation_level = None
    try:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except sqlite3.Error:
        connection.close()  # nobody else knows of it yet, and its thread would live on
        raise


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the write lock at once: a lock that is upgraded halfway fails instead of waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a write transaction; it commits when the block ends well. Raises `StorageError`."""
    with explained_errors():
        async with _turn(engine), engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                yield connection


def _turn(engine: AsyncEngine) -> AbstractAsyncContextManager[None]:
    """Writers of one process come in turn. SQLite lets who waits try again at random, and some would never get in."""
    turn: asyncio.Lock | None = engine.get_execution_options().get("turn")
    return nullcontext() if turn is None else turn


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a read transaction. Raises `StorageError`."""
    with explained_errors():
        async with engine.connect() as connection, connection.begin():
            yield connection


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn the failures that an operator can mend into `StorageError`; all others are bugs and pass as they are."""
    try:
        yield
    except DBAPIError as error:
        if not _is_mendable(error):
            raise
        raise StorageError(_with_remedy(str(error.orig))) from error
    except sqlite3.DatabaseError as error:  # from a file that can't even be set up
        raise StorageError(_with_remedy(str(error))) from error
    except (OSError, PoolTimeout) as error:
        raise StorageError(f"the database can't be reached: {error}: is its server running?") from error


def _is_mendable(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None) or ""
    known = any(sign in str(error.orig) for sign in REMEDIES)
    return isinstance(error, OperationalError) or error.connection_invalidated or known or state[:2] in MENDABLE_CLASSES


def _with_remedy(message: str) -> str:
    remedy = next((remedy for sign, remedy in REMEDIES.items() if sign in message), "")
    return f"the database fails: {message}" + (f": {remedy}" if remedy else "")
