"""Polls per CPU-second of the whole pipeline against a bare loop of aiohttp and feedparser, and where the CPU goes.

Both visit the same city of feeds in the same run. The bare loop fetches and parses every feed at every round and keeps
nothing. Ours is the real crawler, parser processes, matching and SQLite; its CPU includes the parser processes. Cost
grows with the changed documents for parsing, with all polls for fetching and storing.
"""

import asyncio
import logging
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import feedparser
import structlog

from bench import city
from network import Guard
from scheduler.work import PollWork, Runtime
from spiders.asking import Asked
from spiders.crawler import Crawler, running_crawler
from spiders.parsing import ParsePool
from storage import Store, open_store
from storywatch import intake
from storywatch.cli.compose import open_runtime
from storywatch.egress import EgressPolicy
from storywatch.model import (
    ChannelKind,
    Document,
    Event,
    Outlet,
    Settings,
    Source,
    SourceKind,
    Subscriber,
    Subscription,
    Validators,
    Visit,
    WatchConfig,
)
from storywatch.watch import Plan

FEEDS = 200
ROUNDS = 4


def cpu() -> float:
    """CPU seconds of this process, its ended children and its living ones."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_cpu_of, _children()))


def _children() -> list[int]:
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found]


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def bare(urls: list[str]) -> None:
    """Fetch and parse everything."""
    async with aiohttp.ClientSession() as session:
        for url in urls:
            async with session.get(url) as response:
                feedparser.parse(await response.read(), response_headers={"content-type": "application/rss+xml"})


class Ours:
    """The real pipeline over one database; each round polls every source once."""

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self._store = store
        self._work = PollWork(sources=store.sources, clock=_now, current=lambda: runtime)
        self._sources = list(runtime.plan.config.sources)

    async def round(self) -> None:
        """Poll every source."""
        for source in self._sources:
            claim = await self._store.sources.claim_named(source, now=_now(), lease=timedelta(minutes=2))
            assert claim is not None
            await self._work.poll(claim)


class Fetching:
    """Only the visits: the parser hands back an empty document and keeps the bodies for the other parts."""

    def __init__(self, crawler: Crawler, parser: "Keeping", sources: list[Source]) -> None:
        self._crawler = crawler
        self._parser = parser
        self._validators = {source.id: Validators() for source in sources}
        self._sources = sources

    async def round(self) -> None:
        """Visit every source."""
        for source in self._sources:
            visit: Visit = await self._crawler.fetch(
                source.url, source.kind, self._validators[source.id], Asked(own=True)
            )
            self._validators[source.id] = visit.validators


class Keeping(ParsePool):
    """Keeps the bodies that would have been parsed."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[tuple[str, bytes]] = []

    async def parse(self, body: bytes, *, url: str | None, **_: object) -> Document:
        """Keep the body."""
        self.bodies.append((url or "", body))
        return Document(kind=SourceKind.FEED, format="kept", items=())


def _now() -> datetime:
    return datetime.now(UTC)


def _config(where: city.City, folder: str) -> WatchConfig:
    outlets = {f"o{n}": Outlet(id=f"o{n}", name=f"Outlet {n}") for n in range(FEEDS)}
    sources = {
        f"s{n}": Source(id=f"s{n}", outlet=f"o{n}", kind=SourceKind.FEED, url=url, every=timedelta(minutes=15))
        for n, url in enumerate(where.urls)
    }
    # Each event asks for three words: about one item in a hundred belongs to one of the twenty.
    events = {
        f"e{n}": Event(id=f"e{n}", title=f"Event {n}", all_of=tuple((word,) for word in city.WORDS[n::600][:3]))
        for n in range(20)
    }
    settings = Settings(
        database=f"sqlite:///{folder}/bench.db",
        contact="bench@example.org",
        outbox=f"{folder}/outbox",
        allow=(f"127.0.0.1:{where.port}",),
    )
    return WatchConfig(
        settings=settings,
        outlets=outlets,
        sources=sources,
        events=events,
        subscribers={"u": Subscriber(id="u", name="U", folder=f"{folder}/outbox")},
        subscriptions={"u": Subscription(id="u", subscriber="u", channel=ChannelKind.FILE)},
    )


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began = cpu()
    await work()
    return cpu() - began


async def _parse_all(pool: ParsePool, bodies: list[tuple[str, bytes]]) -> list[Document]:
    return [
        await pool.parse(body, url=url, content_type="application/rss+xml", kind=SourceKind.FEED, now=_now())
        for url, body in bodies
    ]


def _decide_all(config: WatchConfig, documents: list[Document]) -> None:
    """Identify and match every item as new: an upper bound, for most items of a round are known."""
    matcher = Plan.of(config).matcher
    source = next(iter(config.sources.values()))
    outlet = config.outlets[source.outlet]
    for document in documents:
        taken = intake.take(intake.identify(document.items, source, outlet), {}, source, _now())
        for item in taken.new[:3]:
            matcher.match(item)


async def _measure() -> dict[str, float]:
    spent = dict.fromkeys(("bare", "ours", "fetch", "parse", "decide"), 0.0)
    with tempfile.TemporaryDirectory() as folder, city.running(FEEDS) as where:
        config = _config(where, folder)
        guard = Guard(EgressPolicy.allowing(config.settings.allow))
        keeping, pool = Keeping(), ParsePool()
        async with (
            open_store(config.settings.database) as store,
            open_runtime(config, store) as runtime,
            running_crawler(config.settings, guard, keeping, _now) as crawler,
        ):
            await store.sources.apply(config, _now())
            ours = Ours(store, runtime)
            fetching = Fetching(crawler, keeping, list(config.sources.values()))
            await _parse_all(pool, [("", b"<rss version='2.0'><channel/></rss>")])  # starts the workers
            for number in range(ROUNDS + 1):
                keeping.bodies.clear()
                round_ = {
                    "bare": await _timed(lambda: bare(where.urls)),
                    "ours": await _timed(ours.round),
                    "fetch": await _timed(fetching.round),
                }
                began = cpu()
                documents = await _parse_all(pool, keeping.bodies)
                round_["parse"] = cpu() - began
                began = cpu()
                _decide_all(config, documents)
                round_["decide"] = cpu() - began
                if number:  # the first round brings everything: it is how a source begins, not how it lives
                    spent = {name: spent[name] + round_[name] for name in spent}
                where.next_round()
    return spent


def main() -> None:
    """Print the ratio and its parts."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # no line for each poll
    spent = asyncio.run(_measure())
    polls = FEEDS * ROUNDS
    spent["store and the rest"] = spent["ours"] - spent["fetch"] - spent["parse"] - spent["decide"]
    print(f"{polls} polls, {FEEDS} feeds of {city.ITEMS} items, 3 in 10 changed at each round")
    print(f"{'':<20}{'polls per CPU-second':>22}{'ms CPU per poll':>18}{'share of ours':>16}")
    for name, seconds in spent.items():
        share = f"{seconds / spent['ours']:.2f}" if name != "bare" else ""
        print(f"{name:<20}{polls / seconds:>22.0f}{1000 * seconds / polls:>18.2f}{share:>16}")
    print(f"ours / bare, polls per CPU-second: {spent['bare'] / spent['ours']:.2f}")
