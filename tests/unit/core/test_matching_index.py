"""One index for all events: `storywatch.matching.index`."""

import csv
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching.index import Hit, TermIndex
from storywatch.matching.names import parse_name
from storywatch.matching.patterns import By, Pattern, Phrase, Start, parse_term
from storywatch.matching.tables import WordTable
from storywatch.matching.words import Word, words


@dataclass(frozen=True, slots=True)
class Sounding:
    """A stand-in for names: a word with a first letter, and one with a last letter within the next three words."""

    first: str
    last: str
    whole: int = 0

    @property
    def starts(self) -> tuple[Start, ...]:
        return (Start(By.KEY, f"{self.first}.", (f".{self.last}",), 3),)

    def match_at(self, words: Sequence[Word], position: int, /) -> int:
        if not words[position].folded.startswith(self.first) or not words[position].titled:
            return 0
        ahead = words[position + 1 : position + 4]
        return next((far for far, word in enumerate(ahead, 2) if word.titled and word.folded.endswith(self.last)), 0)


def letters(text: Sequence[Word]) -> list[frozenset[str]]:
    """Return the keys of the stand-in."""
    return [frozenset((f"{word.folded[0]}.", f".{word.folded[-1]}") if word.titled else ()) for word in text]


def phrase(text: str) -> Phrase:
    return Phrase(parse_term(text))


