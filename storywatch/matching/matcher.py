"""The verdict on an item for every event: facets, names and aliases, each with the words that hit.

An event's facets are its `all_of` groups: an item is accepted when each has a hit, or when it says one of the event's
own names (`aliases`). A group member that is a declared person, place or organisation stands for all its spellings. An
event without facets asks for every telling word of its title. `none_of` and the dates are always hard.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from storywatch.matching.index import TermIndex
from storywatch.matching.patterns import Phrase, parse_term
from storywatch.matching.words import fold, words
from storywatch.model import Event, Item, Match, Reason

FIELDS = ("title", "summary", "content")

_STOPWORDS = "a an and are as at be by for from has have in into is it its of on or over that the their to was with"
TITLE_STOPWORDS = frozenset(_STOPWORDS.split())
"""Words of a title that tell nothing about an event, for events without facets."""


class Part(StrEnum):
    """What a hit counts for."""

    GROUP = "group"
    ALIAS = "alias"
    NAME = "name"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose term was hit: an event's part; `label` is what the operator wrote, `group` the number of the facet."""

    event: str
    part: Part
    label: str
    group: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One hit in one field of an item."""

    owner: Owner
    text: str
    field: str


class Matcher:
    """Every event, compiled once; stateless afterwards. Building costs time in proportion to the number of terms."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events: Mapping[str, Event] = {event.id: event for event in events}
        self._groups = {event.id: facets_of(event) for event in self._events.values()}
        self._owners: dict[int, Owner] = {}
        self._index = TermIndex()
        for event in self._events.values():
            for owner, term in _terms(event, self._groups[event.id]):
                self._owners[self._index.add(event.id, Phrase(parse_term(term)))] = owner

    def match(self, item: Item) -> tuple[Match, ...]:
        """Return the verdict for every event that the item has a hit for, accepted or not, best score first."""
        found: dict[str, list[Found]] = defaultdict(list)
        for hit in self._found(item):
            found[hit.owner.event].append(hit)
        verdicts = [self._verdict(self._events[event], hits, item) for event, hits in found.items()]
        return tuple(sorted(verdicts, key=lambda verdict: -verdict.score))

    def _found(self, item: Item) -> Iterator[Found]:
        for name in FIELDS:
            text: str = getattr(item.revision, name)
            found = words(text)
            for hit in self._index.hits(found):
                said = text[found[hit.first].start : found[hit.last].end]
                yield Found(self._owners[hit.leaf], said, name)

    def _verdict(self, event: Event, found: Sequence[Found], item: Item) -> Match:
        groups = self._groups[event.id]
        met = {hit.owner.group for hit in found if hit.owner.part is Part.GROUP}
        named = any(hit.owner.part is Part.ALIAS for hit in found)
        veto = _veto(event, found, item)
        satisfied = named or (len(met) == len(groups) > 0)
        accepted = satisfied and veto is None
        return Match(
            event=event.id,
            item=item.id,
            revision=item.revision.number,
            accepted=accepted,
            score=_score(found, len(met), len(groups), accepted=accepted),
            reasons=_reasons(found),
            lacks=tuple(" | ".join(group) for number, group in enumerate(groups) if number not in met),
            veto=veto,
        )


def facets_of(event: Event) -> tuple[tuple[str, ...], ...]:
    """Return the groups that an item must hit: the declared ones, or one for each telling word of the title."""
    if event.all_of:
        return event.all_of
    told = [event.title[word.start : word.end] for word in words(event.title) if word.folded not in TITLE_STOPWORDS]
    return tuple((word,) for word in told)


def _terms(event: Event, groups: Sequence[Sequence[str]]) -> Iterator[tuple[Owner, str]]:
    """Yield every term of an event with what a hit of it counts for."""
    names = {fold_phrase(name.spellings[0]): name for name in (*event.people, *event.places, *event.organisations)}
    for number, group in enumerate(groups):
        for member in group:
            name = names.get(fold_phrase(member))
            for spelling in name.spellings if name else (member,):
                yield Owner(event.id, Part.GROUP, member, number), spelling
    for alias in event.aliases:
        yield Owner(event.id, Part.ALIAS, alias), alias
    for name in names.values():
        for spelling in name.spellings:
            yield Owner(event.id, Part.NAME, name.spellings[0]), spelling
    for term in event.none_of:
        yield Owner(event.id, Part.NONE, term), term


def fold_phrase(text: str) -> str:
    """Fold a phrase for comparison: `Islamic State-Khorasan` and `islamic state khorasan` are one."""
    return " ".join(word.folded for word in words(text)) or fold(text)


def _veto(event: Event, found: Iterable[Found], item: Item) -> str | None:
    """Return why the item can't belong to the event whatever else it says, or None."""
    forbidden = next((hit for hit in found if hit.owner.part is Part.NONE), None)
    if forbidden is not None:
        return f"says {forbidden.text!r}, which `none` forbids"
    day: date = item.published.date()
    if event.since and day < event.since:
        return f"published {day}, before the event's `since` {event.since}"
    if event.until and day > event.until:
        return f"published {day}, after the event's `until` {event.until}"
    if event.outlets and item.outlet not in event.outlets:
        return f"outlet {item.outlet} is not among the event's `outlets`"
    language = (item.revision.language or "").partition("-")[0].lower()
    if event.languages and language and language not in event.languages:
        return f"language {language} is not among the event's `languages`"
    return None


def _score(found: Sequence[Found], met: int, groups: int, *, accepted: bool) -> float:
    """Score in 0 to 1: the share of facets hit, then the breadth of different terms, then hits in the title.

    Every accepted item scores at least 0.7 and every other item less, so that one threshold keeps the verdict's word.
    """
    asked = {(hit.owner.part, hit.owner.label) for hit in found if hit.owner.part is not Part.NONE}
    breadth = 1 - 0.75 ** len(asked)
    in_title = any(hit.field == "title" for hit in found)
    extra = 0.25 * breadth + 0.05 * in_title
    if accepted:
        return round(0.7 + extra, 4)
    return round(0.69 * (0.7 + extra) * met / groups, 4) if groups else 0.0


def _reasons(found: Iterable[Found]) -> tuple[Reason, ...]:
    """Keep one reason for each thing asked, the first and so the most prominent place."""
    first: dict[str, Reason] = {}
    for hit in found:
        if hit.owner.part is not Part.NONE:
            first.setdefault(hit.owner.label, Reason(asked=hit.owner.label, found=hit.text, field=hit.field))
    return tuple(first.values())
