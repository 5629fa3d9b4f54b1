"""The daemon's parts that push needs, around a feed and a hub on loopback, with a clock that stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from network.door import IDLE_SECONDS, Door
from scheduler.pushes import HubWork, PushIntake, PushRuntime
from scheduler.work import Runtime
from spiders.websub.reception import Reception
from storage import Store
from storage.tables import items, push_subscriptions, sources
from storywatch.cli.compose import open_runtime
from storywatch.model import Document, Outlet, PushSettings, Settings, Source, WatchConfig
from storywatch.ports import Claim, PollRecord
from storywatch.push import Push, PushState
from storywatch.watch import PollResult
from tests.contract.working import rows
from tests.support.databases import open_file
from tests.support.fakes import FakeClock
from tests.support.hub import Hub, free_port
from tests.support.patience import soon
from tests.support.samples import NYT, a_config, a_source
from tests.support.web import Headers, Site, rss, validated

KEY = "k" * 64
SOURCE = "nyt-world"


@dataclass(kw_only=True)
class PushDesk:
    """A watch of one feed that offers a hub."""

    site: Site
    hub: Hub
    folder: Path
    port: int = field(default_factory=free_port)
    clock: FakeClock = field(default_factory=FakeClock)
    max_bytes: int = 100_000
    every: timedelta = timedelta(minutes=15)
    enabled: bool = True
    key: str = KEY
    pushes: bool = True
    allows_hub: bool = True
    allowed: tuple[str, ...] = ()

    def serve(self, *titles: str, hub: bool = True, headers: Headers | None = None) -> None:
        """Let the feed say this."""
        told = {"Link": f'<{self.hub.url}>; rel="hub", <{self.site.url()}>; rel="self"'} if hub else {}
        etag = {"ETag": f'"{len(titles)}-{titles[-1]}"'}
        self.site.pages["/feed"] = validated(rss(*titles), {**etag, **told, **(headers or {})})

    @property
    def push(self) -> PushSettings:
        """Where the hub reaches it."""
        return PushSettings(listen=f"127.0.0.1:{self.port}", public_url=f"http://127.0.0.1:{self.port}/p", key=self.key)

    @property
    def config(self) -> WatchConfig:
        """The watch config."""
        settings = Settings(
            database="",
            contact="desk@example.org",
            outbox=str(self.folder / "outbox"),
            allow=(self.site.place, *self.allowed, *([self.hub.place] if self.allows_hub else [])),
            obey_robots=False,
            max_bytes=self.max_bytes,
            push=self.push if self.pushes else None,
        )
        return a_config(settings=settings, outlets=(NYT,), sources=(self.source,))

    @property
    def source(self) -> Source:
        """The feed."""
        return a_source(SOURCE, url=self.site.url(), every=self.every, enabled=self.enabled)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["OpenDesk"]:
        """Set it in motion."""
        async with (
            open_file(self.folder / "storywatch.db") as store,
            self.open_on(store, Door()) as desk,
        ):
            yield desk

    @asynccontextmanager
    async def open_on(self, store: Store, door: Door) -> AsyncIterator["OpenDesk"]:
        """Set it in motion on an open database, as a start or a reload does."""
        opened = OpenDesk(desk=self, store=store)
        async with open_runtime(self.config, store, self.clock, door=door, take=opened.intake.take) as opened.runtime:
            await store.sources.apply(self.config, self.clock())
            yield opened
            await opened.intake.drain(timedelta())


@dataclass(kw_only=True)
class OpenDesk:
    """It in motion: what the daemon's jobs do is done when a test says so."""

    desk: PushDesk
    store: Store
    runtime: Runtime = field(init=False)

    def __post_init__(self) -> None:
        self.intake = PushIntake(self.store.sources, self.store.pushes, self.now, self._push)
        self.work = HubWork(pushes=self.store.pushes, clock=self.now, current=self._push, stopping=lambda: False)

    def _push(self) -> PushRuntime | None:
        return self.runtime.push

    @property
    def now(self) -> FakeClock:
        """The clock."""
        return self.desk.clock

    def later(self, pause: timedelta) -> None:
        """Let time pass."""
        self.desk.clock.now += pause

    async def poll(self) -> PollResult:
        """Poll the feed."""
        claim = await self.store.sources.claim_named(SOURCE, now=self.desk.clock(), lease=timedelta(minutes=2))
        assert claim is not None
        return await self.runtime.watch.poll(claim, self.runtime.plan)

    async def claimed(self, *, keep: bool = False) -> Claim:
        """Claim the feed as a poll does, and give it back unless it is to be kept."""
        claim = await self.store.sources.claim_named(SOURCE, now=self.desk.clock(), lease=timedelta(minutes=2))
        assert claim is not None
        if not keep:
            await self.free(claim)
        return claim

    async def free(self, claim: Claim) -> None:
        """Give it back as it was."""
        async with self.store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=claim.state))

    def break_reader(self) -> None:
        """Let whatever reads a push meet a bug."""
        assert self.runtime.push is not None
        self.runtime = replace(self.runtime, push=replace(self.runtime.push, reader=_Broken()))

    @asynccontextmanager
    async def door(self, *, idle: float = IDLE_SECONDS, **changes: Any) -> AsyncIterator[int]:
        """Open a second door with other limits, whose pushes go nowhere; give its port."""
        assert self.runtime.push is not None
        given = {"subscribing": self.runtime.push.subscribing, "take": lambda _: None, "max_bytes": 100_000}
        port = free_port()
        async with Door(idle_seconds=idle).opened(f"127.0.0.1:{port}", Reception(**{**given, **changes}), key="listen"):
            yield port

    async def tend(self) -> None:
        """Do what the daemon does by itself: tidy up, and ask the hubs that are due."""
        await self.work.tidy()
        for hub in await self.work.due_hubs(10):
            await self.work(hub)
        await self.desk.hub.settled()

    async def subscribe(self) -> None:
        """Poll, ask the hub, be verified."""
        await self.poll()
        await self.tend()
        assert self.desk.hub.subscribers

    async def states(self) -> list[PushState]:
        """Return the subscriptions."""
        ids = [row["id"] for row in await rows(self.store, push_subscriptions)]
        found = [await self.store.pushes.find(one) for one in ids]
        return [one for one in found if one is not None]

    async def state(self) -> PushState:
        """Return the one subscription."""
        (state,) = await self.states()
        return state

    async def next_poll(self) -> timedelta:
        """Return how long it is to the next poll."""
        (row,) = await rows(self.store, sources)
        return row["next_poll_at"] - self.desk.clock()  # type: ignore[no-any-return]

    async def items(self) -> int:
        """Return the number of items stored."""
        return len(await rows(self.store, items))

    async def has(self, count: int) -> None:
        """Wait until so many items are stored."""
        async with soon():
            while await self.items() < count:  # noqa: ASYNC110 - the database has no event for it
                await asyncio.sleep(0.02)

    async def word(self) -> str | None:
        """Return how the push stands, as `storywatch sources` says it."""
        (row,) = await self.store.queries.sources()
        word: str | None = row["push"]
        return word


class _Broken:
    """Implements `PushReader`, badly."""

    async def read(self, push: Push, source: Source, outlet: Outlet, elements: bytes) -> Document:
        """Fail as only a bug does."""
        raise ZeroDivisionError
