"""The two kinds of work: visiting a host's due sources, and sending a lane's due deliveries.

A job's key only says where to look. The handler claims one row at a time, so that a process that dies holds little,
and stops after a while, so that every host and lane gets its turn.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from scheduler.learning import Learning
from scheduler.pushes import PushRuntime
from spiders.parsing.limits import limits_of
from storywatch.audience import is_reader
from storywatch.dispatch import Dispatch
from storywatch.errors import Fault, LeaseLost, StorageError
from storywatch.gathering import Gathering
from storywatch.matching.language import EventTree
from storywatch.model import Delivery, Settings, Settlement, Visit, VisitOutcome
from storywatch.ports import Claim, Clock, Outbox, Sources
from storywatch.watch import Plan, PollResult, Watch

log = structlog.get_logger()

LONGEST_JOB_SECONDS = 60.0
DELIVERY_LEASE = timedelta(seconds=90)
VISIT_MARGIN = timedelta(seconds=60)
REMARKABLE_PAUSE = timedelta(hours=24)


def poll_lease(settings: Settings) -> timedelta:
    """Return how long a source is held for a visit."""
    return settings.timeout * 2 + timedelta(seconds=limits_of(settings).patience) + VISIT_MARGIN


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What a watch config sets in motion: its compiled plan and the effects that its settings call for."""

    plan: Plan
    watch: Watch
    dispatch: Dispatch
    gathering: Gathering
    push: PushRuntime | None = None
    learning: Learning | None = None

    def compiled(self) -> Mapping[str, EventTree]:
        """Compile the events that changed, which may fail; nothing changes by it."""
        return self.plan.matcher.compiled(self.plan.config.events.values())

    def declare(self, compiled: Mapping[str, EventTree] | None = None) -> None:
        """Let the matcher know the events of the plan. What it has learned stays."""
        if self.learning is not None:
            self.learning.recollection.declare(self.plan.config.events.values(), compiled)

    @property
    def poll_lease(self) -> timedelta:
        """Longer than any visit can take, so that a lease never runs out under a worker that lives."""
        return poll_lease(self.plan.config.settings)


Current = Callable[[], Runtime]
"""Tells the runtime in force; a reload swaps it between two rows, never within one."""


def never() -> bool:
    """Say that nobody stops the work."""
    return False


@dataclass(frozen=True, kw_only=True)
class PollWork:
    """Visits the due sources of one host, one after the other."""

    sources: Sources
    clock: Clock
    current: Current
    stopping: Callable[[], bool] = never

    async def __call__(self, host: str) -> None:
        """Work until nothing of the host is due, the time is up, or all work stops. Raises `StorageError`."""
        end = time.monotonic() + LONGEST_JOB_SECONDS
        while time.monotonic() < end and not self.stopping():
            lease = self.current().poll_lease
            claims = await self.sources.claim(host, now=self.clock(), lease=lease, limit=1)
            if not claims:
                return
            await self.poll(claims[0])

    async def poll(self, claim: Claim) -> PollResult | None:
        """Poll one claimed source and log it; None if the config or another worker took it from us."""
        runtime = self.current()
        if claim.source not in runtime.plan.config.sources:
            return None
        began = time.monotonic()
        try:
            result = await runtime.watch.poll(claim, runtime.plan)
        except LeaseLost:
            log.warning("lease_lost", source=claim.source)
            return None
        except StorageError:
            raise  # of the database, not of this source: the row is offered again
        except Exception as error:  # the border of one source: what it brings must not break each of its polls for ever
            log.exception("poll_broke", source=claim.source)
            result = await runtime.watch.take_in(broken(error), claim, runtime.plan, self.clock())
        _log_poll(result, time.monotonic() - began)
        _log_alarms(result)
        return result


def broken(error: Exception) -> Visit:
    """Return the failed visit that stands for one whose documents our own code can't take in."""
    message = f"a bug that this source brings out, please report it: {error!r:.200}"
    return Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="internal", message=message))


