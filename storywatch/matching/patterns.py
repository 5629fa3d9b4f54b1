"""What is looked for in texts: the protocol of a pattern, and phrases, its plainest kind.

A pattern says by what it can begin, so that an index knows where to look, and has the last word about each place.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Protocol

from storywatch.matching.words import Word, Words, words

LONGEST_ACRONYM = 3
"""Acronyms up to this length must stand in capitals: `US` is not `us`, `WHO` is not `who`."""


_LONGEST_START = 3
"""How many words of a phrase are looked up at once: few, for each number costs a look at every word of a text."""


class By(Enum):
    """What of a text's word is looked up."""

    WORD = "the folded word"
    PREFIX = "its beginning"
    KEY = "one of its keys as a word of names"


@dataclass(frozen=True, slots=True)
class Start:
    """What a text must have for a pattern to begin at a word.

    The word is, begins with, or has the key `text`. Right behind it stand the words of `then`; but by keys, one of the
    next words, of as many as `within` says, has the one key of `then`. So patterns that share a common first word, as
    many do, are told apart.
    """

    by: By
    text: str
    then: tuple[str, ...] = ()
    within: int = 0


class Pattern(Hashable, Protocol):
    """What an index finds. Equal patterns are looked for once, whoever owns them."""

    @property
    def starts(self) -> tuple[Start, ...]:
        """By what a match can begin; empty for a pattern that matches nowhere."""

    @property
    def whole(self) -> int:
        """How many words each match spans, if its starts say all that is asked; otherwise 0."""

    def match_at(self, words: Sequence[Word], position: int, /) -> int:
        """Return how many words the match spans that begins at this position; 0 if there is none."""


@dataclass(frozen=True, slots=True)
class TermWord:
    """One word of a term: what a word of the text must be."""

    folded: str
    prefix: bool
    capitals: bool

    def fits(self, word: Word) -> bool:
        """Tell whether a word of a text is a hit."""
        if word.folded != self.folded and not (self.prefix and word.folded.startswith(self.folded)):
            return False
        return word.capitals or not self.capitals


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in order, side by side."""

    parts: tuple[TermWord, ...]

    @property
    def starts(self) -> tuple[Start, ...]:
        """Its first word, with the next ones that no star leaves open."""
        if not self.parts:
            return ()
        first, *rest = self.parts[:_LONGEST_START]
        then = tuple(part.folded for part in takewhile(lambda part: not part.prefix, rest))
        return (Start(By.PREFIX if first.prefix else By.WORD, first.folded, then),)

    @property
    def whole(self) -> int:
        """Its length, if it is short and letters and case are as they may be."""
        asked = any(part.prefix or part.capitals for part in self.parts)
        return 0 if asked or len(self.parts) > _LONGEST_START else len(self.parts)

    def match_at(self, words: Sequence[Word], position: int, /) -> int:
        """Return its length if it stands at this position, otherwise 0."""
        length = len(self.parts)
        if position + length > len(words):
            return 0
        read = words.read if isinstance(words, Words) else words  # it is of no interest where they stand
        for part in self.parts:
            if not part.fits(read[position]):
                return 0
            position += 1
        return length


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
