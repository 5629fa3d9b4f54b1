"""Times: aware, in UTC."""

from datetime import UTC, datetime


def as_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC. Raises ValueError for a naive time, which names no instant."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)
