"""Terms and their index: `storywatch.matching.patterns`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching.patterns import TermIndex, parse_term
from storywatch.matching.words import words


def found(term: str, text: str) -> list[str]:
    """Return what a term hits in a text."""
    index = TermIndex()
    index.add(term, 0)
    return [text[hit.start : hit.end] for hit in index.hits(words(text))]


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("Kabul", "In KABUL, near Kabul's airport", ["KABUL", "Kabul's"]),
        ("Kabul", "Kabuli people", []),
        ("attack*", "attackers attack an attacker", ["attackers", "attack", "attacker"]),
        ("Kabul airport", "the Kabul-airport attack", ["Kabul-airport"]),
        ("Kabul airport", "Kabul's international airport", []),
        ("drone strike*", "drone strikes and a drone strike", ["drone strikes", "drone strike"]),
        ("strike* kill*", "strikes killing ten", ["strikes killing"]),
        ("US", "the US’s troops told us in the U.S.", ["US’s", "U.S."]),
        ("WHO", "who said WHO", ["WHO"]),
        ("us", "US us", ["US", "us"]),
        ("ISIS", "Isis and isis", ["Isis", "isis"]),
        ("A", "a plan A", ["a", "A"]),
        ("ISIS-K", "ISIS K, Isis-K and ISISK", ["ISIS K", "Isis-K"]),
        ("Zemari Ahmadi", "ZEMARI  AHMADI", ["ZEMARI  AHMADI"]),
        ("a a", "a a a", ["a a", "a a"]),
        ("کابل", "در كابل", ["كابل"]),
        ("***", "anything", []),
        ("", "anything", []),
        ("Kabul airport", "Kabul", []),
    ],
)
def test_a_term_hits(term: str, text: str, hits: list[str]) -> None:
    """Words in order, prefixes by a star, short acronyms in capitals only."""
    assert found(term, text) == hits


_TERMS = st.text("abcKUS éßك.'’*-\u0301\u200c", min_size=1, max_size=12)


@given(_TERMS, st.text("xyz ,", max_size=8), st.text("xyz ,", max_size=8))
def test_a_term_hits_itself_in_any_text(term: str, before: str, after: str) -> None:
    """With word borders around it."""
    assert bool(found(term, f"{before} {term} {after}")) == bool(parse_term(term))


@given(st.lists(st.text("ab*", min_size=1, max_size=3), max_size=6), st.lists(st.text("ab", max_size=4), max_size=8))
def test_one_pass_finds_what_each_term_finds_alone(terms: list[str], text_words: list[str]) -> None:
    """The index mixes no terms up: every hit with its owner, and no other."""
    text = " ".join(text_words)
    index = TermIndex()
    for number, term in enumerate(terms):
        index.add(term, number)
    together = sorted((hit.owner, text[hit.start : hit.end], hit.start) for hit in index.hits(words(text)))
    alone = []
    for number, term in enumerate(terms):
        single = TermIndex()
        single.add(term, number)
        alone += [(number, text[hit.start : hit.end], hit.start) for hit in single.hits(words(text))]
    assert together == sorted(alone)
