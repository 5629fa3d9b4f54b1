"""The outbox: what is owed is claimed by lease, settled once, and never changes its bytes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.queue import LocalQueue
from storage import Store, open_store, tables
from storywatch.dispatch import MOST_DEATHS, Dispatch, deaths
from storywatch.errors import Fault, LeaseLost
from storywatch.model import (
    ChannelKind,
    Delivery,
    DeliveryState,
    Settlement,
    Subscriber,
    Subscription,
    WatchConfig,
)
from tests.contract.working import LATER, LEASE, counts, poll, rows
from tests.support.fakes import FakeChannel, FakeClock
from tests.support.patience import soon
from tests.support.samples import DESK, DESK_MAIL, DEVELOPMENTS, NOW, a_config, parsed

DESK_LANE = "email:desk@news.example"
NIGHT_LANE = "email:night@news.example"
NIGHT = Subscriber(id="night", name="Night desk", email="night@news.example")
CONFIG: WatchConfig = a_config(
    subscribers=(DESK, NIGHT),
    subscriptions=(DESK_MAIL, Subscription(id="night-mail", subscriber="night", channel=ChannelKind.EMAIL)),
)
HEADLINES = DEVELOPMENTS[:3]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def told(store: Store) -> None:
    """Three updates, an hour apart, owed to two subscribers."""
    await store.sources.apply(CONFIG, NOW)
    for number, headline in enumerate(HEADLINES):
        await poll(store, CONFIG, parsed(headline, guid=str(number)), now=NOW + number * HOUR)


DUE = NOW + 3 * HOUR


def settlement(delivery: Delivery, state: DeliveryState = DeliveryState.SENT, **changes: object) -> Settlement:
    """Return how an attempt ended."""
    plain = Settlement(delivery=delivery.id, token=delivery.token, attempt=delivery.attempt, state=state, at=DUE)
    return replace(plain, **changes)  # type: ignore[arg-type]


async def take(store: Store, lane: str = DESK_LANE, *, now: object = DUE, limit: int = 1) -> list[Delivery]:
    """Claim deliveries of a lane."""
    return list(await store.outbox.claim_deliveries(lane, now=now, lease=LEASE, limit=limit))  # type: ignore[arg-type]


# What is due ---------------------------------------------------------------------------------------------------------


async def test_lanes_with_a_due_delivery_come_longest_due_first(store: Store) -> None:
    """One lane a receiving address; one that is settled or waits comes later or not at all."""
    assert sorted(await store.outbox.due_lanes(NOW, 10)) == [DESK_LANE, NIGHT_LANE]
    assert await store.outbox.due_lanes(NOW - HOUR, 10) == []
    [first] = await take(store)
    await store.outbox.settle(settlement(first))
    assert await store.outbox.due_lanes(DUE, 10) == [NIGHT_LANE, DESK_LANE]
    assert await store.outbox.due_lanes(DUE, 1) == [NIGHT_LANE]
    assert await store.outbox.due_lanes(NOW, 10) == [NIGHT_LANE]


@pytest.mark.parametrize(("lane", "address"), [(DESK_LANE, "desk@news.example"), (NIGHT_LANE, "night@news.example")])
async def test_a_lane_is_served_oldest_first(store: Store, lane: str, address: str) -> None:
    """One by one or several at once: nobody reads of the denial before the claim. Lanes are not mixed up."""
    for limits in ([1, 1, 1], [1, 2], [10]):
        taken = [delivery for limit in limits for delivery in await take(store, lane, limit=limit)]
        assert [delivery.message.body.decode().partition("first ")[2] for delivery in taken] == list(HEADLINES)
        assert {delivery.message.address for delivery in taken} == {address}
        assert [delivery.created for delivery in taken] == [NOW, NOW + HOUR, NOW + 2 * HOUR]
        await store.free_leases()


async def test_what_is_not_due_yet_is_not_taken(store: Store) -> None:
    """By the worker's clock."""
    assert len(await take(store, now=NOW + HOUR, limit=10)) == 2