def everywhere(pattern: Pattern, text: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Look for a pattern at every word: what the index must find, without an index."""
    for position in range(len(text)):
        length = pattern.match_at(text, position)
        if length:
            yield position, position + length - 1


def _tables(table: WordTable[Any]) -> tuple[object, ...]:
    return table._words, {pair: (begun.entries, begun.further) for pair, begun in table._pairs.items()}


def traces(index: TermIndex) -> list[object]:
    """Return all that an index holds, but for its next leaf."""
    found_by = (*_tables(index._words), *_tables(index._prefixes), index._prefixes._lengths, index._names._by_key)
    return [index._entries, index._owned, *found_by]


TERMS = st.lists(st.sampled_from(["ab", "a", "b", "ba*", "a*", "abba*", "AB", "A", "abb"]), max_size=4).map(" ".join)
PATTERNS = st.one_of(TERMS.map(phrase), st.builds(Sounding, first=st.sampled_from("ab"), last=st.sampled_from("ab")))
OWNED = st.lists(st.tuples(st.sampled_from("xyz"), PATTERNS), max_size=12)
TEXTS = st.lists(st.text("abAB", min_size=1, max_size=6), max_size=14).map(" ".join).map(words)


@given(OWNED, TEXTS)
def test_one_pass_finds_what_a_look_at_every_word_finds(
    owned: list[tuple[Hashable, Pattern]], text: tuple[Word, ...]
) -> None:
    """Every hit of every pattern with its leaf, no other, each once, in the order of the text."""
    index = TermIndex(letters)
    leaves = {index.add(owner, pattern): pattern for owner, pattern in owned}
    hits = list(index.hits(text))
    expected = [Hit(leaf, *span) for leaf, pattern in leaves.items() for span in everywhere(pattern, text)]
    assert sorted(hits) == sorted(expected)
    assert [hit.first for hit in hits] == sorted(hit.first for hit in hits)
    assert len(leaves) == len(owned) == len(index)


@given(OWNED, st.sampled_from([{"x"}, {"x", "y"}, {"z", "q"}]), TEXTS)
def test_an_index_that_forgot_an_event_is_one_that_never_had_it(
    owned: list[tuple[Hashable, Pattern]], gone: set[str], text: tuple[Word, ...]
) -> None:
    """In whatever order events come and go: the hits are those of a fresh build."""
    index, fresh = TermIndex(letters), TermIndex(letters)
    for owner, pattern in owned:
        index.add(owner, pattern)
    for owner in gone:
        index.discard(owner)
    again = {index.add(owner, pattern): (owner, pattern) for owner, pattern in owned if owner == "x"}
    kept = [(owner, pattern) for owner, pattern in owned if owner not in gone]
    if "x" in gone:
        kept += again.values()
    else:
        index.discard("x")
        kept = [(owner, pattern) for owner, pattern in kept if owner != "x"]
    for owner, pattern in kept:
        fresh.add(owner, pattern)
    assert len(index) == len(fresh)
    assert sorted(hit[1:] for hit in index.hits(text)) == sorted(hit[1:] for hit in fresh.hits(text))


@given(OWNED)
def test_an_index_that_forgot_all_is_as_empty_as_a_new_one(owned: list[tuple[Hashable, Pattern]]) -> None:
    """No word, prefix, key, pattern or owner stays behind."""
    index = TermIndex(letters)
    for owner, pattern in owned:
        index.add(owner, pattern)
    assert any(traces(index)) == bool(owned)
    for owner in "zyx":
        index.discard(owner)
    assert not any(traces(index))
    assert not len(index)


def test_no_leaf_is_given_twice() -> None:
    """Not even that of a pattern that is gone: what is remembered of an old leaf can't be taken for another's."""
    index = TermIndex()
    first = index.add("a", phrase("Kabul"))
    index.discard("a")
    assert index.add("b", phrase("Kabul")) != first


def test_what_several_events_look_for_is_found_for_each() -> None:
    """And stays when one of them goes."""
    index = TermIndex()
    here, there = index.add("here", phrase("Kabul")), index.add("there", phrase("KABUL"))
    assert [hit.leaf for hit in index.hits(words("in Kabul"))] == [here, there]
    index.discard("here")
    assert [hit.leaf for hit in index.hits(words("in Kabul"))] == [there]


def test_an_unknown_event_may_be_discarded() -> None:
    """Nothing happens."""
    index = TermIndex()
    index.add("a", phrase("Kabul"))
    index.discard("b")
    assert len(index) == 1


def test_keys_are_asked_for_only_if_a_name_is_listed() -> None:
    """Once a text; and no longer when the last name is gone."""
    asked: list[int] = []

    def keys(text: Sequence[Word]) -> list[frozenset[str]]:
        asked.append(len(text))
        return letters(text)

    index, text = TermIndex(keys), words("Abba met Bab")
    index.add("event", phrase("Abba"))
    assert list(index.hits(text))
    assert asked == []
    index.add("names", Sounding("a", "b"))
    assert list(index.hits(text))
    assert asked == [3]
    index.discard("names")
    assert list(index.hits(text))
    assert asked == [3]


class Counted(Phrase):
    """A phrase that counts how often it is looked at."""

    looks = 0

    def match_at(self, words: Sequence[Word], position: int, /) -> int:
        Counted.looks += 1
        return super().match_at(words, position)


@pytest.mark.parametrize(
    ("listed", "looks"),
    [
        ([f"Abdul Rahman {word}" for word in "abcdefgh"], 0),
        ([f"Abdul {word}" for word in "abcdefgh"], 0),
        ([f"Abdul {word} Zahir" for word in "abcdefgh"], 0),
        ([f"Abdul {word}*" for word in "abcdefgh"], 8),  # a star leaves only the first word to look for
    ],
)
def test_phrases_that_share_a_common_first_word_are_not_all_looked_at(listed: list[str], looks: int) -> None:
    """Only those whose next words stand there too."""
    index = TermIndex()
    for text in listed:
        index.add("event", Counted(parse_term(text)))
    Counted.looks = 0
    assert not list(index.hits(words("Abdul Rahman Zahir")))
    assert Counted.looks == looks


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Abdul Rehman Al-Loghri", "Abd al-Rahman al-Logari spoke"),
        ("Zemari Ahmadi", "the family of Zamarai Ahmadi"),
        ("Osama bin Laden", "Osama Binladen was there"),
        ("General John Smith Allen", "John Allen met General John S. Allen"),
        ("Taliban", "the Taliban and taliban fighters"),
        ("Siraj ul-Haq", "Sirajul Haq and Siraj-ul-Haq"),
        ("Islamic State Khorasan Province", "the Islamic State’s Khurasan Province"),
        ("United States Navy", "the United States Army"),
        ("Qasem Soleimani", "قاسم سلیمانی and Касем Сулеймани"),
    ],
)
def test_names_are_found_where_a_look_at_every_word_finds_them(name: str, text: str) -> None:
    """Their starts are no narrower than the names."""
    index, said = TermIndex(), words(text)
    leaf = index.add("event", parse_name(name))
    assert list(index.hits(said)) == [Hit(leaf, *span) for span in everywhere(parse_name(name), said)]


def listed_pairs() -> list[tuple[str, str]]:
    """Return listed names, with a text that says them or somebody else's."""
    path = Path(__file__).parents[3] / "bench" / "data" / "name_pairs.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(name, text) for _half, _kind, name, text, _same in rows]


def test_no_spelling_of_a_name_is_beyond_its_starts() -> None:
    """Of all the pairs by which names are measured, in one index: where a name stands, the index finds it."""
    pairs = listed_pairs()
    index = TermIndex()
    leaves = {name: index.add("event", parse_name(name)) for name in dict(pairs)}
    missed, found = [], 0
    for name, text in pairs:
        said = words(f"He said that {text} was there")
        ends = {last for _, last in everywhere(parse_name(name), said)}
        hits = {hit.last for hit in index.hits(said) if hit.leaf == leaves[name]}
        found += len(ends)
        missed += [(name, text)] * (ends != hits)
    assert not missed
    assert found > len(pairs) / 4


@given(OWNED, TEXTS, st.integers(1, 3))
def test_only_the_first_hits_of_a_pattern_may_be_asked_for(
    owned: list[tuple[Hashable, Pattern]], text: tuple[Word, ...], most: int
) -> None:
    """A text that repeats a word must not cost its hits times the events that ask for it."""
    index = TermIndex(letters)
    for owner, pattern in owned:
        index.add(owner, pattern)
    every, first = list(index.hits(text)), list(index.hits(text, most))
    wanted = [hit for number, hit in enumerate(every) if [one.leaf for one in every[:number]].count(hit.leaf) < most]
    assert first == wanted
