"""What a response says besides its body: failure, freshness, validators. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from storywatch.errors import VisitError
from storywatch.http_dates import http_date, retry_after
from storywatch.model import Validators

Headers = Mapping[str, str]
"""Header fields by lower-case name."""

TOLERATED_SKEW = timedelta(seconds=60)

PERMANENT = {
    400: ("refused", "the server calls the request bad"),
    401: ("blocked", "the server asks for a login"),
    403: ("blocked", "the server forbids the visit"),
    404: ("not_found", "there is nothing at this address; check the source's url"),
    410: ("gone", "the outlet took this source down for good"),
    451: ("blocked", "the server withholds it for legal reasons"),
}
TEMPORARY = {
    408: ("timeout", "the server gave up waiting"),
    429: ("throttled", "the server asks for fewer visits"),
    503: ("unavailable", "the server is overloaded or down for maintenance"),
}


def check_status(status: int, headers: Headers, now: datetime) -> None:
    """Raise `VisitError` for a status that brings no document."""
    if status in (200, 203, 226, 304):
        return
    permanent = status in PERMANENT
    code, message = (PERMANENT | TEMPORARY).get(status) or _by_class(status)
    raise VisitError(code, f"HTTP {status}: {message}", permanent=permanent, retry_after=asked_pause(headers, now))


def asked_pause(headers: Headers, now: datetime) -> timedelta | None:
    """Return the pause that Retry-After asks for, by the server's clock or ours: by the one that makes it longer."""
    sent = min(http_date(headers.get("date")) or now, now) + timedelta(seconds=_age(headers))
    return retry_after(headers.get("retry-after"), min(sent, now))


def _by_class(status: int) -> tuple[str, str]:
    if status >= 500:
        return "server_error", "the server failed"
    if status >= 400:
        return "refused", "the server refused the request"
    if status >= 300:
        return "bad_redirect", "the server redirects to nowhere that can be visited"
    return "no_document", "the server answered without a document"


def fresh_for(headers: Headers) -> timedelta | None:
    """Return how long the response stays fresh (RFC 9111, section 4.2), by the server's clock alone.

    `no-cache` and `no-store` promise nothing, and s-maxage is for shared caches.
    """
    directives = _directives(headers.get("cache-control", ""))
    if directives.keys() & {"no-cache", "no-store"}:
        return None
    max_age = directives.get("max-age", "")
    if max_age.isdecimal():
        return timedelta(seconds=max(min(int(max_age[:12]), 10**9) - _age(headers), 0))
    expires, date = http_date(headers.get("expires")), http_date(headers.get("date"))
    return max(expires - date, timedelta()) if expires and date else None


def _age(headers: Headers) -> int:
    """Return the seconds that the answer spent in caches."""
    age = headers.get("age", "")
    return min(int(age[:12]), 10**9) if age.isdecimal() else 0


def validators(headers: Headers, body: bytes, asked_as: str | None = None) -> Validators:
    """Return what makes the next visit conditional, exactly as the server said it."""
    return Validators(
        etag=_repeatable(headers.get("etag")),
        last_modified=_repeatable(headers.get("last-modified")),
        body_hash=hashlib.sha256(body).hexdigest(),
        asked_as=asked_as,
    )


def refreshed(headers: Headers, old: Validators) -> Validators:
    """Return the validators after a 304, which may bring new ones."""
    return replace(
        old,
        etag=_repeatable(headers.get("etag")) or old.etag,
        last_modified=_repeatable(headers.get("last-modified")) or old.last_modified,
    )


def _repeatable(value: str | None) -> str | None:
    """Return a header's value if the very same bytes can be sent back; the HTTP client sends UTF-8."""
    return value if value and value.isprintable() else None


def conditional_headers(old: Validators) -> dict[str, str]:
    """Return the request headers that make a visit conditional (RFC 9110, section 13.1).

    Who knows an entity tag is also content with a feed of what came since (RFC 3229, section 10.5.3; "feed" is by
    Bob Wyman's convention).
    """
    wanted = {
        "If-None-Match": old.etag,
        "If-Modified-Since": old.last_modified,
        "A-IM": "feed" if old.etag else None,
    }
    return {name: value for name, value in wanted.items() if value}


def validates(fresh: Validators, old: Validators, *, conditional: bool) -> bool:
    """Tell whether the server spares both sides: it sends validators, and no known document to who shows them."""
    return bool(fresh.etag or fresh.last_modified) and not (conditional and fresh.body_hash == old.body_hash)


def skew(headers: Headers, now: datetime) -> timedelta | None:
    """Return how far the server's clock is ahead of ours, if by more than a minute (RFC 9110, section 6.6.1)."""
    date = http_date(headers.get("date"))
    if date is None or "age" in headers:
        return None
    ahead = date - now
    return ahead if abs(ahead) > TOLERATED_SKEW else None


def _directives(value: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in value.lower().split(","))
    return {name.strip(): argument.strip().strip('"') for name, _, argument in pairs}
