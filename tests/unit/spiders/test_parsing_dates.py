"""The times that feeds carry."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.parsing.dates import item_times, judged_time
from spiders.parsing.zones import _ABBREVIATED, _WHOLE, zone_called
from storywatch.model import TimeCorrection, TimeOrigin

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
        "12:00 26.08.2021",
        "26.08.21 12:00",
        "Thursday, 26. August 2021 - 12:00",
        "26 August, 2021 at 12:00 p. m.",
        "2021 August 26 12:00",
        "Thu, 26 Aug 2021 12:00:00GMT",
        "Thu, 26 Aug 2021 08:00:00 America/New_York",
        "Thu, 26 Aug 2021 03:00:00 Etc/GMT+9",
        "Thu Aug 26 2021 05:00:00 GMT-0700 (Pacific Daylight Time)",
        "2021-08-26T08:00:00-04:00Z",
        "Чт, 26 авг 2021 15:00:00 +0300",
        "26 августа 2021, 12:00",
        "26 Ağustos 2021 12:00",
        "26 sierpnia 2021 12:00",
        "26 augusti 2021 12:00",
        "26 Agustus 2021 12:00",
        "۲۶ اوت ۲۰۲۱ ۱۲:۰۰",
        "۲۶ اگست ۲۰۲۱ ۱۲:۰۰",
        "٢٦ أغسطس ٢٠٢١ ١٢:٠٠",
        "۲۰۲۱-۰۸-۲۶T۱۲:۰۰:۰۰Z",
        "2021年8月26日 12:00",
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
    assert judged_time(text, NOW).moment == NOON


@pytest.mark.parametrize(
    "text",
    [
        *("2021-08-26", "20210826", "08/26/2021", "26/08/2021", "26-08-2021", "26.8.2021", "Aug 26, 2021"),
        *("26 August 2021", "Thu 26 August 2021", "2021-08-26Z", "26 Aug 2021 GMT", "2021-08-26+00:00"),
    ],
)
def test_a_day_is_its_first_instant_in_utc(text: str) -> None:
    """A date without a clock still sorts."""
    assert judged_time(text, NOW).moment == DAY


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
        "1400/06/04 12:00",
    ],
)
def test_what_is_no_time_of_publication_is_none(text: str) -> None:
    """Impossible, ambiguous, before 1990, or more than 36 hours ahead."""
    assert judged_time(text, NOW).moment is None


def test_a_clock_that_runs_a_day_ahead_is_forgiven() -> None:
    """The border is 36 hours."""
    assert judged_time("2021-09-02T11:59:00Z", NOW).moment is not None
    assert judged_time("2021-09-02T12:01:00Z", NOW).moment is None


def test_midnight_at_the_days_end_and_leap_seconds_are_times() -> None:
    """ISO 8601 writes both."""
    assert judged_time("2021-08-26T24:00:00Z", NOW).moment == DAY + timedelta(days=1)
    assert judged_time("2016-12-31T23:59:60Z", NOW).moment == datetime(2017, 1, 1, tzinfo=UTC)


def test_fractions_of_a_second_are_kept() -> None:
    """JSON Feed has them."""
    assert judged_time("2019-10-12T07:20:50.52Z", NOW).moment == datetime(2019, 10, 12, 7, 20, 50, 520_000, tzinfo=UTC)


def test_greek_and_korean_go_to_feedparsers_own_readers() -> None:
    """It knows scripts that ours doesn't."""
    assert judged_time("Κυρ, 11 Ιούλ 2004 12:00:00 EST", NOW).moment == datetime(2004, 7, 11, 17, 0, tzinfo=UTC)


@given(st.text(max_size=200) | st.from_regex(r"[0-9/:., T+-]{0,40}", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    """It answers with an instant in bounds, or None."""
    moment = judged_time(text, NOW).moment
    assert moment is None or datetime(1990, 1, 1, tzinfo=UTC) <= moment <= NOW + timedelta(hours=36)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2021, 9, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - naive by design
def test_rfc_822_and_iso_8601_survive_a_round_trip(local: datetime, minutes: int) -> None:
    """Whatever the zone."""
    moment = local.replace(microsecond=0, tzinfo=UTC)
    there = moment + timedelta(minutes=minutes)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    assert judged_time(f"{there:%a, %d %b %Y %H:%M:%S} {zone}", NOW).moment == moment
    assert judged_time(f"{there:%Y-%m-%dT%H:%M:%S}{zone[:3]}:{zone[3:]}", NOW).moment == moment


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021", "2021-01-01T00:00"),
        ("2021-08", "2021-08-01T00:00"),
        ("2021-08-26", "2021-08-26T00:00"),
        ("2021-08-26T16:30+04:30", "2021-08-26T12:00"),
        ("2021-08-26T16:30:15+04:30", "2021-08-26T12:00:15"),
        ("2021-08-26T12:00:15.5Z", "2021-08-26T12:00:15.5"),
    ],
)
def test_every_form_of_the_w3c_is_read(text: str, instant: str) -> None:
    """https://www.w3.org/TR/NOTE-datetime, which sitemaps use."""
    assert judged_time(text, NOW).moment == datetime.fromisoformat(f"{instant}+00:00")


