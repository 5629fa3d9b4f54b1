"""How fast mails may go to one domain."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from channels.pace import WINDOW, Pace


def test_the_first_ones_go_at_once_and_the_others_get_turns() -> None:
    """As many a minute as asked, in the order of asking; other domains don't notice."""
    pace = Pace(2, lambda: 100.0)
    assert [pace.pause("a.example", f"m{n}") for n in range(6)] == [0, 0, 60, 60, 120, 120]
    assert [pace.pause("b.example", f"n{n}") for n in range(3)] == [0, 0, 60]


def test_a_turn_that_was_promised_is_kept() -> None:
    """Who comes back at its turn is not sent to the end of the queue; who comes too early waits for the rest."""
    now = 0.0
    pace = Pace(1, lambda: now)
    assert [pace.pause("a.example", mail) for mail in ("first", "second", "third")] == [0, 60, 120]
    now = 45.0
    assert pace.pause("a.example", "second") == 15
    now = 60.0
    assert pace.pause("a.example", "second") == 0
    assert pace.pause("a.example", "second") == 120, "a second attempt is one more mail"


def test_what_is_quiet_is_forgotten() -> None:
    """The memory doesn't grow with every domain and mail that ever was."""
    now = 0.0
    pace = Pace(1, lambda: now)
    for number in range(50):
        pace.pause(f"{number}.example", "a")
        pace.pause(f"{number}.example", f"b{number}")
    now = 10_000.0
    assert pace.pause("0.example", "c") == 0
    assert (len(pace._turns), len(pace._promised)) == (1, 0)


@given(st.integers(1, 5), st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_no_minute_ever_sees_more(most: int, gaps: list[float]) -> None:
    """Whenever mails come: each goes at its turn, and any span of a minute has at most so many."""
    now = 0.0
    pace = Pace(most, lambda: now)
    turns = []
    for number, gap in enumerate(gaps):
        now += gap
        turns.append(now + pace.pause("a.example", str(number)))
    minutes = Counter(sum(1 for turn in turns if start <= turn < start + WINDOW - 0.2) for start in turns)
    assert max(minutes) <= most
