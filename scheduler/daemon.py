"""The daemon: one loop that keeps time, offers what is due to the queues, reloads the config and stops gracefully."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import Self

import structlog

from scheduler import systemd
from scheduler.jobs import FixedJobs
from scheduler.learning import CATCH_UP, IMPORT_CHECK, SAVE_EVERY, Learning, LearningWork
from scheduler.looks import Looks
from scheduler.pacing import LOOK as PACE_LOOK
from scheduler.pacing import PaceWork
from scheduler.ports import ConfigFiles
from scheduler.pushes import HUBS_AT_ONCE, HubWork, PushIntake, PushRuntime
from scheduler.queue import LocalQueue
from scheduler.rechecks import ENLIST, LOOK, RecheckWork
from scheduler.releases import ReleaseWork
from scheduler.work import DeliveryWork, PollWork, Runtime
from storywatch.errors import ConfigError, StorageError, StorywatchError
from storywatch.gathering import Gathering
from storywatch.model import WatchConfig
from storywatch.pacemaking import Pacemaking
from storywatch.ports import Clock, NewQueue, Outbox, Paces, Pushes, Sources, WorkQueue
from storywatch.push import Push
from storywatch.second_look import SecondLook

log = structlog.get_logger()

TICK = timedelta(seconds=0.5)
SLEPT = timedelta(seconds=30)
"""A tick so late means that the machine slept, or that the clock was set."""
TIDY = timedelta(seconds=5)
RELOAD_CHECK = timedelta(seconds=2)
RELEASE_CHECK = timedelta(seconds=2)
BRING_FORWARD = timedelta(minutes=10)
CONCURRENT_LANES = 32
PROBED_LANES = 4
"""Lanes that fail are tried beside the others, so many at once: however many hang, they take no place of those."""


OpenRuntime = Callable[[WatchConfig, Callable[[Push], None]], AbstractAsyncContextManager[Runtime]]
"""Builds what a config sets in motion: crawler, channels, use cases. The composition root's part.

