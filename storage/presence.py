"""Which process is alive on a SQLite file, told by a lock that the kernel drops when a process dies, however it dies.

A process that finds itself alone frees the leases of the dead at once, instead of waiting for them to run out. On
PostgreSQL the workers may sit on other machines, so there leases run out.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from storywatch.errors import StorageError


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Our mark on the database. `alone`: no other process was there when we came."""

    alone: bool
    mark: IO[bytes] | None = None

    @classmethod
    @contextmanager
    def of(cls, database: Path | None) -> Iterator["Presence"]:
        """Be present until the block ends. Without a file nobody can tell who else is there."""
        if database is None:
            yield cls(alone=False)
            return
        with _opened(database.with_name(database.name + ".lock")) as mark:
            yield cls(alone=_try_exclusive(mark), mark=mark)

    def settle(self) -> None:
        """Share the mark with the processes that come later. Call when the recovery is done."""
        if self.mark is not None:
            fcntl.flock(self.mark, fcntl.LOCK_SH)


def _opened(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}: check that the folder exists and is writable") from error


def _try_exclusive(mark: IO[bytes]) -> bool:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
