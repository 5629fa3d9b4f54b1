"""The hard limit: `storywatch.pacing.bucket`."""

from bisect import bisect_right
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.pacing.bucket import FEWEST, RESERVED, Bucket, flow, full, level, refilled_in, take
from tests.unit.pacing.rhythms import DAY, HOUR, MONDAY

BUDGET = 24 * 96.0


def taken(budget: float, *, story: bool, bucket: Bucket) -> tuple[int, Bucket]:
    """Take polls at one moment until there are none left."""
    count = 0
    while (after := take(bucket, budget, MONDAY, story=story)) is not None:
        bucket, count = after, count + 1
    return count, bucket


@given(st.lists(st.tuples(st.floats(0, 300), st.booleans()), max_size=600), st.floats(300, 5000))
@settings(max_examples=30, deadline=None)
def test_no_rolling_hour_has_more_than_twice_its_share(steps: list[tuple[float, bool]], budget: float) -> None:
    """However polls press, each as soon as it may be."""
    bucket, now, made = Bucket(), MONDAY, []
    for pause, story in steps:
        now += timedelta(seconds=pause / 60)
        after = take(bucket, budget, now, story=story)
        if after is not None:
            bucket = after
            made.append(now)
    limit = 2 * budget / 24 + 1
    assert all(bisect_right(made, moment + HOUR) - number <= limit for number, moment in enumerate(made))


def test_a_tenth_is_for_stories() -> None:
    """Others leave it; a story takes it."""
    others, rest = taken(BUDGET, story=False, bucket=Bucket())
    stories, _ = taken(BUDGET, story=True, bucket=rest)
    assert others == int(full(BUDGET) * (1 - RESERVED))
    assert stories == round(full(BUDGET)) - others


def test_after_the_wait_it_tells_a_poll_may_be_made() -> None:
    """And not much sooner."""
    _, empty = taken(BUDGET, story=True, bucket=Bucket())
    wait = refilled_in(empty, BUDGET, MONDAY, story=False)
    assert take(empty, BUDGET, MONDAY + wait + timedelta(milliseconds=1), story=False) is not None
    assert take(empty, BUDGET, MONDAY + wait * 0.9, story=False) is None
    assert refilled_in(Bucket(), BUDGET, MONDAY, story=False) == timedelta()


@given(st.floats(20, 5000))
def test_a_busy_hour_may_have_most_of_the_limit(budget: float) -> None:
    """Of small budgets too, which hold a few polls on top: never more than that beyond twice the share."""
    share = budget / 24
    assert flow(budget) * 3600 >= 1.5 * share - 1e-9
    assert flow(budget) * 3600 + full(budget) <= 2 * share + FEWEST + 1e-9
    if budget >= 240:
        assert flow(budget) * 3600 + full(budget) == pytest.approx(2 * share)


def test_a_small_budget_has_a_few_at_once() -> None:
    """Three sources that are due together are not drawn apart by an hour."""
    assert taken(72, story=True, bucket=Bucket())[0] == FEWEST


def test_a_clock_that_was_set_back_fills_nothing() -> None:
    """And one that was set ahead no more than a bucket."""
    _, empty = taken(BUDGET, story=True, bucket=Bucket())
    assert level(empty, BUDGET, MONDAY - DAY) < 1
    assert level(empty, BUDGET, MONDAY + 999 * DAY) == full(BUDGET)
