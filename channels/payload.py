"""Alerts and notices as the JSON bodies of webhook calls.

Beside this file `webhook-payload.schema.json` describes those of alerts, `webhook-notice.schema.json` those of notices.
"""

import json
from datetime import datetime
from typing import Any

from channels.links import endpoint, web_link
from channels.notices import NoticeBrief, notice_of
from channels.text import cut_bytes, ground_of, plain
from storywatch.errors import ComposeError
from storywatch.model import Message, Owed, OwedNotice, Reason, ReportRole, Subscriber, as_utc

CONTENT_TYPE = "application/json"
SCHEMA_VERSION = 1
# Standard Webhooks asks for small bodies. The limits on the fields below keep within it even when every character
# must be escaped; the check is for what a later field might add.
MAX_BYTES = 20_000
MAX_MATCHED = 10
_TYPES = {ReportRole.FIRST: "update.reported", ReportRole.CORROBORATION: "update.corroborated"}


def compose(owed: Owed) -> Message:
    """Return the frozen call of a webhook. Raises ComposeError if the subscriber has no usable webhook address."""
    return message(owed, _endpoint(owed.subscriber))


def compose_notice(owed: OwedNotice) -> Message:
    """Return the frozen call about an alarm. Raises ComposeError if the subscriber has no usable webhook address."""
    return notice_message(owed, _endpoint(owed.subscriber))


def message(owed: Owed, address: str) -> Message:
    """Return the frozen body, for `address`. Raises ComposeError."""
    return frozen(_payload(owed), address)


def notice_message(owed: OwedNotice, address: str) -> Message:
    """Return the frozen body about an alarm, for `address`. Raises ComposeError."""
    return frozen(_notice_payload(owed), address)


def _endpoint(subscriber: Subscriber) -> str:
    try:
        return endpoint(subscriber.webhook_url or "")
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {subscriber.id}: {error}") from None


def frozen(document: dict[str, Any], address: str) -> Message:
    """Return the bytes that every attempt sends. Raises ComposeError if they are too many."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > MAX_BYTES:
        raise ComposeError("payload_too_big", f"the payload has {len(body):,} bytes, more than {MAX_BYTES:,}")
    return Message(address=address, body=body, content_type=CONTENT_TYPE)


def _payload(owed: Owed) -> dict[str, Any]:
    return {"type": _TYPES[owed.report.role], "timestamp": iso(owed.created), "data": _data(owed)}


def _data(owed: Owed) -> dict[str, Any]:
    revision = owed.item.revision
    return {
        "schema_version": SCHEMA_VERSION,
        "alert": owed.id,
        "event": {"id": owed.event.id, "title": _text(owed.event.title, 300)},
        "update": owed.update.id,
        "sequence": owed.sequence,
        "role": owed.report.role.value,
        "headline": _text(revision.title or owed.update.headline, 500),
        "summary": _text(revision.summary or revision.content, 3000),
        "outlet": {"id": owed.outlet.id, "name": _text(owed.outlet.name, 300)},
        "author": _text(revision.author or "", 300) or None,
        "url": web_link(owed.item.url),
        "published": iso(revision.published or revision.updated),
        "first_seen": iso(owed.item.first_seen),
        "score": round(owed.match.score, 4),
        "ground": _text(ground_of(owed.match) or "", 300) or None,
        "matched": [_matched(reason) for reason in owed.match.reasons[:MAX_MATCHED]],
    }


def _notice_payload(owed: OwedNotice) -> dict[str, Any]:
    told = "source.alarm" if owed.alarm.ended is None else "source.alarm_ended"
    return {"type": told, "timestamp": iso(owed.created), "data": _notice_data(owed, notice_of(owed))}


def _notice_data(owed: OwedNotice, brief: NoticeBrief) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "notice": owed.id,
        "alarm": owed.alarm.id,
        "kind": owed.alarm.kind.value,
        "headline": _text(brief.headline, 500),
        "meaning": brief.meaning,
        "found": _text(brief.found, 2000),
        "source": {"id": brief.source, "kind": owed.source.kind.value, "address": _text(brief.address, 2000)},
        "outlet": {"id": owed.outlet.id, "name": _text(owed.outlet.name, 300)},
        "raised": iso(owed.alarm.raised),
        "ended": iso(owed.alarm.ended),
        "meanwhile": brief.meanwhile,
        "advice": [{"text": advice.text, "command": advice.command} for advice in brief.advice],
    }


def _matched(reason: Reason) -> dict[str, str]:
    return {
        "asked": _text(reason.asked, 100),
        "found": _text(reason.found, 100),
        "field": _text(reason.field, 40),
    }


def _text(text: str, limit: int) -> str:
    return cut_bytes(plain(text), limit)


def iso(moment: datetime | None) -> str | None:
    """Word an instant as RFC 3339 in UTC, such as `2021-08-26T17:52:00Z`."""
    return None if moment is None else as_utc(moment).isoformat(timespec="seconds").replace("+00:00", "Z")
