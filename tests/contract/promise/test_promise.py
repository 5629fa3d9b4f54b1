"""The machine keeps the promise; each part of it that is broken by hand shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from storage.outbox import StoredOutbox
from storywatch.dispatch import Dispatch, settled
from storywatch.errors import DeliveryError
from storywatch.model import Delivery, Settlement, Standing, Subscriber, WatchConfig
from storywatch.ports import EndpointRecord, JudgeEndpoint
from storywatch.steps import Step
from tests.contract.promise.machine import Promise
from tests.contract.promise.receivers import Post
from tests.contract.promise.world import World

KEPT = settings(
    max_examples=10,
    stateful_step_count=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
BROKEN = settings(KEPT, max_examples=15, phases=[Phase.generate], report_multiple_bugs=False, verbosity=Verbosity.quiet)


def test_the_promise_is_kept_whatever_happens() -> None:
    """Lost 0, shown twice 0, sent after an unsubscribe 0, every pause of the table within a fifth, one body an id."""
    run_state_machine_as_test(Promise, settings=KEPT)


class _Deaf(StoredOutbox):
    """Does not hear who has left."""

    async def standing(self, delivery: Delivery) -> Standing:
        return Standing()


class _Hasty(StoredOutbox):
    """Forgets endpoints: a throttle holds only the delivery that met it."""

    async def settle(self, settlement: Settlement, judge: JudgeEndpoint | None = None) -> EndpointRecord | None:
        return await super().settle(settlement)


class _Inventive(StoredOutbox):
    """Gives a message another identity at each attempt."""

    async def claim_deliveries(self, lane: str, **given: object) -> list[Delivery]:
        claimed = await super().claim_deliveries(lane, **given)  # type: ignore[arg-type]
        self.ids = getattr(self, "ids", {}) | {f"{one.id}-{one.claims}": one.id for one in claimed}
        return [replace(one, id=f"{one.id}-{one.claims}") for one in claimed]

    async def settle(self, settlement: Settlement, judge: JudgeEndpoint | None = None) -> EndpointRecord | None:
        return await super().settle(replace(settlement, delivery=self.ids[settlement.delivery]), judge)


class _Trusting(Dispatch):
    """Settles first and sends then."""

    async def deliver(self, delivery: Delivery, config: WatchConfig) -> Settlement:
        settlement = settled(delivery, None, now=self.clock(), dice=self.dice())
        await self.outbox.settle(settlement)
        self.reached(Step.DELIVERY_SENT)
        await self._attempt(delivery, config)
        return settlement


class _Impatient(Post):
    """Does not pass on what receivers ask for."""

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        try:
            await super().send(delivery, subscriber)
        except DeliveryError as error:
            raise DeliveryError(
                error.fault.code, "m", permanent=error.fault.permanent, retry_after=timedelta()
            ) from None


def _deaf(world: World) -> None:
    world.outbox = _Deaf(world.store.engine)


def _hasty(world: World) -> None:
    world.outbox = _Hasty(world.store.engine)


def _inventive(world: World) -> None:
    world.outbox = _Inventive(world.store.engine)


def _trusting(world: World) -> None:
    world.dispatching = _Trusting


def _impatient(world: World) -> None:
    old = world.post
    world.post = _Impatient(clock=old.clock, secrets=old.secrets)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_deaf, "had left"),
        (_hasty, "was sent before"),
        (_inventive, "shows"),
        (_trusting, "lost"),
        (_impatient, "were asked"),
    ],
)
def test_each_breach_shows(damage: Callable[[World], None], told: str) -> None:
    """Negative controls: one part of it is broken at a time."""

    class Damaged(Promise):
        def prepare(self, world: World) -> None:
            damage(world)

    with pytest.raises(AssertionError, match=told):
        run_state_machine_as_test(Damaged, settings=BROKEN)
