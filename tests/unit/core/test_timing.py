"""When what is owed is told: `storywatch.timing`."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storywatch.calendar import CLOCKS_DIFFER, Span
from storywatch.model import Digest, QuietHours, Severity, Subscription
from storywatch.timing import capped_days, postponed, release, timed
from tests.support.owed import an_owed
from tests.support.samples import DESK_MAIL, NOW

HIGH, NORMAL, LOW = Severity.HIGH, Severity.NORMAL, Severity.LOW
DAILY = Digest(cron="30 7 * * *", time_zone="Asia/Kabul")
NIGHT = QuietHours(begin=time(22), end=time(7), time_zone="Europe/Berlin")


def wanting(**changes: Any) -> Subscription:
    """Return a subscription with these wishes."""
    return replace(DESK_MAIL, **changes)


def local(text: str, zone: str = "UTC") -> datetime:
    """Return a wall time of a zone, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("subscription", "severity", "at", "sent", "expected"),
    [
        (wanting(), LOW, NOW, 99, None),
        (wanting(digest=DAILY), LOW, NOW, 0, local("2021-08-27 07:30", "Asia/Kabul")),
        # A digest holds even what is urgent, unless it is told to let it pass.
        (wanting(digest=DAILY), HIGH, NOW, 0, local("2021-08-27 07:30", "Asia/Kabul")),
        (wanting(digest=replace(DAILY, break_through=HIGH)), HIGH, NOW, 0, None),
        (wanting(digest=replace(DAILY, break_through=HIGH)), NORMAL, NOW, 0, local("2021-08-27 07:30", "Asia/Kabul")),
        (wanting(quiet=NIGHT), NORMAL, local("2021-08-26 23:00", "Europe/Berlin"), 0, local("2021-08-27 05:00")),
        (wanting(quiet=NIGHT), HIGH, local("2021-08-26 23:00", "Europe/Berlin"), 0, None),
        (wanting(quiet=NIGHT), NORMAL, local("2021-08-26 12:00", "Europe/Berlin"), 0, None),
        (
            wanting(quiet=replace(NIGHT, break_through=None)),
            HIGH,
            local("2021-08-26 23:00", "Europe/Berlin"),
            0,
            local("2021-08-27 05:00"),
        ),
        # A digest whose time lies in the quiet hours waits for their end.
        (wanting(digest=Digest(cron="0 3 * * *"), quiet=NIGHT), LOW, NOW, 0, local("2021-08-27 05:00")),
        (wanting(most_a_day=2), LOW, NOW, 1, None),
        (wanting(most_a_day=2), LOW, NOW, 2, local("2021-08-27 00:00")),
        (wanting(most_a_day=2), HIGH, NOW, 2, local("2021-08-27 00:00")),
        (wanting(most_a_day=2, time_zone="Asia/Kabul"), LOW, NOW, 2, local("2021-08-27 00:00", "Asia/Kabul")),
        # The next day begins within the quiet hours.
        (wanting(most_a_day=1, quiet=NIGHT, time_zone="Europe/Berlin"), LOW, NOW, 1, local("2021-08-27 05:00")),
        # The day's messages don't bring a digest forward or put it off here: that is decided when it is due.
        (wanting(most_a_day=1, digest=DAILY), LOW, NOW, 1, local("2021-08-27 07:30", "Asia/Kabul")),
    ],
)
def test_when_something_is_told(
    subscription: Subscription, severity: Severity, at: datetime, sent: int, expected: datetime | None
) -> None:
    assert release(subscription, severity, at, sent) == expected


def test_a_digest_that_is_due_waits_for_the_end_of_quiet_hours_and_for_the_next_day() -> None:
    """The daemon was down at its time, or the day had enough messages already."""
    night = local("2021-08-26 23:00", "Europe/Berlin")
    assert postponed(wanting(digest=DAILY), LOW, NOW, 0) is None
    assert postponed(wanting(digest=DAILY, quiet=NIGHT), LOW, night, 0) == local("2021-08-27 05:00")
    assert postponed(wanting(digest=DAILY, most_a_day=1), LOW, NOW, 1) == local("2021-08-27 00:00")


def test_a_cap_counts_what_the_same_poll_tells() -> None:
    """Two may be sent, one was: of three updates one is told, the others wait for the next day."""
    capped = wanting(most_a_day=2)
    planned = [an_owed(f"a{number}", subscription=capped) for number in range(3)]
    released = [one.release for one in timed(planned, {capped.id: 1})]
    assert released == [None, local("2021-08-27"), local("2021-08-27")]


def test_subscriptions_are_counted_apart() -> None:
    one, other = wanting(most_a_day=1), wanting(id="other", most_a_day=1)
    planned = [an_owed("a1", subscription=one), an_owed("a2", subscription=other)]
    assert [timing.release for timing in timed(planned, {})] == [None, None]


def test_only_subscriptions_with_a_cap_are_counted() -> None:
    """From the beginning of their own day."""
    kabul = wanting(id="kabul", most_a_day=3, time_zone="Asia/Kabul")
    assert {name: span.begin for name, span in capped_days([wanting(), kabul], NOW).items()} == {
        "kabul": local("2021-08-26", "Asia/Kabul")
    }
    later = NOW + timedelta(hours=2)
    assert capped_days([kabul], later)["kabul"] == Span(
        begin=local("2021-08-27", "Asia/Kabul"), end=later + CLOCKS_DIFFER
    )
