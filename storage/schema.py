"""Creating and upgrading the tables, by Alembic, when the database is opened."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import reading, writing
from storywatch.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x5701_7A7C
"""PostgreSQL's advisory lock, so that of several workers that start together one upgrades and the others wait."""


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the tables to this version. Raises `StorageError` for a database of a newer version."""
    async with reading(engine) as connection:
        if await connection.run_sync(_revision) == _head():
            return
    async with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
        await connection.run_sync(_upgrade)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _upgrade(connection: Connection) -> None:
    config = _config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = _revision(connection)
    if current is not None and current not in known:
        raise StorageError(f"the database is of a newer Storywatch (its schema is {current}): upgrade Storywatch")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
