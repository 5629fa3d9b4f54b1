"""The story's clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storywatch.cli.demo.clock import SPEED, StoryClock

START = datetime(2021, 8, 26, 12, tzinfo=UTC)


class Ticks:
    """Real seconds that a test turns by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_minute_of_the_story_passes_each_second() -> None:
    """Sources that are polled every 60 s are polled every second."""
    ticks = Ticks()
    clock = StoryClock(START, ticks=ticks)
    ticks.seconds += 2.5
    assert clock.now() == START + timedelta(minutes=2.5)


def test_it_leaps_over_months_and_runs_on_from_there() -> None:
    """What passes before a leap does not count after it."""
    ticks = Ticks()
    clock = StoryClock(START, ticks=ticks)
    ticks.seconds += 7
    clock.leap(START + timedelta(days=600))
    ticks.seconds += 1
    assert clock.now() == START + timedelta(days=600, seconds=SPEED)


def test_a_leap_to_a_time_that_has_passed_changes_nothing() -> None:
    """A slow machine may be past a scene's time when the scene begins."""
    ticks = Ticks()
    clock = StoryClock(START, ticks=ticks)
    ticks.seconds += 60
    clock.leap(START + timedelta(minutes=1))
    assert clock.now() == START + timedelta(hours=1)


@given(st.lists(st.tuples(st.floats(0, 1000), st.integers(-(10**6), 10**6)), max_size=20))
def test_it_never_goes_back(moves: list[tuple[float, int]]) -> None:
    """Whatever leaps are asked for."""
    ticks = Ticks()
    clock = StoryClock(START, ticks=ticks)
    seen = [clock.now()]
    for waited, ahead in moves:
        ticks.seconds += waited
        seen.append(clock.now())
        clock.leap(START + timedelta(minutes=ahead))
        seen.append(clock.now())
    assert seen == sorted(seen)
