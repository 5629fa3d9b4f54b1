"""Engines for SQLite and PostgreSQL that behave alike: writers wait for each other, readers don't."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storywatch.errors import StorageError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
BUSY_TIMEOUT_MS = 15_000

REMEDIES = {
    "database is locked": "another process holds the database: is a second daemon or a backup running?",
    "disk is full": "the disk is full: free some space; nothing that was stored is lost",
    "readonly": "the database file can't be written: check its owner and permissions",
    "unable to open": "the database file can't be opened: check that its folder exists and is writable",
}


def make_engine(url: str) -> AsyncEngine:
    """Return an engine for a `sqlite:///` or `postgresql://` URL. Raises `StorageError` for any other."""
    parsed = make_url(url)
    driver = DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise StorageError(f"unknown database {parsed.get_backend_name()!r}: use sqlite or postgresql")
    engine = create_async_engine(parsed.set(drivername=driver), pool_pre_ping=driver != DRIVERS["sqlite"])
    if driver == DRIVERS["sqlite"]:
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    """FULL, because the delivery promise covers power cuts; the driver's own BEGIN is off, see `_begin_sqlite`."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the write lock at once: a lock that is upgraded halfway fails instead of waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a write transaction; it commits when the block ends well. Raises `StorageError`."""
    with explained_errors():
        async with engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                yield connection


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
    except OperationalError as error:
        raise StorageError(_remedy(str(error.orig))) from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise StorageError(f"the database went away: {error.orig}") from error
    except (ConnectionError, sqlite3.OperationalError) as error:
        raise StorageError(f"the database can't be reached: {error}") from error


def _remedy(message: str) -> str:
    for sign, remedy in REMEDIES.items():
        if sign in message:
            return f"{message}: {remedy}"
    return message
