"""The world around the process under test: outlets and receivers, real servers on loopback that outlive every kill."""

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from anyio.from_thread import start_blocking_portal

from tests.acceptance.crash.ledger import Ledger
from tests.acceptance.crash.newsroom import FEEDS, OUTLETS, WIRE, Newsroom

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Mood(Enum):
    """How a receiver answers a message that it has taken. All but the first lose the acknowledgement."""

    GOOD = auto()
    FAILS = auto()
    HANGS_UP = auto()
    THROTTLES = auto()
    GONE = auto()


@dataclass
class Moods:
    """Draws moods: `lost` is the share of acknowledgements that are lost."""

    dice: random.Random
    lost: float = 0.0

    def __call__(self) -> Mood:
        """Draw one."""
        if self.dice.random() >= self.lost:
            return Mood.GOOD
        return self.dice.choice((Mood.FAILS, Mood.HANGS_UP, Mood.THROTTLES))


@dataclass
class Town:
    """Everything outside the process under test."""

    newsroom: Newsroom
    moods: Callable[[], Mood]
    ledger: Ledger = field(default_factory=Ledger)
    slow_feeds: dict[str, float] = field(default_factory=dict)
    """Seconds that a feed takes to answer."""
    waiting: list[str] = field(default_factory=list)
    """The slow feeds that are being asked now."""
    visits: int = 0
    """How often feeds were asked."""
    slow_mail: float = 0.0
    """Seconds that the mail server takes for a mail."""
    feed_ports: dict[str, int] = field(default_factory=dict)
    mail_port: int = 0
    hook_port: int = 0

    def host(self, outlet: str) -> str:
        """Return the outlet's loopback address: one each, as politeness counts by host."""
        return f"127.0.0.{OUTLETS.index(outlet) + 2}"


@contextmanager
def running(town: Town) -> Iterator[Town]:
    """Run the servers in a thread with a loop of its own until the block ends."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_serving(town)):
        yield town


@asynccontextmanager
async def _serving(town: Town) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for outlet in OUTLETS:
            town.feed_ports[outlet] = await stack.enter_async_context(_web(_Feeds(town).answer, town.host(outlet)))
        town.hook_port = await stack.enter_async_context(_web(_Hooks(town).answer, "127.0.0.1"))
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(
            lambda: SMTP(_Mail(town), hostname="localhost", ident="crash rig", loop=loop), "127.0.0.1", 0
        )
        town.mail_port = mail.sockets[0].getsockname()[1]
        await stack.enter_async_context(mail)
        yield


@asynccontextmanager
async def _web(answer: Answer, host: str) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@dataclass
class _Feeds:
    """Outlets: feeds with validators, except alpha's top feed, whose server knows of none."""

    town: Town

    async def answer(self, request: web.Request) -> web.Response:
        """Serve a feed, or 404 for robots.txt and the like."""
        feed = request.match_info["path"]
        if feed not in FEEDS:
            return web.Response(status=404)
        self.town.visits += 1
        await self._dawdle(feed)
        body = self.town.newsroom.bodies[feed]
        headers = {} if feed == "alpha-top" else {"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'}
        if headers and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="application/xml", headers=headers)

    async def _dawdle(self, feed: str) -> None:
        if feed in self.town.slow_feeds:
            self.town.waiting.append(feed)
            try:
                await asyncio.sleep(self.town.slow_feeds[feed])
            finally:
                self.town.waiting.remove(feed)


@dataclass
class _Hooks:
    """The wire: takes webhook calls, which it knows by their webhook-id."""

    town: Town

    async def answer(self, request: web.Request) -> web.Response:
        """Take a call, then answer, fail or hang up."""
        body = await request.read()
        self.town.ledger.note(WIRE, request.headers["webhook-id"], json.loads(body)["data"]["headline"], body)
        mood = self.town.moods()
        if mood is Mood.HANGS_UP and request.transport is not None:
            request.transport.abort()
        if mood is Mood.GONE:
            return web.Response(status=410)
        if mood is Mood.THROTTLES:
            return web.Response(status=429, headers={"Retry-After": "30"})
        return web.Response(status=200 if mood is Mood.GOOD else 500)


@dataclass
class _Mail:
    """The mail server of the desk and of the evening edition."""

    town: Town

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take a mail, then answer, fail or hang up."""
        receiver = envelope.rcpt_tos[0].partition("@")[0]
        self.town.ledger.note_mail(receiver, envelope.original_content or b"")
        await asyncio.sleep(self.town.slow_mail)
        mood = self.town.moods()
        if mood is Mood.HANGS_UP and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 taken" if mood is Mood.GOOD else "451 try again"
