"""What likeness reads of a text: its telling words, each once, by their stems, and which are written as names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from storywatch.matching.likeness.countries import country_of
from storywatch.matching.likeness.stopwords import OF_ANY_STORY
from storywatch.matching.words import POSSESSIVE, Word, words

MOST_TERMS = 60
"""Telling words of one item that count, from the top: what a report is about stands first."""

SHORT = 200
"""A summary of fewer characters is completed from the content."""

LEAD_CHARS = 600
"""How much of the content completes it."""

_SENTENCE_ENDS = re.compile(r"[.!?:][\"”’')\]]*\s*$")
_TITLE_CASE = 0.6


@dataclass(frozen=True, slots=True)
class Term:
    """A telling word: `stem` is what is compared, `shown` the word as written, `name` whether it is written as one."""

    stem: str
    shown: str
    name: bool


@dataclass(frozen=True)
class Reading:
    """The telling words of one text, in order."""

    terms: tuple[Term, ...]

    @cached_property
    def stems(self) -> frozenset[str]:
        """Their stems."""
        return frozenset(term.stem for term in self.terms)


def read(texts: Iterable[str]) -> Reading:
    """Read texts that belong together, the most prominent first. Cost grows with their length."""
    found: dict[str, Term] = {}
    for text in texts:
        for term in _terms(text):
            known = found.get(term.stem)
            if known is None or (term.name and not known.name):
                found[term.stem] = term
    return Reading(tuple(found.values())[:MOST_TERMS])


def texts_of(title: str, summary: str, content: str) -> tuple[str, ...]:
    """Return the texts by which an item is compared: its title and summary, or how its content begins."""
    if len(summary) >= SHORT or not content:
        return title, summary
    return title, summary, content[:LEAD_CHARS]


def _terms(text: str) -> Iterable[Term]:
    found = [word for word in words(text) if len(word.folded) > 1 and word.folded not in OF_ANY_STORY]
    is_title = _in_title_case(found)
    for word in found:
        country = country_of(word.folded) if word.titled else None
        named = country is not None or word.capitals or (not is_title and _is_name(text, word))
        yield Term(country or stem(word.folded), POSSESSIVE.sub("", text[word.start : word.end]), named)


def _in_title_case(found: list[Word]) -> bool:
    """Tell whether capitals say nothing, because a headline gives them to every word, or because there are none."""
    titled = sum(word.titled for word in found)
    return len(found) >= 4 and titled > _TITLE_CASE * len(found)


def _is_name(text: str, word: Word) -> bool:
    written = text[word.start]
    return written.isupper() and word.start > 0 and not _SENTENCE_ENDS.search(text, max(0, word.start - 4), word.start)


@lru_cache(maxsize=1 << 16)
def stem(folded: str) -> str:
    """Cut the commonest English endings off, so that `bombing`, `bombed` and `bombs` are one. Crude on purpose."""
    word = folded
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("es") and word[-3] in "sxzh":
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        word = _single(word[:-3])
    elif len(word) > 4 and word.endswith("ed"):
        word = _single(word[:-2])
    else:
        word = next(
            (word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _ROOT), word
        )
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


_ENDINGS = ("ical", "ion", "ic", "al", "or", "er")
_ROOT = 6


def _single(word: str) -> str:
    """Return `stab` for the `stabb` of `stabbed`, `expel` for `expell`; but `drill` and `press` are what they are."""
    shortest = 6 if word[-1] == "l" else 5
    return word[:-1] if len(word) >= shortest and word[-1] == word[-2] and word[-1] not in "sz" else word
