"""Alerts, digests and notices as the JSON bodies of webhook calls.

Beside this file stand their schemas: `webhook-payload.schema.json`, `webhook-digest.schema.json`,
`webhook-notice.schema.json` and `webhook-endpoint.schema.json`.
"""

import json
from collections.abc import Callable
from typing import Any

from channels.digests import most_urgent
from channels.links import endpoint
from channels.notices import notice_of
from channels.payload_data import alert_data, endpoint_data, notice_data, part_data
from channels.room import Room, fitting
from channels.text import iso
from storywatch.errors import ComposeError
from storywatch.model import AlertKind, AnyNotice, Message, Owed, OwedDigest, OwedEndpointNotice, Subscriber

CONTENT_TYPE = "application/json"
SCHEMA_VERSION = 2
NOTICE_VERSION = 1
# Standard Webhooks asks for small bodies. What would be larger is written again with less.
MAX_BYTES = 20_000
MOST_PARTS = 64
_TYPES = {
    AlertKind.UPDATE: "update.reported",
    AlertKind.CORROBORATION: "update.corroborated",
    AlertKind.REVISION: "update.revised",
}


def compose(owed: Owed) -> Message:
    """Return the frozen call of a webhook. Raises ComposeError if the subscriber has no usable webhook address."""
    return message(owed, _endpoint(owed.subscriber))


def compose_digest(owed: OwedDigest) -> Message:
    """Return the frozen call about what was gathered. Raises ComposeError."""
    return digest_message(owed, _endpoint(owed.subscriber))


def compose_notice(owed: AnyNotice) -> Message:
    """Return the frozen call about an alarm. Raises ComposeError if the subscriber has no usable webhook address."""
    return notice_message(owed, _endpoint(owed.subscriber))


def message(owed: Owed, address: str) -> Message:
    """Return the frozen body, for `address`. Raises ComposeError."""
    return frozen(lambda room: _payload(owed, room), address)


def digest_message(owed: OwedDigest, address: str) -> Message:
    """Return the frozen body of what was gathered, for `address`. Raises ComposeError."""
    return frozen(lambda room: _digest_payload(owed, room), address)


def notice_message(owed: AnyNotice, address: str) -> Message:
    """Return the frozen body about an alarm, for `address`. Raises ComposeError."""
    return frozen(lambda _: _notice_payload(owed), address)


def _endpoint(subscriber: Subscriber) -> str:
    try:
        return endpoint(subscriber.webhook_url or "")
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {subscriber.id}: {error}") from None


def frozen(write: Callable[[Room], dict[str, Any]], address: str) -> Message:
    """Return the bytes that every attempt sends. Raises ComposeError if there is no room that they fit in."""
    body = fitting(lambda room: _bytes(write(room)), "payload_too_big")
    return Message(address=address, body=body, content_type=CONTENT_TYPE)


def _bytes(document: dict[str, Any]) -> bytes:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > MAX_BYTES:
        raise ComposeError("payload_too_big", f"the payload has {len(body):,} bytes, more than {MAX_BYTES:,}")
    return body


def _payload(owed: Owed, room: Room) -> dict[str, Any]:
    data = {"schema_version": SCHEMA_VERSION, **alert_data(owed, room)}
    return {"type": _TYPES[owed.kind], "timestamp": iso(owed.created), "data": data}


def _digest_payload(owed: OwedDigest, room: Room) -> dict[str, Any]:
    shown = most_urgent(owed.parts, room, MOST_PARTS)
    data = {
        "schema_version": SCHEMA_VERSION,
        "digest": owed.id,
        "subscription": owed.subscription.id,
        "since": iso(owed.since),
        "alerts": [part_data(part, room) for part in shown],
        "more": len(owed.parts) - len(shown) + owed.left_out,
    }
    return {"type": "digest", "timestamp": iso(owed.created), "data": data}


def _notice_payload(owed: AnyNotice) -> dict[str, Any]:
    if isinstance(owed, OwedEndpointNotice):
        data = {"schema_version": NOTICE_VERSION, **endpoint_data(owed, notice_of(owed))}
        return {"type": "endpoint.disabled", "timestamp": iso(owed.created), "data": data}
    told = "source.alarm" if owed.alarm.ended is None else "source.alarm_ended"
    data = {"schema_version": NOTICE_VERSION, **notice_data(owed, notice_of(owed))}
    return {"type": told, "timestamp": iso(owed.created), "data": data}
