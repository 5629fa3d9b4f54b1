"""Do endpoints that hang delay a good one? Webhooks through the real daemon, alone and beside ten that never answer.

All eleven share one host and port, as customers of one hosted service do. Every receiver is owed a call each quarter of
a second; the delay of a call is the time from the moment when it is owed to its arrival at the good receiver. The
daemon runs twice in one process, for the same time and on the same plan. Printed: median and p95 of both runs, and
their ratio, which must not exceed 1.5.
"""

import asyncio
import base64
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from aiohttp import web
from sqlalchemy import insert

from scheduler.daemon import Daemon
from storage import Store, open_store, tables
from storage.alerts import delivery_row
from storage.engine import writing
from storywatch.cli.compose import open_runtime
from storywatch.model import ChannelKind, DeliveryKind, Message, Settings, Subscriber, Subscription, WatchConfig

HANGING = 10
CALLS = 120
EVERY_SECONDS = 0.25
MOST = 1.5
GOOD = "good"


@dataclass
class Receivers:
    """Takes calls: the good one notes when each came, all others never answer."""

    arrived: dict[str, float] = field(default_factory=dict)
    hung: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Take a call."""
        if request.path == f"/{GOOD}":
            self.arrived.setdefault(request.headers["webhook-id"], time.time())
            return web.Response()
        self.hung += 1
        await asyncio.sleep(3600)
        return web.Response()


@asynccontextmanager
async def serving(receivers: Receivers) -> AsyncIterator[int]:
    """Serve on loopback until the block ends, and yield the port."""
    app = web.Application()
    app.router.add_post("/{name}", receivers.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Files:
    """A config that never changes."""

    config: WatchConfig

    def load(self) -> WatchConfig:
        """Return the config."""
        return self.config

    def stamp(self) -> object:
        """Never change."""
        return 0


def config_of(folder: str, port: int, names: Sequence[str]) -> WatchConfig:
    """Return a config in which each name is a subscriber with a webhook."""
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()
    subscribers = [
        Subscriber(id=name, name=name, webhook_url=f"http://127.0.0.1:{port}/{name}", webhook_secret=secret)
        for name in names
    ]
    subscriptions = [Subscription(id=name, subscriber=name, channel=ChannelKind.WEBHOOK) for name in names]
    settings = Settings(
        database=f"sqlite:///{folder}/bench.db", contact="bench@example.org", allow=(f"127.0.0.1:{port}",)
    )
    return WatchConfig(
        settings=settings,
        outlets={},
        sources={},
        events={},
        subscribers={one.id: one for one in subscribers},
        subscriptions={one.id: one for one in subscriptions},
    )


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


async def owe(store: Store, port: int, names: Sequence[str]) -> dict[str, float]:
    """Owe every receiver a call again and again; return when each of the good one's was owed."""
    owed: dict[str, float] = {}
    for number in range(CALLS):
        message = Message(address=f"http://127.0.0.1:{port}", body=b"{}", content_type="application/json")
        moment = now()
        rows = [
            delivery_row(
                f"{name}{number}",
                subscription=name,
                subscriber=name,
                channel=ChannelKind.WEBHOOK,
                message=message,
                created=moment,
                kind=DeliveryKind.ALERT,
            )
            for name in names
        ]
        async with writing(store.engine) as connection:
            await connection.execute(insert(tables.deliveries), rows)
        owed[f"{GOOD}{number}"] = moment.timestamp()
        await asyncio.sleep(EVERY_SECONDS)
    return owed


async def delays(names: Sequence[str]) -> tuple[list[float], int]:
    """Run the daemon; return the good one's delays, and how many calls hung."""
    receivers = Receivers()
    with tempfile.TemporaryDirectory() as folder:
        async with serving(receivers) as port:
            config = config_of(folder, port, names)
            async with open_store(config.settings.database) as store:
                daemon = Daemon(
                    sources=store.sources,
                    outbox=store.outbox,
                    pushes=store.pushes,
                    paces=store.paces,
                    files=Files(config),
                    open_runtime=lambda config, take: open_runtime(config, store, now, take=take),
                    clock=now,
                )
                running = asyncio.create_task(daemon.run())
                await asyncio.sleep(2)
                owed = await owe(store, port, names)
                await asyncio.sleep(2)
                os.kill(os.getpid(), 15)
                os.kill(os.getpid(), 15)  # what hangs is cut off
                await running
    missing = owed.keys() - receivers.arrived.keys()
    assert not missing, f"{len(missing)} calls never came"
    return [receivers.arrived[call] - moment for call, moment in owed.items()], receivers.hung


def main() -> None:
    """Print the delays of both runs and their ratio."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"{CALLS} calls to one good endpoint, {1 / EVERY_SECONDS:g} a second")
    print(f"{'':<24}{'hung':>8}{'median s':>10}{'p95 s':>8}{'max s':>8}")
    shown: list[float] = []
    hanging = [f"hangs{number}" for number in range(HANGING)]
    for title, names in (("alone", [GOOD]), (f"beside {HANGING} that hang", [*hanging, GOOD])):
        found, hung = asyncio.run(delays(names))
        cuts = statistics.quantiles(found, n=100)
        shown.append(cuts[94])
        print(f"{title:<24}{hung:>8}{cuts[49]:>10.3f}{cuts[94]:>8.3f}{max(found):>8.3f}")
    ratio = shown[1] / shown[0]
    print(f"p95 beside those that hang / alone: {ratio:.2f}")
    if ratio > MOST:
        sys.exit(f"more than {MOST}")


if __name__ == "__main__":
    main()
