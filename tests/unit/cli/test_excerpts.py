"""What `explain` draws: `storywatch.cli.excerpts`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.cli.excerpts import BAR, bar, excerpt, hanging

TEXT = "The bombing at Kabul airport was the deadliest day for American forces in ten years, officials said on Friday."


def shown(text: str, word: str, around: int = 20) -> str:
    """Return the excerpt about a word."""
    start = text.index(word)
    return excerpt(text, start, start + len(word), around).plain


def test_a_place_stands_in_brackets_with_whole_words_around() -> None:
    """Cut between words, with an ellipsis where something is missing."""
    assert shown(TEXT, "deadliest") == "… airport was the [deadliest] day for American …"
    assert shown(TEXT, "Kabul") == "The bombing at [Kabul] airport was the …"
    assert shown(TEXT, "Friday") == "… officials said on [Friday]."
    assert shown("Kabul", "Kabul") == "[Kabul]"


def test_a_text_can_not_steer_the_terminal() -> None:
    """Neither by control characters nor by line ends or our own markup."""
    assert shown("a\x1b[2J\nb [red]Kabul[/red]\tc", "Kabul") == "a [2J b [red][Kabul][/red] c"


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 50))
def test_any_place_of_any_text_is_one_short_line(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(len(text), start + length)
    line = excerpt(text, start, end).plain
    assert len(line.splitlines()) <= 1
    assert len(line) <= end - start + 2 * 29 + 4


@pytest.mark.parametrize(
    ("points", "left", "right"), [(2.0, 0, 10), (-1.0, 5, 0), (0.01, 0, 0), (0.0, 0, 0), (-9.0, 10, 0)]
)
def test_bars_stand_on_both_sides_of_a_middle(points: float, left: int, right: int) -> None:
    assert bar(points, 2.0) == ("-" * left).rjust(BAR) + "|" + ("+" * right).ljust(BAR)


def test_a_bar_has_one_width() -> None:
    assert {len(bar(points, 3.0)) for points in (-9.0, -3.0, 0.0, 1.0, 9.0)} == {2 * BAR + 1}
    assert bar(0.0, 0.0).strip() == "|"


def test_lines_hang_under_the_first() -> None:
    assert hanging("label  one two three four five six", 28, 7) == ["label  one two three four", "       five six"]
