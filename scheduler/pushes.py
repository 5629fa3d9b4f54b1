"""The work of push: asking the hubs that are due, and storing what hubs push.

A push that was accepted stands in the database as a promise. Whatever keeps it from being stored here, a poll follows.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from storywatch.errors import LeaseLost, StorageError
from storywatch.ports import Claim, Clock, Pushes, PushReader, Sources
from storywatch.push import Push
from storywatch.subscribing import Asked, Subscribing, remake
from storywatch.urls import host_of
from storywatch.watch import Plan, PollOutcome, PollResult, Watch

log = structlog.get_logger()

HUBS_AT_ONCE = 4
ASKED_IN_A_ROW = 20
WAITING_AT_MOST = 4
"""Pushes of one source that are stored or wait for it; what comes beyond them is left to a poll."""
CLAIM_SECONDS = 10.0
CLAIM_PAUSE = 0.2
STOP_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class PushIntake:
    """Stores what hubs push, by one config, the pushes of one source one after the other. Make one by `running_intake`.

    `in_force`: is set when the config is; before that its events may not be in the database yet.
    """

    sources: Sources
    pushes: Pushes
    watch: Watch
    plan: Plan
    reader: PushReader
    clock: Clock
    lease: timedelta
    in_force: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting: Counter[str] = field(default_factory=Counter)
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)

    def take(self, push: Push) -> None:
        """Store it soon."""
        task = asyncio.create_task(self._store(push), name=f"push:{push.source}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _store(self, push: Push) -> None:
        self._waiting[push.source] += 1
        try:
            if not push.body or self._waiting[push.source] > WAITING_AT_MOST or not await self._is_stored(push):
                await self.pushes.hasten(push.source, self.clock())
        except StorageError as error:
            log.error("push_broke", source=push.source, reason=str(error))
        except Exception:  # the border of a push: its promise stands, so a poll brings what it brought
            log.exception("push_broke", source=push.source)
        finally:
            self._waiting[push.source] -= 1

    async def _is_stored(self, push: Push) -> bool:
        await self.in_force.wait()
        async with self._turns.setdefault(push.source, asyncio.Lock()):
            source = self.plan.config.sources.get(push.source)
            claim = await self._claim(push.source) if source and source.enabled else None
            if claim is None:
                return False
            began = time.monotonic()
            try:
                result = await self.watch.take_push(claim, push, self.reader, self.plan)
            except LeaseLost:
                log.warning("lease_lost", source=push.source)
                return False
        _log_push(result, time.monotonic() - began)
        return result.outcome is not PollOutcome.FAILED

    async def _claim(self, source: str) -> Claim | None:
        """Take the source as soon as nobody has it; None if a poll takes too long."""
        end = time.monotonic() + CLAIM_SECONDS
        while (claim := await self.sources.claim_named(source, now=self.clock(), lease=self.lease)) is None:
            if time.monotonic() > end:
                return None
            await asyncio.sleep(CLAIM_PAUSE)
        return claim

    async def _end(self) -> None:
        """Give what runs a moment; the promises of what is cut off stand."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


@asynccontextmanager
async def running_intake(intake: PushIntake) -> AsyncIterator[PushIntake]:
    """Take pushes in until the block ends."""
    try:
        yield intake
    finally:
        await intake._end()  # noqa: SLF001 - its other half


@dataclass(frozen=True, kw_only=True)
class PushRuntime:
    """What a config with `settings.push` sets in motion."""

    subscribing: Subscribing
    intake: PushIntake


@dataclass(frozen=True, kw_only=True)
class HubWork:
    """Asks one hub all that is due there, one request after the other. `current`: None while there is no push."""

    pushes: Pushes
    clock: Clock
    current: Callable[[], PushRuntime | None]
    stopping: Callable[[], bool]

    async def due_hubs(self, limit: int) -> tuple[str, ...]:
        """Tidy up, and return the hubs that are due."""
        runtime = self.current()
        if runtime is None:
            await remake(self.pushes, "", self.clock())
            return ()
        runtime.intake.in_force.set()
        await runtime.subscribing.tidy()
        return tuple(await runtime.subscribing.due_hubs(limit))

    async def __call__(self, hub: str) -> None:
        """Work until nothing is due, enough was asked, or all work stops. Raises `StorageError`."""
        for _ in range(ASKED_IN_A_ROW):
            runtime = self.current()
            due = await runtime.subscribing.due(hub, 1) if runtime and not self.stopping() else ()
            if runtime is None or not due:
                return
            asked = await runtime.subscribing.ask(due[0])
            if asked:
                _log_asked(asked)


def _log_asked(asked: Asked) -> None:
    """Write the one line of a request to a hub."""
    fault = asked.fault
    level = log.warning if fault else log.info
    level(
        "push_asked",
        source=asked.state.source,
        hub=host_of(asked.state.hub),
        mode=asked.state.mode.value,
        **({"code": fault.code, "message": fault.message} if fault else {}),
    )


def _log_push(result: PollResult, seconds: float) -> None:
    """Write the one line of a push that was taken in."""
    fault = result.fault
    level = log.warning if fault else log.info
    level(
        "push",
        source=result.source,
        outcome=result.outcome.value,
        items=result.items,
        new=result.new,
        revised=result.revised,
        matched=result.matched,
        updates=result.updates,
        alerts=result.alerts,
        ms=round(seconds * 1000),
        **({"code": fault.code, "message": fault.message} if fault else {}),
    )
