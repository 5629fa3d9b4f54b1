"""How outlets' servers answer: with which validators, for how long it is fresh, compressed, elsewhere, or not at all.

Nobody has published the headers of the seven outlets, so the doubles share the known ways out among them. One way can't
be had on loopback: the move from http to https.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from tests.support.outlets.newsroom import Newsroom
from tests.support.web import Answer, Asked, moved, reply

Pages = dict[str, Answer]
Hosts = Mapping[str, Pages]
Make = Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How a server treats those who come again. `both`: as WordPress, which wants all that it gave to be shown."""

    etag: bool = False
    weak: bool = False
    last_modified: bool = False
    both: bool = False
    cache_control: str | None = None
    compresses: bool = True


def served(room: Newsroom, make: Make, content_type: str, manners: Manners) -> Answer:
    """Serve what `make` says now, and 304 to who has it."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = make()
        headers = _validators(body, room.changed, manners)
        if manners.cache_control:
            headers["Cache-Control"] = manners.cache_control
        if _has_it(asked, headers, manners):
            room.not_modified += 1
            await reply(status=304, headers=headers)(asked, writer)
            return
        headers["Content-Type"] = content_type
        if manners.compresses:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in asked["Accept-Encoding"]:
                headers["Content-Encoding"], body = "gzip", gzip.compress(body)
        await reply(body, headers=headers)(asked, writer)

    return answer


def _validators(body: bytes, changed: datetime, manners: Manners) -> dict[str, str]:
    headers = {}
    if manners.etag:
        tag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        headers["ETag"] = f"W/{tag}" if manners.weak else tag
    if manners.last_modified:
        headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
    return headers


def _has_it(asked: Asked, ours: Mapping[str, str], manners: Manners) -> bool:
    """Judge by the tag alone where there is one (RFC 9110, section 13.2.2), or by both where both are wanted."""
    tag = "ETag" in ours and "If-None-Match" in asked and asked["If-None-Match"] == ours["ETag"]
    since = "Last-Modified" in ours and "If-Modified-Since" in asked and _is_since(asked, ours)
    if manners.both:
        return tag and since
    return tag if "If-None-Match" in asked else since


def _is_since(asked: Asked, ours: Mapping[str, str]) -> bool:
    return parsedate_to_datetime(asked["If-Modified-Since"]) >= parsedate_to_datetime(ours["Last-Modified"])


def robots(*lines: str) -> Answer:
    """Serve a robots.txt."""
    return reply("\n".join([*lines, ""]).encode(), headers={"Content-Type": "text/plain"})


def web_page(title: str, status: int = 200) -> Answer:
    """Serve HTML, as sites do also where a feed was asked for."""
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return reply(body.encode(), status=status, headers={"Content-Type": "text/html; charset=utf-8"})


def elsewhere(room: Newsroom, host: str, status: int = 301) -> Answer:
    """Send people to the same page of another of the outlet's hosts."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await moved(room.where[host] + asked.target, status)(asked, writer)

    return answer
