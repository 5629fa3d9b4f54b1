"""Do bad sources delay the good ones? A city of 2,000 sources on 500 hosts, visited by the real daemon, twice.

Three hosts in ten are bad: they hang, drip, fail, redirect in circles or into the void, serve pages for feeds, bombs,
and documents that burn the parser's time. Both runs visit the same good sources on the same plan; one of them has the
bad ones beside them. A good source's start delay is the time from the moment it is due to the arrival of its request at
its server, which runs in a process of its own. Printed: median and p95 of both runs, and their ratio.
"""

import asyncio
import gzip
import logging
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import structlog
from sqlalchemy import bindparam, update

from bench import city
from scheduler.daemon import Daemon
from storage import Store, open_store, tables
from storage.engine import writing
from storage.sources import StoredSources
from storywatch.cli.compose import open_runtime
from storywatch.model import Outlet, Settings, Source, SourceKind, WatchConfig
from storywatch.ports import Claim

HOSTS = 500
SOURCES_A_HOST = 4
BAD_SHARE = 0.3
ITEMS = 10
EVERY = timedelta(seconds=120)
SECONDS = 200
VICES = ("hangs", "drips", "fails", "missing", "throttles", "circles", "void", "page", "bomb", "burner", "silent body")


def host(number: int) -> str:
    """Return the loopback address of a host."""
    return f"127.{20 + number // 250}.{number % 250 // 10 + 1}.{number % 10 + 1}"


def is_bad(number: int) -> bool:
    """Tell whether a host is one of the bad ones, which are strewn among the good."""
    return number * 7919 % 10 < BAD_SHARE * 10


# The servers ----------------------------------------------------------------------------------------------------------


@contextmanager
def serving() -> Iterator[tuple[int, Connection]]:
    """Serve every host on one port until the block ends; the connection answers `arrivals`."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        process.kill()
        process.join()


def _serve(line: Connection) -> None:
    with suppress(KeyboardInterrupt):
        asyncio.run(_Town().run(line))


class _Town:
    """All hosts in one server: what a host is, its address says."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[str, float]] = []
        self.bomb = gzip.compress(b"<rss>" + b" " * 60_000_000)
        # A deep fan of markup that the parser takes its time over.
        fan = "&lt;div&gt;" * 40_000
        self.burner = f"<rss version='2.0'><channel>{f'<item><title>t</title><author>{fan}</author></item>' * 8}"
        self.bodies: dict[int, bytes] = {}

    async def run(self, line: Connection) -> None:
        server = await asyncio.start_server(self._talk, "0.0.0.0", 0, backlog=1000)
        line.send(server.sockets[0].getsockname()[1])
        async with server:
            while await asyncio.to_thread(line.recv) == "arrivals":
                line.send(self.arrivals)
                self.arrivals = []

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                arrived = time.time()
                path = lines[0].split(" ")[1]
                headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines[1:])}
                if path == "/robots.txt":
                    writer.write(_answer(404))
                    continue
                number = int(path.strip("/").split("-")[0])
                self.arrivals.append((path.strip("/"), arrived))
                if is_bad(number):
                    await self._misbehave(VICES[number % len(VICES)], path, writer)
                else:
                    self._serve_feed(number, headers.get("if-none-match"), writer)
                await writer.drain()
        writer.close()

    def _serve_feed(self, number: int, shown: str | None, writer: asyncio.StreamWriter) -> None:
        newest = ITEMS + int(time.time() / 90) % 1000
        tag = f'"{newest}"'
        if shown == tag:
            writer.write(_answer(304, b"", ETag=tag))
        else:
            body = self.bodies.setdefault(newest * 1000 + number, city.feed(number, newest, items=ITEMS))
            writer.write(_answer(200, body, ETag=tag))

    async def _misbehave(self, vice: str, path: str, writer: asyncio.StreamWriter) -> None:
        if vice == "hangs":
            await asyncio.sleep(3600)
        elif vice == "silent body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
            await writer.drain()
            await asyncio.sleep(3600)
        elif vice == "drips":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(3600):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.5)
        else:
            answers = {
                "fails": _answer(500),
                "missing": _answer(404),
                "throttles": _answer(429, b"", **{"Retry-After": "600"}),
                "circles": _answer(302, b"", Location=path),
                "void": _answer(301, b"", Location="http://127.9.9.9:9/feed"),
                "page": _answer(200, b"<!doctype html><html><body>Welcome</body></html>"),
                "bomb": _answer(200, self.bomb, **{"Content-Encoding": "gzip"}),
                "burner": _answer(200, self.burner.encode()),
            }
            writer.write(answers[vice])


