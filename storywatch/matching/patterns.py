"""Terms of all events in one index, so that one pass over an item's words finds every hit.

The index is a dictionary from a term's first word to the terms that begin with it: as fast as a native automaton on
news text, and a term is added without a rebuild. Cost grows with the words of the item and the terms that share their
first word with one of them, not with the number of events.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storywatch.matching.words import Word, words

LONGEST_ACRONYM = 3
"""Acronyms up to this length must stand in capitals: `US` is not `us`, `WHO` is not `who`."""


@dataclass(frozen=True, slots=True)
class TermWord:
    """One word of a term: what a word of the text must be."""

    folded: str
    prefix: bool
    capitals: bool

    def fits(self, word: Word) -> bool:
        """Tell whether a word of a text is a hit."""
        if self.capitals and not word.capitals:
            return False
        return word.folded.startswith(self.folded) if self.prefix else word.folded == self.folded


def parse_term(text: str) -> tuple[TermWord, ...]:
    """Read a term as operators write it: words in order, `*` at a word's end for any rest. Empty if it has no word."""
    found = words(text)
    return tuple(
        TermWord(
            folded=word.folded,
            prefix=text[word.end : word.end + 1] == "*",
            capitals=word.capitals and 2 <= len(word.folded) <= LONGEST_ACRONYM,
        )
        for word in found
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """A term was found: `owner` as given to `add`, and the text's span."""

    owner: int
    start: int
    end: int


class TermIndex:
    """All terms, each with the number of its owner."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[tuple[TermWord, ...], int]]] = defaultdict(list)
        self._by_prefix: dict[str, list[tuple[tuple[TermWord, ...], int]]] = defaultdict(list)
        self._prefix_lengths: set[int] = set()

    def add(self, term: str, owner: int) -> None:
        """Add a term; a text without a word adds nothing."""
        parsed = parse_term(term)
        if not parsed:
            return
        first = parsed[0]
        if first.prefix:
            self._by_prefix[first.folded].append((parsed, owner))
            self._prefix_lengths.add(len(first.folded))
        else:
            self._by_word[first.folded].append((parsed, owner))

    def hits(self, text_words: Sequence[Word]) -> Iterator[Hit]:
        """Yield every hit, in the order of the text."""
        for position, word in enumerate(text_words):
            for term, owner in self._beginning_with(word.folded):
                span = text_words[position : position + len(term)]
                if len(span) == len(term) and all(map(TermWord.fits, term, span)):
                    yield Hit(owner, span[0].start, span[-1].end)

    def _beginning_with(self, folded: str) -> Iterator[tuple[tuple[TermWord, ...], int]]:
        yield from self._by_word.get(folded, ())
        for length in self._prefix_lengths:
            if length <= len(folded):
                yield from self._by_prefix.get(folded[:length], ())
