"""An alert as the JSON body of a webhook call; `webhook-payload.schema.json` beside this file describes it."""

import json
from datetime import datetime
from typing import Any

from channels.links import endpoint, web_link
from channels.text import cut_bytes, plain
from storywatch.errors import ComposeError
from storywatch.model import Message, Owed, Reason, ReportRole, as_utc

CONTENT_TYPE = "application/json"
SCHEMA_VERSION = 1
# Standard Webhooks asks for small bodies. The limits on the fields below keep within it even when every character
# must be escaped; the check is for what a later field might add.
MAX_BYTES = 20_000
MAX_MATCHED = 10
_TYPES = {ReportRole.FIRST: "update.reported", ReportRole.CORROBORATION: "update.corroborated"}


def compose(owed: Owed) -> Message:
    """Return the frozen call of a webhook. Raises ComposeError if the subscriber has no usable webhook address."""
    try:
        address = endpoint(owed.subscriber.webhook_url or "")
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {owed.subscriber.id}: {error}") from None
    return message(owed, address)


def message(owed: Owed, address: str) -> Message:
    """Return the frozen body, for `address`. Raises ComposeError."""
    body = json.dumps(_payload(owed), ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > MAX_BYTES:
        raise ComposeError("payload_too_big", f"the payload has {len(body):,} bytes, more than {MAX_BYTES:,}")
    return Message(address=address, body=body, content_type=CONTENT_TYPE)


def _payload(owed: Owed) -> dict[str, Any]:
    return {"type": _TYPES[owed.report.role], "timestamp": _iso(owed.created), "data": _data(owed)}


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
        "published": _iso(revision.published or revision.updated),
        "first_seen": _iso(owed.item.first_seen),
        "score": round(owed.match.score, 4),
        "matched": [_matched(reason) for reason in owed.match.reasons[:MAX_MATCHED]],
    }


def _matched(reason: Reason) -> dict[str, str]:
    return {
        "asked": _text(reason.asked, 100),
        "found": _text(reason.found, 100),
        "field": _text(reason.field, 40),
    }


def _text(text: str, limit: int) -> str:
    return cut_bytes(plain(text), limit)


def _iso(moment: datetime | None) -> str | None:
    """Word an instant as RFC 3339 in UTC, such as `2021-08-26T17:52:00Z`."""
    return None if moment is None else as_utc(moment).isoformat(timespec="seconds").replace("+00:00", "Z")
