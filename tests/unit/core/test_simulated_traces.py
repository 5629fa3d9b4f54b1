"""What a simulation replays: `storywatch.pacing.simulation.history`."""

from datetime import timedelta

import numpy as np
import pytest

from storywatch.pacing.simulation import Manners, Track
from storywatch.pacing.simulation.history import Stored, tracks_of, window_of
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
    """To the second: the last item is measured too."""
    found = window_of([track(0, last), track(1)], days)
    assert [found.begin, found.since, found.until] == pytest.approx([day * DAY for day in window], abs=1.0)
    assert found.until > last * DAY


def test_what_was_old_when_it_was_seen_only_warms_up() -> None:
    """A first document has items of weeks ago: nobody could have seen them sooner, and the others of then are gone."""
    assert window_of([track(0, 30)], 30, seen_since=21 * DAY).since == pytest.approx(21 * DAY, abs=1.0)
    assert window_of([track(0, 30)], seen_since=21 * DAY).since == pytest.approx(24 * DAY, abs=1.0)


def test_history_fills_the_tracks_of_sources() -> None:
    """A time that can't be true does not count: an item was published at its first sight at the latest."""
    history = [
        Stored(source="b", published=NOW + 9 * MINUTE, seen=NOW, matched=True),
        Stored(source="a", published=None, seen=NOW),
        Stored(source="b", published=NOW - MINUTE, seen=NOW),
        Stored(source="gone", published=NOW, seen=NOW),
    ]
    asks = Manners(max_age=60)
    sources = [Track(source=name, published=np.zeros(0), manners=asks) for name in ("b", "a", "silent")]
    filled = tracks_of(history, sources)
    assert [one.source for one in filled] == ["b", "a", "silent"]
    assert [one.published.tolist() for one in filled] == [[AT - 60, AT], [AT], []]
    assert [np.asarray(one.matched).tolist() for one in filled] == [[False, True], [False], []]
    assert {one.manners for one in filled} == {asks}


def test_a_source_that_published_nothing_leaves_the_window_as_it_is() -> None:
    assert window_of([track(0, 3), track()], 1) == window_of([track(0, 3)], 1)