@dataclass(frozen=True, kw_only=True)
class DeliveryWork:
    """Sends the due deliveries of one lane, oldest first. `probes`: one attempt is enough, for the lane fails."""

    outbox: Outbox
    clock: Clock
    current: Current
    stopping: Callable[[], bool] = never
    probes: bool = False

    async def __call__(self, lane: str) -> None:
        """Work until nothing of the lane is due, it fails, the time is up, or all work stops. Raises `StorageError`."""
        end = time.monotonic() + LONGEST_JOB_SECONDS
        while time.monotonic() < end and not self.stopping():
            claimed = await self.outbox.claim_deliveries(lane, now=self.clock(), lease=DELIVERY_LEASE, limit=1)
            if not claimed:
                return
            settlement = await self.deliver(claimed[0])
            if self.probes or _is_failing(settlement):
                return

    async def deliver(self, delivery: Delivery) -> Settlement | None:
        """Make one attempt and log it; None if another worker took it from us."""
        runtime = self.current()
        began = time.monotonic()
        try:
            settlement = await runtime.dispatch.deliver(delivery, runtime.plan.config)
        except LeaseLost:
            log.warning("lease_lost", delivery=delivery.id)
            return None
        _log_delivery(delivery, settlement, time.monotonic() - began)
        _log_endpoint(delivery, settlement)
        return settlement


def _is_failing(settlement: Settlement | None) -> bool:
    """Tell whether the lane is one for those who probe: it may hang, and must not keep a place of the others."""
    return settlement is not None and settlement.endpoint is not None and not settlement.endpoint.is_well


def _log_poll(result: PollResult, seconds: float) -> None:
    """Write the one line of a poll: what an operator greps for."""
    fault = result.fault
    level = log.warning if fault else log.info
    level(
        "poll",
        source=result.source,
        outcome=result.outcome.value,
        items=result.items,
        new=result.new,
        revised=result.revised,
        matched=result.matched,
        updates=result.updates,
        alerts=result.alerts,
        set_aside=result.set_aside,
        ms=round(seconds * 1000),
        **({"code": fault.code, "message": fault.message} if fault else {}),
    )


def _log_alarms(result: PollResult) -> None:
    """Write a line for each alarm that the poll raised or ended, and for a pause that an operator should know of."""
    for alarm in result.raised:
        log.warning("alarm", source=alarm.source, kind=alarm.kind.value, message=alarm.message)
    for alarm in result.ended:
        log.info("alarm_over", source=alarm.source, kind=alarm.kind.value, since=alarm.raised.isoformat())
    for fault in result.untold:
        log.error("notice_unwritten", source=result.source, code=fault.code, message=fault.message)
    pause = result.fault.retry_after if result.fault else result.retry_after
    if pause is not None and pause > REMARKABLE_PAUSE:
        log.warning("long_pause", source=result.source, seconds=round(pause.total_seconds()))


def _log_delivery(delivery: Delivery, settlement: Settlement, seconds: float) -> None:
    """Write the one line of a delivery attempt."""
    fault = settlement.fault
    level = log.warning if fault and settlement.attempted else log.info
    level(
        "delivery",
        delivery=delivery.id,
        subscription=delivery.subscription,
        channel=delivery.channel.value,
        address=_told_of(delivery),
        state=settlement.state.value,
        attempt=delivery.attempt,
        ms=round(seconds * 1000),
        **({"code": fault.code, "message": _without_reader(fault.message, delivery)} if fault else {}),
    )


def _log_endpoint(delivery: Delivery, settlement: Settlement) -> None:
    """Write a line when an endpoint was switched off by this attempt."""
    endpoint = settlement.endpoint
    if endpoint is not None and endpoint.disabled_at == settlement.at:
        log.error(
            "endpoint_disabled",
            channel=delivery.channel.value,
            address=_told_of(delivery),
            subscriber=delivery.subscriber,
            since=endpoint.failing_since.isoformat() if endpoint.failing_since else None,
            reason=_without_reader(endpoint.reason or "", delivery),
        )


def _told_of(delivery: Delivery) -> str:
    """Return whom a log may name: a reader's address is nobody's business."""
    return delivery.subscriber if is_reader(delivery.subscriber) else delivery.message.address


def _without_reader(message: str, delivery: Delivery) -> str:
    """Take a reader's address out of what a mail server said."""
    if not is_reader(delivery.subscriber):
        return message
    return re.sub(re.escape(delivery.message.address), delivery.subscriber, message, flags=re.IGNORECASE)
