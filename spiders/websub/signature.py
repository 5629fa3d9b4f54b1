"""Checks the signature of a push (WebSub, section 7.1). Pure."""

import hashlib
import hmac

METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
"""All that the recommendation registers. SHA-1 is broken for collisions, not for HMAC, and most hubs still send it."""


def is_signed(header: str | None, secret: str, body: bytes) -> bool:
    """Tell whether `X-Hub-Signature`, as `method=hexadecimal`, fits the body. Compares in constant time."""
    method, _, given = (header or "").strip().partition("=")
    digest = METHODS.get(method.strip().lower())
    if digest is None or not given.isascii():
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, digest).hexdigest(), given.strip().lower())
