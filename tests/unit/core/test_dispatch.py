"""The use case of one delivery: `storywatch.dispatch`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.dispatch import LONGEST_RETRY_AFTER, RETRY_DELAYS, RETRY_JITTER, Dispatch, settled
from storywatch.errors import DeliveryError, Fault, LeaseLost
from storywatch.model import ChannelKind, Delivery, DeliveryState, Message, Settlement, Standing
from storywatch.steps import Step
from tests.support.fakes import FakeChannel, FakeClock, FakeOutbox
from tests.support.samples import DESK, NOW, a_config

BUSY = Fault(code="busy", message="try again")


def a_delivery(attempt: int = 1, subscriber: str = "desk") -> Delivery:
    """Return a claimed delivery."""
    return Delivery(
        id="a1",
        subscription="desk-mail",
        subscriber=subscriber,
        channel=ChannelKind.EMAIL,
        message=Message(address="desk@news.example", body=b"frozen", content_type="message/rfc822"),
        created=NOW,
        attempt=attempt,
        token="ours",
    )


def a_dispatch(channel: FakeChannel, outbox: FakeOutbox, steps: list[Step] | None = None) -> Dispatch:
    """Return the use case over fakes."""
    reached = (lambda step: None) if steps is None else steps.append
    return Dispatch(
        outbox=outbox,
        channels={ChannelKind.EMAIL: channel},
        clock=FakeClock(),
        dice=lambda: 0.5,
        reached=reached,
    )


async def test_a_delivery_that_was_taken_is_settled_as_sent() -> None:
    """With the claim's token and the attempt's number; nothing follows."""
    channel, outbox, steps = FakeChannel(), FakeOutbox(), list[Step]()
    settlement = await a_dispatch(channel, outbox, steps).deliver(a_delivery(), a_config())
    assert channel.sent == [a_delivery()]
    assert outbox.settlements == [settlement]
    assert (settlement.state, settlement.next_attempt, settlement.fault) == (DeliveryState.SENT, None, None)
    assert (settlement.delivery, settlement.token, settlement.attempt, settlement.at) == ("a1", "ours", 1, NOW)
    assert steps == [Step.DELIVERY_CLAIMED, Step.DELIVERY_SENT, Step.DELIVERY_SETTLED]


async def test_a_refused_delivery_waits_for_its_next_attempt() -> None:
    """The fault is recorded with it."""
    outbox = FakeOutbox()
    channel = FakeChannel(answers=[DeliveryError("busy", "try again")])
    settlement = await a_dispatch(channel, outbox).deliver(a_delivery(), a_config())
    assert (settlement.state, settlement.fault) == (DeliveryState.WAITING, BUSY)
    assert settlement.next_attempt == NOW + RETRY_DELAYS[0]
    assert outbox.settlements == [settlement]


async def test_a_delivery_without_a_subscriber_is_dead_and_is_not_sent() -> None:
    """The operator removed the subscriber while the delivery waited."""
    channel, outbox = FakeChannel(), FakeOutbox()
    settlement = await a_dispatch(channel, outbox).deliver(a_delivery(subscriber="gone"), a_config())
    assert not channel.sent
    assert settlement.state is DeliveryState.DEAD
    assert settlement.fault is not None
    assert settlement.fault.code == "subscriber_gone"


@pytest.mark.parametrize(
    ("standing", "code"), [(Standing(left=True), "unsubscribed"), (Standing(suppressed=True), "suppressed")]
)
async def test_who_left_or_can_not_be_reached_is_asked_for_right_before_the_mail(standing: Standing, code: str) -> None:
    """Nothing is sent, and nothing follows."""
    channel, outbox = FakeChannel(), FakeOutbox(stands=standing)
    settlement = await a_dispatch(channel, outbox).deliver(a_delivery(), a_config())
    assert not channel.sent
    assert settlement.fault is not None
    assert (settlement.state, settlement.fault.code) == (DeliveryState.CANCELLED, code)
    assert settlement.next_attempt is None


async def test_a_reader_needs_no_watch_config() -> None:
    """Who subscribed by an own hand stands in the database."""
    channel, outbox = FakeChannel(), FakeOutbox(stands=Standing(reader=DESK))
    settlement = await a_dispatch(channel, outbox).deliver(a_delivery(subscriber="reader:1"), a_config())
    assert settlement.state is DeliveryState.SENT
    assert channel.sent


async def test_a_lost_lease_is_told_to_the_worker() -> None:
    """The new owner settles it."""
    with pytest.raises(LeaseLost):
        await a_dispatch(FakeChannel(), FakeOutbox(lost=True)).deliver(a_delivery(), a_config())


async def test_a_bug_of_a_channel_is_tried_again_on_schedule() -> None:
    """Whatever breaks, the attempt counts: otherwise one delivery would be tried for ever, as fast as leases end."""

    class Broken(FakeChannel):
        async def send(self, delivery: object, subscriber: object) -> None:
            raise ZeroDivisionError

    outbox = FakeOutbox()
    settlement = await a_dispatch(Broken(), outbox).deliver(a_delivery(), a_config())
    assert settlement.fault is not None
    assert (settlement.state, settlement.fault.code) == (DeliveryState.WAITING, "internal")
    assert outbox.settlements == [settlement]


@pytest.mark.parametrize("lost", [False, True])
async def test_what_an_orderly_stop_cuts_off_is_given_back(*, lost: bool) -> None:
    """It counts neither as an attempt nor as a death; another worker may have it already."""

    class Stopped(FakeChannel):
        async def send(self, delivery: object, subscriber: object) -> None:
            raise asyncio.CancelledError

    outbox = FakeOutbox(lost=lost)
    with pytest.raises(asyncio.CancelledError):
        await a_dispatch(Stopped(), outbox).deliver(a_delivery(), a_config())
    back = Settlement(
        delivery="a1",
        token="ours",
        attempt=0,
        state=DeliveryState.WAITING,
        at=NOW,
        next_attempt=NOW,
        attempted=False,
    )
    assert outbox.settlements == ([] if lost else [back])


def test_the_table_of_attempts_ends_dead() -> None:
    """One attempt more than there are pauses, each pause as Standard Webhooks lists it."""
    states = []
    for attempt in range(1, len(RETRY_DELAYS) + 2):
        settlement = settled(a_delivery(attempt), BUSY, now=NOW, dice=0.5)
        states.append(settlement.state)
        if settlement.next_attempt is not None:
            assert settlement.next_attempt - NOW == RETRY_DELAYS[attempt - 1]
    assert states == [DeliveryState.WAITING] * len(RETRY_DELAYS) + [DeliveryState.DEAD]


def test_a_permanent_fault_is_dead_at_once() -> None:
    """Trying again unchanged can't help."""
    fault = Fault(code="gone", message="410", permanent=True, retry_after=timedelta(hours=1))
    settlement = settled(a_delivery(), fault, now=NOW, dice=0.5)
    assert (settlement.state, settlement.next_attempt) == (DeliveryState.DEAD, None)


