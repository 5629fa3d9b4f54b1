"""A timeline as JSON, for programs: all that is known, in the outlets' own words."""

import json
from dataclasses import asdict
from datetime import datetime
from enum import IntEnum
from typing import Any

from channels.links import web_link
from dashboard.timeline.entries import citation
from storywatch.model import as_utc
from storywatch.timeline import Timeline, ToldReport, ToldUpdate

SCHEMA_VERSION = 1


def json_text(timeline: Timeline) -> str:
    """Return the document, indented."""
    return json.dumps(document(timeline), ensure_ascii=False, indent=2, default=_plain) + "\n"


def document(timeline: Timeline) -> dict[str, Any]:
    """Return what the JSON says."""
    return {
        "schema_version": SCHEMA_VERSION,
        "event": {"id": timeline.event, "title": timeline.title},
        "last_at": timeline.last_at,
        "updates": [_update(update) for update in timeline.updates],
    }


def _update(update: ToldUpdate) -> dict[str, Any]:
    return {
        "id": update.id,
        "number": update.number,
        "at": update.at,
        "headline": update.headline,
        "lead": list(update.lead),
        "severity": update.severity.name.lower(),
        "mark": update.mark,
        "outlets": list(update.outlets),
        "origins": update.origins,
        "reports": [_report(report) for report in update.reports],
        "changes": [asdict(change) for change in update.changes],
    }


def _report(report: ToldReport) -> dict[str, Any]:
    return {**asdict(report), "url": web_link(report.url), "citation": citation(report).line}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return as_utc(value).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.name.lower() if isinstance(value, IntEnum) else str(value)