It is also told what takes the pushes of hubs.
"""


class Wish(Enum):
    """What a signal or a changed file asks of the daemon."""

    STOP = auto()
    RELOAD = auto()


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """Runs until it is told to stop."""

    sources: Sources
    outbox: Outbox
    pushes: Pushes
    paces: Paces
    files: ConfigFiles
    open_runtime: OpenRuntime
    clock: Clock
    new_queue: NewQueue = LocalQueue
    new_jobs: Callable[[], FixedJobs] = FixedJobs

    async def run(self) -> None:
        """Watch until SIGTERM or SIGINT; SIGHUP or a changed file reloads the config. Raises `ConfigError` at start."""
        wishes: asyncio.Queue[Wish] = asyncio.Queue()
        with _signals(wishes):
            stamp = self.files.stamp()
            config = await asyncio.to_thread(self.files.load)
            async with _Watching(self, config, wishes, stamp) as watching:
                await watching.until_stopped()


class _Watching:
    """The daemon in motion: what changes while it runs."""

    def __init__(self, daemon: Daemon, config: WatchConfig, wishes: asyncio.Queue[Wish], stamp: object) -> None:
        self._daemon = daemon
        self._config = config
        self._wishes = wishes
        self._looks = Looks(daemon.files, stamp)
        self._runtime: Runtime
        self._push: PushRuntime | None = None
        self._closing = AsyncExitStack()
        self._retiring: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._offered = daemon.clock()
        poll = PollWork(sources=daemon.sources, clock=daemon.clock, current=self._current, stopping=self._is_stopping)
        deliver = DeliveryWork(
            outbox=daemon.outbox, clock=daemon.clock, current=self._current, stopping=self._is_stopping
        )
        self._polls = daemon.new_queue("poll", poll, config.settings.concurrent_hosts)
        self._deliveries = daemon.new_queue("delivery", deliver, CONCURRENT_LANES)
        self._probes = daemon.new_queue("probe", replace(deliver, probes=True), PROBED_LANES)
        self._hub_work = HubWork(
            pushes=daemon.pushes, clock=daemon.clock, current=self._current_push, stopping=self._is_stopping
        )
        self._hubs = daemon.new_queue("push", self._hub_work, HUBS_AT_ONCE)
        self._intake = PushIntake(daemon.sources, daemon.pushes, daemon.clock, self._current_push)
        self._learning = LearningWork(self._current_learning, self._is_stopping)
        self._rechecks = RecheckWork(self._current_look)
        self._releases = ReleaseWork(current=self._current_gathering, stopping=self._is_stopping)
        self._pace = PaceWork(Pacemaking(paces=daemon.paces, clock=daemon.clock))
        self._jobs = daemon.new_jobs()

    def _current(self) -> Runtime:
        return self._runtime

    def _current_gathering(self) -> tuple[Gathering, WatchConfig]:
        return self._runtime.gathering, self._runtime.plan.config

    def _current_push(self) -> PushRuntime | None:
        return self._push

    def _current_learning(self) -> Learning | None:
        return self._runtime.learning

    def _current_look(self) -> tuple[SecondLook, WatchConfig] | None:
        look = self._runtime.second_look
        return (look, self._config) if look else None

    def _is_stopping(self) -> bool:
        return self._stopping

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            opened = self._daemon.open_runtime(self._config, self._intake.take)
            self._runtime = await opening.enter_async_context(opened)
            await self._daemon.sources.apply(self._config, self._daemon.clock())
            self._runtime.declare()
            await self._learning.recall()
            self._push = self._runtime.push
            await self._spread_overdue()
            self._closing = opening.pop_all()
        self._start()
        return self

    def _start(self) -> None:
        self._jobs.every(TICK, self._offer_hosts)
        self._jobs.every(TICK, self._offer_lanes)
        self._jobs.every(TICK, self._offer_failing_lanes)
        self._jobs.every(TICK, self._offer_hubs)
        self._jobs.every(TIDY, self._hub_work.tidy)
        self._jobs.every(PACE_LOOK, self._pace.keep_pace)
        self._jobs.every(RELOAD_CHECK, self._look_at_files)
        self._jobs.every(ENLIST, self._rechecks.enlist)
        self._jobs.every(LOOK, self._rechecks.look_due)
        self._jobs.every(RELEASE_CHECK, self._releases.release_due)
        self._jobs.every(BRING_FORWARD, self._releases.bring_forward)
        self._jobs.every(IMPORT_CHECK, self._learning.import_past)
        self._jobs.every(CATCH_UP, self._learning.catch_up)
        self._jobs.every(SAVE_EVERY, self._learning.save_memory)
        watchdog = systemd.watchdog_interval()
        if watchdog is not None:
            self._jobs.every(watchdog, self._say_alive)
        self._jobs.start()
        log.info("started", sources=_enabled(self._config), events=len(self._config.events))
        systemd.notify("READY=1")

    async def __aexit__(self, *_: object) -> None:
        """Stop: take nothing new, end what runs, within the bound that the settings give."""
        systemd.notify("STOPPING=1")
        self._stopping = True
        self._rechecks.stop()
        self._jobs.stop()
        patience = self._config.settings.shutdown_timeout
        log.info("stopping", seconds=patience.total_seconds())
        hurry = asyncio.create_task(self._hurry(), name="hurry")
        cut = await self._drain(patience)
        hurry.cancel()
        await asyncio.gather(*self._retiring)
        await self._learning.close(patience)
        await self._closing.aclose()
        log.info("stopped", cut_off=cut)

    async def _drain(self, patience: timedelta) -> int:
        queues = (self._polls, self._deliveries, self._probes, self._hubs, self._intake)
        cut = asyncio.gather(*(queue.drain(patience) for queue in queues))
        await self._jobs.drain(patience)
        return sum(await cut)

    async def _hurry(self) -> None:
        """Cut off what still runs at a second wish to stop: nothing is lost by it, leases see to that."""
        while await self._wishes.get() is not Wish.STOP:
            continue
        await self._drain(timedelta())

    async def until_stopped(self) -> None:
        """Answer wishes until one is to stop."""
        while await self._wishes.get() is Wish.RELOAD:
            systemd.notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
            await self._reload()
            systemd.notify("READY=1")

    async def _spread_overdue(self) -> None:
        """After a stop or a sleep many sources are overdue at once; nobody asked for all of them in one second."""
        spread = await self._daemon.sources.spread_overdue(self._daemon.clock())
        if spread:
            log.info("overdue_spread", sources=spread)

    async def _offer_hosts(self) -> None:
        now = self._daemon.clock()
        if abs(now - self._offered) > SLEPT:
            await self._spread_overdue()
        self._offered = now
        if self._polls.free:
            # Hosts that are being visited may have more that is due: they must not crowd out the others.
            await self._polls.offer(await self._daemon.sources.due_hosts(now, self._polls.free + self._polls.busy))

    async def _offer_lanes(self) -> None:
        if self._deliveries.free:
            await self._deliveries.offer(await self._due_lanes(self._deliveries, failing=False))

    async def _offer_failing_lanes(self) -> None:
        if self._probes.free:
            await self._probes.offer(await self._due_lanes(self._probes, failing=True))

    async def _due_lanes(self, queue: WorkQueue, *, failing: bool) -> Sequence[str]:
        return await self._daemon.outbox.due_lanes(self._daemon.clock(), queue.free + queue.busy, failing=failing)

    async def _offer_hubs(self) -> None:
        if self._hubs.free:
            await self._hubs.offer(await self._hub_work.due_hubs(self._hubs.free + self._hubs.busy))

    async def _look_at_files(self) -> None:
        if await self._looks.changed():
            self._wishes.put_nowait(Wish.RELOAD)

    async def _say_alive(self) -> None:
        systemd.notify("WATCHDOG=1")

    async def _reload(self) -> None:
        """Swap the whole config, or keep the old one and say why."""
        try:
            config = await asyncio.to_thread(self._daemon.files.load)
            await self._swap(config)
        except ConfigError as error:
            log.error("reload_refused", reason="the new config has problems", problems=list(map(str, error.problems)))
        except StorageError as error:
            log.error("reload_refused", reason=str(error))
            self._looks.forget()  # nothing is wrong with the config: it is tried again at the next look
        except StorywatchError as error:
            log.error("reload_refused", reason=str(error))
        except Exception:  # the border of a reload: whatever it meets, the old config keeps running
            log.exception("reload_refused", reason="a bug, please report it")
        else:
            log.info("reloaded", sources=_enabled(config), events=len(config.events))

    async def _swap(self, config: WatchConfig) -> None:
        if config.settings.database != self._config.settings.database:
            raise StorywatchError("another database takes effect at a restart only")
        async with AsyncExitStack() as opening:
            runtime = await opening.enter_async_context(self._daemon.open_runtime(config, self._intake.take))
            compiled = runtime.compiled()
            await self._daemon.sources.apply(config, self._daemon.clock(), changed=True)
            runtime.declare(compiled)
            old, self._closing = self._closing, opening.pop_all()
        self._runtime, self._push, self._config = runtime, runtime.push, config
        self._polls.resize(config.settings.concurrent_hosts)
        # On its own, so that a server that hangs doesn't hold up the next wish, which may be to stop.
        task = asyncio.create_task(self._retire(old), name="retire")
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _retire(self, old: AsyncExitStack) -> None:
        """Close an old crawler and its channels when what still uses them has ended."""
        using = (self._polls, self._deliveries, self._probes, self._hubs, self._intake, self._rechecks)
        await asyncio.gather(*(one.idle() for one in using))
        await old.aclose()


def _enabled(config: WatchConfig) -> int:
    return sum(source.enabled for source in config.sources.values())


@contextmanager
def _signals(wishes: asyncio.Queue[Wish]) -> Iterator[None]:
    """Turn signals into wishes while the block runs."""
    loop = asyncio.get_running_loop()
    meanings = {signal.SIGTERM: Wish.STOP, signal.SIGINT: Wish.STOP, signal.SIGHUP: Wish.RELOAD}
    for number, wish in meanings.items():
        loop.add_signal_handler(number, wishes.put_nowait, wish)
    try:
        yield
    finally:
        for number in meanings:
            loop.remove_signal_handler(number)
