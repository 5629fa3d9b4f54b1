"""Finds the leaves of all events' trees in an item: words through the one index, regexes by a scan of their own.

An event without a regex costs nothing for those of others; without any, no text is scanned.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from storywatch.matching.language.building import EventTree
from storywatch.matching.language.expressions import expression
from storywatch.matching.language.judged import MOST_PLACES, Hits, Place, Subject
from storywatch.matching.language.tree import Field, Leaf, NameRef, Regex, Term
from storywatch.matching.patterns import TermIndex
from storywatch.matching.words import Word, words

_Places = dict[Leaf, list[Place]]


class Finder:
    """The leaves of many events."""

    def __init__(self) -> None:
        self._index = TermIndex()
        self._owners: list[tuple[str, Leaf] | None] = []
        self._numbers: dict[str, list[int]] = {}
        self._regexes: dict[str, list[Regex]] = {}

    def add(self, tree: EventTree) -> None:
        """Add an event. It must not be there already."""
        event, numbers = tree.event.id, self._numbers.setdefault(tree.event.id, [])
        for leaf in tree.leaves:
            for phrase in phrases_of(leaf):
                numbers.append(len(self._owners))
                self._index.add(phrase, len(self._owners))
                self._owners.append((event, leaf))
        regexes = [leaf for leaf in tree.leaves if isinstance(leaf, Regex)]
        if regexes:
            self._regexes[event] = regexes

    def discard(self, event: str) -> None:
        """Forget an event."""
        for number in self._numbers.pop(event, ()):
            self._owners[number] = None
        self._regexes.pop(event, None)

    def find(self, subject: Subject) -> Mapping[str, Hits]:
        """Return the hits of every event that has one."""
        found: dict[str, _Places] = defaultdict(lambda: defaultdict(list))
        for field, text in subject.texts():
            if text:
                self._find_in(field, text, found)
        return found

    def _find_in(self, field: Field, text: str, found: dict[str, _Places]) -> None:
        text_words = words(text)
        numbers = {word.start: number for number, word in enumerate(text_words)}
        ends = {word.end: number for number, word in enumerate(text_words)}
        counts: dict[tuple[str, Leaf], int] = defaultdict(int)
        for hit in self._index.hits(text_words):
            owner = self._owners[hit.owner]
            if owner is None or counts[owner] >= MOST_PLACES:
                continue
            counts[owner] += 1
            place = Place(field, numbers[hit.start], ends[hit.end], hit.start, hit.end)
            found[owner[0]][owner[1]].append(place)
        if self._regexes:
            for event, regex, place in self._matches(field, text, text_words):
                found[event][regex].append(place)

    def _matches(self, field: Field, text: str, text_words: Sequence[Word]) -> Iterator[tuple[str, Regex, Place]]:
        encoded = text.encode(errors="replace")
        starts, ends = [word.start for word in text_words], [word.end for word in text_words]
        for event, regexes in self._regexes.items():
            for regex in regexes:
                compiled = expression(regex.pattern, ignore_case=regex.ignore_case)
                for start, end in compiled.spans(encoded, MOST_PLACES):
                    first = bisect_right(ends, start)
                    last = max(first, bisect_left(starts, end) - 1)
                    yield event, regex, Place(field, first, last, start, end)


def phrases_of(leaf: Leaf) -> tuple[str, ...]:
    """Return the phrases that an index looks for: none for a regex."""
    match leaf:
        case Term(text):
            return (text,)
        case NameRef(_, spellings):
            return spellings
        case _:
            return ()
