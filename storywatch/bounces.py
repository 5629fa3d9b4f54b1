"""What follows from mails that come back: whose address is suppressed. Pure.

A mail server answers a mail at once or later, in a report (RFC 3464); a receiver who calls a mail spam has his provider
report it (RFC 5965). Only what names a delivery of ours, under our signature, counts.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storywatch.model import COMPLAINT, Bounce, Settings, Suppression, SuppressionReason, address_key

UNKNOWN_MAILBOX = "5.1.1"
WINDOW = timedelta(days=14)
MOST = 3
"""So many permanent failures of an address or its mailbox within the window suppress the address."""

# RFC 3463: the address or its mailbox. The rest is about the mail, our server or what we may send: the operator's.
_ABOUT_ADDRESS = re.compile(r"5\.(?:1\.(?![78]$)|2\.)\d+")
UNSAID = "5.0.0"
"""The status of a refusal that says no more than its code."""

_ABOUT_SOME_ADDRESS = "5.1.0"
_NO_MAILBOX = re.compile(
    r"\b(?:no such (?:user|mailbox|recipient|address|account)|no mailbox here|mailbox (?:not found|unavailable|unknown)"
    r"|(?:user|recipient|address|mailbox|account)(?: is)? (?:unknown|invalid|disabled)"
    r"|(?:unknown|invalid) (?:user|recipient|mailbox|account)"
    r"|(?:user|recipient|mailbox|address|account) (?:does(?: not|n't) exist|not found))\b",
    re.IGNORECASE,
)
_MAC_BYTES = 10
_DELIVERY = re.compile(r"[0-9a-z-]{1,40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What a report says. `addresses`: those that may be our return address, the likeliest first.

    `about`: whom the report names, which proves nothing. `status`: an enhanced status (RFC 3463) or `COMPLAINT`.
    """

    status: str
    addresses: tuple[str, ...]
    about: str = ""
    diagnostic: str = ""


class Outcome(StrEnum):
    """What came of a mail that was handed in as a bounce."""

    SUPPRESSED = "suppressed"
    COUNTED = "counted"
    UNPROVEN = "unproven"
    IGNORED = "ignored"
    TOO_LARGE = "too_large"


def said_status(status: str, words: str) -> str:
    """Return what a refusal says: many servers give no enhanced status and name the mailbox in words alone.

    Words are no proof, so it counts as some fault of the address and not as an unknown mailbox.
    """
    return _ABOUT_SOME_ADDRESS if status == UNSAID and _NO_MAILBOX.search(words) else status


def bounce_of(returned: Returned, settings: Settings, now: datetime) -> Bounce:
    """Return a report as a bounce: of the delivery that it proves, or of none."""
    delivery = None
    if settings.pages and settings.bounces:
        found = (delivery_in(settings.pages.key, settings.bounces, address) for address in returned.addresses)
        delivery = next(filter(None, found), None)
    said = (delivery,) if delivery else ("", returned.about, returned.diagnostic)
    return Bounce(
        id=bounce_id(*said, returned.status),
        address=address_key(returned.about),
        delivery=delivery,
        status=returned.status,
        at=now,
        diagnostic=returned.diagnostic,
    )


def suppression(bounce: Bounce, before: Iterable[Bounce]) -> Suppression | None:
    """Decide what a bounce means for its address. `before`: its earlier ones that still count."""
    if bounce.delivery is None:
        return None
    if bounce.status == COMPLAINT:
        return _suppression(bounce, SuppressionReason.COMPLAINED)
    if bounce.status == UNKNOWN_MAILBOX or _failed_often(bounce, before):
        return _suppression(bounce, SuppressionReason.BOUNCED)
    return None


def _failed_often(bounce: Bounce, before: Iterable[Bounce]) -> bool:
    recent = (one for one in before if one.at > bounce.at - WINDOW)
    failed = {one.delivery for one in (bounce, *recent) if one.delivery and _ABOUT_ADDRESS.fullmatch(one.status)}
    return bounce.delivery in failed and len(failed) >= MOST


def _suppression(bounce: Bounce, reason: SuppressionReason) -> Suppression:
    evidence = f"{bounce.status} {bounce.diagnostic}".strip()
    return Suppression(address=bounce.address, reason=reason, at=bounce.at, evidence=evidence)


def return_address(key: str, mailbox: str, delivery: str) -> str:
    """Return the envelope sender of a delivery (VERP): `name+TOKEN@domain`. In lower case, for servers change it."""
    name, _, domain = mailbox.rpartition("@")
    return f"{name}+{delivery}-{_mac(key, delivery)}@{domain}"


def delivery_in(key: str, mailbox: str, address: str) -> str | None:
    """Return the delivery that an address was made for; None for one that we never made."""
    name, _, domain = mailbox.lower().rpartition("@")
    local, _, at = address.strip().strip("<>").lower().rpartition("@")
    owner, _, token = local.rpartition("+")
    delivery, _, mac = token.rpartition("-")
    if (owner, at) != (name, domain) or not _DELIVERY.fullmatch(delivery) or not mac.isascii():
        return None
    return delivery if hmac.compare_digest(mac, _mac(key, delivery)) else None


def bounce_id(*parts: str) -> str:
    """Return the id of a bounce: the same report is counted once."""
    return "b" + hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:30]


def _mac(key: str, delivery: str) -> str:
    mac = hmac.digest(key.encode(), b"bounce\0" + delivery.encode(), hashlib.sha256)[:_MAC_BYTES]
    return base64.b32encode(mac).decode().lower()
