"""What a simulation replays: `storywatch.pacing.simulation.history`."""

from datetime import timedelta

import numpy as np
import pytest

from storywatch.pacing.simulation import Track
from storywatch.pacing.simulation.history import Stored, Window, tracks_of, window_of
from storywatch.pacing.times import DAY
from tests.support.samples import NOW

MINUTE = timedelta(minutes=1)
AT = NOW.timestamp()


def track(*days: float) -> Track:
    """Return a source that published on these days."""
    return Track(source="s", published=np.array(days) * DAY, matched=np.zeros(len(days), dtype=bool))


@pytest.mark.parametrize(
    ("last", "days", "window"),
    [
        (21, None, (0, 7, 21)),
        (100, None, (58, 86, 100)),
        (3, None, (0, 1, 3)),
        (21, 2, (0, 19, 21)),
        (90, 2, (60, 88, 90)),
        (21, 30, (0, 0, 21)),
        (21, 0.5, (0, 20.5, 21)),
    ],
)
def test_the_last_days_are_measured_and_up_to_four_weeks_before_them_warm_up(
    last: float, days: float | None, window: tuple[float, float, float]
) -> None:
    begin, since, until = (day * DAY for day in window)
    assert window_of([track(0, last), track(1)], days) == Window(begin=begin, since=since, until=until)


def test_what_was_old_when_it_was_seen_only_warms_up() -> None:
    """A first document has items of weeks ago: nobody could have seen them sooner, and the others of then are gone."""
    assert window_of([track(0, 30)], 30, seen_since=21 * DAY).since == 21 * DAY
    assert window_of([track(0, 30)], seen_since=21 * DAY).since == 24 * DAY


def test_history_becomes_a_track_for_each_source() -> None:
    """A time that can't be true does not count: an item was published at its first sight at the latest."""
    history = [
        Stored(source="b", published=NOW + 9 * MINUTE, seen=NOW, matched=True),
        Stored(source="a", published=None, seen=NOW),
        Stored(source="b", published=NOW - MINUTE, seen=NOW),
    ]
    first, second = tracks_of(history, {"a": MINUTE})
    assert (first.source, first.published.tolist(), first.manners.max_age) == ("a", [AT], 60)
    assert (second.source, second.published.tolist(), second.manners.max_age) == ("b", [AT - 60, AT], 0)
    assert [np.asarray(one.matched).tolist() for one in (first, second)] == [[False], [False, True]]
