"""The running story of an event: its updates in order, with who reports each and what changed since."""

from dataclasses import dataclass
from datetime import datetime

from storywatch.model import ChangeKind, ReportRole, Severity, UpdateMark


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldReport:
    """A report as one cites it: the item's text as it reads now, and its three times."""

    item: str
    outlet: str
    outlet_name: str
    role: ReportRole
    origin: str
    title: str
    summary: str
    author: str | None
    url: str | None
    published: datetime | None
    modified: datetime | None
    first_seen: datetime

    @property
    def at(self) -> datetime:
        """When it was published, or first seen where the publisher gives no time."""
        return self.published or self.modified or self.first_seen


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldChange:
    """What happened to a report later."""

    item: str
    outlet_name: str
    kind: ChangeKind
    seen: datetime
    difference: str
    quote: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldUpdate:
    """One update with its reports, the first one first. `lead`: the sentences that said what was new."""

    id: str
    number: int
    headline: str
    lead: tuple[str, ...]
    severity: Severity
    mark: UpdateMark | None
    reports: tuple[ToldReport, ...]
    changes: tuple[ToldChange, ...]

    @property
    def at(self) -> datetime:
        """When its first report was published."""
        return self.reports[0].at

    @property
    def last_at(self) -> datetime:
        """When it was last added to: seen, not published, so that a reader who follows it misses nothing."""
        return max((*(report.first_seen for report in self.reports), *(change.seen for change in self.changes)))

    @property
    def outlets(self) -> dict[str, ToldReport]:
        """The outlets by name, each with its first report, in the order of their reports."""
        first: dict[str, ToldReport] = {}
        for report in self.reports:
            first.setdefault(report.outlet_name, report)
        return first

    @property
    def origins(self) -> int:
        """How many independent origins its reports have. Reports of before origins were told count by outlet."""
        return len({report.origin or report.outlet for report in self.reports})

    @property
    def text(self) -> str:
        """What it says, in the report's own words: what was new, or its headline."""
        return " ".join(self.lead) or self.headline


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """An event's updates, oldest first."""

    event: str
    title: str
    updates: tuple[ToldUpdate, ...]

    @property
    def last_at(self) -> datetime | None:
        """When it was last added to."""
        return max((update.last_at for update in self.updates), default=None)
