"""Dates and pauses of HTTP headers: `storywatch.http_dates`."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.http_dates import http_date, retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta()),
        ("9" * 400, timedelta(seconds=10**9)),
        ("Sun, 01 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sunday, 01-Mar-26 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta()),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(value: str | None, pause: timedelta | None) -> None:
    """A date that has passed asks for no pause; what nobody can read asks for nothing."""
    assert retry_after(value, NOW) == pause


@given(st.text())
def test_no_header_breaks_the_reader(value: str) -> None:
    """Headers are hostile."""
    pause = retry_after(value, NOW)
    assert pause is None or pause >= timedelta()
    moment = http_date(value)
    assert moment is None or moment.tzinfo is UTC
