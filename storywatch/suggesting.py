"""Suggestions for an event: names and words that its items share and its declaration lacks, with their evidence."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from storywatch.matching.language import EventTree, Finder, Subject
from storywatch.matching.likeness import Term, read, texts_of
from storywatch.matching.likeness.stopwords import OF_ANY_STORY
from storywatch.matching.names.everyday import EVERYDAY
from storywatch.matching.words import Word, words
from storywatch.model import Item

LEAST_ITEMS, LEAST_SHARE = 3, 0.15
"""So many of an event's items, and such a share of them, must say a word."""

MOST_OTHERS, NAME_LIFT, WORD_LIFT = 0.02, 10.0, 40.0
"""At most such a share of all other items may say it, and the event's items so many times as often."""

MOST_CANDIDATES = 40
MOST_SUGGESTED = 8
LONGEST = 4
"""Words of a name that is suggested."""

_PART_OF = 0.8
"""A word that stands in a longer name nearly as often as by itself is told by that name alone."""

_TITLE_CASE = 0.6


@dataclass(kw_only=True)
class Candidate:
    """Words that items of an event share. `name`: they are written as one. `items`: those that say them."""

    text: str
    folded: tuple[str, ...]
    name: bool
    items: dict[str, Item] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A candidate with its evidence: in `taken` of `of_taken` items of the event, in `others` of `of_others` others."""

    text: str
    name: bool
    taken: int
    of_taken: int
    others: int
    of_others: int
    examples: tuple[Item, ...]


def candidates(tree: EventTree, items: Sequence[Item], known: frozenset[str] = frozenset()) -> Sequence[Candidate]:
    """Return what items of an event share and its tree doesn't find, the most frequent first.

    `known`: stems by which the event is recognised anyway.
    """
    asked = _Asked(tree)
    found: dict[tuple[str, ...], Candidate] = {}
    for item in items:
        for text, folded, name in _said(item, asked):
            candidate = found.setdefault(folded, Candidate(text=text, folded=folded, name=name))
            candidate.items[item.id] = item
            candidate.name = candidate.name or name
            candidate.text = min(candidate.text, text, key=len)
    least = max(LEAST_ITEMS, LEAST_SHARE * len(items))
    often = [one for one in found.values() if len(one.items) >= least and not _stems(one.text) <= known]
    often.sort(key=lambda one: (-len(one.items), -len(one.folded), one.folded))
    return list(_whole(often))[:MOST_CANDIDATES]


class _Asked:
    """Tells whether a tree finds anything in a text; remembers what it was asked."""

    def __init__(self, tree: EventTree) -> None:
        self._finder = Finder()
        self._finder.add(tree)
        self._known: dict[str, bool] = {}

    def __contains__(self, text: str) -> bool:
        if text not in self._known:
            self._known[text] = bool(self._finder.find(Subject(title=text)))
        return self._known[text]


def _stems(text: str) -> frozenset[str]:
    return read([text]).stems


def suggestions(
    candidates: Iterable[Candidate], of_taken: int, others: Mapping[str, int], of_others: int
) -> Sequence[Suggestion]:
    """Return the candidates that the other items rarely say. `others`: how many of these say each text."""
    suggested = [
        Suggestion(
            text=one.text,
            name=one.name,
            taken=len(one.items),
            of_taken=of_taken,
            others=others[one.text],
            of_others=of_others,
            examples=tuple(one.items.values())[:2],
        )
        for one in candidates
    ]
    telling = [one for one in suggested if _tells(one)]
    return sorted(telling, key=lambda one: (-_worth(one), one.text))[:MOST_SUGGESTED]


def _tells(one: Suggestion) -> bool:
    rare = one.others <= max(1, MOST_OTHERS * one.of_others)
    return rare and _lift(one) >= (NAME_LIFT if one.name else WORD_LIFT)


def _lift(one: Suggestion) -> float:
    """Return how many times as often the event's items say it as others do."""
    return (one.taken / one.of_taken) / ((one.others + 1) / (one.of_others + 1))


def _worth(one: Suggestion) -> float:
    """Names are worth more: a word that is none fits many stories."""
    return one.taken * math.log(_lift(one)) * (1.0 if one.name else 0.5)


def _said(item: Item, asked: _Asked) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Yield the telling words and the names of several words that an item says, with how they are folded.

    Nothing that is asked, and no part of a name in which that stands.
    """
    shown = item.revision
    texts = texts_of(shown.title, shown.summary, shown.content)
    runs = [(text, run) for text in texts for run in _runs(text)]
    whole = [(text, run, text[run[0].start : run[-1].end] in asked) for text, run in runs]
    beside = {word.folded for _, run, is_asked in whole if is_asked for word in run}
    for term in read(texts).terms:
        folded = tuple(word.folded for word in words(term.shown))
        if _may_tell(term, folded) and folded[0] not in beside and term.shown not in asked:
            yield term.shown, folded, term.name
    for text, run, is_asked in whole:
        for part in _parts(run) if not is_asked else ():
            yield text[part[0].start : part[-1].end], tuple(word.folded for word in part), True


def _may_tell(term: Term, folded: tuple[str, ...]) -> bool:
    return bool(folded) and folded[0] not in EVERYDAY and not any(letter.isdecimal() for letter in term.stem)


def _runs(text: str) -> Iterator[Sequence[Word]]:
    """Yield what is written as a name of two words or more, whole; nothing of a headline in title case."""
    found = words(text)
    if sum(word.titled for word in found) > _TITLE_CASE * max(4, len(found)):
        return
    run: list[Word] = []
    for word in found:
        named = text[word.start].isupper()
        if run and not (named and text[run[-1].end : word.start] in (" ", "-")):
            yield run
            run = []
        run = [*run, word] if named else []
    if run:
        yield run


def _parts(run: Sequence[Word]) -> Iterator[Sequence[Word]]:
    sizes = range(2, min(len(run), LONGEST) + 1)
    starts = [at for at, word in enumerate(run) if word.folded not in OF_ANY_STORY]
    return (run[at : at + size] for size in sizes for at in starts if at + size <= len(run))


def _whole(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Leave out what stands nearly always in a longer name."""
    every = list(found)
    longer: dict[str, list[Candidate]] = defaultdict(list)
    for one in every:
        for word in set(one.folded):
            longer[word].append(one)
    for one in every:
        holding = [other for other in longer[one.folded[0]] if _holds(other.folded, one.folded)]
        if not any(len(other.items) >= _PART_OF * len(one.items) for other in holding):
            yield one


def _holds(longer: tuple[str, ...], part: tuple[str, ...]) -> bool:
    size = len(part)
    return len(longer) > size and any(longer[at : at + size] == part for at in range(len(longer) - size + 1))
