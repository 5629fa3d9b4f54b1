"""Which process is alive on a SQLite file, told by a lock that the kernel drops when a process dies, however it dies.

A process that finds itself alone frees the leases of the dead at once, instead of waiting for them to run out. On
PostgreSQL the workers may sit on other machines, so there leases run out.

The mark also says which file they work on. If the database was moved or replaced under them, who comes later neither
creates a new one in its place nor works on the wrong one.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from storage.database_file import identity
from storywatch.errors import StorageError


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Our mark on the database. `alone`: no other process was there when we came."""

    alone: bool
    database: Path | None = None
    mark: FileIO | None = None

    @classmethod
    @contextmanager
    def of(cls, database: Path | None) -> Iterator["Presence"]:
        """Be present until the block ends. Without a file nobody can tell who else is there."""
        if database is None:
            yield cls(alone=False)
            return
        with _opened(database.with_name(database.name + ".lock")) as mark:
            alone = _try_exclusive(mark)
            if alone:
                mark.truncate(0)  # what the dead worked on may be gone for good reason
            yield cls(alone=alone, database=database, mark=mark)

    def settle(self) -> None:
        """Share the mark with the processes that come later. Call when the recovery is done."""
        if self.mark is not None:
            fcntl.flock(self.mark, fcntl.LOCK_SH)

    def check(self) -> None:
        """Raise `StorageError` if the others work on another file than the one that is there now."""
        theirs = self._recorded()
        if self.database is not None and theirs and theirs != identity(self.database):
            raise StorageError(
                f"{self.database}: the database file was moved or replaced while another process, such as the daemon, "
                "works on it: put it back, or stop that process before you restore another"
            )

    def record(self) -> None:
        """Tell those who come later which file is worked on, unless somebody has. Call when the file is there."""
        if self.mark is not None and self.database is not None and not self._recorded():
            with suppress(OSError):  # a full disk: then nobody is warned, and all else goes on
                self.mark.write(identity(self.database).encode() + b"\n")

    def _recorded(self) -> str:
        if self.mark is None:
            return ""
        self.mark.seek(0)
        return self.mark.readline().decode().strip()


def _opened(path: Path) -> FileIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab+", buffering=0)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}: check that the folder exists and is writable") from error


def _try_exclusive(mark: FileIO) -> bool:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
