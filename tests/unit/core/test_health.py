"""What is wrong with the installation, in words: `storywatch.health`."""

from dataclasses import replace
from datetime import timedelta

from storywatch.health import STALLED_AFTER, UNPACED_AFTER, Health, stalled_since, troubles
from tests.support.samples import NOW

WELL = Health(
    last_commit_at=NOW,
    oldest_due_at=NOW + timedelta(minutes=1),
    endpoints_disabled=0,
    deliveries_held=0,
    deliveries_died=0,
    running=True,
)
HOUR = timedelta(hours=1)
STALLED = replace(WELL, last_commit_at=NOW - HOUR, oldest_due_at=NOW - HOUR / 2)


def test_all_is_well_without_a_word() -> None:
    """Work that is not due, and work that was stored a moment ago."""
    assert not list(troubles(WELL, NOW))
    assert not list(troubles(replace(STALLED, last_commit_at=NOW), NOW))
    assert not list(troubles(replace(STALLED, oldest_due_at=NOW - STALLED_AFTER), NOW))


def test_nothing_stored_while_work_is_due_is_trouble() -> None:
    """Since the last commit, or since the work is due if there was none. If nobody works, nothing stalls."""
    assert stalled_since(STALLED, NOW) == NOW - HOUR
    assert stalled_since(replace(STALLED, last_commit_at=None), NOW) == NOW - HOUR / 2
    assert stalled_since(replace(STALLED, running=None), NOW) == NOW - HOUR
    assert stalled_since(replace(STALLED, running=False), NOW) is None
    (told,) = troubles(STALLED, NOW)
    assert told.startswith("nothing was stored since 2021-08-26 17:00Z")


def test_endpoints_and_deliveries_are_counted_in_words() -> None:
    """One and several."""
    one = replace(WELL, endpoints_disabled=1, deliveries_held=1, deliveries_died=1)
    assert [told.partition(":")[0] for told in troubles(one, NOW)] == [
        "1 endpoint is switched off, 1 delivery waits",
        "1 delivery was given up in the last 7 days",
    ]
    two = replace(WELL, endpoints_disabled=2, deliveries_held=0, deliveries_died=2)
    assert [told.partition(":")[0] for told in troubles(two, NOW)] == [
        "2 endpoints are switched off, 0 deliveries wait",
        "2 deliveries were given up in the last 7 days",
    ]


def test_a_pace_that_nobody_works_out_is_trouble_while_somebody_works() -> None:
    """Three times missed; before the first time, and while nobody works, it is none."""
    old = replace(WELL, paced_at=NOW - UNPACED_AFTER - HOUR)
    (told,) = troubles(old, NOW)
    assert told.startswith("the pace of polls was worked out last at 2021-08-26 08:00Z")
    for well in (replace(old, running=False), replace(WELL, paced_at=NOW - UNPACED_AFTER), WELL):
        assert not list(troubles(well, NOW))
