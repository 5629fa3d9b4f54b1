"""Terms as operators write them: `storywatch.matching.patterns`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching.index import TermIndex
from storywatch.matching.patterns import Phrase, parse_term
from storywatch.matching.words import words


def found(term: str, text: str) -> list[str]:
    """Return what a term hits in a text."""
    index = TermIndex()
    index.add("event", Phrase(parse_term(term)))
    said = words(text)
    return [text[said[hit.first].start : said[hit.last].end] for hit in index.hits(said)]


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
