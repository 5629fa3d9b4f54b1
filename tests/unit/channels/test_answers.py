"""What a receiver's answer means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.answers import LONGEST_PAUSE, judge, read_retry_after
from storywatch.errors import DeliveryError, Fault

NOW = datetime(2021, 8, 26, 17, 52, tzinfo=UTC)


def fault(status: int, retry_after: str | None = None) -> Fault:
    """Return the fault of an answer."""
    with pytest.raises(DeliveryError) as caught:
        judge(status, retry_after, "https://x.example", NOW)
    return caught.value.fault


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_success(status: int) -> None:
    """And nothing else is."""
    judge(status, None, "https://x.example", NOW)


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (302, "webhook_redirect", False),
        (304, "webhook_redirect", False),
        (400, "webhook_status", False),
        (404, "webhook_status", False),
        (410, "webhook_gone", True),
        (429, "webhook_throttled", False),
        (500, "webhook_status", False),
        (502, "webhook_throttled", False),
        (503, "webhook_throttled", False),
        (504, "webhook_throttled", False),
        (199, "webhook_status", False),
    ],
)
def test_anything_else_is_a_failure(status: int, code: str, permanent: bool) -> None:  # noqa: FBT001 - a table
    """Only 410 is for good."""
    assert (fault(status).code, fault(status).permanent) == (code, permanent)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_pause_that_is_asked_for_is_told(status: int) -> None:
    """A plain failure has none."""
    assert fault(status, "120").retry_after == timedelta(seconds=120)
    assert fault(500, "120").retry_after is None


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0665", None),
        ("0", timedelta()),
        (" 30 ", timedelta(seconds=30)),
        ("86401", LONGEST_PAUSE),
        ("9" * 5000, LONGEST_PAUSE),
        ("999999999999", LONGEST_PAUSE),
        ("Thu, 26 Aug 2021 17:53:00 GMT", timedelta(seconds=60)),
        ("Thu, 26 Aug 2021 17:53:00 -0000", timedelta(seconds=60)),
        ("Thu, 26 Aug 2021 17:00:00 GMT", timedelta()),
        ("Sun, 26 Aug 2029 17:00:00 GMT", LONGEST_PAUSE),
        ("Thu, 99 Aug 2021 17:53:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, pause: timedelta | None) -> None:
    """Seconds or a date, within 0 to 24 hours."""
    assert read_retry_after(value, NOW) == pause


@given(st.text())
def test_no_retry_after_breaks_the_reading(value: str) -> None:
    """It is a stranger's text."""
    pause = read_retry_after(value, NOW)
    assert pause is None or timedelta() <= pause <= LONGEST_PAUSE
