"""Hostile text becomes one visible line; times and reasons read well."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.text import (
    cut,
    cut_bytes,
    lasting,
    mail_text,
    plain,
    reason_in_words,
    utc_day,
    utc_time,
)
from storywatch.model import Reason

# Format characters that a reader sees: Arabic, Syriac, Kaithi and Egyptian signs. And the two joiners.
SEEN_FORMATS = {"ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}
JOINERS = {"\u200c", "\u200d"}


def unseen_characters() -> list[str]:
    """Every control, surrogate and invisible format character that this Python's Unicode knows."""
    formats = {"Cc", "Cs", "Cf", "Zl", "Zp"}
    return [
        character
        for character in map(chr, range(0x110000))
        if unicodedata.category(character) in formats
        and unicodedata.name(character, "").partition(" ")[0] not in SEEN_FORMATS - {"ARABIC"}
        and not (unicodedata.name(character, "").startswith("ARABIC") and character != "\u061c")
    ]


def test_no_control_bidi_or_invisible_character_survives() -> None:
    """The whole of Unicode is tried, not a list of the usual ones."""
    kept = [c for c in unseen_characters() if c not in JOINERS and c in plain(f"a{c}b")]
    assert kept == []


def test_what_readers_see_survives() -> None:
    """Scripts, combining marks, emoji and Arabic number signs are text, not noise."""
    for text in ("Zoë", "طالبان", "e\u0301", "\u0600 5", "\U0001f469\u200d\U0001f680", "می\u200cخواهم"):
        assert plain(text) == text


def test_a_header_has_no_joiners() -> None:
    """They could hide there; a space in the non-joiner's place keeps Persian words apart."""
    assert (
        mail_text("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 a\u200db")
        == "\u0645\u06cc \u062e\u0648\u0627\u0647\u0645 ab"
    )


def test_line_ends_of_every_kind_become_spaces() -> None:
    """A title can't start a line of its own."""
    assert plain("a\r\nb\x0bc\x0cd\x85e\u2028f\u2029g\n\n h") == "a b c d e f g h"


@pytest.mark.parametrize("hidden", ["=?utf-8?q?x?=", "=\u200b?utf-8?q?x?=", "==??=?", "=\x00?x"])
def test_encoded_words_are_broken(hidden: str) -> None:
    """Also where an invisible character stands between the two that start one."""
    assert "=?" not in mail_text(hidden)


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """So cleaning in two places is harmless."""
    assert mail_text(mail_text(text)) == mail_text(text)
    assert plain(plain(text)) == plain(text)


@given(st.text(), st.integers(min_value=4, max_value=60))
def test_cut_texts_keep_their_limits(text: str, limit: int) -> None:
    """In characters and in bytes; what fits stays as it is."""
    clean = plain(text)
    assert len(cut(clean, limit)) <= limit
    assert len(cut_bytes(clean, limit).encode()) <= limit
    assert cut(clean, len(clean)) == clean


def test_a_cut_ends_at_a_word_and_says_so() -> None:
    """An ellipsis stands where words are missing."""
    assert cut("Pentagon calls strike a mistake", 22) == "Pentagon calls strike\u2026"
    assert cut("x" * 30, 10) == "x" * 9 + "\u2026"


def test_a_cut_keeps_marks_with_their_letters() -> None:
    """Half a letter is worse than none."""
    assert cut("abcde\u0301fgh", 6) == "abcd\u2026"


def test_times_are_worded_in_utc() -> None:
    """Whatever zone they come in, and a naive time is refused."""
    kabul = timezone(timedelta(hours=4, minutes=30))
    assert utc_time(datetime(2021, 8, 26, 22, 22, tzinfo=kabul)) == "26 Aug 2021 17:52 UTC"
    assert utc_day(datetime(2021, 8, 27, 2, 0, tzinfo=kabul)) == "26 August 2021"
    assert utc_time(datetime(2021, 1, 2, 3, 4, tzinfo=UTC)) == "2 Jan 2021 03:04 UTC"
    with pytest.raises(ValueError, match="no time zone"):
        utc_time(datetime(2021, 8, 26))  # noqa: DTZ001 - the fault that is tried


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (7379, "2 hours 2 minutes"),
        (86_400, "1 day"),
        (86_400 + 120, "1 day 2 minutes"),
        (3 * 86_400 + 4 * 3600 + 59, "3 days 4 hours"),
        (2 * 86_400 + 3 * 3600 + 600, "2 days 3 hours"),
    ],
)
def test_durations_read_as_words(seconds: int, words: str) -> None:
    """By the two largest units."""
    assert lasting(timedelta(seconds=seconds)) == words


def test_reasons_read_as_words() -> None:
    """What was found is named only where it differs from what was asked."""
    reasons = (
        Reason(asked="Kabul airport", found="Kabul Airport", field="title"),
        Reason(asked="ISIS-K", found="Islamic State Khorasan", field="summary"),
    )
    expected = ["Kabul airport (title)", "ISIS-K as 'Islamic State Khorasan' (summary)"]
    assert list(map(reason_in_words, reasons)) == expected


def test_a_reason_is_cleaned_and_bounded() -> None:
    """Its words come from the publisher."""
    words = reason_in_words(Reason(asked="a" * 500, found="b\r\n\u202e" * 300, field="title"))
    assert len(words) < 200
    assert "\n" not in words
    assert "\u202e" not in words