@given(
    st.integers(1, len(RETRY_DELAYS)),
    st.timedeltas(timedelta(), timedelta(days=3)) | st.none(),
    st.floats(0, 1),
)
def test_no_attempt_comes_before_retry_after(attempt: int, asked: timedelta | None, dice: float) -> None:
    """Up to a day; the table's pause holds within its jitter otherwise."""
    fault = Fault(code="busy", message="busy", retry_after=asked)
    settlement = settled(a_delivery(attempt), fault, now=NOW, dice=dice)
    assert settlement.next_attempt is not None
    pause = settlement.next_attempt - NOW
    asked = min(asked or timedelta(), LONGEST_RETRY_AFTER)
    assert pause >= asked
    assert pause >= RETRY_DELAYS[attempt - 1] * (1 - RETRY_JITTER)
    assert pause <= max(asked, RETRY_DELAYS[attempt - 1] * (1 + RETRY_JITTER))


def test_what_was_only_put_off_counts_no_attempt() -> None:
    """It comes again exactly at its turn, however often; the control is the same fault of a real attempt."""
    fault = Fault(code="paced", message="later", retry_after=timedelta(minutes=7), attempted=False)
    for attempt in (1, 10, 11):
        settlement = settled(a_delivery(attempt), fault, now=NOW, dice=0.9)
        assert (settlement.state, settlement.next_attempt) == (DeliveryState.WAITING, NOW + timedelta(minutes=7))
        assert (settlement.attempt, settlement.attempted) == (attempt - 1, False)
    tried = settled(a_delivery(10), replace(fault, attempted=True), now=NOW, dice=0.9)
    assert (tried.state, tried.attempt, tried.attempted) == (DeliveryState.DEAD, 10, True)


@pytest.mark.parametrize(("claims", "dies"), [(1, False), (5, False), (6, True), (9, True)])
async def test_a_delivery_over_which_five_processes_died_is_given_up_unsent(claims: int, *, dies: bool) -> None:
    """The sixth process sets it aside, and its endpoint has no part in it."""
    channel, outbox = FakeChannel(), FakeOutbox()
    settlement = await a_dispatch(channel, outbox).deliver(replace(a_delivery(), claims=claims), a_config())
    assert bool(channel.sent) is not dies
    assert settlement.state is (DeliveryState.DEAD if dies else DeliveryState.SENT)
    assert (settlement.fault.code if settlement.fault else None) == ("poison" if dies else None)
    assert outbox.endpoint.is_well


async def test_deaths_are_claims_that_no_attempt_settled() -> None:
    """A fifth attempt was claimed five times without any death."""
    channel = FakeChannel()
    await a_dispatch(channel, FakeOutbox()).deliver(replace(a_delivery(attempt=5), claims=7), a_config())
    assert channel.sent


def test_what_a_receiver_that_is_gone_was_owed_stays_owed() -> None:
    """Whatever the attempt; `storywatch.endpoints` keeps it from being sent."""
    for attempt in (1, len(RETRY_DELAYS) + 1):
        fault = Fault(code="webhook_gone", message="410", permanent=True)
        assert settled(a_delivery(attempt), fault, now=NOW, dice=0.5).state is DeliveryState.WAITING


def test_the_table_is_that_of_standard_webhooks() -> None:
    """The first attempt at once, then these pauses: 75 hours and 35 minutes from the first to the last."""
    assert [pause.total_seconds() for pause in RETRY_DELAYS] == [
        *(5, 5 * 60, 30 * 60),
        *(2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600),
    ]
    assert sum(RETRY_DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
