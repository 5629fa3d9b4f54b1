"""The past of an event: its reports, indexed by what they say, so that a new item meets only those that it is like."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from sys import intern
from typing import overload

from storywatch.matching.likeness.reading import stem
from storywatch.matching.names import keys
from storywatch.matching.words import words
from storywatch.model import Event, Figure, FigureKind, KnownFigure, KnownStatement, Stance, Statement
from storywatch.updates.agreeing import Sum, is_sum, known_among, sums
from storywatch.updates.reading import READ_TEXTS, Telling, read, weight
from storywatch.updates.timing import Timing

MOST_COMPARED = 24
"""Reports of one update that an item is compared with: the first ones and the last ones."""

MOST_CANDIDATES = 12
"""Updates that an item is compared with: those that share most with it."""

DECLARED = 0.3
"""What share of its weight a word keeps that the event's declaration says."""

_LEAST_TELLING = 0.1
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class PastReport:
    """A report that the event already has: what it said, whose it was, and its update with that one's number.

    `published` is the publisher's time, `seen` ours. `figures` and `statements`: those that the ledger has of it, of
    earlier revisions too.
    """

    update: str
    number: int
    item: str
    outlet: str
    headline: str
    text: str
    origin: str = ""
    seen: datetime | None = None
    published: datetime | None = None
    figures: tuple[KnownFigure, ...] = ()
    statements: tuple[KnownStatement, ...] = ()

    english: bool = True

    @property
    def at(self) -> datetime | None:
        """When it was published, or seen."""
        return self.published or self.seen

    @cached_property
    def telling(self) -> Telling:
        """What it says."""
        return read(self.text, english=self.english)

    def known_figures(self) -> tuple[KnownFigure, ...]:
        """Return its figures: those of the ledger, or those of its text if it was stored before there was a ledger."""
        since = self.at or _NO_TIME
        return self.figures or tuple(
            KnownFigure(figure=figure, item=self.item, outlet=self.outlet, since=since)
            for figure in self.telling.figures
        )

    def known_statements(self) -> tuple[KnownStatement, ...]:
        """Return its statements, likewise."""
        since = self.at or _NO_TIME
        return self.statements or tuple(
            KnownStatement(statement=statement, item=self.item, outlet=self.outlet, since=since)
            for statement in self.telling.statements
        )


def says_the_same(one: PastReport, other: PastReport) -> bool:
    """Tell whether two reports are the same to an index. Only an update's first report gives it a headline."""
    return all(getattr(one, name) == getattr(other, name) for name in _INDEXED)


_INDEXED = tuple(one.name for one in fields(PastReport) if one.name != "headline")


