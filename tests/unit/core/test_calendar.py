"""When digests, quiet hours and days begin and end, over changes of the clock: `storywatch.calendar`."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.calendar import day_begin, next_day, next_release, quiet_until
from storywatch.model import Digest, QuietHours

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kabul",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "UTC",
)
MOMENTS = st.integers(0, 730 * 86_400).map(
    lambda seconds: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))


def local(text: str, zone: str, fold: int = 0) -> datetime:
    """Return a wall time of a zone, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("30 7 * * *", "UTC", "2021-08-26 07:29", "2021-08-26 07:30"),
        ("30 7 * * *", "UTC", "2021-08-26 07:30", "2021-08-27 07:30"),
        ("30 7 * * *", "Asia/Kabul", "2021-08-26 07:00", "2021-08-26 07:30"),
        ("0 7 * * 1", "America/New_York", "2021-08-26 12:00", "2021-08-30 07:00"),
        # The wall time stays over both changes of the clock.
        ("0 7 * * *", "Europe/Berlin", "2021-03-27 08:00", "2021-03-28 07:00"),
        ("0 7 * * *", "Europe/Berlin", "2021-10-30 08:00", "2021-10-31 07:00"),
        # 02:30 is skipped: it comes when the clock jumps, and the next one on the next day.
        ("30 2 * * *", "Europe/Berlin", "2021-03-27 12:00", "2021-03-28 03:00"),
        ("30 2 * * *", "Europe/Berlin", "2021-03-28 03:00", "2021-03-29 02:30"),
        ("15 2 * * *", "Australia/Lord_Howe", "2021-10-02 12:00", "2021-10-03 02:30"),
    ],
)
def test_a_digest_comes_at_its_wall_time(cron: str, zone: str, after: str, expected: str) -> None:
    found = next_release(Digest(cron=cron, time_zone=zone), local(after, zone))
    assert found == local(expected, zone)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("minutes", [0, 10, 31, 59, 75, 91, 119])
def test_an_hour_that_is_repeated_brings_one_digest(minutes: int) -> None:
    """From 02:00 summer time on: before its time the first 02:30, after it the next day's."""
    digest = Digest(cron="30 2 * * *", time_zone="Europe/Berlin")
    moment = local("2021-10-31 02:00", "Europe/Berlin") + timedelta(minutes=minutes)
    day = "2021-10-31" if minutes < 30 else "2021-11-01"
    assert next_release(digest, moment) == local(f"{day} 02:30", "Europe/Berlin")


@given(moment=MOMENTS, zone=st.sampled_from(ZONES), hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_a_daily_digest_is_neither_skipped_nor_doubled(moment: datetime, zone: str, hour: int, minute: int) -> None:
    """Each local day has one, and every moment since the last leads to the same next."""
    digest = Digest(cron=f"{minute} {hour} * * *", time_zone=zone)
    first = next_release(digest, moment)
    second = next_release(digest, first)
    days = [one.astimezone(ZoneInfo(zone)).date() for one in (first, second)]
    assert moment < first
    assert days[1] - days[0] == timedelta(days=1)
    for part in range(8):
        assert next_release(digest, first + (second - first) * part / 8) == second


@pytest.mark.parametrize("cron", ["0 0 31 2 *", "7:30", "61 * * * *", "* * * *", "x"])
def test_a_line_that_never_comes_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="no cron line"):
        next_release(Digest(cron=cron), datetime(2021, 8, 26, tzinfo=UTC))


NIGHT = (time(22), time(7))


@pytest.mark.parametrize(
    ("hours", "zone", "moment", "expected"),
    [
        (NIGHT, "Europe/Berlin", "2021-08-26 21:59", None),
        (NIGHT, "Europe/Berlin", "2021-08-26 22:00", "2021-08-27 07:00"),
        (NIGHT, "Europe/Berlin", "2021-08-27 06:59", "2021-08-27 07:00"),
        (NIGHT, "Europe/Berlin", "2021-08-27 07:00", None),
        (NIGHT, "Asia/Kabul", "2021-08-27 00:30", "2021-08-27 07:00"),
        ((time(12), time(14)), "America/New_York", "2021-08-27 13:00", "2021-08-27 14:00"),
        ((time(12), time(14)), "America/New_York", "2021-08-27 11:00", None),
        # Over a change of the clock it ends at its wall time: after 8 hours in spring, after 10 in autumn.
        (NIGHT, "Europe/Berlin", "2021-03-27 23:00", "2021-03-28 07:00"),
        (NIGHT, "Europe/Berlin", "2021-10-30 23:00", "2021-10-31 07:00"),
        (NIGHT, "America/New_York", "2021-03-13 23:00", "2021-03-14 07:00"),
        (NIGHT, "Australia/Lord_Howe", "2021-04-03 23:00", "2021-04-04 07:00"),
        # An end that is skipped is where the clock jumps over it.
        ((time(22), time(2, 30)), "Europe/Berlin", "2021-03-27 23:00", "2021-03-28 03:00"),
        ((time(22), time(2, 15)), "Australia/Lord_Howe", "2021-10-02 23:00", "2021-10-03 02:30"),
    ],
)
def test_quiet_hours_end_at_their_wall_time(
    hours: tuple[time, time], zone: str, moment: str, expected: str | None
) -> None:
    quiet = QuietHours(begin=hours[0], end=hours[1], time_zone=zone)
    assert quiet_until(quiet, local(moment, zone)) == (local(expected, zone) if expected else None)


def test_quiet_hours_that_end_in_a_repeated_hour_include_all_of_it() -> None:
    """Else they would begin anew for half an hour."""
    quiet = QuietHours(begin=time(22), end=time(2, 30), time_zone="Europe/Berlin")
    end = local("2021-10-31 02:30", "Europe/Berlin", fold=1)
    for minutes in (1, 40, 61, 89):
        assert quiet_until(quiet, end - timedelta(minutes=minutes)) == end
    assert quiet_until(quiet, end) is None


@given(moment=MOMENTS, zone=st.sampled_from(ZONES), begin=TIMES, end=TIMES)
def test_after_quiet_hours_it_is_not_quiet(moment: datetime, zone: str, begin: time, end: time) -> None:
    """So nothing is put off twice, and nothing for longer than a day and an hour."""
    quiet = QuietHours(begin=begin, end=end, time_zone=zone)
    until = quiet_until(quiet, moment)
    if until is not None and begin != end:
        assert moment < until <= moment + timedelta(hours=25)
        assert quiet_until(quiet, until) is None


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_a_day_follows_on_a_day(moment: datetime, zone: str) -> None:
    """Also where midnight is skipped or comes twice: days leave no gap and don't overlap."""
    begin, end = day_begin(zone, moment), next_day(zone, moment)
    assert begin <= moment < end
    assert timedelta(hours=23) <= end - begin <= timedelta(hours=25)
    assert day_begin(zone, end) == end


def test_a_midnight_that_is_skipped_is_where_the_clock_jumps() -> None:
    """In Beirut on 28 March 2021 the day began at 01:00."""
    noon = local("2021-03-27 12:00", "Asia/Beirut")
    assert next_day("Asia/Beirut", noon) == local("2021-03-28 01:00", "Asia/Beirut")
