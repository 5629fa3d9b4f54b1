"""What a poll teaches, and what it must not: `storywatch.pacing.observing`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.pacing.observing import HALF_LIFE, Seen, failed, observe
from storywatch.pacing.policy import Policy
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.waiting import next_wait
from tests.unit.pacing.rhythms import DAY, HOUR, MINUTE, MONDAY, POLICY, every, polled, steady

NOON = MONDAY + 12 * HOUR


def pause(rhythm: Rhythm, policy: Policy, now: datetime) -> timedelta:
    """Return how long the next poll waits after one at `now`."""
    return next_wait(rhythm, policy.pace, price=policy.pace.price, weight=1.0, now=now, dice=0).pause


def seen(since: datetime | None, *published: datetime, untimed: int = 0) -> Seen:
    """Return what a poll brought."""
    return Seen(since=since, published=published, untimed=untimed)


def test_an_interval_is_split_at_the_hours() -> None:
    """Each hour of the day is watched for as long as it was."""
    rhythm = observe(Rhythm(), seen(NOON - 90 * MINUTE), NOON + 10 * MINUTE)
    assert {key: float(rhythm.exposure[key]) for key in np.flatnonzero(rhythm.exposure)} == {
        10: 1800,
        11: 3600,
        12: 600,
    }


def test_a_weekend_is_learned_apart() -> None:
    """Saturday noon is the thirteenth hour of the other day."""
    saturday = NOON + 5 * DAY
    rhythm = observe(Rhythm(), seen(saturday, saturday + MINUTE), saturday + 15 * MINUTE)
    assert rhythm.items[36] == 1
    assert rhythm.items[:24].sum() == 0


def test_an_item_counts_in_its_hour_and_its_five_minutes() -> None:
    """As it was published, not as it was found."""
    rhythm = observe(Rhythm(), seen(NOON - HOUR, NOON - 28 * MINUTE), NOON + 10 * MINUTE)
    assert rhythm.items[11] == 1
    assert rhythm.phase[6] == 1


def test_what_is_two_weeks_old_counts_half() -> None:
    """Both sides of the rate, so that the rate itself stays."""
    old = steady(48)
    later = MONDAY + timedelta(seconds=HALF_LIFE)
    rhythm = observe(old, seen(later - MINUTE), later)
    assert rhythm.items.sum() == pytest.approx(old.items.sum() / 2, rel=1e-4)
    assert rhythm.exposure.sum() == pytest.approx(old.exposure.sum() / 2 + 60, rel=1e-4)


def test_a_clock_that_was_set_back_neither_forgets_nor_watches() -> None:
    """A poll before the last one is no interval."""
    old = steady(48)
    rhythm = observe(old, seen(MONDAY), MONDAY - HOUR)
    assert rhythm.items.sum() == old.items.sum()
    assert rhythm.exposure.sum() == old.exposure.sum()


# The failure modes of the policy, one by one --------------------------------------------------------------------------


def test_new_feed_its_first_document_is_history() -> None:
    """Its oldest item opens the exposure and isn't counted; what has come since counts at its time."""
    history = [NOON - hours * HOUR for hours in (9, 5, 2)]
    rhythm = observe(Rhythm(), Seen(since=None, published=history, backlog=True), NOON)
    assert rhythm.exposure.sum() == pytest.approx(9 * 3600, rel=0.02)
    assert rhythm.items.sum() == pytest.approx(2, rel=0.02)
    assert rhythm.items[3] == 0
    assert rhythm.items[7] > 0.9


def test_new_feed_whose_items_share_one_time_teaches_nothing() -> None:
    """It tells when the document was made. Half of them may be so."""
    same = [NOON - 3 * HOUR] * 6
    told = [NOON - hours * HOUR for hours in (9, 8, 7, 6, 5, 4)]
    dropped = observe(Rhythm(), Seen(since=None, published=(*same, *told[:5]), backlog=True), NOON)
    kept = observe(Rhythm(), Seen(since=None, published=(*same, *told), backlog=True), NOON)
    assert dropped.items.sum() == dropped.exposure.sum() == 0
    assert kept.items.sum() > 10


def test_new_feed_history_is_no_older_than_weeks_nor_of_the_future() -> None:
    """An archive's first item doesn't open years of exposure."""
    published = (NOON - 3000 * DAY, NOON + DAY, NOON - 2 * HOUR, NOON - HOUR)
    rhythm = observe(Rhythm(), Seen(since=None, published=published, backlog=True), NOON)
    assert rhythm.exposure.sum() == pytest.approx(7200, rel=0.02)


def test_dead_feed_its_pause_grows_to_a_day_and_an_item_wakes_it() -> None:
    """Weeks of silence after 100 items a day."""
    dear = replace(POLICY, pace=replace(POLICY.pace, price=100.0, patience=86400.0))
    rhythm, now = steady(100), MONDAY
    before = pause(rhythm, dear, now)
    while now < MONDAY + 60 * DAY:
        now += pause(rhythm, dear, now)
        rhythm = polled(rhythm, [now], (), dear)
    silent = pause(rhythm, dear, now)
    assert before < 15 * MINUTE
    assert 3 * HOUR < silent <= DAY
    assert rhythm.polls < 1000
    woken = polled(rhythm, [now + HOUR], [now + 30 * MINUTE, now + 40 * MINUTE], dear)
    assert pause(woken, dear, now + HOUR) < silent


def test_errors_are_no_exposure() -> None:
    """A poll that failed cost a request and says nothing about silence."""
    rhythm = failed(steady(20))
    assert rhythm.exposure.sum() == steady(20).exposure.sum()
    assert rhythm.polls == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=400)])
