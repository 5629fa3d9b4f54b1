"""Finds the leaves of all events' trees in an item: words through the one index, regexes by a scan of their own.

An event without a regex costs nothing for those of others; without any, no text is scanned.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from storywatch.matching.index import TermIndex
from storywatch.matching.language.building import EventTree
from storywatch.matching.language.expressions import expression
from storywatch.matching.language.judged import MOST_PLACES, Hits, Place, Subject
from storywatch.matching.language.tree import Field, Leaf, NameRef, Regex, Term
from storywatch.matching.names import parse_name
from storywatch.matching.patterns import Pattern, Phrase, parse_term
from storywatch.matching.words import Word, words

_Places = dict[Leaf, list[Place]]

_SAME_PLACE = 8
"""How many of a name's last places are compared: its spellings hit the same words."""


class Finder:
    """The leaves of many events."""

    def __init__(self) -> None:
        self._index = TermIndex()
        self._owners: dict[int, tuple[str, Leaf]] = {}
        self._numbers: dict[str, list[int]] = {}
        self._regexes: dict[str, list[Regex]] = {}

    def add(self, tree: EventTree) -> None:
        """Add an event. It must not be there already."""
        event, numbers = tree.event.id, self._numbers.setdefault(tree.event.id, [])
        for leaf in tree.leaves:
            for pattern in patterns_of(leaf):
                numbers.append(self._index.add(event, pattern))
                self._owners[numbers[-1]] = (event, leaf)
        regexes = [leaf for leaf in tree.leaves if isinstance(leaf, Regex)]
        if regexes:
            self._regexes[event] = regexes

    def discard(self, event: str) -> None:
        """Forget an event."""
        self._index.discard(event)
        for number in self._numbers.pop(event, ()):
            del self._owners[number]
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
        counts: dict[tuple[str, Leaf], int] = defaultdict(int)
        for hit in self._index.hits(text_words, MOST_PLACES):
            owner = self._owners[hit.leaf]
            place = Place(field, hit.first, hit.last, text_words[hit.first].start, text_words[hit.last].end)
            places = found[owner[0]][owner[1]]
            if counts[owner] < MOST_PLACES and place not in places[-_SAME_PLACE:]:
                counts[owner] += 1
                places.append(place)
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


def patterns_of(leaf: Leaf) -> Iterator[Pattern]:
    """Yield what an index looks for: nothing for a regex.

    A name is looked for as it is spelt, in any case, and by its variants.
    """
    match leaf:
        case Term(text):
            yield Phrase(parse_term(text))
        case NameRef(_, spellings):
            for spelling in spellings:
                yield Phrase(parse_term(spelling))
                yield parse_name(spelling)
