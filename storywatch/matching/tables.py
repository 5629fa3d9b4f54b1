"""The tables of the index: from what stands in a text to the entries that can begin there.

A table finds its candidates in one pass over a text's words, and forgets to the last trace what is discarded.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import Generic, TypeVar

from storywatch.matching.patterns import Start
from storywatch.matching.words import Word

E = TypeVar("E")
K = TypeVar("K")
V = TypeVar("V")

_HEAD = 3


Keys = Callable[[Sequence[Word]], Sequence[frozenset[str]]]
"""By what each word of a text finds names."""


class _Pair(Generic[E]):
    """What begins with two words: the entries that ask for no more, and the others by their third word."""

    __slots__ = ("entries", "further")

    def __init__(self) -> None:
        self.entries: list[E] = []
        self.further: dict[str, list[E]] = {}

    def of(self, third: Sequence[str]) -> list[E]:
        """Return the entries for which they ask that a third word asks for, if there is one."""
        return self.further.setdefault(third[0], []) if third else self.entries

    def prune(self, third: Sequence[str]) -> bool:
        """Drop what is empty, and tell whether nothing is left."""
        if third:
            _prune(self.further, third[0])
        return not self.entries and not self.further


class WordTable(Generic[E]):
    """Entries by their first words: one to three as they stand side by side.

    A text costs two looks into dictionaries for each of its words, and a third one where two words are known.
    """

    def __init__(self) -> None:
        self._words: dict[str, list[E]] = {}
        self._pairs: dict[tuple[str, str], _Pair[E]] = {}

    def add(self, start: Start, entry: E) -> None:
        """Let the entry be found by this start."""
        if not start.then:
            self._words.setdefault(start.text, []).append(entry)
            return
        second, *third = start.then
        self._pairs.setdefault((start.text, second), _Pair()).of(third).append(entry)

    def discard(self, start: Start, entry: E) -> None:
        """Undo `add`."""
        if not start.then:
            self._words[start.text].remove(entry)
            _prune(self._words, start.text)
            return
        second, *third = start.then
        pair = self._pairs[start.text, second]
        pair.of(third).remove(entry)
        if pair.prune(third):
            del self._pairs[start.text, second]

    def found(self, folded: Sequence[str]) -> list[tuple[int, E]]:
        """Return what can begin in a text, with the position."""
        found: list[tuple[int, E]] = []
        for position, entries in enumerate(map(self._words.get, folded) if self._words else ()):
            if entries is not None:
                found += zip(repeat(position), entries, strict=False)
        for position, pair in enumerate(map(self._pairs.get, pairwise(folded)) if self._pairs else ()):
            if pair is not None:
                found += _going_on(pair, folded, position)
        return found

    def begun_by(self, first: str, folded: Sequence[str], position: int) -> list[tuple[int, E]]:
        """Return what can begin at a position if its word is `first`."""
        found: list[tuple[int, E]] = [(position, entry) for entry in self._words.get(first, ())]
        pair = self._pairs.get((first, folded[position + 1])) if position + 1 < len(folded) else None
        return found + _going_on(pair, folded, position) if pair else found


def _going_on(pair: _Pair[E], folded: Sequence[str], position: int) -> list[tuple[int, E]]:
    """Return what begins at a position, where the first two words stand."""
    found = [(position, entry) for entry in pair.entries]
    if pair.further and position + 2 < len(folded):
        found += [(position, entry) for entry in pair.further.get(folded[position + 2], ())]
    return found


class PrefixTable(WordTable[E]):
    """Entries by how their first word begins.

    A word is cut only to the lengths of prefixes with its first letters: a text costs one look for each of its words,
    not one for each length.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lengths: dict[int, dict[str, dict[int, int]]] = {}
        """How many starts there are of each length, by their first letters; these by their number."""

    def add(self, start: Start, entry: E) -> None:
        """Let the entry be found by this start."""
        super().add(start, entry)
        head, length = start.text[:_HEAD], len(start.text)
        lengths = self._lengths.setdefault(len(head), {}).setdefault(head, {})
        lengths[length] = lengths.get(length, 0) + 1

    def discard(self, start: Start, entry: E) -> None:
        """Undo `add`."""
        super().discard(start, entry)
        head, length = start.text[:_HEAD], len(start.text)
        by_head = self._lengths[len(head)]
        by_head[head][length] -= 1
        _prune(by_head[head], length)
        _prune(by_head, head)
        _prune(self._lengths, len(head))

    def found(self, folded: Sequence[str]) -> list[tuple[int, E]]:
        """Return what can begin in a text, with the position; some of it twice."""
        found: list[tuple[int, E]] = []
        for letters, by_head in self._lengths.items():
            for position, lengths in enumerate([by_head.get(word[:letters]) for word in folded]):
                for length in lengths or ():
                    found += self.begun_by(folded[position][:length], folded, position)
        return found


class KeyTable(Generic[E]):
    """Entries by a key of their first word; below it, by where they ask for a further word, and a key of that."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._by_key: dict[str, dict[int, dict[str, list[E]]]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def add(self, start: Start, entry: E) -> None:
        """Let the entry be found by this start."""
        by_within = self._by_key.setdefault(start.text, {})
        by_within.setdefault(start.within, {}).setdefault("".join(start.then), []).append(entry)

    def discard(self, start: Start, entry: E) -> None:
        """Undo `add`."""
        by_within = self._by_key[start.text]
        by_then = by_within[start.within]
        then = "".join(start.then)
        by_then[then].remove(entry)
        _prune(by_then, then)
        _prune(by_within, start.within)
        _prune(self._by_key, start.text)

    def found(self, words: Sequence[Word]) -> Iterator[tuple[int, E]]:
        """Yield what can begin in a text, with the position; some of it more than once."""
        each = self._keys(words)
        for position, keys in enumerate(each):
            begun = [by_within for key in keys if (by_within := self._by_key.get(key)) is not None]
            for within in {within for by_within in begun for within in by_within}:
                ahead = frozenset[str]().union(*each[position + 1 : position + 1 + within])
                for by_then in (by_within[within] for by_within in begun if within in by_within):
                    for then in by_then.keys() & ahead if within else by_then:
                        yield from ((position, entry) for entry in by_then[then])


def _prune(table: dict[K, V], key: K) -> None:
    """Drop what is empty."""
    if not table[key]:
        del table[key]
