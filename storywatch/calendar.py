"""When gathered alerts are released: by a cron line in a time zone, at the end of quiet hours, on the next day.

An hour that a change of the clock skips or repeats is handled as cron does: a line for a fixed time runs once. A wall
time that is skipped counts as the moment when the clock jumps over it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from storywatch.model import Digest, QuietHours

DAY = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two machines may lie apart that work on one database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A time from `begin` to `end`, both included, in UTC."""

    begin: datetime
    end: datetime


def next_release(digest: Digest, after: datetime) -> datetime:
    """Return the digest's first time after a moment, in UTC. Raises ValueError for a line that never comes."""
    try:
        times = CronSim(digest.cron, after.astimezone(ZoneInfo(digest.time_zone)))
        # From within an hour that is repeated, cron's next time may be the one that passed an hour ago.
        return next(moment for moment in (one.astimezone(UTC) for one in times) if moment > after)
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{digest.cron!r} is no cron line of five fields that ever comes: {error}") from error


def quiet_until(quiet: QuietHours, moment: datetime) -> datetime | None:
    """Return when the quiet hours end that a moment lies in, in UTC; None outside of them."""
    zone = ZoneInfo(quiet.time_zone)
    today = moment.astimezone(zone).date()
    for evening in (today - DAY, today):
        morning = evening if quiet.begin < quiet.end else evening + DAY
        # Quiet hours that begin or end in an hour that is repeated include all of it.
        begin, end = _instant(evening, quiet.begin, zone), _instant(morning, quiet.end, zone, fold=1)
        if begin <= moment < end:
            return end
    return None


def day_so_far(time_zone: str, now: datetime) -> Span:
    """Return the local day until now, in UTC. What lies later was written while a clock was wrong."""
    return Span(begin=day_begin(time_zone, now), end=now + CLOCKS_DIFFER)


def day_begin(time_zone: str, moment: datetime) -> datetime:
    """Return when the local day of a moment began, in UTC."""
    zone = ZoneInfo(time_zone)
    return _instant(moment.astimezone(zone).date(), time(), zone)


def next_day(time_zone: str, moment: datetime) -> datetime:
    """Return when the next local day begins, in UTC."""
    zone = ZoneInfo(time_zone)
    return _instant(moment.astimezone(zone).date() + DAY, time(), zone)


def _instant(day: date, at: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """Return when the clocks of a zone show a time, in UTC; `fold` 1 is the second of two."""
    wall = datetime.combine(day, at)
    found = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    return _jump_over(wall, zone)


def _jump_over(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clocks jump over a time that they never show, in UTC, to the second."""
    before, after = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after
