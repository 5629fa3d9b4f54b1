"""The file of a SQLite database, which must stay the one that it was: a path may come to name another one.

What is written to a file without a name is lost, and a new file in its place knows nothing of what was told.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from storage.urls import parse_url
from storywatch.errors import StorageError


def database_file(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for a server, or a database in memory. Raises `StorageError`."""
    parsed = parse_url(url)
    in_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if in_file else None


def identity(path: Path) -> str:
    """Return device and inode of the file that has this name now, such as `2049:131`; empty if there is none."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_dev}:{found.st_ino}"


@dataclass(kw_only=True, slots=True)
class SameFile:
    """Listens to an engine, and lets it work on no other file than its first connection did."""

    path: Path
    known: str = ""

    def connect(self, _dialect: Dialect, _record: object, args: list[Any], options: dict[str, Any]) -> None:
        """Let SQLAlchemy connect to the file that is known. Only the first may create one. Raises `StorageError`."""
        if self.known:
            self.check()
            args[0] = f"{self.path.absolute().as_uri()}?mode=rw"
            options["uri"] = True

    def remember(self, _connection: object, _record: object) -> None:
        """Take the file of the first connection for the known one."""
        self.known = self.known or identity(self.path)

    def begin(self, _connection: Connection) -> None:
        """Begin no transaction on a file that has no name any more. Raises `StorageError`."""
        self.check()

    def check(self) -> None:
        """Raise `StorageError` if the name is another file's now, or nobody's."""
        if self.known and identity(self.path) != self.known:
            raise StorageError(
                f"{self.path}: the database file was moved or replaced while it was open: put it back, and work goes "
                "on; or stop, restore another without the -wal and -shm files that are left, and restart"
            )
