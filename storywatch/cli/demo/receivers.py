"""What the subscribers have: a mail server and a webhook receiver, which keep what they take as files."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from storywatch.cli.demo.press import serving

TOLERANCE_SECONDS = 300
"""How old a webhook's signature may be, as Standard Webhooks recommends."""

_NOT_WORD = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail that was taken. `identity` is its Message-ID."""

    identity: str
    headline: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A webhook call that was taken, its signature verified. `identity` is its webhook-id."""

    identity: str
    data: Mapping[str, Any]

    @property
    def headline(self) -> str:
        """The headline of the report that it tells of."""
        return str(self.data["headline"])

    @property
    def revises(self) -> bool:
        """Whether it tells what happened to a report that was told before."""
        return bool(self.data["kind"] == "revision")


@dataclass(frozen=True, kw_only=True)
class MailRoom:
    """A mail server's handler that keeps every mail as a file."""

    folder: Path
    taken: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail."""
        body = envelope.original_content or b""
        message = message_from_bytes(body, policy=policy.default)
        headline = str(message["Subject"]).partition("] ")[2]
        (self.folder / file_name(len(self.taken) + 1, headline, "eml")).write_bytes(body)
        self.taken.append(Mail(identity=str(message["Message-ID"]), headline=headline))
        return "250 taken"


@asynccontextmanager
async def open_mail_room(folder: Path) -> AsyncIterator[tuple[MailRoom, int]]:
    """Take mails on loopback until the block ends; give the room and its port."""
    room = MailRoom(folder=folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(room, hostname="localhost", ident="Storywatch demo", loop=loop), "127.0.0.1", 0
    )
    async with server:
        yield room, server.sockets[0].getsockname()[1]


@dataclass(frozen=True, kw_only=True)
class HookRoom:
    """A webhook receiver that keeps every call as a file. `clock` tells the time that signatures are judged by."""

    folder: Path
    secret: str = field(repr=False)
    clock: Callable[[], datetime]
    taken: list[Call] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        """Take a call, or answer 401 to one whose signature is wrong."""
        body = await request.read()
        if not is_genuine(request.headers, body, self.secret, self.clock()):
            return web.Response(status=401)
        call = Call(identity=request.headers["webhook-id"], data=json.loads(body)["data"])
        (self.folder / file_name(len(self.taken) + 1, call.headline, "json")).write_bytes(body)
        self.taken.append(call)
        return web.Response(status=204)


@asynccontextmanager
async def open_hook_room(
    folder: Path, secret: str, clock: Callable[[], datetime]
) -> AsyncIterator[tuple[HookRoom, str]]:
    """Take webhook calls on loopback until the block ends; give the room and its `host:port`."""
    room = HookRoom(folder=folder, secret=secret, clock=clock)
    app = web.Application()
    app.router.add_post("/storywatch", room.handle)
    async with serving(app) as target:
        yield room, target


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Tell whether a call is signed with the secret and fresh (Standard Webhooks 1.0.0).

    Written from the receiver's side on purpose, and not with `channels.signing`: two readings must agree.
    """
    identity, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.digest(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256)
    given = (part.partition(",") for part in headers.get("webhook-signature", "").split())
    return any(version == "v1" and hmac.compare_digest(_decoded(text), expected) for version, _, text in given)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def file_name(number: int, headline: str, ending: str) -> str:
    """Return a name that sorts by arrival and tells what is inside, such as `03-three-days-before-the.eml`."""
    words = _NOT_WORD.sub("-", headline.lower()).strip("-")
    return f"{number:02}-{words[:60].strip('-')}.{ending}"
