"""A WebSub hub on loopback: verifies whoever subscribes, grants a lease, and pushes what it is told to, signed."""

import asyncio
import hashlib
import hmac
import secrets
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a subscriber answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(kw_only=True)
class Hub:
    """A hub in motion. What it does next may be changed at any time."""

    port: int = 0
    lease: int | None = 864_000
    refuses: int | None = None
    retry_after: str | None = None
    denies: str | None = None
    verifies: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    verified: list[tuple[str, Answered]] = field(default_factory=list)
    """The mode that was asked about, and the answer."""
    subscribers: dict[str, dict[str, str]] = field(default_factory=dict)
    """By callback, what they asked for."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it takes requests."""
        return f"http://127.0.0.1:{self.port}/hub"

    @property
    def place(self) -> str:
        """`host:port`, as the egress guard's exceptions want it."""
        return f"127.0.0.1:{self.port}"

    @property
    def only(self) -> dict[str, str]:
        """What the one subscriber asked for."""
        (form,) = self.subscribers.values()
        return form

    async def handle(self, request: web.Request) -> web.Response:
        """Take a request, and verify it after the answer, as a hub does."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        self.agents.append(request.headers.get("User-Agent", ""))
        if self.refuses:
            return web.Response(status=self.refuses, headers={"Retry-After": self.retry_after or "0"})
        if self.verifies:
            task = asyncio.create_task(self._decide(form))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return web.Response(status=202)

    async def _decide(self, form: dict[str, str]) -> None:
        if self.denies is not None:
            await self.deny(form, self.denies)
            return
        subscribes, callback = form["hub.mode"] == "subscribe", form["hub.callback"]
        if subscribes:
            # Before it answers: who answers may ask for its first push in the same moment.
            self.subscribers[callback] = form
        answer, challenge = await self.verify(form)
        agreed = answer.status // 100 == 2 and answer.body.decode() == challenge
        if agreed is not subscribes:
            self.subscribers.pop(callback, None)

    async def verify(self, form: Mapping[str, str], **changes: str) -> tuple[Answered, str]:
        """Ask a subscriber whether it means it; `changes` forge the question, `_` in a name stands for the dot."""
        challenge = secrets.token_hex(16)
        asked = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": challenge}
        if self.lease is not None:
            asked["hub.lease_seconds"] = str(self.lease)
        asked |= {name.replace("hub_", "hub."): value for name, value in changes.items()}
        answer = await self.get(form["hub.callback"], asked)
        self.verified.append((asked["hub.mode"], answer))
        return answer, challenge

    async def deny(self, form: Mapping[str, str], reason: str) -> Answered:
        """Tell a subscriber that it gets nothing."""
        asked = {"hub.mode": "denied", "hub.topic": form["hub.topic"], "hub.reason": reason}
        return await self.get(form["hub.callback"], asked)

    async def push(self, body: bytes, form: Mapping[str, str] | None = None, method: str = "sha256") -> Answered:
        """Push to a subscriber, by default the only one, signed with its secret."""
        form = form or self.only
        return await self.post(
            form["hub.callback"], body, {"X-Hub-Signature": signed(body, form["hub.secret"], method)}
        )

    async def get(self, callback: str, query: Mapping[str, str]) -> Answered:
        """Ask a callback."""
        async with aiohttp.ClientSession() as session, session.get(callback, params=dict(query)) as answer:
            return Answered(status=answer.status, body=await answer.read(), headers=answer.headers)

    async def post(self, callback: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Call a callback."""
        told = {"Content-Type": "application/rss+xml", "Link": f'<{self.url}>; rel="hub"', **headers}
        async with aiohttp.ClientSession() as session, session.post(callback, data=body, headers=told) as answer:
            return Answered(status=answer.status, body=await answer.read(), headers=answer.headers)

    async def settled(self) -> None:
        """Wait until it has verified whatever it was asked for."""
        while self.tasks:
            await asyncio.wait(tuple(self.tasks))


def signed(body: bytes, secret: str, method: str = "sha256") -> str:
    """Return the value of `X-Hub-Signature`."""
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running_hub() -> AsyncIterator[Hub]:
    """Run a hub on loopback until the block ends."""
    hub = Hub()
    app = web.Application()
    app.router.add_post("/hub", hub.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub.port = runner.addresses[0][1]
    try:
        yield hub
    finally:
        for task in tuple(hub.tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*hub.tasks, return_exceptions=True)
        await runner.cleanup()
