"""Backtest: what events would alert of the stored items, and whether they decide as people said.

The items pass one by one through the same matching as live polls, in the order of first sight, and what matches is
learned as it would be. Answers of people count from the first item on; an item with an answer of its own is judged
without that, or it would only repeat what it was told.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from storywatch import updates
from storywatch.explaining import missing
from storywatch.matching import Matcher
from storywatch.matching.deciding import Ground
from storywatch.matching.lessons import Lessons, without
from storywatch.matching.likeness import log_odds
from storywatch.model import Event, Item, Match

REACH, REACH_LACKING_ONE = 1.5, 3.0
"""Points of score that a near miss is short of its threshold at most; more where one group alone is lacking."""

MOST_NEAR = 200
"""Near misses of one event that are kept: the nearest ones."""

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """An item with its verdict. `update`: where a match falls; `first`: it opens that update, and so alerts."""

    item: Item
    match: Match
    update: str | None = None
    first: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An answer of a person: whether an item belongs to an event."""

    event: str
    item: Item
    belongs: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """A case and the verdict without its own answer."""

    case: Case
    match: Match

    @property
    def wrong(self) -> bool:
        """Whether the verdict is not what the person said."""
        return self.match.accepted is not self.case.belongs


@dataclass(kw_only=True)
class Outcome:
    """What became of one event: its matches in the order of the items, the nearest misses first, the cases."""

    event: Event
    taken: list[Judged] = field(default_factory=list)
    near: list[Judged] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)

    @property
    def alerts(self) -> Sequence[Judged]:
        """What would alert: the first report of each update."""
        return [one for one in self.taken if one.first]

    @property
    def regressions(self) -> Sequence[Tried]:
        """The cases that come out otherwise than people said."""
        return [one for one in self.tried if one.wrong]


class _Ranked(NamedTuple):
    """A near miss in a heap, the farthest first."""

    nearness: float
    number: int
    judged: Judged


class Backtest:
    """One pass of a config over stored items. The lessons that its matcher was taught are the cases.

    Its background must have counted the items already: here they are only judged and learned from. An event knows
    nothing but what `found` has of it, the ids of items that a search for it finds, and its cases: what it would alert
    depends on no other event.
    """

    def __init__(self, matcher: Matcher, found: Mapping[str, Collection[str]] | None = None) -> None:
        self.matcher = matcher
        self.found = found
        self.outcomes = {name: Outcome(event=event) for name, event in matcher.events.items()}
        self.items = 0
        self.cases = [case for event in self.outcomes for case in _cases(event, matcher.lessons(event))]
        self._near: dict[str, list[_Ranked]] = {event: [] for event in self.outcomes}
        self._past: dict[str, updates.Past] = {
            name: updates.Past(about=updates.about(event)) for name, event in matcher.events.items()
        }
        self._by_item: dict[str, list[Case]] = {}
        for case in self.cases:
            self._by_item.setdefault(case.item.id, []).append(case)

    def see(self, item: Item) -> None:
        """Judge an item beside every event, then learn from it. Items must come in the order of first sight."""
        self.items += 1
        tried = [self._try(case, item) for case in self._by_item.get(item.id, ())]
        own = {one.case.event: one.match for one in tried}
        others = [match for match in self._verdicts(item) if match.event not in own]
        for match in others:
            self.matcher.memory.remember(item, match)
        for match in (*own.values(), *others):
            self._keep(item, match)

    def _verdicts(self, item: Item) -> Iterator[Match]:
        if self.found is not None and not any(item.id in ids for ids in self.found.values()):
            return
        for match in self.matcher.match(item):
            if self.found is None or item.id in self.found[match.event]:
                yield match

    def _try(self, case: Case, item: Item) -> Tried:
        lessons = self.matcher.lessons(case.event)
        self.matcher.teach(case.event, without(lessons, item.id))
        tried = Tried(case=case, match=self.matcher.explain(item, case.event))
        self.matcher.teach(case.event, lessons)
        self.outcomes[case.event].tried.append(tried)
        return tried

    def _keep(self, item: Item, match: Match) -> None:
        if match.accepted:
            self._take(item, match)
        elif (nearness := near(match)) is not None:
            heap = self._near[match.event]
            heapq.heappush(heap, _Ranked(nearness, -self.items, Judged(item=item, match=match)))
            if len(heap) > MOST_NEAR:
                heapq.heappop(heap)

    def _take(self, item: Item, match: Match) -> None:
        past = self._past[match.event]
        placed = updates.place(item, match.event, past)
        if placed is None:
            return
        past.add(updates.as_past(item, placed))
        judged = Judged(item=item, match=match, update=placed.report.update, first=placed.update is not None)
        self.outcomes[match.event].taken.append(judged)

    def finished(self) -> Sequence[Outcome]:
        """Return what became of each event."""
        for event, outcome in self.outcomes.items():
            outcome.near = [ranked.judged for ranked in sorted(self._near[event], reverse=True)]
        return list(self.outcomes.values())


def _cases(event: str, lessons: Lessons) -> Iterator[Case]:
    yield from (Case(event=event, item=item, belongs=True) for item in lessons.confirmed)
    yield from (Case(event=event, item=item, belongs=False) for item in lessons.rejected)


def near(match: Match) -> float | None:
    """Return how near a rejected item came, the higher the nearer; None where it was not near.

    It was near where its score is within reach, where a single thing asked is lacking and others are there, and where
    only a veto keeps it out.
    """
    if match.veto is not None:
        return match.score if match.reasons and not match.lacks else None
    if match.ground == Ground.HELD_BACK:
        return match.score
    lacks_one = len(match.lacks) == 1 and bool(match.reasons)
    if not match.threshold:
        return match.score if lacks_one else None
    short = log_odds(match.threshold) - log_odds(match.score)
    return match.score if short <= (REACH_LACKING_ONE if lacks_one else REACH) else None


def lacking(match: Match) -> str:
    """Say what kept a near miss out, besides a score that is too low."""
    if match.veto is not None:
        return match.veto
    if match.ground == Ground.HELD_BACK:
        return "your facets are met, but it reads like another event"
    return f"lacks {missing(match.lacks)}" if match.lacks else "not enough speaks for it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What one config takes of an event and another doesn't."""

    new: tuple[Judged, ...] = ()
    gone: tuple[Judged, ...] = ()


def compared(now: Outcome, before: Outcome | None) -> Compared:
    """Compare what two configs take of an event; None: the other doesn't have it."""
    known = {one.item.id for one in before.taken} if before else set[str]()
    kept = {one.item.id for one in now.taken}
    return Compared(
        new=tuple(one for one in now.taken if one.item.id not in known),
        gone=tuple(one for one in before.taken if one.item.id not in kept) if before else (),
    )


def a_week(count: int, first: datetime, last: datetime) -> float:
    """Return how many fall on a week. Less than a week counts as one: an hour says nothing of a week."""
    return count / max(1.0, (last - first) / WEEK)
