"""What is looked for in texts: the protocol of a pattern, and phrases, its plainest kind.

A pattern says by what it can begin, so that an index knows where to look, and has the last word about each place.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from storywatch.matching.words import Word, words

LONGEST_ACRONYM = 3
"""Acronyms up to this length must stand in capitals: `US` is not `us`, `WHO` is not `who`."""


class By(Enum):
    """What of a text's word is looked up."""

    WORD = "the folded word"
    PREFIX = "its beginning"
    KEY = "its keys as a word of names; the folded word itself if it has no capital"


@dataclass(frozen=True, slots=True)
class Start:
    """What a text must have for a pattern to begin at a word.

    The word is, begins with, or has the key `text`. If `after` isn't 0, more is asked, so that patterns which share a
    common first word are told apart: the word `after` places further on is `then`; or, by keys, one of the next words
    has the key `then`, within what `storywatch.matching.tables.LOOKAHEAD` says.
    """

    by: By
    text: str
    then: str = ""
    after: int = 0


class Pattern(Hashable, Protocol):
    """What an index finds. Equal patterns are looked for once, whoever owns them."""

    @property
    def starts(self) -> tuple[Start, ...]:
        """By what a match can begin; empty for a pattern that matches nowhere."""

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
        if self.capitals and not word.capitals:
            return False
        return word.folded.startswith(self.folded) if self.prefix else word.folded == self.folded


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in order, side by side."""

    parts: tuple[TermWord, ...]

    @property
    def starts(self) -> tuple[Start, ...]:
        """Its first word, with the last one that no star leaves open."""
        if not self.parts:
            return ()
        by = By.PREFIX if self.parts[0].prefix else By.WORD
        after = max((at for at, part in enumerate(self.parts) if at and not part.prefix), default=0)
        then = self.parts[after].folded if after else ""
        return (Start(by, self.parts[0].folded, then, after),)

    def match_at(self, words: Sequence[Word], position: int, /) -> int:
        """Return its length if it stands at this position, otherwise 0."""
        span = words[position : position + len(self.parts)]
        fits = len(span) == len(self.parts) and all(map(TermWord.fits, self.parts, span))
        return len(self.parts) if fits else 0


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
