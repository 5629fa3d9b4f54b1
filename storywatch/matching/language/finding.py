"""Finds the leaves of all events' trees in an item: words through the one index, regexes by a scan of their own.

An event without a regex costs nothing for those of others; without any, no text is scanned.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from storywatch.matching.index import TermIndex
from storywatch.matching.language.building import EventTree
from storywatch.matching.language.expressions import expression
from storywatch.matching.language.judged import MOST_PLACES, Hits, Place, Subject
from storywatch.matching.language.reach import Reach, reach_of
from storywatch.matching.language.tree import Field, Leaf, NameRef, Regex, Term
from storywatch.matching.names import parse_name
from storywatch.matching.patterns import Pattern, Phrase, parse_term
from storywatch.matching.words import Word, words

_SAME_PLACE = 8
"""How many of a name's last places are compared: its spellings hit the same words."""


class _Sought:
    """A leaf, however many events ask for it: `holders`, each with the groups that a hit may help to meet."""

    __slots__ = ("holders", "leaf")

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf
        self.holders: dict[str, int] = {}


_Places = dict[_Sought, list[Place]]


class Finder:
    """The leaves of many events, each looked for once."""

    def __init__(self) -> None:
        self._index = TermIndex()
        self._sought: dict[Leaf, _Sought] = {}
        self._by_number: dict[int, _Sought] = {}
        self._numbers: dict[Leaf, list[int]] = {}
        self._regexes: dict[Regex, _Sought] = {}
        self._events: dict[str, tuple[Reach, Sequence[_Sought]]] = {}

    def add(self, tree: EventTree) -> None:
        """Add an event. It must not be there already."""
        event, reach = tree.event.id, reach_of(tree)
        asked = [self._sought.get(leaf) or self._seek(leaf) for leaf in tree.leaves]
        for sought in asked:
            sought.holders[event] = reach.of[sought.leaf]
        self._events[event] = (replace(reach, of={}), asked)

    def _seek(self, leaf: Leaf) -> _Sought:
        sought = self._sought[leaf] = _Sought(leaf)
        numbers = self._numbers[leaf] = [self._index.add(leaf, pattern) for pattern in patterns_of(leaf)]
        self._by_number.update(dict.fromkeys(numbers, sought))
        if isinstance(leaf, Regex):
            self._regexes[leaf] = sought
        return sought

    def discard(self, event: str) -> None:
        """Forget an event."""
        _, asked = self._events.pop(event, (None, ()))
        for sought in asked:
            del sought.holders[event]
            if not sought.holders:
                self._lose(sought.leaf)

    def _lose(self, leaf: Leaf) -> None:
        del self._sought[leaf]
        self._index.discard(leaf)
        for number in self._numbers.pop(leaf):
            del self._by_number[number]
        if isinstance(leaf, Regex):
            del self._regexes[leaf]

    def find(self, subject: Subject) -> "Sighting":
        """Return the hits of every event that has one."""
        found: _Places = {}
        for field, text in subject.texts():
            if text:
                self._find_in(field, text, found)
        return Sighting(found, self._events)

    def _find_in(self, field: Field, text: str, found: _Places) -> None:
        text_words = words(text)
        counts: dict[_Sought, int] = defaultdict(int)
        for hit in self._index.hits(text_words, MOST_PLACES):
            sought = self._by_number[hit.leaf]
            place = Place(field, hit.first, hit.last, text_words[hit.first].start, text_words[hit.last].end)
            places = found.setdefault(sought, [])
            if counts[sought] < MOST_PLACES and place not in places[-_SAME_PLACE:]:
                counts[sought] += 1
                places.append(place)
        if self._regexes:
            for regex, place in self._matches(field, text, text_words):
                found.setdefault(self._regexes[regex], []).append(place)

    def _matches(self, field: Field, text: str, text_words: Sequence[Word]) -> Iterator[tuple[Regex, Place]]:
        encoded = text.encode(errors="replace")
        starts, ends = [word.start for word in text_words], [word.end for word in text_words]
        for regex in self._regexes:
            compiled = expression(regex.pattern, ignore_case=regex.ignore_case)
            for start, end in compiled.spans(encoded, MOST_PLACES):
                first = bisect_right(ends, start)
                last = max(first, bisect_left(starts, end) - 1)
                yield regex, Place(field, first, last, start, end)


class Sighting(Mapping[str, Hits]):
    """The hits of every event that has one in an item, put together when they are asked for."""

    def __init__(self, places: _Places, events: Mapping[str, tuple[Reach, Sequence[_Sought]]]) -> None:
        self._places = places
        self._events = events
        self._met: dict[str, int] = {}
        for sought in places:
            for event, bits in sought.holders.items():
                self._met[event] = self._met.get(event, 0) | bits

    def __getitem__(self, event: str) -> Hits:
        if event not in self._met:
            raise KeyError(event)
        places = self._places
        return {sought.leaf: places[sought] for sought in self._events[event][1] if sought in places}

    def __iter__(self) -> Iterator[str]:
        return iter(self._met)

    def __len__(self) -> int:
        return len(self._met)

    def whole(self) -> Iterator[str]:
        """Yield the events that may be satisfied: each of their groups may be met. No other event is."""
        for event, bits in self._met.items():
            reach = self._events[event][0]
            if bits | reach.alone == reach.every:
                yield event


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
