"""What a revision changed, in lines."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.difference import LINE_CHARS, MOST_CHARS, REORDERED, difference, sentences
from storywatch.model import ParsedItem
from tests.support.patience import SLOWNESS


def changed(old: str, new: str) -> list[str]:
    return difference(ParsedItem(content=old), ParsedItem(content=new)).splitlines()


def test_of_a_liveblog_the_entries_that_came_are_told() -> None:
    """A paragraph that came stays together; of one that was edited only the sentence is shown."""
    old = "17:50 Two blasts are reported. Details follow.\n\n17:20 Crowds wait at Abbey Gate. Gates are shut."
    new = (
        "18:10 The Pentagon confirms casualties. It gives no number.\n\n17:50 Two blasts are reported. Details follow."
        "\n\n17:20 Crowds wait at Abbey Gate. All gates are shut."
    )
    assert changed(old, new) == [
        "+ 18:10 The Pentagon confirms casualties. It gives no number.",
        "- Gates are shut.",
        "+ All gates are shut.",
    ]


def test_a_changed_title_stands_on_lines_of_its_own() -> None:
    old, new = ParsedItem(title="13 dead", content="Text."), ParsedItem(title="170  dead", content="Text.")
    assert difference(old, new) == "- 13 dead\n+ 170 dead"
    assert difference(ParsedItem(), new) == "+ 170 dead\n+ Text."


def test_white_space_and_the_place_of_line_breaks_do_not_count() -> None:
    assert changed("One two.\nThree  four", "One\ttwo. Three four") == []


def test_what_excerpt_and_text_share_is_told_once() -> None:
    """Feeds that give both begin the text with the excerpt."""
    old = ParsedItem(summary="13 are dead. […]", content="13 are dead. More soon.")
    new = ParsedItem(summary="170 are dead. More […]", content="170 are dead. More soon.")
    assert difference(old, new) == "- 13 are dead.\n+ 170 are dead."
    assert difference(old, ParsedItem(summary="170 are dead.", content="13 are dead. More soon.")) == "+ 170 are dead."


def test_another_order_is_told_as_such() -> None:
    """The words differ, yet no sentence came or went."""
    assert changed("First. Second.", "Second. First.") == [REORDERED]
    moved = difference(ParsedItem(summary="Moved.", content="Stays."), ParsedItem(content="Moved. Stays."))
    assert moved == REORDERED


@pytest.mark.parametrize(
    "text", ["Gen. McKenzie spoke in the U.S. Senate", "It rose by 3.5 percent", "The J. Smith papers", "no stop"]
)
def test_a_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == [(0, text)]


def test_a_sentence_ends_behind_its_closing_quote() -> None:
    assert [text for _, text in sentences("He said “no.” She left! Why? هل؟ نعم")] == [
        "He said “no.”",
        "She left!",
        "Why?",
        "هل؟",
        "نعم",
    ]


def test_a_repeated_sentence_counts() -> None:
    assert changed("Again.", "Again. Again.") == ["+ Again."]


def test_the_length_is_bounded_and_the_rest_is_counted() -> None:
    lines = changed("", "\n".join(f"Paragraph {number} has words." for number in range(5000)))
    assert sum(len(line) + 1 for line in lines) <= MOST_CHARS + 1
    told = len(lines) - 1
    assert lines[-1] == f"… and {5000 - told} more lines"
    (line,) = changed("", "word " * 10_000)
    assert len(line) == LINE_CHARS


def test_the_time_is_linear() -> None:
    """Quadratic comparison of 40,000 sentences, half of them changed, would take minutes."""
    old = "\n".join(f"Sentence {number} stands." for number in range(40_000))
    new = "\n".join(f"Sentence {number} stands." for number in range(20_000, 60_000))
    started = time.process_time()
    assert len(changed(old, new)) > 100
    assert time.process_time() - started < 5 * SLOWNESS


words = st.lists(st.sampled_from(["a", "b.", "c!", "d?", "\n", "U.S.", "e”", "f.”"]), max_size=12).map(" ".join)
items = st.builds(ParsedItem, title=words, summary=words, content=words)


@given(old=items, new=items)
def test_empty_exactly_when_the_words_are_the_same(old: ParsedItem, new: ParsedItem) -> None:
    same = all(
        a.split() == b.split()
        for a, b in ((old.title, new.title), (old.summary, new.summary), (old.content, new.content))
    )
    assert (difference(old, new) == "") is same


@given(old=words, new=words)
def test_what_came_is_in_the_new_text_and_not_as_often_in_the_old(old: str, new: str) -> None:
    """And the other way round; together the lines account for the whole difference."""
    lines = changed(old, new)
    counts = {sign: Counter[str]() for sign in "+-"}
    for line in lines:
        if line != REORDERED:
            counts[line[0]].update(text for _, text in sentences(line[2:]))
    before, after = (Counter(text for _, text in sentences(each)) for each in (old, new))
    if lines:
        assert counts["+"] == after - before
        assert counts["-"] == before - after


def test_a_shortened_word_ends_no_sentence() -> None:
    """A day or a name stands behind it."""
    told = "A Reaper had followed the car on Aug. 29, said Capt. Bill Urban. It was a mistake."
    assert [text for _, text in sentences(told)] == [
        "A Reaper had followed the car on Aug. 29, said Capt. Bill Urban.",
        "It was a mistake.",
    ]


def test_sentences_of_other_scripts_end_at_their_own_marks() -> None:
    """Without white space behind the mark; quotes that close stay with their sentence."""
    told = [
        sentence
        for _, sentence in sentences("大坝周四倒塌。“我们失去了一切。”他说！", "बांध टूट गया। 41 लोगों की मौत हुई।")
    ]
    assert told == ["大坝周四倒塌。", "“我们失去了一切。”", "他说！", "बांध टूट गया।", "41 लोगों की मौत हुई।"]
