"""Signed tokens for links in mails: they say what they are for, and nobody can make or change one without the key.

A token is its parts and an HMAC-SHA256 over purpose and parts, in base64url. It is no secret of the subscriber's, so
whatever it opens must be harmless to who reads the mail. A forged, cut or swapped token reads as None, always alike.
itsdangerous would not make this smaller: links in mails that were sent would need this code beside it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence

_MAC_BYTES = 16
MOST_CHARS = 1000


def signed(key: str, purpose: str, *parts: str) -> str:
    """Return a token of these parts, good for one purpose."""
    said = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_encoded(said)}.{_encoded(_mac(key, purpose, said))}"


def read(key: str, purpose: str, token: str) -> tuple[str, ...] | None:
    """Return the parts of a token of ours for this purpose; None for anything else."""
    said, _, mac = token[: MOST_CHARS + 1].partition(".")
    try:
        decoded, shown = _decoded(said), _decoded(mac)
    except (ValueError, binascii.Error):
        return None
    if len(token) > MOST_CHARS or not hmac.compare_digest(_mac(key, purpose, decoded), shown):
        return None
    parts: Sequence[str] = json.loads(decoded)
    return tuple(parts)


def _mac(key: str, purpose: str, said: bytes) -> bytes:
    return hmac.digest(key.encode(), purpose.encode() + b"\0" + said, hashlib.sha256)[:_MAC_BYTES]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encoded(data) != text:  # one token has one spelling
        raise ValueError("not how we spell it")
    return data