def _answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    fields = {"Content-Length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body


# The daemon -----------------------------------------------------------------------------------------------------------


@dataclass
class _Claims:
    """When each claimed source was due."""

    due: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


class _Noting(StoredSources):
    """The real sources, which note what was claimed."""

    def __init__(self, store: Store, claims: _Claims) -> None:
        super().__init__(store.engine)
        self._claims = claims

    async def claim(self, host: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Claim]:
        """Claim and note."""
        taken = await super().claim(host, now=now, lease=lease, limit=limit)
        for one in taken:
            self._claims.due[one.source].append(one.state.next_poll_at.timestamp())
        return taken


@dataclass(frozen=True)
class _Files:
    config: WatchConfig

    def load(self) -> WatchConfig:
        """Return the config."""
        return self.config

    def stamp(self) -> object:
        """Never change."""
        return 0


def _config(port: int, folder: str, hosts: Sequence[int]) -> WatchConfig:
    sources = {
        f"{number}-{n}": Source(
            id=f"{number}-{n}",
            outlet=f"o{number}",
            kind=SourceKind.FEED,
            url=f"http://{host(number)}:{port}/{number}-{n}",
            every=EVERY,
            verify=False,
        )
        for number in hosts
        for n in range(SOURCES_A_HOST)
    }
    return WatchConfig(
        settings=Settings(
            database=f"sqlite:///{folder}/bench.db",
            contact="bench@example.org",
            outbox=f"{folder}/outbox",
            allow=tuple(f"{host(number)}:{port}" for number in hosts),
        ),
        outlets={f"o{number}": Outlet(id=f"o{number}", name=f"Outlet {number}") for number in hosts},
        sources=sources,
        events={},
        subscribers={},
        subscriptions={},
    )


@asynccontextmanager
async def _planned(config: WatchConfig) -> AsyncIterator[Store]:
    """Open a database in which the first visits are spread evenly over the first interval, the same in both runs."""
    dice = random.Random(7)
    begin = datetime.now(UTC) + timedelta(seconds=5)
    moments = {source: begin + EVERY * dice.random() for source in sorted(_all_sources())}
    async with open_store(config.settings.database) as store:
        await store.sources.apply(config, begin)
        planning = update(tables.sources).where(tables.sources.c.id == bindparam("one"))
        rows = [{"one": source, "moment": moments[source]} for source in config.sources]
        async with writing(store.engine) as connection:
            await connection.execute(planning.values(next_poll_at=bindparam("moment")), rows)
        yield store


def _all_sources() -> list[str]:
    return [f"{number}-{n}" for number in range(HOSTS) for n in range(SOURCES_A_HOST)]


def _now() -> datetime:
    return datetime.now(UTC)


async def _run(port: int, line: Connection, hosts: Sequence[int]) -> tuple[list[float], int]:
    """Run the daemon for a while; return the start delays of the good sources and the number of all requests."""
    claims = _Claims()
    line.send("arrivals")
    line.recv()
    with tempfile.TemporaryDirectory() as folder:
        config = _config(port, folder, hosts)
        async with _planned(config) as store:
            daemon = Daemon(
                sources=_Noting(store, claims),
                outbox=store.outbox,
                pushes=store.pushes,
                paces=store.paces,
                files=_Files(config),
                open_runtime=lambda config, take: open_runtime(config, store, _now, take=take),
                clock=_now,
            )
            running = asyncio.create_task(daemon.run())
            await asyncio.sleep(SECONDS)
            os.kill(os.getpid(), 15)
            await running
    line.send("arrivals")
    arrivals: dict[str, list[float]] = defaultdict(list)
    for source, moment in line.recv():
        arrivals[source].append(moment)
    delays = [
        came - due
        for source, moments in claims.due.items()
        if not is_bad(int(source.split("-")[0]))
        for due, came in zip(moments, arrivals[source], strict=False)
    ]
    return delays, sum(map(len, arrivals.values()))


def main() -> None:
    """Print the start delays of both runs and their ratio."""
    logging.disable(logging.WARNING)  # Scrapy and APScheduler talk of what is meant to happen here
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    good = [number for number in range(HOSTS) if not is_bad(number)]
    print(f"{HOSTS} hosts of {SOURCES_A_HOST} sources, {HOSTS - len(good)} of the hosts bad; {SECONDS} s each run")
    print(f"{'':<24}{'requests':>10}{'good polls':>12}{'median s':>10}{'p95 s':>8}{'max s':>8}")
    shown: dict[str, float] = {}
    with serving() as (port, line):
        for name, hosts in (("without the bad ones", good), ("with the bad ones", list(range(HOSTS)))):
            delays, requests = asyncio.run(_run(port, line, hosts))
            cuts = statistics.quantiles(delays, n=100)
            shown[name] = cuts[94]
            figures = f"{requests:>10}{len(delays):>12}{cuts[49]:>10.2f}{cuts[94]:>8.2f}{max(delays):>8.2f}"
            print(f"{name:<24}{figures}")
    print(f"p95 with / without the bad ones: {shown['with the bad ones'] / shown['without the bad ones']:.2f}")