@pytest.mark.parametrize(
    ("text", "moment"),
    [("Sat, 03/04/2021", "2021-04-03"), ("Thu, 03/04/2021", "2021-03-04"), ("03.04.2021", "2021-04-03")],
)
def test_a_weekday_or_dots_tell_the_day_from_the_month(text: str, moment: str) -> None:
    """Without either it is two dates, and none is guessed."""
    assert judged_time(text, NOW).moment == datetime.fromisoformat(f"{moment}T00:00+00:00")


@pytest.mark.parametrize(
    ("zone", "text", "moment"),
    [
        ("Asia/Kabul", "2021-08-26T17:50:00", "2021-08-26T13:20"),
        ("Asia/Kabul", "2021-08-26", "2021-08-25T19:30"),
        ("America/New_York", "08/26/2021 09:50", "2021-08-26T13:50"),
        ("America/New_York", "2021-01-26 09:50", "2021-01-26T14:50"),
        ("Asia/Kolkata", "Thursday, August 26, 2021 - 19:20", "2021-08-26T13:50"),
        ("Asia/Kabul", "Thu, 26 Aug 2021 17:50:00 Nowhere", "2021-08-26T13:20"),
        ("Asia/Kabul", "26 août 2021 17:50 Uhr", "2021-08-26T13:20"),
        ("Asia/Kabul", "Thu, 26 Aug 2021 17:50:00 Nowhere/Zone", "2021-08-26T13:20"),
    ],
)
def test_a_time_without_a_known_zone_is_the_outlets_and_says_so(zone: str, text: str, moment: str) -> None:
    """Summer time is kept; a day alone is its midnight there."""
    read = judged_time(text, NOW, zone_called(zone))
    assert read.moment == datetime.fromisoformat(f"{moment}+00:00")
    assert read.correction is TimeCorrection.ZONE_ASSUMED


@pytest.mark.parametrize("text", ["2021-08-26T12:00:00Z", "Thu, 26 Aug 2021 16:30:00 AFT", "1629979200", "2021-08-26Z"])
def test_a_time_with_a_zone_is_not_touched_by_the_outlets(text: str) -> None:
    """The control: nothing was assumed."""
    read = judged_time(text, NOW, ZoneInfo("America/New_York"))
    assert read.moment == judged_time(text, NOW).moment
    assert read.correction is None


@pytest.mark.parametrize(
    ("zone", "text", "hours"),
    [
        ("UTC", "IST", 5.5),
        ("Asia/Kolkata", "IST", 5.5),
        ("Europe/Dublin", "IST", 1),
        ("Asia/Jerusalem", "IST", 2),
        ("UTC", "CST", -6),
        ("America/New_York", "CST", -6),
        ("Asia/Shanghai", "CST", 8),
        ("America/Havana", "CST", -5),
        ("UTC", "BST", 1),
        ("Europe/London", "BST", 1),
        ("Asia/Dhaka", "BST", 6),
        ("UTC", "AST", -4),
        ("America/Halifax", "AST", -4),
        ("Asia/Riyadh", "AST", 3),
        ("America/Guayaquil", "ECT", -5),
        ("Europe/Paris", "ECT", 2),
        ("America/New_York", "EST", -5),
        ("Australia/Sydney", "EST", 10),
        ("Asia/Karachi", "PST", 5),
        ("Asia/Manila", "PST", 8),
        ("Asia/Yerevan", "AMT", 4),
        ("Asia/Kabul", "GMT", 0),
        ("Asia/Kabul", "EST", -5),
    ],
)
def test_an_abbreviation_that_zones_share_is_the_outlets_own(zone: str, text: str, hours: float) -> None:
    """Where its zone uses it, else the commonest meaning; and it counts as said, not as assumed."""
    read = judged_time(f"Thu, 26 Aug 2021 12:00:00 {text}", NOW, zone_called(zone))
    assert read.moment == NOON - timedelta(hours=hours)
    assert read.correction is None


