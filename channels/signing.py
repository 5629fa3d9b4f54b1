"""Signatures of webhook calls: Standard Webhooks 1.0.0, symmetric scheme `v1` (standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from storywatch.model import as_utc

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """Return the signing key of a `whsec_` secret: 24 to 64 bytes. ValueError, which never repeats the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("the webhook secret is not whsec_ and the base64 of 24 to 64 bytes")
    return key


def signed_headers(secret: str, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of one attempt at `now`. Raises ValueError for an unusable secret."""
    stamp = str(int(as_utc(now).timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
