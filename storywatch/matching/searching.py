"""What to search the stored items by, so that none is left out that an event would take.

A text that has a hit of a pattern has a word by which that pattern can begin. Names begin by how words sound: those are
looked for in the vocabulary of what is stored. A text without any hit shares telling words with the event.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from storywatch.matching.language import EventTree
from storywatch.matching.language.finding import patterns_of
from storywatch.matching.language.tree import Leaf, Regex, leaves
from storywatch.matching.likeness.countries import COUNTRY_OF
from storywatch.matching.names import text_keys
from storywatch.matching.patterns import By, Start
from storywatch.matching.words import Word
from storywatch.model import SearchTerm

_SHORTEST = 3
"""Stems are searched as beginnings of words; below so many letters, as words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an event is searched by: terms, and words that have one of these keys of names.

    `everything`: a regular expression may be anywhere.
    """

    terms: frozenset[SearchTerm]
    keys: frozenset[str] = frozenset()
    everything: bool = False


def wanted(tree: EventTree, stems: Iterable[str]) -> Wanted:
    """Return what to search for. `stems`: the telling ones of what is known of the event."""
    asked = set(_asked(tree))
    starts = [start for leaf in asked for pattern in patterns_of(leaf) for start in pattern.starts]
    return Wanted(
        terms=frozenset((*map(_term, (one for one in starts if one.by is not By.KEY)), *_alike(stems))),
        keys=frozenset(one.text for one in starts if one.by is By.KEY),
        everything=any(isinstance(leaf, Regex) for leaf in asked),
    )


def _asked(tree: EventTree) -> Iterator[Leaf]:
    """Yield what speaks for the event: what it bans is no reason to look at an item."""
    for group in tree.groups:
        yield from leaves(group.node)
    yield from tree.aliases
    yield from tree.names


def _term(start: Start) -> SearchTerm:
    if start.by is By.PREFIX:
        return SearchTerm(text=start.text, prefix=True)
    return SearchTerm(text=" ".join((start.text, *start.then)))


def _alike(stems: Iterable[str]) -> Iterator[SearchTerm]:
    for stem in stems:
        if stem.startswith("@"):
            said = [word for word, country in COUNTRY_OF.items() if country == stem]
            yield from (SearchTerm(text=word) for one in said for word in (one, f"{one}s"))
        else:
            begins = stem.removesuffix("y")  # `city` is the stem of `cities`
            yield SearchTerm(text=begins, prefix=len(begins) >= _SHORTEST)


@dataclass(slots=True)
class Sounding:
    """The stored words by the keys of names that they have: of those keys that anybody wants."""

    keys: frozenset[str]
    _words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def hear(self, word: str) -> None:
        """Take in a word of the vocabulary, folded."""
        for titled in (True, False):
            for key in text_keys([Word(word, 0, len(word), capitals=False, titled=titled)])[0] & self.keys:
                self._words[key].add(word)

    def found(self, asked: Wanted) -> frozenset[SearchTerm] | None:
        """Return the terms to search by; None means all that is stored."""
        if asked.everything:
            return None
        heard: Mapping[str, set[str]] = self._words
        sounding = {SearchTerm(text=word) for key in asked.keys for word in heard.get(key, ())}
        return asked.terms | sounding
