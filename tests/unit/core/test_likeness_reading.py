"""What is read of a text: `storywatch.matching.likeness.reading`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching.likeness import read, texts_of
from storywatch.matching.likeness.countries import COUNTRY_OF
from storywatch.matching.likeness.reading import LEAD_CHARS, MOST_TERMS, SHORT, stem
from storywatch.matching.words import fold, words


def stems(*texts: str) -> list[str]:
    return [term.stem for term in read(texts).terms]


def names(*texts: str) -> list[str]:
    return [term.shown for term in read(texts).terms if term.name]


@pytest.mark.parametrize(
    "forms",
    [
        ("bomb", "bombs", "bombed", "bombing"),
        ("city", "cities"),
        ("crash", "crashes", "crashed", "crashing"),
        ("release", "releases", "released", "releasing"),
        ("hostage", "hostages"),
        ("glass", "glasses"),
        ("box", "boxes"),
        ("diplomat", "diplomats", "diplomatic"),
        ("investigate", "investigators", "investigation", "investigations"),
        ("expel", "expels", "expelled", "expelling"),
        ("stab", "stabbed", "stabbings"),
        ("drill", "drilled", "drills"),
        ("press", "pressed"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len(set(map(stem, forms))) == 1


@pytest.mark.parametrize("word", ["bus", "us", "ring", "red", "gas", "es", "s", "ing", "кабул", "کابل", "2021"])
def test_short_words_and_those_of_other_scripts_stay(word: str) -> None:
    """An ending may be all that there is of a word."""
    assert stem(word) == word


def test_different_words_have_different_stems() -> None:
    """The negative control."""
    assert len(set(map(stem, ["bomb", "board", "glass", "city", "cite", "crash", "hostage"]))) == 7


@given(st.text("abdeginrsy", min_size=1, max_size=12))
@settings(max_examples=50)
def test_a_stem_is_no_longer_than_its_word_and_never_empty(word: str) -> None:
    assert 1 <= len(stem(word)) <= len(word)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Kabul", "@afghanistan"),
        ("Afghans", "@afghanistan"),
        ("Haitians", "@haiti"),
        ("Nigerien", "@niger"),
        ("Nigerian", "@nigeria"),
        ("The Kremlin", "@russia"),
        ("TURKEY", "@turkey"),
    ],
)
def test_a_country_its_people_and_its_capital_are_one_word(text: str, country: str) -> None:
    """And a name, wherever it stands."""
    assert stems(text) == [country]
    assert names(text) == [text.removeprefix("The ")]


def test_a_country_is_written_with_a_capital() -> None:
    """A turkey and the polish of shoes are none; a ship of the navy isn't either."""
    assert stems("USS") == ["uss"]
    assert stems("a turkey", "shoe polish") == ["turkey", "shoe", "polish"]


def test_no_word_of_a_text_is_spelt_like_a_country() -> None:
    """The stem `@turkey` can only come from the table."""
    assert all(country.startswith("@") for country in COUNTRY_OF.values())
    assert stems("@turkey") == ["turkey"]
    assert all([word.folded for word in words(word)] == [word] for word in COUNTRY_OF)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Crowds watched Zemari Ahmadi drive home", ["Zemari", "Ahmadi"]),
        ("Blast heard. Crowds flee", []),
        ("Minister: Crowds flee", []),
        ("He spoke of (Crowds) again", ["Crowds"]),
        ("Blast Heard Near Gate As Crowds Flee Burning Market", []),
        ("Blast Heard Near Gate As NATO Crowds Flee Kabul Market", ["NATO", "Kabul"]),
        ("blast at the gate, crowds flee", []),
        ("солдаты вывезли Скрипаля", ["Скрипаля"]),
        ("انفجار در میدان هوایی حامد کرزی", []),
    ],
)
def test_names_are_what_has_a_capital_of_its_own(text: str, found: list[str]) -> None:
    """Not at the beginning of a sentence, nor where a headline gives one to every word, nor in scripts without."""
    assert names(text) == found


def test_a_headline_in_capitals_of_few_words_still_has_names() -> None:
    """Three words can't tell whether every word has one."""
    assert names("Meet Zemari Ahmadi") == ["Zemari", "Ahmadi"]
    assert names("Meet Zemari Ahmadi Driving Home Today Alone") == []


def test_a_word_counts_once_and_is_a_name_if_it_is_written_as_one_anywhere() -> None:
    """It keeps its place, which is the first."""
    reading = read(["Ahmadi drove", "The car of Zemari Ahmadi; Ahmadi's cars"])
    assert [(term.stem, term.name) for term in reading.terms] == [
        ("ahmadi", True),
        ("drov", False),
        ("car", False),
        ("zemari", True),
    ]
    assert reading.stems == {"ahmadi", "drov", "car", "zemari"}


def test_words_that_tell_nothing_are_left_out() -> None:
    """Of several languages; single letters too."""
    assert stems("Officials say on Monday that plan B was no longer theirs") == [
        "offici",
        "plan",
        "longer",
        "their",
    ]
    assert stems("der Angriff auf die Stadt", "что был он в Кабуле", "این حمله در کابل است") == [
        "angriff",
        "stadt",
        "кабуле",
        "حمله",
        "کابل",
    ]


def test_other_scripts_are_read() -> None:
    """Each word, with the marks and joiners of the script folded."""
    assert stems("مُحَمَّد خلیل‌زاد") == [fold("محمد"), fold("خلیل‌زاد")]
    assert stems("हिन्दी") == ["हिनदी"]


def test_of_a_long_text_the_top_counts() -> None:
    assert stems(*(f"word{number}" for number in range(500))) == [f"word{number}" for number in range(MOST_TERMS)]


@pytest.mark.parametrize(
    ("summary", "content", "read_of_it"),
    [
        ("s" * SHORT, "content", ("s" * SHORT,)),
        ("short", "", ("short",)),
        ("short", "c" * 5_000, ("short", "c" * LEAD_CHARS)),
        ("s" * (SHORT - 1), "content", ("s" * (SHORT - 1), "content")),
    ],
)
def test_a_short_summary_is_completed_from_the_content(summary: str, content: str, read_of_it: tuple[str, ...]) -> None:
    """From how it begins; a long one stands for itself."""
    assert texts_of("Title", summary, content) == ("Title", *read_of_it)


@given(st.lists(st.text(max_size=80), max_size=4))
@settings(max_examples=50)
def test_any_text_can_be_read(texts: list[str]) -> None:
    """Each word once, within bounds, as it is written."""
    reading = read(texts)
    assert len(reading.terms) == len(reading.stems) <= MOST_TERMS
    assert all(term.stem and any(term.shown in text for text in texts) for term in reading.terms)
