"""The work of push: asking the hubs that are due, and storing what hubs push.

A push that was accepted stands in the database as a promise. Whatever keeps it from being stored here, a poll follows.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from storywatch.errors import LeaseLost, StorageError
from storywatch.ports import Claim, Clock, PollRecord, Pushes, PushReader, Sources
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
TRIES = 3


@dataclass(frozen=True, kw_only=True)
class PushRuntime:
    """What a config with `settings.push` sets in motion. `lease`: how long a source is held for a push."""

    plan: Plan
    watch: Watch
    subscribing: Subscribing
    reader: PushReader
    lease: timedelta


Current = Callable[[], PushRuntime | None]
"""Tells the one in force, if any; a reload swaps it between two pushes, never within one."""


class PushIntake:
    """Stores what hubs push, the pushes of one source one after the other."""

    def __init__(self, sources: Sources, pushes: Pushes, clock: Clock, current: Current) -> None:
        self._sources = sources
        self._pushes = pushes
        self._clock = clock
        self._current = current
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: Counter[str] = Counter()
        self._turns: dict[str, asyncio.Lock] = {}

    def take(self, push: Push) -> None:
        """Store it soon."""
        task = asyncio.create_task(self._store(push), name=f"push:{push.source}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, patience: timedelta) -> int:
        """Wait for what runs, then cancel it: its promises stand. Return how many were cancelled."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(self._tasks, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def idle(self) -> None:
        """Wait until what runs now has ended."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def _store(self, push: Push) -> None:
        self._waiting[push.source] += 1
        try:
            if not await self._is_done(push):
                await self._pushes.hasten(push.source, self._clock())
        except StorageError as error:  # its promise stands
            log.error("push_broke", source=push.source, reason=str(error))
        finally:
            self._waiting[push.source] -= 1

    async def _is_done(self, push: Push) -> bool:
        """Store it, and tell whether that needs no poll. Raises `StorageError`."""
        if not push.body or self._waiting[push.source] > WAITING_AT_MOST:
            return False
        try:
            return await self._is_stored(push)
        except StorageError:
            raise
        except Exception:  # the border of a push: its promise stands, so a poll brings what it brought
            log.exception("push_broke", source=push.source)
            return False

    async def _is_stored(self, push: Push) -> bool:
        async with self._turns.setdefault(push.source, asyncio.Lock()):
            for _ in range(TRIES):
                try:
                    return await self._is_taken(push)
                except LeaseLost:  # to a reload, as a rule: the events in force have changed meanwhile
                    log.warning("lease_lost", source=push.source)
        return False

    async def _is_taken(self, push: Push) -> bool:
        """Take it in with the config in force. Raises `LeaseLost`."""
        claim = await self._claim(push.source)
        if claim is None:
            return False
        runtime, began = claim.runtime, time.monotonic()
        try:
            result = await runtime.watch.take_push(claim.claim, push, runtime.reader, runtime.plan)
        except (LeaseLost, StorageError):
            raise
        except Exception:
            # What this push brings out must not keep the poll waiting that takes its place.
            await self._free(claim.claim)
            raise
        _log_push(result, time.monotonic() - began)
        return result.outcome is not PollOutcome.FAILED

    async def _free(self, claim: Claim) -> None:
        async with self._sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=claim.state))

    async def _claim(self, source: str) -> "_Claimed | None":
        """Take the source as soon as nobody has it; None if a poll takes too long, or if it is not to be polled."""
        end = time.monotonic() + CLAIM_SECONDS
        while time.monotonic() < end:
            runtime = self._current()
            declared = runtime.plan.config.sources.get(source) if runtime else None
            if runtime is None or declared is None or not declared.enabled:
                return None
            claim = await self._sources.claim_named(source, now=self._clock(), lease=runtime.lease, counts=False)
            if claim is not None:
                return _Claimed(claim=claim, runtime=runtime)
            await asyncio.sleep(CLAIM_PAUSE)
        return None


@dataclass(frozen=True, kw_only=True)
class _Claimed:
    """A source that is ours, and the config that was in force before the claim: if it changes, the claim is lost."""

    claim: Claim
    runtime: PushRuntime


@dataclass(frozen=True, kw_only=True)
class HubWork:
    """Asks one hub all that is due there, one request after the other. `current`: None while there is no push."""

    pushes: Pushes
    clock: Clock
    current: Current
    stopping: Callable[[], bool]

    async def tidy(self) -> None:
        """End what is no longer wanted; without push, let all of it rest."""
        runtime = self.current()
        if runtime is None:
            await remake(self.pushes, "", self.clock())
        else:
            await runtime.subscribing.tidy()

    async def due_hubs(self, limit: int) -> tuple[str, ...]:
        """Return the hubs that are due."""
        runtime = self.current()
        return tuple(await runtime.subscribing.due_hubs(limit)) if runtime else ()

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
