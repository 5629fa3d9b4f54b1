"""The times that feeds carry."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.parsing.dates import read_time

NOW = datetime(2021, 9, 1, tzinfo=UTC)
NOON = datetime(2021, 8, 26, 12, 0, tzinfo=UTC)
DAY = datetime(2021, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 26 Aug 2021 12:00:00 GMT",
        "26 Aug 21 12:00 Z",
        "Thu, 26 Aug 2021 08:00:00 EDT",
        "Thu, 26 Aug 2021 16:30:00 AFT",
        "Thu, 26 Aug 2021 17:30:00 IST",
        "Thu, 26 Aug 2021 14:00:00 (CEST)",
        "Thu, 26 Aug 2021 16:30:00 +0430",
        "Thu, 26 Aug 2021 12:00:00.000 +0000",
        "Thu,26 Aug 2021 21:0:0 GMT+9",
        "Thu, 26-Aug-2021 12:00:00 GMT",
        "Thu, Aug 26 2021 12:00:00 GMT",
        "Thursday, August 26, 2021 - 12:00",
        "August 26, 2021 12:00 pm",
        "August 26th, 2021 8:00 a.m. EDT",
        "Thu Aug 26 12:00:00 2021",
        "Thu Aug 26 08:00:00 EDT 2021",
        "jue, 26 ago 2021 14:00:00 +0200",
        "26 de agosto de 2021 12:00",
        "qui, 26 ago 2021 09:00:00 -0300",
        "jeu., 26 août 2021 14:00:00 +0200",
        "26. August 2021, 12:00",
        "26.08.2021 12:00",
        "2021-08-26T12:00:00Z",
        "2021-08-26T12:00:00.000000+00:00",
        "2021-08-26T16:30+0430",
        "2021-08-26 08:00:00 -04",
        "2021-08-26 12:00:00 UTC",
        "2021-08-26T12:00:00",
        "2021/08/26 12:00",
        "20210826T120000Z",
        "1629979200",
        "1629979200000",
        "  Thu, 26 Aug 2021 12:00:00 Nowhere/Zone ",
    ],
)
def test_one_noon_in_all_its_spellings(text: str) -> None:
    """Every form is the same instant."""
    assert read_time(text, NOW) == NOON


@pytest.mark.parametrize(
    "text", ["2021-08-26", "20210826", "08/26/2021", "26/08/2021", "Aug 26, 2021", "26 August 2021"]
)
def test_a_day_is_its_first_instant_in_utc(text: str) -> None:
    """A date without a clock still sorts."""
    assert read_time(text, NOW) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "03/04/2021",
        "2021-08-26T25:61:00Z",
        "Thu, 26 Aug 2021 13:00 pm",
        "Wed, 31 Feb 2021 10:00:00 GMT",
        "Thu, 26 Aug 2021 12:00:00 +9900",
        "Thu, 26 Aug 0021 12:00:00 GMT",
        "Thu, 26 Aug 1989 12:00:00 GMT",
        "Fri, 03 Sep 2021 12:00:00 GMT",
        "Thu, 26 Aug 2087 12:00:00 GMT",
        "0",
        "99999999999999999999",
    ],
)
def test_what_is_no_time_of_publication_is_none(text: str) -> None:
    """Impossible, ambiguous, before 1990, or more than 36 hours ahead."""
    assert read_time(text, NOW) is None


def test_a_clock_that_runs_a_day_ahead_is_forgiven() -> None:
    """The border is 36 hours."""
    assert read_time("2021-09-02T11:59:00Z", NOW) is not None
    assert read_time("2021-09-02T12:01:00Z", NOW) is None


def test_midnight_at_the_days_end_and_leap_seconds_are_times() -> None:
    """ISO 8601 writes both."""
    assert read_time("2021-08-26T24:00:00Z", NOW) == DAY + timedelta(days=1)
    assert read_time("2016-12-31T23:59:60Z", NOW) == datetime(2017, 1, 1, tzinfo=UTC)


def test_fractions_of_a_second_are_kept() -> None:
    """JSON Feed has them."""
    assert read_time("2019-10-12T07:20:50.52Z", NOW) == datetime(2019, 10, 12, 7, 20, 50, 520_000, tzinfo=UTC)


def test_greek_and_korean_go_to_feedparsers_own_readers() -> None:
    """It knows scripts that ours doesn't."""
    assert read_time("Κυρ, 11 Ιούλ 2004 12:00:00 EST", NOW) == datetime(2004, 7, 11, 17, 0, tzinfo=UTC)


@given(st.text(max_size=200) | st.from_regex(r"[0-9/:., T+-]{0,40}", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    """It answers with an instant in bounds, or None."""
    moment = read_time(text, NOW)
    assert moment is None or datetime(1990, 1, 1, tzinfo=UTC) <= moment <= NOW + timedelta(hours=36)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2021, 9, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - naive by design
def test_rfc_822_and_iso_8601_survive_a_round_trip(local: datetime, minutes: int) -> None:
    """Whatever the zone."""
    moment = local.replace(microsecond=0, tzinfo=UTC)
    there = moment + timedelta(minutes=minutes)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    assert read_time(f"{there:%a, %d %b %Y %H:%M:%S} {zone}", NOW) == moment
    assert read_time(f"{there:%Y-%m-%dT%H:%M:%S}{zone[:3]}:{zone[3:]}", NOW) == moment
