"""What webhook calls say, member by member. Every text is one clean line of bounded length."""

from collections.abc import Mapping
from typing import Any

from channels.changes import ChangedLine, changed_lines
from channels.citation import Citation, citation_of
from channels.links import web_link
from channels.news import names_of, outlet_name
from channels.notices import NoticeBrief
from channels.payload_news import figure_data, news_data
from channels.room import WHOLE, Room
from channels.text import ground_of, iso
from storywatch.model import Change, Coverage, Owed, OwedEndpointNotice, OwedNotice, Reason

MOST_MATCHED = 10
MOST_OUTLETS = 20
MOST_LINES = 20
MOST_FIGURES = 5


def alert_data(owed: Owed, room: Room) -> dict[str, Any]:
    """Return all that a call about one alert says."""
    revision, cited = owed.item.revision, citation_of(owed.item, owed.outlet, owed.update.headline, room)
    names = names_of(owed)
    return {
        **_head(owed, room),
        "role": owed.report.role.value,
        "news": news_data(owed.news, names, room),
        "coverage": _coverage(owed.coverage, names, room),
        "change": _change(owed.change, room) if owed.change else None,
        "headline": room.packed(cited.headline, 500),
        "summary": room.packed(revision.summary or revision.content, 3000),
        "outlet": _outlet(owed, room),
        "author": room.packed(revision.author or "", 300) or None,
        "url": web_link(owed.item.url),
        "published": iso(cited.published),
        "modified": iso(cited.modified),
        "first_seen": iso(owed.item.first_seen),
        "citation": _citation(cited),
        "score": round(owed.match.score, 4),
        "ground": room.packed(ground_of(owed.match) or "", 300) or None,
        "matched": [_matched(reason, room) for reason in room.few(owed.match.reasons, MOST_MATCHED)],
    }


def part_data(owed: Owed, room: Room) -> dict[str, Any]:
    """Return what a digest says of one of its alerts."""
    names = names_of(owed)
    cited = citation_of(owed.item, owed.outlet, owed.update.headline, room)
    return {
        **_head(owed, room),
        "lead": [room.packed(line, 300) for line in room.few(owed.news.lead, 2)],
        "figures": [figure_data(one, names, room) for one in room.few(owed.news.figures, MOST_FIGURES)],
        "change": owed.change.kind.value if owed.change else None,
        "headline": room.packed(cited.headline, 300),
        "outlet": _outlet(owed, room),
        "url": web_link(owed.item.url),
        "published": iso(cited.published),
        "first_seen": iso(owed.item.first_seen),
    }


def _head(owed: Owed, room: Room) -> dict[str, Any]:
    return {
        "alert": owed.id,
        "kind": owed.kind.value,
        "severity": owed.severity.name.lower(),
        "event": {"id": owed.event.id, "title": room.packed(owed.event.title, 300)},
        "update": owed.update.id,
        "sequence": owed.sequence,
    }


def _outlet(owed: Owed, room: Room) -> dict[str, str]:
    return {"id": owed.outlet.id, "name": room.packed(owed.outlet.name, 300)}


def _coverage(coverage: Coverage | None, names: Mapping[str, str], room: Room) -> dict[str, Any] | None:
    if coverage is None:
        return None
    outlets, origins = tuple(dict.fromkeys(coverage.outlets)), tuple(dict.fromkeys(coverage.origins))
    return {
        "outlets": len(outlets),
        "origins": len(origins),
        "reported_by": [{"id": one, "name": outlet_name(one, names, room)} for one in room.few(outlets, MOST_OUTLETS)],
    }


def _change(change: Change, room: Room) -> dict[str, Any]:
    lines = changed_lines(change)
    shown = room.few(lines, MOST_LINES)
    return {
        "id": change.id,
        "kind": change.kind.value,
        "revision": change.revision,
        "seen": iso(change.seen),
        "note": room.packed(change.quote, 400) or None,
        "difference": [_line(line, room) for line in shown],
        "more_lines": len(lines) - len(shown),
    }


def _line(line: ChangedLine, room: Room) -> str:
    return f"{line.sign} {room.packed(line.text, 400)}" if line.sign else room.packed(line.text, 400)


def _citation(cited: Citation) -> dict[str, str | None]:
    return {"text": cited.source, "url": cited.url, "archive_url": cited.archive}


def _matched(reason: Reason, room: Room) -> dict[str, str]:
    return {
        "asked": room.packed(reason.asked, 100),
        "found": room.packed(reason.found, 100),
        "field": room.packed(reason.field, 40),
    }


def endpoint_data(owed: OwedEndpointNotice, brief: NoticeBrief) -> dict[str, Any]:
    """Return what a call about an endpoint that was switched off says."""
    return {
        "notice": owed.id,
        "headline": WHOLE.packed(brief.headline, 500),
        "meaning": brief.meaning,
        "found": WHOLE.packed(brief.found, 2000),
        "receiver": {
            "id": WHOLE.packed(owed.receiver.id, 300),
            "channel": owed.channel.value,
            "address": WHOLE.packed(brief.address, 2000),
        },
        "failing_since": iso(brief.since),
        "disabled": iso(owed.endpoint.disabled_at),
        "meanwhile": brief.meanwhile,
        "advice": _advice(brief),
    }


def notice_data(owed: OwedNotice, brief: NoticeBrief) -> dict[str, Any]:
    """Return what a call about an alarm says."""
    return {
        "notice": owed.id,
        "alarm": owed.alarm.id,
        "kind": owed.alarm.kind.value,
        "headline": WHOLE.packed(brief.headline, 500),
        "meaning": brief.meaning,
        "found": WHOLE.packed(brief.found, 2000),
        "source": {
            "id": WHOLE.packed(owed.source.id, 120),
            "kind": owed.source.kind.value,
            "address": WHOLE.packed(brief.address, 2000),
        },
        "outlet": {"id": owed.outlet.id, "name": WHOLE.packed(owed.outlet.name, 300)},
        "raised": iso(owed.alarm.raised),
        "ended": iso(owed.alarm.ended),
        "meanwhile": brief.meanwhile,
        "advice": _advice(brief),
    }


def _advice(brief: NoticeBrief) -> list[dict[str, str | None]]:
    return [{"text": advice.text, "command": advice.command} for advice in brief.advice]
