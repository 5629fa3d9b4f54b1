"""When gathered alerts are released: by a cron line in a time zone, at the end of quiet hours, on the next day.

An hour that a change of the clock skips or repeats is handled as cron does: a line for a fixed time runs once.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from storywatch.model import Digest


def next_release(digest: Digest, after: datetime) -> datetime:
    """Return the digest's first time after a moment, in UTC. Raises ValueError for a line that never comes."""
    try:
        return next(CronSim(digest.cron, after.astimezone(ZoneInfo(digest.time_zone)))).astimezone(UTC)
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{digest.cron!r} is no cron line of five fields that ever comes: {error}") from error
