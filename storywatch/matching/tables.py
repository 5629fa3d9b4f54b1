"""The tables of the index: from what stands in a text to the entries that can begin there.

A table finds its candidates in one pass over a text's words, and forgets to the last trace what is discarded.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from storywatch.matching.patterns import Start
from storywatch.matching.words import Word

E = TypeVar("E")
K = TypeVar("K")
V = TypeVar("V")

LOOKAHEAD = 3
"""A name's further word, which is `after` words on in the list, is looked for in this many words times `after` + 1.

Texts write words of names in up to three (Abd al-Rahman), and put articles, initials and middle names between them.
"""

_HEAD = 3


class _Following(Generic[E]):
    """Entries that begin alike, by what else they ask and how far on."""

    __slots__ = ("_by_after",)

    def __init__(self) -> None:
        self._by_after: dict[int, dict[str, list[E]]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_after)

    def add(self, start: Start, entry: E) -> None:
        self._by_after.setdefault(start.after, {}).setdefault(start.then, []).append(entry)

    def discard(self, start: Start, entry: E) -> None:
        by_then = self._by_after[start.after]
        by_then[start.then].remove(entry)
        _prune(by_then, start.then)
        _prune(self._by_after, start.after)

    def at(self, folded: Sequence[str], position: int) -> Iterator[E]:
        """Yield the entries whose further word stands where they ask for it."""
        for after, by_then in self._by_after.items():
            if not after:
                yield from by_then[""]
            elif position + after < len(folded):
                yield from by_then.get(folded[position + after], ())

    def near(self, keys: Sequence[frozenset[str]], position: int) -> Iterator[E]:
        """Yield the entries whose further word has its key near enough."""
        for after, by_then in self._by_after.items():
            if not after:
                yield from by_then[""]
                continue
            ahead = frozenset[str]().union(*keys[position + 1 : position + 1 + LOOKAHEAD * (after + 1)])
            for then in by_then.keys() & ahead:
                yield from by_then[then]


class _Table(Generic[E]):
    """Entries by the text of their starts."""

    def __init__(self) -> None:
        self._by_text: dict[str, _Following[E]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_text)

    def add(self, start: Start, entry: E) -> None:
        """Let the entry be found by this start."""
        self._by_text.setdefault(start.text, _Following()).add(start, entry)

    def discard(self, start: Start, entry: E) -> None:
        """Undo `add`."""
        self._by_text[start.text].discard(start, entry)
        _prune(self._by_text, start.text)


class WordTable(_Table[E]):
    """Entries by their first word: a text costs one look into a dictionary for each of its words."""

    def found(self, folded: Sequence[str]) -> Iterator[tuple[int, E]]:
        """Yield what can begin in a text, with the position."""
        for position, following in enumerate(map(self._by_text.get, folded)):
            if following is not None:
                for entry in following.at(folded, position):
                    yield position, entry


class PrefixTable(_Table[E]):
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

    def found(self, folded: Sequence[str]) -> Iterator[tuple[int, E]]:
        """Yield what can begin in a text, with the position; some of it twice."""
        for letters, by_head in self._lengths.items():
            for position, lengths in enumerate([by_head.get(word[:letters]) for word in folded]):
                for length in lengths or ():
                    following = self._by_text.get(folded[position][:length])
                    if following is not None:
                        for entry in following.at(folded, position):
                            yield position, entry


class KeyTable(_Table[E]):
    """Entries by the keys of their first word. The keys of each different word of a text are asked for once."""

    def __init__(self, keys: Callable[[str], Iterable[str]]) -> None:
        super().__init__()
        self._keys = keys

    def found(self, words: Sequence[Word]) -> Iterator[tuple[int, E]]:
        """Yield what can begin in a text, with the position; some of it more than once."""
        each = self._keys_of(words)
        for position, keys in enumerate(each):
            for key in keys:
                following = self._by_text.get(key)
                if following is not None:
                    for entry in following.near(each, position):
                        yield position, entry

    def _keys_of(self, words: Sequence[Word]) -> list[frozenset[str]]:
        """Return what each word can be found by: its keys, or itself if it has no capital."""
        known: dict[str, frozenset[str]] = {}
        found = []
        for word in words:
            if not word.titled:
                found.append(frozenset((word.folded,)))
                continue
            if word.folded not in known:
                known[word.folded] = frozenset(self._keys(word.folded))
            found.append(known[word.folded])
        return found


def _prune(table: dict[K, V], key: K) -> None:
    """Drop what is empty."""
    if not table[key]:
        del table[key]