@pytest.mark.parametrize(("day", "hours"), [("26 Aug 2021", 4), ("26 Jan 2021", 5)])
def test_eastern_time_is_that_of_new_york_in_summer_and_winter(day: str, hours: int) -> None:
    """As American outlets write it; EST and EDT say which."""
    read = judged_time(f"{day} 12:00:00 ET", NOW, ZoneInfo("Asia/Kabul"))
    assert read.moment == datetime.strptime(f"{day} 12 +0000", "%d %b %Y %H %z") + timedelta(hours=hours)
    assert read.correction is None


def test_an_hour_that_a_clock_skips_or_shows_twice_is_still_an_instant() -> None:
    """Summer time begins at 2:00 and ends at 2:00 in New York: the first of the two hours is meant."""
    zone = ZoneInfo("America/New_York")
    assert judged_time("2021-03-14 02:30", NOW, zone).moment == datetime(2021, 3, 14, 7, 30, tzinfo=UTC)
    assert judged_time("2020-11-01 01:30", NOW, zone).moment == datetime(2020, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Nowhere/Zone", "", "../../etc/passwd", "America", "Asia/Kabul\0", "x" * 5000])
def test_a_zone_that_nobody_knows_is_utc(name: str) -> None:
    """The configuration is checked when it is loaded; this must not fail all the same."""
    assert zone_called(name) is UTC


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("", None),
        ("  ", None),
        ("soon", TimeCorrection.UNREADABLE),
        ("2021-08-26T25:61:00Z", TimeCorrection.UNREADABLE),
        ("03/04/2021", TimeCorrection.UNREADABLE),
        ("Thu, 26 Aug 0021 12:00:00 GMT", TimeCorrection.TOO_EARLY),
        ("1989-12-31T23:59:59Z", TimeCorrection.TOO_EARLY),
        ("Thu, 26 Aug 2087 12:00:00 GMT", TimeCorrection.IN_THE_FUTURE),
        ("2021-09-02T12:01:00Z", TimeCorrection.IN_THE_FUTURE),
    ],
)
def test_what_is_not_believed_says_why(text: str, correction: TimeCorrection | None) -> None:
    """No text is nothing to correct."""
    read = judged_time(text, NOW)
    assert (read.moment, read.correction) == (None, correction)


GOOD, LATER, BARE, WRONG, FUTURE = (
    "2021-08-26T12:00:00Z",
    "2021-08-27T12:00:00Z",
    "2021-08-26 12:00",
    "soon",
    "2087-08-26T12:00:00Z",
)


@pytest.mark.parametrize(
    ("published", "updated", "day", "origin", "correction"),
    [
        ((GOOD,), (LATER,), 26, TimeOrigin.PUBLISHED, None),
        ((BARE,), (LATER,), 26, TimeOrigin.PUBLISHED, TimeCorrection.ZONE_ASSUMED),
        (("",), (LATER,), 27, TimeOrigin.UPDATED, None),
        (("",), (BARE,), 26, TimeOrigin.UPDATED, TimeCorrection.ZONE_ASSUMED),
        ((FUTURE,), (LATER,), 27, TimeOrigin.UPDATED, TimeCorrection.IN_THE_FUTURE),
        ((WRONG, LATER), (GOOD,), 27, TimeOrigin.PUBLISHED, None),
        ((WRONG,), ("",), None, TimeOrigin.SEEN, TimeCorrection.UNREADABLE),
        ((FUTURE,), (WRONG,), None, TimeOrigin.SEEN, TimeCorrection.IN_THE_FUTURE),
        (("",), (WRONG,), None, TimeOrigin.SEEN, TimeCorrection.UNREADABLE),
        (("",), ("",), None, TimeOrigin.SEEN, None),
    ],
)
def test_the_time_of_an_item_says_where_it_came_from(
    published: tuple[str, ...],
    updated: tuple[str, ...],
    day: int | None,
    origin: TimeOrigin,
    correction: TimeCorrection | None,
) -> None:
    """The publisher's time of publication, else that of the update, else none: the first sight has to do."""
    times = item_times(published, updated, NOW, UTC)
    assert (times.published.day if times.published else None, times.origin, times.correction) == (
        day,
        origin,
        correction,
    )


def test_no_month_has_two_numbers() -> None:
    """A name that two languages share is the same month in both."""
    numbered = chain.from_iterable(enumerate(names.split(), start=1) for names in (*_WHOLE, *_ABBREVIATED))
    numbers: dict[str, set[int]] = {}
    for number, name in numbered:
        numbers.setdefault(name, set()).add(number)
    assert [name for name, found in numbers.items() if len(found) > 1] == []
