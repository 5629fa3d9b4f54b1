"""The tables of the index: from what stands in a text to the entries that can begin there.

A table finds its candidates in one pass over a text's words, and forgets to the last trace what is discarded.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Generic, TypeVar

from storywatch.matching.patterns import Start
from storywatch.matching.words import Word

E = TypeVar("E")
K = TypeVar("K")
V = TypeVar("V")

_HEAD = 3


Keys = Callable[[Sequence[Word]], Sequence[frozenset[str]]]
"""By what each word of a text finds names."""


class WordTable(Generic[E]):
    """Entries by their first words: one to three as they stand side by side.

    A text costs one look into a dictionary for each of its words and each of these numbers.
    """

    def __init__(self) -> None:
        self._by_size: dict[int, dict[tuple[str, ...], list[E]]] = {}

    def add(self, start: Start, entry: E) -> None:
        """Let the entry be found by this start."""
        self._by_size.setdefault(len(start.then), {}).setdefault((start.text, *start.then), []).append(entry)

    def discard(self, start: Start, entry: E) -> None:
        """Undo `add`."""
        table, asked = self._by_size[len(start.then)], (start.text, *start.then)
        table[asked].remove(entry)
        _prune(table, asked)
        _prune(self._by_size, len(start.then))

    def found(self, folded: Sequence[str]) -> list[tuple[int, E]]:
        """Return what can begin in a text, with the position."""
        found: list[tuple[int, E]] = []
        for size, table in self._by_size.items():
            said = zip(*(folded[begin:] for begin in range(size + 1)), strict=False)
            for position, entries in enumerate(map(table.get, said)):
                if entries:
                    found += zip(repeat(position), entries, strict=False)
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
                    found += self._beginning(folded[position][:length], folded, position)
        return found

    def _beginning(self, prefix: str, folded: Sequence[str], position: int) -> Iterator[tuple[int, E]]:
        for size, table in self._by_size.items():
            asked = (prefix, *folded[position + 1 : position + 1 + size])
            yield from ((position, entry) for entry in table.get(asked, ()))


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
