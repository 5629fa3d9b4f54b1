"""SQLite files that have their tables: made once by the migrations, then copied, which takes a fifth of the time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import Store, open_store

_made: list[bytes] = []


async def put_tables(database: Path) -> None:
    """Put a file with empty tables there, unless there is one."""
    if not database.exists():  # noqa: ASYNC240 - a small file
        database.write_bytes(await _template())  # noqa: ASYNC240


async def _template() -> bytes:
    if not _made:
        with TemporaryDirectory() as folder:
            database = Path(folder) / "storywatch.db"
            async with open_store(f"sqlite:///{database}"):
                pass
            _made.append(database.read_bytes())
    return _made[0]


@asynccontextmanager
async def open_file(database: Path) -> AsyncIterator[Store]:
    """Open the file, new or as it was left."""
    await put_tables(database)
    async with open_store(f"sqlite:///{database}") as store:
        yield store
