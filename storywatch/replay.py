"""Replay: a stream of items passes through the real intake, matching and updates, in memory and in order.

For operators who want to see what a watch would have alerted, and for measuring it. Each item is decided before the
next is seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from storywatch import intake, updates
from storywatch.matching import Matcher
from storywatch.matching.saying import UNPLAIN, ground_in_words, understood, understood_in_words
from storywatch.model import Event, Item, Match, Outlet, ParsedItem, Source, SourceKind


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamItem:
    """One line of a stream: an item that `outlet` published under its own `id`."""

    id: str
    outlet: str
    published: datetime | None
    title: str = ""
    summary: str = ""
    content: str = ""
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided about an item and an event.

    `alert`: it belongs to the event; `update`: the group it fell into, which alerts with its first report. `threshold`:
    the least score that belongs, None where the score does not decide; `ground`: what the decision rests on, one word.
    """

    item: str
    event: str
    alert: bool
    score: float
    threshold: float | None
    ground: str
    update: str | None
    reasons: tuple[str, ...]


@dataclass(kw_only=True)
class Replay:
    """The state of one pass over a stream: what is known so far."""

    matcher: Matcher
    known: dict[str, dict[str, intake.KnownItem]] = field(default_factory=lambda: defaultdict(dict))
    history: dict[str, updates.Past] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Sequence[Event]) -> "Replay":
        """Begin with nothing known."""
        return cls(matcher=Matcher(events))

    def understood(self) -> Iterator[tuple[str, str]]:
        """Yield the events for which nothing is declared but a title, and say by what they are recognised."""
        memory = self.matcher.memory
        for event in self.matcher.events:
            if not self.matcher.is_declared(event):
                yield event, understood_in_words(*understood(memory.profile(event), memory.background))

    def decide(self, line: StreamItem) -> Iterator[Decision]:
        """Take in one item and yield the decision for every event that it has a hit for."""
        for item in self.take_in(line):
            matches = self.matcher.match(item)
            self.matcher.tell(item, matches)
            for match in matches:
                yield self._decision(line.id, item, match)

    def take_in(self, line: StreamItem) -> Iterable[Item]:
        """Take in one item and return it if it is new or revised."""
        outlet, source = _publisher(line)
        known = self.known[outlet.id]
        found = intake.identify([_parsed(line)], source, outlet)
        taken = intake.take(found, known, source, line.published or datetime(1970, 1, 1, tzinfo=UTC))
        items = (*taken.new, *taken.revised)
        for sighting in taken.sightings:
            self._remember(known, sighting, items)
        return items

    @staticmethod
    def _remember(known: dict[str, intake.KnownItem], sighting: intake.Sighting, items: Iterable[Item]) -> None:
        item = next((item for item in items if item.id == sighting.item), None)
        if item is None:
            return
        before = (known[key] for key in item.keys if key in known)
        keys = next((entry.keys for entry in before if entry.id == item.id), frozenset()).union(sighting.keys)
        entry = intake.KnownItem(
            id=item.id,
            keys=keys,
            url=item.url,
            first_seen=item.first_seen,
            source=item.source,
            number=item.revision.number,
            current=sighting.fingerprint,
            shown=sighting.fingerprint,
        )
        known.update(dict.fromkeys(keys, entry))

    def _decision(self, line_id: str, item: Item, match: Match) -> Decision:
        history = self.history.get(match.event)
        if history is None:
            event = self.matcher.events[match.event]
            history = self.history[match.event] = updates.Past(about=updates.about(event))
        placed = updates.place(item, match.event, history) if match.accepted else None
        if placed is not None:
            history.add(updates.as_past(item, placed))
        known = (report.update for report in history if report.item == item.id)
        return Decision(
            item=line_id,
            event=match.event,
            alert=match.accepted,
            score=match.score,
            threshold=match.threshold or None,
            ground=match.ground,
            update=next(known, None) if match.accepted else None,
            reasons=explained(match),
        )


def explained(match: Match) -> tuple[str, ...]:
    """Say in words why an item matched an event, or what it lacked; first what it rests on, if not on plain facets."""
    ground = (ground_in_words(match),) if match.ground in UNPLAIN else ()
    hits = tuple(f"{reason.asked}: {reason.found!r} in the {reason.field}" for reason in match.reasons)
    lacks = tuple(f"lacks one of {group}" for group in match.lacks)
    return (*ground, *hits, *(lacks if not match.accepted else ()), *((match.veto,) if match.veto else ()))


def _publisher(line: StreamItem) -> tuple[Outlet, Source]:
    """A stream says nothing of sources: each outlet has one, and its items are known by their ids."""
    outlet = Outlet(id=line.outlet, name=line.outlet)
    every = timedelta(minutes=15)
    return outlet, Source(id=line.outlet, outlet=line.outlet, kind=SourceKind.FEED, url=line.url or "", every=every)


def _parsed(line: StreamItem) -> ParsedItem:
    return ParsedItem(
        guid=line.id,
        url=line.url,
        title=line.title,
        summary=line.summary,
        content=line.content,
        published=line.published,
        language=line.language,
    )
