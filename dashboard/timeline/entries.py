"""A timeline in the words that readers see: every text is one clean line, every link is one that may be opened."""

from dataclasses import dataclass
from datetime import datetime

from channels.citation import NO_HEADLINE, Citation
from channels.links import archived, web_link
from channels.text import cut, plain, utc_day
from storywatch.model import ChangeKind, UpdateMark
from storywatch.timeline import Timeline, ToldChange, ToldReport, ToldUpdate

CHANGED = {
    ChangeKind.EDIT: "changed its report",
    ChangeKind.CORRECTION: "corrected its report",
    ChangeKind.RETRACTION: "retracted its report",
    ChangeKind.VANISHED: "took its report off its site",
    ChangeKind.RESTORED: "put its report back on its site",
}
MARKED = {UpdateMark.IMPORTANT: "important", UpdateMark.DISPUTED: "disputed", UpdateMark.HIDDEN: "hidden"}
MOST_LINES = 12
"""Lines of a difference that are shown; the rest is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An outlet with the address of its first report."""

    name: str
    link: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """What happened to a report later, on what day, with the lines that came (`+ `) and went (`- `)."""

    day: str
    said: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One update. `citations`: of each report, to paste."""

    id: str
    number: int
    at: datetime
    last_at: datetime
    day: str
    mark: str | None
    text: str
    outlets: tuple[Named, ...]
    origins: int
    later: tuple[Later, ...]
    citations: tuple[Citation, ...]

    @property
    def title(self) -> str:
        """Its text, cut to a title."""
        return cut(self.text, 120)


def entries_of(timeline: Timeline) -> tuple[Entry, ...]:
    """Word every update, in their order."""
    return tuple(map(_entry, timeline.updates))


def title_of(timeline: Timeline) -> str:
    """Return the event's title, or its id."""
    return cut(plain(timeline.title), 300) or timeline.event


def citation(report: ToldReport) -> Citation:
    """Cite a report as alerts do."""
    url, archive = archived(web_link(report.url))
    published = report.published or report.modified
    return Citation(
        outlet=_name(report),
        headline=cut(plain(report.title), 300) or NO_HEADLINE,
        author=cut(plain(report.author or ""), 160) or None,
        url=url,
        archive=archive,
        published=published,
        modified=report.modified if report.modified != published else None,
        first_seen=report.first_seen,
    )


def _entry(update: ToldUpdate) -> Entry:
    return Entry(
        id=update.id,
        number=update.number,
        at=update.at,
        last_at=update.last_at,
        day=utc_day(update.at),
        mark=MARKED[update.mark] if update.mark else None,
        text=_closed(cut(plain(update.text), 900)),
        outlets=tuple(Named(name=_name(one), link=web_link(one.url)) for one in update.outlets.values()),
        origins=update.origins,
        later=tuple(map(_later, update.changes)),
        citations=tuple(map(citation, update.reports)),
    )


def _later(change: ToldChange) -> Later:
    lines = [cut(plain(line), 300) for line in change.difference.splitlines() if line.strip()]
    more = len(lines) - MOST_LINES
    quote = cut(plain(change.quote), 300)
    said = f"{cut(plain(change.outlet_name), 120)} {CHANGED[change.kind]}"
    return Later(
        day=utc_day(change.seen),
        said=f"{said}: \u201c{quote}\u201d" if quote else f"{said}.",
        lines=(*lines[:MOST_LINES], *([f"and {more} more lines"] if more > 0 else [])),
    )


def _name(report: ToldReport) -> str:
    return cut(plain(report.outlet_name), 120) or report.outlet


def _closed(text: str) -> str:
    """Close a text that has no mark at its end."""
    return text if text.endswith((".", "?", "!", "\u2026", "\u201d", '"')) else f"{text}."
