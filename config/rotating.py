"""Writes a new signing secret into a subscriber's secret file: whole or not at all, for the owner's eyes only."""

import contextlib
import os
import secrets as randomness
from datetime import datetime, timedelta
from pathlib import Path

from config.secret import lines_in
from storywatch.webhook_secrets import SigningSecrets, read_secrets, rotated, written


def rotate_file(path: Path, fresh: str, *, now: datetime, overlap: timedelta, forced: bool = False) -> SigningSecrets:
    """Put `fresh` in front of the file's secrets and return what stands there now.

    Raises RotationTooSoon unless `forced`, ValueError for a file that can't be read, and OSError.
    """
    place = path.resolve(strict=True)  # a link stays a link
    secrets = rotated(
        read_secrets(lines_in(place.read_bytes(), several=True)), fresh, now=now, overlap=overlap, forced=forced
    )
    _replace(place, written(secrets).encode())
    return secrets


def _replace(place: Path, content: bytes) -> None:
    part = place.parent / f".{place.name}.{randomness.token_hex(6)}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            _keep_owner(handle, place)
            file.write(content)
            file.flush()
            os.fsync(handle)
        part.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _sync_folder(place.parent)


def _keep_owner(handle: int, place: Path) -> None:
    """Leave the file to the daemon's user where root rotates for it."""
    if os.geteuid() == 0:
        found = place.stat()
        os.fchown(handle, found.st_uid, found.st_gid)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