def test_future_dates_tell_nothing_of_the_minute(ahead: timedelta) -> None:
    """They came in the interval, nobody knows when: spread over it."""
    rhythm = observe(Rhythm(), seen(NOON, NOON + ahead, NOON + ahead), NOON + 30 * MINUTE)
    assert rhythm.items[12] == pytest.approx(2)
    assert np.count_nonzero(rhythm.phase) == 6


def test_a_clock_that_is_a_little_fast_is_believed_to_the_end_of_the_interval() -> None:
    """A minute ahead is now."""
    rhythm = observe(Rhythm(), seen(NOON, NOON + 31 * MINUTE), NOON + 29 * MINUTE)
    assert rhythm.phase[5] == 1


def test_items_without_a_time_are_spread_over_the_interval() -> None:
    """By hour and by minutes."""
    rhythm = observe(Rhythm(), seen(NOON - 15 * MINUTE, untimed=4), NOON + 15 * MINUTE)
    assert rhythm.items[11] == pytest.approx(2)
    assert rhythm.items[12] == pytest.approx(2)
    assert rhythm.phase.sum() == pytest.approx(4)


def test_late_publication_is_spread() -> None:
    """An item that shows up hours after its time came in this interval, at no known minute of it."""
    rhythm = Rhythm()
    for poll in every(30 * MINUTE, 40, NOON):
        rhythm = observe(rhythm, seen(poll - 30 * MINUTE, poll - 4 * HOUR), poll)
    assert rhythm.phase.min() == pytest.approx(rhythm.phase.max(), rel=0.35)


def test_window_overflow_halves_the_pause() -> None:
    """All of a document is new: some of it may have come and gone."""
    calm = POLICY.polled(steady(20), seen(MONDAY), outlet="", host="", now=MONDAY + HOUR, dice=0)
    full = Seen(since=MONDAY, all_new=True, listed=10)
    overflown = POLICY.polled(steady(20), full, outlet="", host="", now=MONDAY + HOUR, dice=0)
    assert overflown.wait.pause == calm.wait.pause / 2
    assert overflown.wait.capped_by == "window"


def after_outage(published: list[datetime], untimed: int = 0, *, back: datetime) -> Rhythm:
    """Return the rhythm of a source of 200 items a day after days of failures, of whose document all is new."""
    seen = Seen(since=MONDAY, published=published, untimed=untimed, listed=30, all_new=True)
    return POLICY.polled(steady(200), seen, outlet="", host="", now=back, dice=0).rhythm


def daily(rhythm: Rhythm) -> float:
    """Return items a day."""
    return float(rhythm.items.sum() / rhythm.exposure.sum()) * 86400


def test_an_outage_is_no_silence() -> None:
    """Its document reaches back for hours, not for the two days; what it doesn't hold may well have come."""
    back = MONDAY + 2 * DAY
    gap = DAY / 200
    assert daily(after_outage([back - gap * number for number in range(30)], back=back)) == pytest.approx(200, rel=0.03)
    assert daily(after_outage([], 30, back=back)) == pytest.approx(200, rel=0.03)
    burst = after_outage([back - gap * number for number in range(30)], back=back)
    assert burst.foreseen - burst.lately == pytest.approx(0, abs=5)
    # Where the document does hold more than came, silence is silence.
    quiet = Seen(since=MONDAY, published=[back - gap * number for number in range(30)], listed=90)
    assert daily(POLICY.polled(steady(200), quiet, outlet="", host="", now=back, dice=0).rhythm) < 170


@pytest.mark.parametrize("published", [[MONDAY + 2 * DAY] * 30, [MONDAY - DAY] * 30])
def test_times_that_cannot_be_meant_open_no_tiny_interval(published: list[datetime]) -> None:
    """All of the minute of the request, or all from before the last poll."""
    rhythm = after_outage(published, back=MONDAY + 2 * DAY)
    assert 195 < daily(rhythm) < 215


def test_a_clock_that_was_years_behind_teaches_nothing() -> None:
    """And is quickly done with: no hour of the years between is walked through."""
    before = steady(50, at=datetime(1971, 1, 1, tzinfo=UTC))
    seen = Seen(since=before.at, published=[MONDAY - HOUR], listed=30)
    after = POLICY.polled(before, seen, outlet="", host="", now=MONDAY, dice=0).rhythm
    assert np.array_equal(after.items, before.items)
    assert np.array_equal(after.exposure, before.exposure)
    assert (after.at, after.polls) == (MONDAY, 1)


def test_new_feed_whose_items_came_within_seconds_teaches_nothing() -> None:
    """Its document was made then; one of a busy source is believed."""
    dated, busy = (
        observe(Rhythm(), Seen(since=None, published=every(gap, 30, NOON - 30 * gap), backlog=True), NOON)
        for gap in (timedelta(seconds=1), 2 * MINUTE)
    )
    assert dated.items.sum() == dated.exposure.sum() == 0
    assert busy.items.sum() == pytest.approx(29, rel=0.01)


@given(st.lists(st.integers(-(10**9), 10**9), max_size=20), st.integers(0, 10**6), st.integers(1, 10**6))
def test_whatever_a_feed_says_counts_stay_sound(times: list[int], untimed: int, seconds: int) -> None:
    """Every item counts once, at some time; nothing is negative or unbounded."""
    now = NOON + timedelta(seconds=seconds)
    published = [NOON + timedelta(seconds=moment) for moment in times]
    rhythm = observe(Rhythm(), Seen(since=NOON, published=published, untimed=untimed), now)
    assert rhythm.items.sum() == pytest.approx(len(times) + untimed, rel=1e-3)
    assert rhythm.exposure.sum() == pytest.approx(seconds, rel=1e-3)
    assert min(rhythm.items.min(), rhythm.exposure.min(), rhythm.phase.min()) >= 0
    assert len(rhythm.to_bytes()) < 500
