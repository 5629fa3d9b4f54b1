"""The patterns of all events in one index: one pass over an item's words finds the hits of every event.

Cost of a text: in proportion to its words, whatever the number of events, and to its candidates: the patterns of which
it has the first words or, for names, a key of the first and of a further one. Each different pattern is looked at once,
whoever owns it. Cost of an event that comes or goes: in proportion to its own patterns, for nothing is rebuilt. It is
dictionaries throughout: as fast as a native automaton on news text.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from storywatch.matching.names import text_keys
from storywatch.matching.patterns import By, Pattern
from storywatch.matching.tables import Keys, KeyTable, PrefixTable, WordTable
from storywatch.matching.words import Word, Words


class Hit(NamedTuple):
    """A pattern stands in a text: its leaf, and the positions of its first and last word."""

    leaf: int
    first: int
    last: int


class _Entry:
    """A pattern and the leaves that it has."""

    __slots__ = ("leaves", "pattern", "whole")

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.leaves: list[int] = []
        self.whole = pattern.whole


class TermIndex:
    """Patterns of owners. `keys` tells by what the words of a text find those that are found by keys."""

    def __init__(self, keys: Keys = text_keys) -> None:
        self._words: WordTable[_Entry] = WordTable()
        self._prefixes: PrefixTable[_Entry] = PrefixTable()
        self._names: KeyTable[_Entry] = KeyTable(keys)
        self._tables: dict[By, WordTable[_Entry] | KeyTable[_Entry]] = {
            By.WORD: self._words,
            By.PREFIX: self._prefixes,
            By.KEY: self._names,
        }
        self._entries: dict[Pattern, _Entry] = {}
        self._owned: dict[Hashable, dict[int, _Entry]] = {}
        self._next_leaf = 0

    def __len__(self) -> int:
        """Return how many leaves there are."""
        return sum(map(len, self._owned.values()))

    def add(self, owner: Hashable, pattern: Pattern) -> int:
        """Add a pattern and return its leaf, a number that no other pattern has or will have."""
        entry = self._entries.get(pattern)
        if entry is None:
            entry = self._entries[pattern] = _Entry(pattern)
            for start in dict.fromkeys(pattern.starts):
                self._tables[start.by].add(start, entry)
        leaf = self._next_leaf
        self._next_leaf += 1
        entry.leaves.append(leaf)
        self._owned.setdefault(owner, {})[leaf] = entry
        return leaf

    def discard(self, owner: Hashable) -> None:
        """Forget all patterns of an owner, if there are any."""
        for leaf, entry in self._owned.pop(owner, {}).items():
            entry.leaves.remove(leaf)
            if not entry.leaves:
                del self._entries[entry.pattern]
                for start in dict.fromkeys(entry.pattern.starts):
                    self._tables[start.by].discard(start, entry)

    def hits(self, words: Sequence[Word], most: int | None = None) -> Iterator[Hit]:
        """Yield the hits in the order of the text: of each pattern the first `most`, or all.

        A text that repeats a word costs its hits times the events that ask for it, so callers should bound them.
        """
        counts: Counter[_Entry] = Counter()
        for position, entry in sorted(dict.fromkeys(self._candidates(words)), key=itemgetter(0)):
            if most is not None and counts[entry] >= most:
                continue
            length = entry.whole or entry.pattern.match_at(words, position)
            if length:
                counts[entry] += 1
                for leaf in entry.leaves:
                    yield Hit(leaf, position, position + length - 1)

    def _candidates(self, words: Sequence[Word]) -> Iterator[tuple[int, _Entry]]:
        """Yield the patterns that may begin at a position, some of them more than once."""
        folded = words.folded if isinstance(words, Words) else [word.folded for word in words]
        found = chain(self._words.found(folded), self._prefixes.found(folded))
        return chain(found, self._names.found(words)) if self._names else found
