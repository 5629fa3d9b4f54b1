"""Folding: `storywatch.matching.words`."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching.words import fold, vocabulary, words

# Letters with case, accents and vowel signs of the scripts that the outlets write in.
_LETTERS = "aAeEiIoOuUnNçÇñÑüÜéÉåÅøØßẞśŚıİłŁαΑάΆσςΣёЁйЙїЇ" + "اأإآبپتةكکگيیىئؤەۀهۂ" + "बनमहिी" + "אבש"
_ACCENTS = "\u0301\u0308\u030a\u0327\u064b\u064e\u0650\u0651\u0652\u0670\u05b8\u093f"
texts = st.text(_LETTERS + _ACCENTS + " -.,'’\u200c\u200d\u00ad\u0640s1", max_size=30)
FORMS: tuple[Literal["NFC"], Literal["NFD"]] = ("NFC", "NFD")

FOLDED = [
    ("Kabul", ["kabul"]),
    ("KABUL'S", ["kabul"]),
    ("Kabul’s airport", ["kabul", "airport"]),
    ("Skrīpal", ["skripal"]),
    ("São Tomé", ["sao", "tome"]),
    ("Ørsted Łódź", ["orsted", "lodz"]),
    ("Straße STRASSE", ["strasse", "strasse"]),
    ("İstanbul ISTANBUL", ["istanbul", "istanbul"]),
    ("ISIS-K", ["isis", "k"]),
    ("Islamic State–Khorasan", ["islamic", "state", "khorasan"]),
    ("U.S. and U.S.A.", ["us", "and", "usa"]),
    ("the U.S.-led", ["the", "us", "led"]),
    ("O'Neill’s", ["oneill"]),
    ("2,000 dead", ["2", "000", "dead"]),
    ("snake_case", ["snake", "case"]),
    ("Regie\u00adrung", ["regierung"]),
    ("كابل ڪابل", ["کابل", "ڪابل"]),
    ("مُحَمَّد", ["محمد"]),
    ("مـــحمد", ["محمد"]),
    ("می‌خواهد", ["میخواهد"]),
    ("أفغانستان افغانستان", ["افغانستان", "افغانستان"]),
    ("Кабул ЁЛКА", ["кабул", "елка"]),
    ("Київ Зеленський Мар'їно", ["киів", "зеленськии", "маріно"]),
    ("हिन्दी", ["हिनदी"]),
    ("پښتو ځواک څوک", ["پښتو", "ځواک", "څوک"]),
    ("ټډړڼ ګڼ ګل", ["ټډړڼ", "گڼ", "گل"]),
    ("ملګري ملگری", ["ملگری", "ملگری"]),
    ("ې ۍ", ["ی", "ی"]),
    ("خلیل‌زاد كابل‌ها", ["خلیلزاد", "کابلها"]),
    ("الكابولي", ["الکابولی"]),
    ("ٱلْقَاعِدَة القاعدة", ["القاعده", "القاعده"]),
    ("ہے بھارت", ["هی", "بهارت"]),
    ("al-Loghri al‐Loghri al‑Loghri al–Loghri al−Loghri al﹣Loghri al－Loghri", ["al", "loghri"] * 7),
    ("Qur'an Qur’an Qurʾan Qur`an", ["quran"] * 4),
    ("Sana'a Sanaʿa Sana‘a Sana´a Sana′a Sanaʽa Sanaa", ["sanaa"] * 7),
    ("Ba'ath Ba‘ath Baʻath Baʿth", ["baath", "baath", "baath", "bath"]),
    ("‘Kabul’ 'Kabul' ´Kabul´", ["kabul", "kabul", "kabul"]),
    ("Khan‘s Khan´s", ["khan", "khan"]),
    (" - ... '", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_a_text_is_split_into_folded_words(text: str, folded: list[str]) -> None:
    """Case, accents, possessives, hyphens, dots and joiners."""
    assert [word.folded for word in words(text)] == folded


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_the_unicode_form_of_a_text_changes_no_word(text: str, folded: list[str], form: Literal["NFC", "NFD"]) -> None:
    """Composed and decomposed letters are the same letters (UAX 15)."""
    assert [word.folded for word in words(unicodedata.normalize(form, text))] == folded


@given(texts)
def test_folding_is_independent_of_the_unicode_form(text: str) -> None:
    """The same words from NFC and NFD."""
    composed, decomposed = ([word.folded for word in words(unicodedata.normalize(form, text))] for form in FORMS)
    assert composed == decomposed


@given(texts)
def test_folding_is_idempotent(text: str) -> None:
    """A folded word folds to itself."""
    for word in words(text):
        assert fold(word.folded) == word.folded


@given(st.text(max_size=40))
def test_folding_any_character_is_idempotent(text: str) -> None:
    """Also ligatures, mathematical letters, presentation forms and what else Unicode has."""
    assert fold(fold(text)) == fold(text)


@given(st.text("aeiouzßñøłéçάσёй' ", max_size=30))
def test_folding_is_independent_of_case(text: str) -> None:
    """Upper, lower and title case."""
    assert [word.folded for word in words(text.upper())] == [word.folded for word in words(text)]


@given(st.text(max_size=60))
def test_a_word_stands_where_it_says(text: str) -> None:
    """Spans lie in the text, in order, without overlap, and cut out what was folded."""
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        assert fold(text[word.start : word.end]) == word.folded
        end = word.end


@given(st.lists(st.one_of(texts, st.text(max_size=8)), max_size=5), st.sampled_from([" ", "\n", "\u00a0", "\u2028"]))
def test_a_text_has_the_words_of_its_parts(parts: list[str], space: str) -> None:
    """White space ends every word, and moves those behind it."""
    begins = [sum(len(part) + 1 for part in parts[:number]) for number in range(len(parts))]
    moved = [
        word._replace(start=begin + word.start, end=begin + word.end)
        for begin, part in zip(begins, parts, strict=True)
        for word in words(part)
    ]
    found = words(space.join(parts))
    assert list(found) == moved
    assert found.folded == [word.folded for word in moved]
    assert [found[place] for place in range(len(found))] == moved
    assert vocabulary(space.join(parts)) == {word.folded for word in moved}


@given(texts, st.text(".,:;!?()[]\"'’‘“”…–—-_", max_size=4), st.text(".,:;!?()[]\"'’‘“”…–—-_", max_size=4))
def test_what_stands_around_a_word_is_no_part_of_it(text: str, before: str, behind: str) -> None:
    """A word in quotes or at the end of a sentence is the word."""
    undotted = text.replace(".", "")
    assert words(f"{before}{undotted}{behind}").folded == words(undotted).folded


@pytest.mark.parametrize(
    ("text", "capitals"),
    [("US", True), ("U.S.", True), ("US's", True), ("US’s", True), ("us", False), ("Us", False), ("USs", False)],
)
def test_capitals_are_remembered(text: str, *, capitals: bool) -> None:
    """The possessive s aside."""
    assert [word.capitals for word in words(text)] == [capitals]


@pytest.mark.parametrize(
    ("text", "titled"),
    [("Kabul", True), ("KABUL", True), ("kabul", False), ("McKenzie", True), ("كابل", True), ("Кабул", True)],
)
def test_a_capital_is_remembered(text: str, *, titled: bool) -> None:
    """Scripts without capitals count as written with one."""
    assert [word.titled for word in words(text)] == [titled]
