"""Updates: whether a matched item tells something new of its event or repeats a known update.

An item repeats an update when it says mostly the same words as one of its reports, at any age, and the figures don't
contradict: "170 dead" is no repeat of "100 dead". An outlet that publishes again says something new, unless it says
nearly the same words: it denies, then admits. Cost grows with the number of reports of the event, only when an item has
matched it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from storywatch.matching.words import words
from storywatch.model import Item, Report, ReportRole, Update

SAME_WORDS = 0.55
"""Share of common words (Jaccard) from which two texts tell the same; wire copies share .7 to 1, headlines of one
event on different developments .1 to .5."""

SAME_WORDS_OF_ONE_OUTLET = 0.9
"""The same for two items of one outlet: it published the second for a reason."""

SAID_CHARS = 2000
"""How much of an item's content speaks for it where it has no summary."""

MIN_WORDS = 5
"""Texts shorter than this say too little to be compared by their words: only equal ones are the same."""


@dataclass(frozen=True, kw_only=True)
class PastReport:
    """A report that the event already has: what it said, whose it was, and its update with that one's number."""

    update: str
    number: int
    item: str
    outlet: str
    headline: str
    text: str
    origin: str = ""
    seen: datetime | None = None

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words it said; worked out once, for all items of a poll are compared with the same reports."""
        return _vocabulary(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where an item belongs. `update` is there when the item opens a new one; `sequence` counts updates from 1."""

    report: Report
    update: Update | None
    sequence: int


def place(item: Item, event: str, past: Sequence[PastReport]) -> Placed | None:
    """Decide whether an accepted item opens an update or corroborates one; None if it was placed before."""
    if any(report.item == item.id for report in past):
        return None
    twin = _most_alike(item, past)
    if twin is not None:
        report = _report(item, event, twin.update, ReportRole.CORROBORATION)
        return Placed(report=report, update=None, sequence=twin.number)
    opened = Update(
        id=update_id(event, item.id),
        event=event,
        item=item.id,
        headline=headline(item),
        created=item.revision.seen,
        number=1 + max((report.number for report in past), default=0),
    )
    return Placed(report=_report(item, event, opened.id, ReportRole.FIRST), update=opened, sequence=opened.number)


def as_past(item: Item, placed: Placed) -> PastReport:
    """Return the report as the next item of the same document will find it."""
    return PastReport(
        update=placed.report.update,
        number=placed.sequence,
        item=item.id,
        outlet=item.outlet,
        headline=headline(item),
        text=said(item),
        origin=placed.report.origin,
        seen=placed.report.seen,
    )


def update_id(event: str, item: str) -> str:
    """Derive the update's id, so that a poll that is done again finds the same update."""
    return "u" + hashlib.sha256(f"{event}\0{item}".encode()).hexdigest()[:20]


def headline(item: Item) -> str:
    """Return the item's title, or the start of its text where the publisher gave none."""
    text = item.revision.title or item.revision.summary or item.revision.content or item.url or item.id
    return text if len(text) <= 200 else text[:199].rsplit(" ", 1)[0] + "…"


def said(item: Item) -> str:
    """Return what an item says in short: its title and summary, or the start of its content."""
    revision = item.revision
    return f"{revision.title}\n{revision.summary or revision.content[:SAID_CHARS]}"


def _most_alike(item: Item, past: Sequence[PastReport]) -> PastReport | None:
    mine = _vocabulary(said(item))
    scored = [(_alikeness(mine, report.vocabulary), report) for report in past]
    repeated = [(alike, report) for alike, report in scored if alike >= _least(item, report)]
    return max(repeated, key=lambda pair: pair[0])[1] if repeated else None


def _least(item: Item, report: PastReport) -> float:
    return SAME_WORDS_OF_ONE_OUTLET if item.outlet == report.outlet else SAME_WORDS


def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(word.folded for word in words(text))


def _alikeness(one: frozenset[str], other: frozenset[str]) -> float:
    if one == other and one:
        return 1.0
    common = len(one & other)
    alike = common / ((len(one) + len(other) - common) or 1)
    if alike < SAME_WORDS:  # nearly always: figures are compared only where they matter
        return 0.0
    if min(len(one), len(other)) < MIN_WORDS or (_figures(one - other) and _figures(other - one)):
        return 0.0
    return alike


def _figures(vocabulary: frozenset[str]) -> bool:
    return any(word.isdecimal() for word in vocabulary)


def _report(item: Item, event: str, update: str, role: ReportRole) -> Report:
    return Report(update=update, event=event, item=item.id, outlet=item.outlet, role=role, seen=item.revision.seen)
