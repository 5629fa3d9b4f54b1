"""Signatures of webhook calls: Standard Webhooks 1.0.0, schemes `v1` and `v1a` (standardwebhooks.com)."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storywatch.model import as_utc
from storywatch.webhook_secrets import PRIVATE, private_seed, shared_key


def signed_headers(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of one attempt at `now`, signed with each secret. Raises ValueError for an unusable one.

    During a rotation the receiver may have any of them: one signature that it can verify is enough.
    """
    stamp = str(int(as_utc(now).timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signature(secret, signed) for secret in secrets),
    }


def signature(secret: str, signed: bytes) -> str:
    """Return `version,base64` of one secret. Raises ValueError, which never repeats the secret."""
    key = shared_key(secret)
    if key is not None:
        return "v1," + _packed(hmac.new(key, signed, hashlib.sha256).digest())
    return "v1a," + _packed(_private(secret).sign(signed))


def public_key(secret: str) -> str | None:
    """Return the `whpk_` key that verifies what a `whsk_` key signs; None for a `whsec_` secret, which has none."""
    if not secret.startswith(PRIVATE):
        return None
    return "whpk_" + _packed(_private(secret).public_key().public_bytes_raw())


def _private(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(private_seed(secret))


def _packed(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
