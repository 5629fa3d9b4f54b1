"""The forms of a timeline."""

from enum import StrEnum
from pathlib import Path

from channels.text import utc_time
from dashboard.templates import template
from dashboard.timeline.atom import atom
from dashboard.timeline.document import json_text
from dashboard.timeline.entries import entries_of, title_of
from dashboard.timeline.markdown import markdown
from storywatch.timeline import Timeline


class TimelineFormat(StrEnum):
    """How a timeline is written."""

    MD = "md"
    HTML = "html"
    JSON = "json"
    ATOM = "atom"


def rendered(timeline: Timeline, form: TimelineFormat, *, address: str | None = None) -> str:
    """Return the document. `address`: where it will be published, for Atom. The same timeline gives the same text."""
    match form:
        case TimelineFormat.MD:
            return markdown(timeline)
        case TimelineFormat.JSON:
            return json_text(timeline)
        case TimelineFormat.ATOM:
            return atom(timeline, address)
        case TimelineFormat.HTML:
            return _html(timeline)


def _html(timeline: Timeline) -> str:
    style = (Path(__file__).parent / "templates" / "timeline.css").read_text("utf-8")
    entries = entries_of(timeline)
    last = timeline.last_at
    return template("dashboard.timeline", "timeline.html").render(
        title=title_of(timeline),
        entries=entries,
        outlets=len({outlet.name for entry in entries for outlet in entry.outlets}),
        as_of=utc_time(last) if last else None,
        style=style,
    )
