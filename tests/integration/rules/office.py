"""Real polls of sites on loopback: the real crawler, decisions and database, and a clock that the test moves."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from network import Guard
from spiders.crawler import Crawler, running_crawler
from spiders.parsing import ParsePool
from storage import Store, tables
from storage.engine import reading
from storage.states import state_of
from storywatch.egress import EgressPolicy
from storywatch.model import ChannelKind, Settings, Source, WatchConfig
from storywatch.pacing import SourceState
from storywatch.ports import Channel, Claim
from storywatch.steps import Reached, ignore
from storywatch.watch import Plan, PollResult, Watch
from tests.integration.spiders.crawling import InProcess
from tests.support.databases import open_file
from tests.support.fakes import FakeChannel, FakeClock
from tests.support.samples import a_config, a_source
from tests.support.web import Site

LEASE = timedelta(minutes=2)
QUARTER = timedelta(minutes=15)
SETTINGS = Settings(database="", contact="desk@example.org", timeout=timedelta(seconds=5), max_bytes=1_000_000)


def a_feed(url: str, source: str = "feed", **changes: Any) -> Source:
    """Return a source of the outlet that all of them belong to here."""
    return a_source(source, url=url, **changes)


@dataclass(kw_only=True)
class Office:
    """What polls. `reached` and `rolled` (the jitter's dice) may be changed while it works."""

    store: Store
    crawler: Crawler
    clock: FakeClock
    config: WatchConfig
    rolled: float = 0.0
    reached: Reached = ignore
    parser: InProcess = field(default_factory=InProcess)

    async def poll(self, source: str = "feed") -> PollResult:
        """Poll a source, due or not."""
        claim = await self.store.sources.claim_named(source, now=self.clock(), lease=LEASE)
        assert claim is not None
        return await self.take_turn(claim)

    async def take_turn(self, claim: Claim) -> PollResult:
        """Poll a source that is claimed."""
        channels: Mapping[ChannelKind, Channel] = {kind: FakeChannel() for kind in ChannelKind}
        watch = Watch(
            sources=self.store.sources,
            fetcher=self.crawler,
            channels=channels,
            clock=self.clock,
            dice=lambda: self.rolled,
            reached=self.reached,
        )
        return await watch.poll(claim, Plan.of(self.config))

    async def poll_when_due(self, source: str = "feed") -> PollResult:
        """Let time pass until the source is due, and poll it."""
        self.clock.now = max((await self.state(source)).next_poll_at, self.clock.now)
        return await self.poll(source)

    async def state(self, source: str = "feed") -> SourceState:
        """Return what is stored of a source."""
        async with reading(self.store.engine) as connection:
            row = (await connection.execute(select(tables.sources).where(tables.sources.c.id == source))).one()
        return state_of(row)

    async def pause(self, source: str = "feed") -> timedelta:
        """Return the time from now until the source is due."""
        return (await self.state(source)).next_poll_at - self.clock.now

    async def due(self) -> list[str]:
        """Return the sources that would be visited now, by their hosts' order."""
        found: list[str] = []
        for host in await self.store.sources.due_hosts(self.clock(), 100):
            claims = await self.store.sources.claim(host, now=self.clock(), lease=timedelta(), limit=100)
            found += [claim.source for claim in claims]
        return found

    async def titles(self) -> list[str]:
        """Return the titles of all stored items."""
        async with reading(self.store.engine) as connection:
            return list((await connection.execute(select(tables.revisions.c.title))).scalars())

    def pass_by(self, pause: timedelta) -> None:
        """Let time pass."""
        self.clock.now += pause


@asynccontextmanager
async def office(
    folder: Path,
    *sources: Source,
    sites: tuple[Site, ...],
    settings: Settings = SETTINGS,
    clock: FakeClock | None = None,
    parser: ParsePool | None = None,
) -> AsyncIterator[Office]:
    """Open the database in a folder, new or as it was left, apply the sources and be ready to poll them."""
    clock = clock or FakeClock()
    allowed = replace(settings, allow=tuple(site.place for site in sites))
    config = a_config(settings=allowed, sources=sources)
    guard = Guard(EgressPolicy.allowing(allowed.allow))
    counting = parser if isinstance(parser, InProcess) else InProcess()
    async with (
        open_file(folder / "storywatch.db") as store,
        running_crawler(allowed, guard, parser or counting, clock) as crawler,
    ):
        await store.sources.apply(config, clock())
        yield Office(store=store, crawler=crawler, clock=clock, config=config, parser=counting)
