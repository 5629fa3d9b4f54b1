"""Writes a file whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path

_ANYBODY, _OWNER = 0o666, 0o600


def write_whole(target: Path, body: bytes, *, private: bool = False) -> None:
    """Put `body` at `target` so that a reader, a crash or a power cut finds all of it or nothing. Raises OSError.

    `private`: for its owner's eyes only, who stays the owner where root replaces the file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.parent / f".{target.name}.{secrets.token_hex(6)}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER if private else _ANYBODY)
    try:
        with os.fdopen(handle, "wb") as file:
            if private:
                _keep_owner(handle, target)
            file.write(body)
            file.flush()
            os.fsync(handle)
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _sync_folder(target.parent)


def _keep_owner(handle: int, target: Path) -> None:
    if os.geteuid() == 0 and target.exists():
        found = target.stat()
        os.fchown(handle, found.st_uid, found.st_gid)


def _sync_folder(folder: Path) -> None:
    """Make the file's name as durable as its bytes (fsync(2), notes)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
