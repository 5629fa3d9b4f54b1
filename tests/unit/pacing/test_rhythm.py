"""What is stored of a rhythm: `storywatch.pacing.rhythm`."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from storywatch.pacing.arrays import Numbers
from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.rhythm import LAYOUT, Rhythm
from tests.unit.pacing.rhythms import HOUR, MINUTE, every, polled, steady

counts = st.floats(0, 1e6, width=32)
moments = st.none() | st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware


def numbers(count: int) -> st.SearchStrategy[Numbers]:
    """Return arrays as a rhythm has them."""
    return arrays.arrays(np.float32, count, elements=counts)


rhythms = st.builds(
    Rhythm,
    items=numbers(48),
    exposure=numbers(48),
    phase=numbers(12),
    at=moments,
    matches=counts,
    expected=counts,
    proof=st.floats(-20, 20, width=32),
    polls=st.integers(0, 2**32 - 1),
)


@given(rhythms)
def test_its_bytes_give_it_back(rhythm: Rhythm) -> None:
    """To the microsecond and the last bit; they are few."""
    stored = rhythm.to_bytes()
    read = Rhythm.of_bytes(stored)
    assert read.to_bytes() == stored
    assert (read.at, read.polls, read.matches, read.proof) == (rhythm.at, rhythm.polls, rhythm.matches, rhythm.proof)
    assert np.array_equal(read.items, rhythm.items)
    assert len(stored) < 500


@given(st.binary(max_size=600) | st.binary(min_size=LAYOUT.itemsize, max_size=LAYOUT.itemsize))
def test_garbage_is_a_fresh_rhythm(stored: bytes) -> None:
    """It is learned anew; nothing breaks, neither for one nor for the fleet."""
    fresh = Rhythm().to_bytes()
    assert Rhythm.of_bytes(stored).to_bytes() == fresh
    assert Fleet.of([Member(rhythm=stored)]).rhythms.tobytes() == fresh


@given(st.integers(0, LAYOUT.itemsize - 1), st.integers(1, 255))
def test_one_wrong_byte_is_noticed(place: int, change: int) -> None:
    """A disk that lies is no reason to poll by a rate of 1e30."""
    stored = bytearray(steady(20).to_bytes())
    stored[place] ^= change
    assert Rhythm.of_bytes(bytes(stored)).polls == 0
    assert not Rhythm.of_bytes(bytes(stored)).items.any()


@pytest.mark.parametrize("pause", [MINUTE * 13, HOUR * 3])
def test_restarts_change_nothing(pause: timedelta) -> None:
    """What is learned over days with a restart before each poll is what is learned without, to the last bit."""
    polls = every(pause, 300)
    published = every(MINUTE * 37, 200)
    without = polled(Rhythm(), polls, published)
    assert polled(Rhythm(), polls, published, stored=True).to_bytes() == without.to_bytes()
    assert without.items.sum() > 1
