"""The clock of the machine; everything else is told the time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)