async def test_a_delivery_carries_what_was_composed(store: Store) -> None:
    """The exact bytes, on the first attempt."""
    [delivery] = await take(store)
    assert (delivery.subscription, delivery.subscriber, delivery.channel) == ("desk-mail", "desk", ChannelKind.EMAIL)
    assert (delivery.attempt, delivery.message.content_type) == (1, "text/plain")
    assert delivery.message.body == f"{delivery.id} first {HEADLINES[0]}".encode()


async def test_the_bytes_of_every_attempt_are_the_same(store: Store) -> None:
    """Also after a restart, a reload with other names and a retry."""
    [first] = await take(store)
    await store.outbox.settle(settlement(first, DeliveryState.WAITING, next_attempt=DUE))
    await store.sources.apply(a_config(subscribers=(replace(DESK, email="new@news.example"),)), DUE)
    [second] = await take(store)
    assert (second.id, second.message, second.attempt) == (first.id, first.message, 2)


async def test_bytes_of_every_value_survive(store: Store) -> None:
    """A body is no text."""
    async with store.engine.begin() as connection:
        everything = bytes(range(256)) * 300
        await connection.execute(tables.deliveries.update().values(body=everything))
    assert {delivery.message.body for delivery in await take(store, limit=10)} == {everything}


# Claiming ------------------------------------------------------------------------------------------------------------


async def test_a_delivery_is_taken_once_until_its_lease_runs_out(store: Store) -> None:
    """Then it is taken again, under another token, as the same attempt: nobody knows how the first ended."""
    [first] = await take(store, limit=1)
    assert first.id not in {delivery.id for delivery in await take(store, limit=10)}
    again = await take(store, now=DUE + LEASE, limit=10)
    assert again[0].id == first.id
    assert again[0].token != first.token
    assert again[0].attempt == 1


async def test_a_lane_that_is_leased_is_not_offered(store: Store) -> None:
    """Until a lease runs out."""
    await take(store, limit=10)
    assert await store.outbox.due_lanes(DUE, 10) == [NIGHT_LANE]
    assert set(await store.outbox.due_lanes(DUE + LEASE, 10)) == {NIGHT_LANE, DESK_LANE}


async def test_workers_that_claim_at_the_same_time_get_different_deliveries(store: Store, store_url: str) -> None:
    """On several engines, as in several processes."""
    async with open_store(store_url) as other:
        taken = await asyncio.gather(*(take(one) for one in (store, other) for _ in range(4)))
    ids = [delivery.id for some in taken for delivery in some]
    assert len(ids) == len(set(ids)) == 3
    assert all(len(some) <= 1 for some in taken)


# Settling ------------------------------------------------------------------------------------------------------------


async def test_what_was_sent_is_never_due_again(store: Store) -> None:
    """With its attempt and its time."""
    for delivery in await take(store, limit=10):
        await store.outbox.settle(settlement(delivery))
    assert await take(store, now=DUE + timedelta(days=99), limit=10) == []
    sent = [row for row in await rows(store, tables.deliveries) if row["subscription"] == "desk-mail"]
    assert {(row["state"], row["attempts"], row["settled_at"], row["next_attempt_at"]) for row in sent} == {
        ("sent", 1, DUE, None)
    }
    assert {(row["number"], row["at"], row["fault_code"]) for row in await rows(store, tables.attempts)} == {
        (1, DUE, None)
    }


async def test_a_retry_is_due_at_its_time(store: Store) -> None:
    """Not before; it counts its attempts, each with its fault."""
    fault = Fault(code="smtp_451", message="try later")
    [first] = await take(store)
    later = DUE + HOUR
    await store.outbox.settle(settlement(first, DeliveryState.WAITING, next_attempt=later, fault=fault))
    assert first.id not in {delivery.id for delivery in await take(store, limit=10)}
    second = (await take(store, now=later, limit=10))[0]
    assert (second.id, second.attempt) == (first.id, 2)
    await store.outbox.settle(settlement(second, at=later))
    attempts = [(row["number"], row["at"], row["fault_code"]) for row in await rows(store, tables.attempts)]
    assert sorted(attempts) == [(1, DUE, "smtp_451"), (2, later, None)]


