"""What a report tells that its event did not know: figures, statements, and the words that say so."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How urgent it is to hear of something; quiet hours let through what is at least so urgent.

    `LOW`: further outlets, small edits. `NORMAL`: a new development. `HIGH`: deaths counted anew, officials who take
    back what they said, corrections, retractions.
    """

    LOW = 1
    NORMAL = 2
    HIGH = 3


class FigureKind(StrEnum):
    """What a figure counts."""

    KILLED = "killed"
    INJURED = "injured"
    MISSING = "missing"
    ARRESTED = "arrested"
    DISPLACED = "displaced"
    HOSTAGES = "hostages"
    MONEY = "money"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number that a report gives.

    `of`: whom it counts, in folded words, such as `american soldiers`; empty when it counts all. `high`: the upper end
    of a range, equal to `value` otherwise. `least`: said to be a lower bound. `said_by`: to whom the report ascribes
    it, None when it speaks for itself. `quote`: the words that give it.
    """

    kind: FigureKind
    value: float
    high: float
    least: bool = False
    of: str = ""
    said_by: str | None = None
    quote: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownFigure:
    """A figure in the ledger of an event: who reported it, in which item, and since when."""

    figure: Figure
    item: str
    outlet: str
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureChange:
    """A figure that is new to its event; `before` is the last one of its kind, None for the first."""

    now: Figure
    before: KnownFigure | None = None


class Stance(StrEnum):
    """What a statement does to what was said before."""

    DENIES = "denies"
    ADMITS = "admits"
    CONFIRMS = "confirms"
    WITHDRAWS = "withdraws"
    CLAIMS = "claims"
    ACCUSES = "accuses"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """Something that somebody states; `quote` is the report's own sentence. `speaker` is empty when nobody is named."""

    stance: Stance
    speaker: str
    quote: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownStatement:
    """A statement in the ledger of an event; `against` is the item whose statement it contradicts or takes back."""

    statement: Statement
    item: str
    outlet: str
    since: datetime
    against: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What a report adds to its event. Every text is the report's own, none is invented.

    `lead`: the one or two sentences that say what is new, empty for a repeat. `names`: people, places and organisations
    that the event did not know. `reverses`: the earlier statement or figure that it contradicts, as it was reported.
    """

    lead: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    figures: tuple[FigureChange, ...] = ()
    statements: tuple[Statement, ...] = ()
    reverses: KnownStatement | None = None
    severity: Severity = Severity.NORMAL


NOTHING_NEW = News(severity=Severity.LOW)


class ChangeKind(StrEnum):
    """What happened to an item after it was reported."""

    EDIT = "edit"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    VANISHED = "vanished"
    RESTORED = "restored"


CHANGE_SEVERITY = {
    ChangeKind.CORRECTION: Severity.HIGH,
    ChangeKind.RETRACTION: Severity.HIGH,
    ChangeKind.VANISHED: Severity.NORMAL,
}
"""How urgent it is at least to hear of a change; of the others it is by their news alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Something that happened to an item which an event has as a report. The id is derived from event, item and what.

    `revision`: the item's revision that brought it, or the last one before the page vanished. `difference`: readable
    lines that begin with `+ ` or `- `. `quote`: the publisher's own note of it, empty without one. `figures`: what the
    item gives from now on, though the event may know it from others; the ledger keeps them.
    """

    id: str
    event: str
    update: str
    item: str
    outlet: str
    revision: int
    kind: ChangeKind
    seen: datetime
    difference: str = ""
    quote: str = ""
    news: News = NOTHING_NEW
    figures: tuple[Figure, ...] = ()

    @property
    def severity(self) -> Severity:
        """How urgent it is to hear of it."""
        return max(self.news.severity, CHANGE_SEVERITY.get(self.kind, Severity.LOW))


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Who reports an update: outlets in the order of their reports, and how many independent origins they have.

    Wire copies of one agency are one origin, whatever outlet prints them.
    """

    outlets: tuple[str, ...]
    origins: tuple[str, ...]
