"""What webhook calls are signed with: the forms of a secret, the lines of its file, and what a rotation makes of them.

Standard Webhooks 1.0.0 knows two schemes: `v1`, HMAC-SHA256 by a `whsec_` secret that both sides have, and `v1a`,
ed25519 by a `whsk_` private key whose `whpk_` public key the receiver has. The file has the current secret in its first
line. Each further line is an earlier one that is still signed with, and until when:

    whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
    whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD until 2026-11-29T18:00:00Z
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from storywatch.errors import StorywatchError
from storywatch.model import RetiredSecret, as_utc

SHARED = "whsec_"
PRIVATE = "whsk_"
MAKE_ONE = 'make one with: printf "whsec_%s" "$(openssl rand -base64 32)"'
NEW_BYTES = 32
MOST_RETIRED = 4
"""A receiver tries each signature in turn, so their number has a bound."""

_RETIRED = re.compile(r"(\S+) until (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


class RotationTooSoon(StorywatchError):  # noqa: N818 - it names what happened
    """The secret before the current one is still signed with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningSecrets:
    """The secret that is current, and the earlier ones that may still be signed with, the latest first."""

    current: str = field(repr=False)
    retired: tuple[RetiredSecret, ...] = ()

    def at(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets to sign with at `now`, the current one first."""
        return (self.current, *(one.secret for one in self.retired if now < one.until))


def shared_key(secret: str) -> bytes | None:
    """Return the HMAC key of a `whsec_` secret, None for another kind. ValueError, which never repeats the secret."""
    if not secret.startswith(SHARED):
        return None
    key = _decoded(secret.removeprefix(SHARED))
    if not 24 <= len(key) <= 64:
        raise ValueError("the webhook secret is not whsec_ and the base64 of 24 to 64 bytes")
    return key


def private_seed(secret: str) -> bytes:
    """Return the ed25519 seed (RFC 8032, 32 bytes) of a `whsk_` key. ValueError, which never repeats the key.

    After the seed the public key may follow, as some tools write it.
    """
    key = _decoded(secret.removeprefix(PRIVATE))
    if not secret.startswith(PRIVATE) or len(key) not in {32, 64}:
        raise ValueError("the webhook secret is neither whsec_ nor whsk_ and the base64 of 32 or 64 bytes")
    return key[:32]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def new_secret(random_bytes: bytes, *, ed25519: bool) -> str:
    """Return 32 random bytes as a secret of either scheme."""
    return (PRIVATE if ed25519 else SHARED) + base64.b64encode(random_bytes).decode()


def read_secrets(text: str) -> SigningSecrets:
    """Read the lines of a secret file. Raises ValueError, which names the line and quotes nothing of it."""
    first, *rest = text.strip().splitlines() or [""]
    current = _checked(first.strip(), 1)
    if len(rest) > MOST_RETIRED:
        raise ValueError(f"expected at most {MOST_RETIRED} earlier secrets, found {len(rest)}; remove the oldest lines")
    return SigningSecrets(current=current, retired=tuple(_retired(line, n) for n, line in enumerate(rest, start=2)))


def _retired(line: str, number: int) -> RetiredSecret:
    found = _RETIRED.fullmatch(line.strip())
    try:
        until = datetime.fromisoformat(found[2]) if found else None
    except ValueError:
        until = None
    if found is None or until is None:
        expected = "an earlier secret and its end, such as: whsec_... until 2026-11-29T18:00:00Z"
        raise ValueError(f"line {number}: expected {expected}, found other text")
    return RetiredSecret(secret=_checked(found[1], number), until=until)


def _checked(secret: str, number: int) -> str:
    try:
        if shared_key(secret) is None:
            private_seed(secret)
    except ValueError:
        forms = "whsec_ and base64 of 24 to 64 random bytes, or of whsk_ and base64 of an ed25519 key"
        where = f"line {number}: " if number > 1 else ""
        raise ValueError(f"{where}expected a secret of {forms}, found other text; {MAKE_ONE}") from None
    return secret


def written(secrets: SigningSecrets) -> str:
    """Return the lines of a secret file; `read_secrets` reads them back."""
    lines = [f"{one.secret} until {_iso(one.until)}" for one in secrets.retired]
    return "\n".join([secrets.current, *lines]) + "\n"


def rotated(
    secrets: SigningSecrets, fresh: str, *, now: datetime, overlap: timedelta, forced: bool = False
) -> SigningSecrets:
    """Put `fresh` in front; what was current signs for `overlap` more. Raises RotationTooSoon unless `forced`.

    Too soon: the secret before is still signed with, and a second rotation could take it from a receiver that has not
    yet changed even once. What has ended falls away.
    """
    alive = [one for one in secrets.retired if now < one.until]
    if alive and not forced:
        end = _iso(max(one.until for one in alive))
        raise RotationTooSoon(f"the secret before signs until {end}, for receivers that have not changed yet")
    before = RetiredSecret(secret=secrets.current, until=(as_utc(now) + overlap).replace(microsecond=0))
    return SigningSecrets(current=fresh, retired=_latest([before, *alive]))


def _latest(retired: Sequence[RetiredSecret]) -> tuple[RetiredSecret, ...]:
    return tuple(retired[:MOST_RETIRED])


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