async def test_what_was_put_off_is_due_at_its_turn_and_left_no_attempt(store: Store) -> None:
    """However often."""
    [first] = await take(store)
    for _ in range(2):
        off = settlement(first, DeliveryState.WAITING, next_attempt=DUE + HOUR, fault=Fault(code="paced", message="x"))
        await store.outbox.settle(replace(off, attempt=0, attempted=False))
        assert first.id not in {one.id for one in await take(store, limit=10)}
        [first] = [one for one in await take(store, now=DUE + HOUR, limit=10) if one.id == first.id]
        assert (first.attempt, first.claims) == (1, 1)
    assert await rows(store, tables.attempts) == []


async def test_stops_are_no_deaths(store: Store) -> None:
    """However often an orderly stop cuts the send off; the control is a worker that just dies."""

    class Hanging(FakeChannel):
        async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
            sending.set()
            await asyncio.Event().wait()

    sending = asyncio.Event()
    channels = {ChannelKind.EMAIL: Hanging()}
    dispatch = Dispatch(outbox=store.outbox, channels=channels, clock=FakeClock(DUE), dice=lambda: 0.5)

    async def handle(_lane: str) -> None:
        [delivery] = await take(store)
        await dispatch.deliver(delivery, CONFIG)

    for _ in range(MOST_DEATHS + 1):
        queue = LocalQueue("delivery", handle, 1)
        sending.clear()
        await queue.offer([DESK_LANE])
        async with soon():
            await sending.wait()
        assert await queue.drain(timedelta()) == 1
    [delivery] = await take(store)
    assert (delivery.attempt, deaths(delivery)) == (1, 0)
    [delivery] = await take(store, now=DUE + LEASE)
    assert deaths(delivery) == 1


async def test_an_attempt_that_ended_clears_the_delivery_of_the_deaths_before(store: Store) -> None:
    """They were not its doing: power cuts over days would make poison of it."""
    await take(store)
    [again] = await take(store, now=DUE + LEASE)
    assert deaths(again) == 1
    await store.outbox.settle(settlement(again, DeliveryState.WAITING, next_attempt=DUE + HOUR))
    [later] = [one for one in await take(store, now=DUE + HOUR, limit=10) if one.id == again.id]
    assert (later.attempt, deaths(later)) == (2, 0)


async def test_what_is_dead_is_never_due_again(store: Store) -> None:
    """It stays, with the reason, for people to see."""
    [delivery] = await take(store)
    fault = Fault(code="smtp_550", message="no such user", permanent=True)
    await store.outbox.settle(settlement(delivery, DeliveryState.DEAD, fault=fault))
    assert delivery.id not in {one.id for one in await take(store, now=DUE + timedelta(days=99), limit=10)}
    [dead] = [row for row in await rows(store, tables.deliveries) if row["state"] == "dead"]
    assert (dead["id"], dead["settled_at"]) == (delivery.id, DUE)


async def test_a_stale_token_settles_nothing(store: Store) -> None:
    """Another worker has the delivery: neither its state nor an attempt is written."""
    [stale] = await take(store)
    [fresh] = await take(store, now=DUE + LEASE)
    assert fresh.id == stale.id
    before = await rows(store, tables.deliveries)
    with pytest.raises(LeaseLost):
        await store.outbox.settle(settlement(stale))
    assert await rows(store, tables.deliveries) == before
    assert await rows(store, tables.attempts) == []
    await store.outbox.settle(settlement(fresh))


async def test_a_settled_delivery_cannot_be_settled_again(store: Store) -> None:
    """Neither with the same token."""
    [delivery] = await take(store)
    await store.outbox.settle(settlement(delivery))
    with pytest.raises(LeaseLost):
        await store.outbox.settle(settlement(delivery, DeliveryState.DEAD))
    assert (await counts(store))["attempts"] == 1


# Freeing -------------------------------------------------------------------------------------------------------------


async def test_freed_leases_are_taken_at_once(store: Store) -> None:
    """Of sources and of deliveries; the worker that had them is fenced off."""
    [stale] = await take(store)
    await store.sources.claim_named("nyt-world", now=LATER, lease=LEASE)
    assert await store.free_leases() == 2
    assert await store.free_leases() == 0
    [fresh] = await take(store)
    assert fresh.id == stale.id
    assert await store.sources.claim_named("nyt-world", now=LATER, lease=LEASE) is not None
    with pytest.raises(LeaseLost):
        await store.outbox.settle(settlement(stale))