@lru_cache(maxsize=READ_TEXTS)
def _heard(text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return a text's folded words, each once, and those that it first says with a capital. Texts share the words."""
    first: dict[str, bool] = {}
    for word in words(text):
        first.setdefault(intern(word.folded), word.titled)
    return tuple(first), frozenset(word for word, titled in first.items() if titled)


def about(event: Event) -> str:
    """Return the words by which an event is declared: its title, aliases, and places."""
    spelled = (spelling for place in event.places for spelling in place.spellings)
    return "\n".join((event.title, *event.aliases, *spelled))


@dataclass(kw_only=True)
class PastUpdate:
    """One update with all that its reports say together."""

    id: str
    number: int
    reports: list[PastReport] = field(default_factory=list)
    terms: set[str] = field(default_factory=set)
    actors: set[str] = field(default_factory=set)
    outlets: set[str] = field(default_factory=set)
    figures: dict[tuple[FigureKind, float, float, bool], Figure] = field(default_factory=dict)
    sums: set[Sum] = field(default_factory=set)
    statements: list[Statement] = field(default_factory=list)

    def counts(self, figure: Figure) -> bool:
        """Tell whether it gives a figure, or two that make it."""
        return known_among(figure, self.figures.values()) or is_sum(figure, self.sums)

    @property
    def stances(self) -> set[Stance]:
        """The stances that somebody takes in it."""
        return {one.stance for one in self.statements}

    def compared(self) -> Sequence[PastReport]:
        """Return the reports that stand for it: the first and the last ones."""
        half = MOST_COMPARED // 2
        return self.reports if len(self.reports) <= MOST_COMPARED else [*self.reports[:half], *self.reports[-half:]]


class Past(Sequence[PastReport]):
    """Reports in the order in which they were placed. Adding one costs what it says, whatever there is already."""

    def __init__(self, reports: Iterable[PastReport] = (), *, about: str = "", last_number: int = 0) -> None:
        """Index reports. `about`: the words by which the event is declared, which tell little in it.

        `last_number`: the highest that an update of it ever had, also one that has no reports any more.
        """
        self._reports: list[PastReport] = []
        self._by_item: dict[str, PastReport] = {}
        self.updates: dict[str, PastUpdate] = {}
        self.values: dict[tuple[FigureKind, float, float, bool], Figure] = {}
        self.sums: set[Sum] = set()
        self.figures: list[KnownFigure] = []
        self.statements: list[KnownStatement] = []
        self._postings: dict[str, dict[str, None]] = defaultdict(dict)
        self._passages: dict[int, list[int]] = defaultdict(list)
        self._about = read(about).terms.keys() if about else frozenset()
        self._texts: dict[tuple[int, ...], PastReport] = {}
        self.timing = Timing()
        self._said: set[str] = set()
        self._sounds: dict[str, set[str]] = defaultdict(set)
        self.last_number = last_number
        for report in reports:
            self.add(report)

    @classmethod
    def of(cls, reports: "Past | Iterable[PastReport]") -> "Past":
        """Index reports, unless they are already."""
        return reports if isinstance(reports, Past) else cls(reports)

    def __len__(self) -> int:
        return len(self._reports)

    def __iter__(self) -> Iterator[PastReport]:
        return iter(self._reports)

    @overload
    def __getitem__(self, index: int) -> PastReport: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PastReport]: ...
    def __getitem__(self, index: int | slice) -> PastReport | Sequence[PastReport]:
        return self._reports[index]

    def add(self, report: PastReport) -> None:
        """Add a report behind the others."""
        telling = report.telling
        update = self.updates.get(report.update)
        self.timing.add(report.at, update=report.update, number=report.number, item=report.item)
        if update is None:
            update = self.updates[report.update] = PastUpdate(id=report.update, number=report.number)
        update.reports.append(report)
        update.outlets.add(report.outlet)
        update.actors |= {telling.actor} - {""}
        for term in telling.terms:
            self._postings[term][report.update] = None
            update.terms.add(term)
        for passage in telling.passages:
            self._passages[passage].append(len(self._reports))
        known = report.known_figures()
        told = [one.figure for one in known]
        for figure in told:
            key = figure.kind, figure.value, figure.high, figure.least
            update.figures.setdefault(key, figure)
            self.values.setdefault(key, figure)
        update.sums |= (added := sums(told))
        self.sums |= added
        statements = report.known_statements()
        update.statements += [one.statement for one in statements]
        self._reports.append(report)
        self._texts.setdefault(telling.passages, report)
        self._by_item.setdefault(report.item, report)
        self.figures += known
        self.statements += statements
        self.last_number = max(self.last_number, report.number)
        self._hear(report.text)

    def _hear(self, text: str) -> None:
        said, titled = _heard(text)
        for word in said:
            if word not in self._said:
                self._said.add(word)
                self._said.add(stem(word))
                for key in keys(word) if word in titled else ():
                    self._sounds[key].add(word)

    def knows(self, term: str) -> bool:
        """Tell whether any report says a term."""
        return term in self._postings

    def counts(self, figure: Figure) -> bool:
        """Tell whether any report gives a figure, or two that make it."""
        return known_among(figure, self.values.values()) or is_sum(figure, self.sums)

    def telling_of(self, term: str) -> float:
        """Return what share of its weight a term keeps here, 1 for what one update says: what all say tells nothing."""
        said_by = len(self._postings.get(term, ()))
        if term in self._about:
            return DECLARED
        if said_by <= 1:
            return 1.0
        return max(_LEAST_TELLING, 1 - math.log(said_by) / math.log(len(self.updates) + 1))

    def is_own(self, term: str) -> bool:
        """Tell whether at most one update says a term, and not the event's declaration."""
        return term not in self._about and len(self._postings.get(term, ())) <= 1

    def strangers(self, terms: Iterable[str]) -> set[str]:
        """Return the terms that the event's declaration doesn't say."""
        return set(terms) - self._about

    def same_text(self, telling: Telling, *, least: int) -> PastReport | None:
        """Return the first report in the very same words; headlines may differ if there are enough of others."""
        found = self._texts.get(telling.passages) if telling.passages else None
        if found is None or (len(telling.passages) < least and found.telling.headline != telling.headline):
            return None
        return found

    def report_of(self, item: str) -> PastReport | None:
        """Return the report that an item is; None if it is none."""
        return self._by_item.get(item)

    def says(self, word: str) -> bool:
        """Tell whether any report says a folded word, whatever its sense."""
        return word in self._said

    def sounding(self, key: str) -> Iterable[str]:
        """Return the words with a capital that sound like a key."""
        return self._sounds.get(key, ())

    def weight(self, term: str) -> float:
        """Return how much a term tells in this event."""
        return weight(term) * self.telling_of(term)

    def share(self, terms: Iterable[str], told: AbstractSet[str]) -> float:
        """Return how much of what terms tell is among those told, from 0 to 1."""
        weights = {term: self.weight(term) for term in terms}
        return sum(weight for term, weight in weights.items() if term in told) / (sum(weights.values()) or 1.0)

    def weights(self, telling: Telling) -> dict[str, float]:
        """Return how much each term of a text tells in this event where it stands."""
        return {term: prominence * self.weight(term) for term, prominence in telling.terms.items()}

    def candidates(self, telling: Telling, *, at: datetime | None = None) -> Sequence[PastUpdate]:
        """Return the updates that share most with an item, and the latest at a time.

        Cost: its words times the updates that say each.
        """
        shared: Counter[str] = Counter()
        for term, telling_weight in self.weights(telling).items():
            for update in self._postings.get(term, ()):
                shared[update] += telling_weight  # type: ignore[assignment]
        found = [update for update, _ in shared.most_common(MOST_CANDIDATES)]
        latest = self.timing.latest(at)
        if latest and latest not in found:
            found[MOST_CANDIDATES - 1 :] = [latest]
        return [self.updates[update] for update in found]

    def copied(self, telling: Telling) -> tuple[PastReport | None, float]:
        """Return the report that shares most passages with an item, and the share of the item's passages."""
        if not telling.passages:
            return None, 0.0
        hits = Counter(at for passage in telling.passages for at in self._passages.get(passage, ()))
        if not hits:
            return None, 0.0
        at, count = max(hits.items(), key=lambda hit: (hit[1], -hit[0]))
        theirs = len(self._reports[at].telling.passages)
        return self._reports[at], count / max(1, min(len(telling.passages), theirs))
