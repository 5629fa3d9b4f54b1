"""Puts a new signing secret into a subscriber's secret file."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from config.secret import lines_in
from storywatch.webhook_secrets import SigningSecrets, read_secrets, rotated, written

Write = Callable[[Path, bytes], None]
"""Replaces a file whole or not at all, for its owner's eyes only. Raises OSError."""


def rotate_file(
    path: Path, fresh: str, write: Write, *, now: datetime, overlap: timedelta, forced: bool = False
) -> SigningSecrets:
    """Put `fresh` in front of the file's secrets and return what stands there now.

    Raises RotationTooSoon unless `forced`, ValueError for a file that can't be read, and OSError.
    """
    place = path.resolve(strict=True)  # a link stays a link
    secrets = rotated(
        read_secrets(lines_in(place.read_bytes(), several=True)), fresh, now=now, overlap=overlap, forced=forced
    )
    write(place, written(secrets).encode())
    return secrets
