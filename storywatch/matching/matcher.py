"""The verdicts on an item: one pass over its words finds the events that it may belong to, and each of these is judged.

Live polls, replay, backtest and explain all come through `Matcher.match`, and tell it what came of it by `tell`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from storywatch.matching.deciding import Decision, Ground, decide
from storywatch.matching.language import (
    EventTree,
    Facets,
    Finder,
    Found,
    Hits,
    Part,
    evaluate,
    subject_of,
    tree_of,
)
from storywatch.matching.lessons import answered_by
from storywatch.matching.likeness import Model, Surroundings, Weighed, evidence, probability, shipped
from storywatch.matching.looking import Look
from storywatch.matching.memory import NEAR_FROM, NO_LESSONS, Lessons, Memory
from storywatch.matching.saying import contributions, likeness_reason
from storywatch.matching.searching import Wanted, wanted
from storywatch.model import Event, Item, Match, Name, Reason

NOTHING_FOUND: Hits = {}


@dataclass(frozen=True, slots=True)
class Models:
    """The models by which matching scores."""

    with_facets: Model
    without: Model

    @classmethod
    def shipped(cls) -> "Models":
        """Return those that come with the program."""
        return cls(*shipped())


class Matcher:
    """Every event, compiled once, and what has been learned of each. A reload compiles only what changed."""

    def __init__(self, events: Iterable[Event], *, models: Models | None = None) -> None:
        self.memory = Memory()
        self._models = models or Models.shipped()
        self._trees: dict[str, EventTree] = {}
        self._lessons: dict[str, Lessons] = {}
        self._finder = Finder()
        self.declare(events)

    @property
    def events(self) -> Mapping[str, Event]:
        """The events that it knows, by id."""
        return {event: tree.event for event, tree in self._trees.items()}

    def knows(self, event: str) -> bool:
        """Tell whether an event is declared."""
        return event in self._trees

    def is_declared(self, event: str) -> bool:
        """Tell whether a known event asks for more than its title: facets, or a query."""
        return self._trees[event].declared

    def compiled(self, events: Iterable[Event]) -> dict[str, EventTree]:
        """Compile the events that changed, for `declare`. Nothing else changes by it."""
        known = self._trees
        return {event.id: tree_of(event) for event in events if event.id not in known or known[event.id].event != event}

    def declare(
        self,
        events: Iterable[Event],
        lessons: Mapping[str, Lessons] | None = None,
        compiled: Mapping[str, EventTree] | None = None,
    ) -> None:
        """Take these events in place of those before; only those that changed are compiled.

        `lessons`: of events that people said something of anew; `compiled`: of the same events.
        """
        declared = {event.id: event for event in events}
        changed = self.compiled(declared.values()) if compiled is None else compiled
        for gone in self._trees.keys() - declared.keys():
            self._forget(gone)
        for tree in changed.values():
            self._finder.discard(tree.event.id)
            self._finder.add(tree)
            self._trees[tree.event.id] = tree
        for event in declared.values():
            before = self._lessons.get(event.id)
            taught = (lessons or {}).get(event.id, before or NO_LESSONS)
            if event.id in changed or taught != before:
                self._lessons[event.id] = taught
                self.memory.declare(event, taught)

    def alone(self, event: str) -> "Matcher":
        """Return a matcher of one event that knows what people taught, and the background, but no other items.

        For a pass over the past. It must be told by `memory.remember`, for its background is this one's.
        """
        made = Matcher([], models=self._models)
        made.memory.background = self.memory.background
        made.declare([self._trees[event].event], {event: self._lessons[event]}, {event: self._trees[event]})
        return made

    def wanted(self, event: str) -> Wanted:
        """Return what to search stored items by, so that all are found that may belong to an event."""
        return wanted(self._trees[event], self.memory.telling(event))

    def teach(self, event: str, lessons: Lessons) -> bool:
        """Take what people say of an event, in place of what they said before. Return whether it is anything new."""
        if event not in self._trees:
            return False
        if lessons == self._lessons[event] and self.memory.answered(event) == answered_by(lessons):
            return False
        self._lessons[event] = lessons
        self.memory.declare(self._trees[event].event, lessons)
        return True

    def _forget(self, event: str) -> None:
        self._finder.discard(event)
        self.memory.forget(event)
        del self._trees[event]
        self._lessons.pop(event, None)

    def match(self, item: Item) -> tuple[Match, ...]:
        """Return the verdict for every event that the item comes near, accepted or not, best score first.

        It comes near by a hit of what the event asks, or by the words that they share. An item that was told is judged
        by what the others taught.
        """
        with self.memory.without(item):
            verdicts = [self.judge(look) for look in self.looks(item)]
        kept = (verdict for verdict in verdicts if verdict.reasons or verdict.score > _FLOOR)
        return tuple(sorted(kept, key=lambda verdict: (-verdict.score, verdict.event)))

    def explain(self, item: Item, event: str) -> Match:
        """Return the verdict for one event, however far the item is from it. Raises KeyError for an unknown event."""
        with self.memory.without(item, event):
            return self.judge(self.look(item, event), full=True)

    def look(self, item: Item, event: str) -> Look:
        """Return what is seen of an item beside one event. Raises KeyError for an unknown event."""
        subject = subject_of(item)
        hits = self._finder.find(subject).get(event, NOTHING_FOUND)
        return self._look(event, evaluate(self._trees[event], hits, subject), item, self.memory.weighed(item))

    def model(self, look: Look) -> Model:
        """Return the model by which an event is scored beside an item. An alias that was hit counts as facets do."""
        return self._models.with_facets if _has_facets(look.tree, look.facets) else self._models.without

    def lessons(self, event: str) -> Lessons:
        """Return what people said of a declared event."""
        return self._lessons.get(event, NO_LESSONS)

    def tell(self, item: Item, matches: Sequence[Match]) -> None:
        """Learn from what `match` said of an item. Telling again changes nothing."""
        self.memory.tell(item, matches)

    def looks(self, item: Item) -> Iterator[Look]:
        """Yield what is seen of an item beside each event that it comes near.

        Those that may be satisfied, those that it shares most words with, and a few more of which it has a hit.
        """
        subject = subject_of(item)
        hits = self._finder.find(subject)
        weighed = self.memory.weighed(item)
        near = dict.fromkeys([*self.memory.nearest(weighed, item.published.date().toordinal()), *hits.whole()])
        others = islice((event for event in hits if event not in near), MOST_HIT)
        for event in [*near, *others]:
            facets = evaluate(self._trees[event], hits.get(event, NOTHING_FOUND), subject)
            yield self._look(event, facets, item, weighed)

    def _look(self, event: str, facets: Facets, item: Item, weighed: Weighed) -> Look:
        tree, profile = self._trees[event], self.memory.profile(event)
        day = item.published.date().toordinal()
        satisfied = facets.satisfied and _has_facets(tree, facets)
        return Look(
            item=item,
            tree=tree,
            facets=facets,
            weighed=weighed,
            profile=profile,
            day=day,
            features=evidence(
                weighed,
                profile,
                self.memory.background,
                day,
                satisfied=satisfied,
                members=_breadth(facets.found) if satisfied else 0,
                people=_named(tree.event.people, facets.found),
            ),
            around=Surroundings(
                noise=profile.noise(day),
                background=self.memory.background.items,
                confirmed=profile.confirmations,
                rejected=profile.rejections,
                lately=profile.rejected_lately(day),
            ),
        )

    def judge(self, look: Look, *, full: bool = False) -> Match:
        """Decide. `full`: say what the score is made of, however low it is."""
        tree, facets = look.tree, look.facets
        model = self.model(look)
        score, threshold = model.weights.score(look.features), model.threshold_at(look.around)
        decision = decide(tree, facets, reports=look.reports, high=score >= threshold and look.like)
        telling = full or decision.accepted or score >= TOLD_FROM
        return Match(
            event=tree.event.id,
            item=look.item.id,
            revision=look.item.revision.number,
            accepted=decision.accepted,
            score=probability(score),
            threshold=probability(threshold) if decision.by_score else 0.0,
            ground=decision.ground.value,
            reasons=_reasons(look, decision),
            lacks=facets.lacks if tree.declared or not decision.by_score else (),
            veto=facets.veto,
            contributions=contributions(model, look) if telling else (),
        )


_FLOOR = probability(NEAR_FROM)

MOST_HIT = 8
"""Events that an item neither satisfies nor reads like, but has a hit of, that it is judged for."""

TOLD_FROM = -2.7
"""The score, in log-odds, from which the parts of the score of what was not accepted are told."""


def _has_facets(tree: EventTree, facets: Facets) -> bool:
    """Tell whether what is satisfied is the operator's: facets, or an alias where none are declared."""
    return tree.declared or any(hit.part is Part.ALIAS for hit in facets.found)


def _named(people: Iterable[Name], found: Iterable[Found]) -> int:
    """Return how many of the event's people were named."""
    return len({name.spellings[0] for name in people} & {hit.asked for hit in found})


def _breadth(found: Iterable[Found]) -> int:
    """Return how many different members of the facets were hit."""
    return len({hit.asked for hit in found if hit.part is Part.GROUP})


def _reasons(look: Look, decision: Decision) -> tuple[Reason, ...]:
    """Keep one reason for each thing asked, the first and so the most prominent place; then the shared words.

    These are a reason only of what was accepted for them.
    """
    first: dict[str, Reason] = {}
    for hit in look.facets.found:
        first.setdefault(hit.asked, Reason(asked=hit.asked, found=hit.text, field=hit.field.value))
    alike = decision.accepted and decision.ground in {Ground.LIKENESS, Ground.BEYOND_FACETS}
    return (*first.values(), *((likeness_reason(look),) if alike else ()))
