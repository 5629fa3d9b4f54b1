"""A throwaway PostgreSQL cluster in a temporary folder, on a Unix socket, for one test session."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql")


def server_binaries() -> Path | None:
    """Return the folder of the newest installed server's programs."""
    found = sorted(BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def throwaway_cluster(binaries: Path, folder: Path) -> Iterator[str]:
    """Run a cluster in `folder` and yield the URL of its database."""
    owner = _server_user()
    if owner is not None:
        shutil.chown(folder, owner)
    data = folder / "data"
    _run(binaries / "initdb", "-D", data, "-U", "storywatch", "-A", "trust", "-E", "UTF8", "--no-sync", owner=owner)
    quick = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off"
    options = f"-k {folder} -c listen_addresses='' -c max_connections=50 {quick}"
    _run(binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start", owner=owner)
    try:
        yield f"postgresql://storywatch@/postgres?host={folder}"
    finally:
        _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop", owner=owner)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: there it runs as the user that its package made."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _run(*command: object, owner: str | None) -> None:
    subprocess.run(
        [str(part) for part in command], user=owner, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
