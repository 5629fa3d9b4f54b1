"""What is known: items with their revisions, matches, and the updates that reports tell of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storywatch.model.news import NOTHING_NEW, KnownFigure, KnownStatement, News, Severity
from storywatch.model.visits import TimeCorrection, TimeOrigin


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """The text of an item at one time; `number` counts from 1.

    `difference`: what changed since the revision before, in lines that begin with `+ ` or `- `; empty for the first.
    """

    item: str
    number: int
    seen: datetime
    title: str
    summary: str
    content: str
    author: str | None
    published: datetime | None
    updated: datetime | None
    language: str | None
    time_origin: TimeOrigin = TimeOrigin.SEEN
    time_correction: TimeCorrection | None = None
    difference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """What an outlet published, once. `keys` are the identities it answers to (`storywatch.intake`)."""

    id: str
    outlet: str
    source: str
    url: str | None
    first_seen: datetime
    keys: tuple[str, ...]
    revision: Revision

    @property
    def published(self) -> datetime:
        """The publication time. If the publisher gave none: when it was updated or first seen, whichever came first.

        So an edit of an item that has no other time than that of its last edit moves it no further than that.
        """
        revision = self.revision
        return revision.published or min(revision.updated or self.first_seen, self.first_seen)

    @property
    def timed(self) -> bool:
        """Whether it says itself when it was published or updated."""
        return (self.revision.published or self.revision.updated) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why an item matched: what was asked for, what was found, and in which field."""

    asked: str
    found: str
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """One part of a score: its name, what it adds or takes, and what was seen, for people."""

    name: str
    points: float
    says: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The verdict on one event and one item revision. `score` lies in 0 to 1; `lacks` are the groups without a hit.

    `threshold`: the least score that was accepted. `ground`: what the verdict rests on, one word; empty for verdicts
    that were stored before it was told. `contributions`: what the score is made of.
    """

    event: str
    item: str
    revision: int
    accepted: bool
    score: float
    reasons: tuple[Reason, ...] = ()
    lacks: tuple[str, ...] = ()
    veto: str | None = None
    threshold: float = 0.0
    ground: str = ""
    contributions: tuple[Contribution, ...] = ()


class UpdateMark(StrEnum):
    """What an operator says of an update. Hidden ones stand in no timeline."""

    IMPORTANT = "important"
    DISPUTED = "disputed"
    HIDDEN = "hidden"


class ReportRole(StrEnum):
    """What an item is to an update."""

    FIRST = "first"
    CORROBORATION = "corroboration"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """An item that tells of an update.

    `origin`: where its text comes from: an agency (`agency:ap`), or its outlet (`outlet:khaama`). `news`: what it adds
    to its event; `figures` and `statements`: all that it gives, new or not.
    """

    update: str
    event: str
    item: str
    outlet: str
    role: ReportRole
    seen: datetime
    origin: str = ""
    news: News = NOTHING_NEW
    figures: tuple[KnownFigure, ...] = ()
    statements: tuple[KnownStatement, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """One development of an event. The id is derived from the event and the first reporting item.

    `number` counts the updates of its event from 1. `mark`: an operator's word on it; None without one.
    """

    id: str
    event: str
    item: str
    headline: str
    created: datetime
    number: int = 1
    severity: Severity = Severity.NORMAL
    mark: UpdateMark | None = None
