"""Endpoints and replays as rows: what is held back, what is tried first, and what is due again."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from storage import Store, tables
from storage.engine import writing
from storage.replays import Choice
from storywatch.dispatch import MOST_DEATHS, Dispatch
from storywatch.errors import DeliveryError
from storywatch.model import ChannelKind, Delivery, DeliveryState, Settlement, Subscriber, Subscription, WatchConfig
from tests.contract.working import LEASE, poll, rows
from tests.support.fakes import FakeChannel, FakeClock
from tests.support.patience import soon
from tests.support.samples import DESK, DEVELOPMENTS, NOW, a_config, parsed

WIRE = Subscriber(id="wire", name="Wire", email="https://hooks.example", webhook_url="https://hooks.example/x")
OTHER = replace(WIRE, id="other")
CONFIG: WatchConfig = a_config(
    subscribers=(DESK, WIRE, OTHER),
    subscriptions=(
        Subscription(id="wire-hook", subscriber="wire", channel=ChannelKind.WEBHOOK),
        Subscription(id="other-hook", subscriber="other", channel=ChannelKind.WEBHOOK),
        Subscription(id="desk-alarms", subscriber="desk", channel=ChannelKind.EMAIL, alarms=True),
        Subscription(id="wire-alarms", subscriber="wire", channel=ChannelKind.WEBHOOK, alarms=True),
    ),
)
LANE, OTHER_LANE, DESK_LANE = (
    "webhook:https://hooks.example wire",
    "webhook:https://hooks.example other",
    "email:desk@news.example",
)
HEADLINES = DEVELOPMENTS[:3]
HOUR = timedelta(hours=1)
GONE = DeliveryError("webhook_gone", "410", permanent=True)
BROKEN = DeliveryError("webhook_status", "500")


@pytest.fixture(autouse=True)
async def told(store: Store) -> None:
    """Three updates, owed to two webhooks of one host."""
    await store.sources.apply(CONFIG, NOW)
    for number in range(len(HEADLINES)):
        await publish(store, *HEADLINES[: number + 1], at=timedelta(seconds=number))


async def publish(store: Store, *headlines: str, at: timedelta) -> None:
    """Poll a feed with these headlines."""
    items = (parsed(headline, guid=headline) for headline in headlines)
    await poll(store, CONFIG, *items, now=NOW + at)


DUE = NOW + HOUR


async def take(store: Store, lane: str = LANE, at: timedelta = timedelta(), limit: int = 1) -> Sequence[Delivery]:
    """Claim of a lane, so long after DUE."""
    return await store.outbox.claim_deliveries(lane, now=DUE + at, lease=LEASE, limit=limit)


async def attempt(
    store: Store, error: DeliveryError | None = None, lane: str = LANE, at: timedelta = timedelta()
) -> Settlement | None:
    """Send the lane's next delivery through the real use case; None if nothing is due."""
    claimed = await take(store, lane, at)
    channel = FakeChannel(answers=[error])
    dispatch = Dispatch(
        outbox=store.outbox, channels=dict.fromkeys(ChannelKind, channel), clock=FakeClock(DUE + at), dice=lambda: 0.5
    )
    return await dispatch.deliver(claimed[0], CONFIG) if claimed else None


async def lanes(store: Store, at: timedelta = timedelta(), *, failing: bool | None = None) -> list[str]:
    """Return the lanes that are due, without the notices'."""
    due = await store.outbox.due_lanes(DUE + at, 9, failing=failing)
    return [lane for lane in due if lane != DESK_LANE]


async def states(store: Store, lane: str = LANE) -> list[str]:
    """Return the states of a lane's deliveries, oldest first."""
    found = [row for row in await rows(store, tables.deliveries) if row["lane"] == lane and row["kind"] == "alert"]
    return [row["state"] for row in sorted(found, key=lambda row: (row["created"], row["position"]))]


async def test_a_throttled_endpoint_gets_nothing_before_its_time(store: Store) -> None:
    """None of its deliveries, by whatever way they are asked for; another receiver at the same host gets its own."""
    busy = DeliveryError("webhook_throttled", "429", retry_after=HOUR)
    await attempt(store, busy)
    assert await lanes(store, HOUR - timedelta(seconds=1)) == [OTHER_LANE]
    assert await take(store, at=HOUR - timedelta(seconds=1), limit=9) == ()
    assert len(await take(store, OTHER_LANE, limit=9)) == 3
    assert len(await take(store, at=HOUR, limit=9)) == 3


async def test_a_throttle_of_a_wrong_clock_ends(store: Store) -> None:
    """None is longer than a day; one of a clock that was a day ahead is kept."""
    await attempt(store, DeliveryError("webhook_throttled", "429", retry_after=HOUR), OTHER_LANE, timedelta(hours=23))
    assert await lanes(store, failing=True) == []
    await attempt(store, DeliveryError("webhook_throttled", "429", retry_after=HOUR), at=timedelta(days=2))
    assert await lanes(store, failing=True) == [LANE]


async def test_an_endpoint_that_is_gone_keeps_what_it_is_owed(store: Store) -> None:
    """One attempt; the rest waits unattempted, also what comes later. Operators are told, by another way."""
    settlement = await attempt(store, GONE)
    assert settlement is not None
    assert settlement.state is DeliveryState.WAITING
    assert settlement.endpoint is not None
    assert settlement.endpoint.told_at == DUE
    await publish(store, *HEADLINES, DEVELOPMENTS[3], at=HOUR)
    assert await attempt(store, at=timedelta(days=9)) is None
    assert await states(store) == ["waiting"] * 4
    assert len(await rows(store, tables.attempts)) == 1
    (notice,) = (row for row in await rows(store, tables.deliveries) if row["kind"] == "notice")
    assert (notice["subscription"], notice["lane"], notice["created"]) == ("desk-alarms", DESK_LANE, DUE)
    assert await lanes(store) == [OTHER_LANE]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_what_waits_for_a_closed_endpoint_costs_next_to_nothing(store: Store) -> None:
    """Due lanes are asked for at each tick. Counted in steps of SQLite; the control is the lane while it is open."""
    steps: list[int] = []
    async with writing(store.engine) as connection:
        waiting = (await connection.execute(select(tables.deliveries).limit(1))).mappings().one()
        many = [{**waiting, "id": f"d{number}", "lane": LANE} for number in range(1000)]
        await connection.execute(insert(tables.deliveries), many)
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.set_progress_handler(lambda: steps.append(1), 100)
    assert LANE in await lanes(store)
    while_open = len(steps)
    async with writing(store.engine) as connection:
        await connection.execute(insert(tables.endpoints).values(lane=LANE, failures=1, disabled_at=NOW))
    steps.clear()
    assert LANE not in await lanes(store)
    assert 0 < len(steps) < while_open / 3


async def test_five_days_of_failure_switch_off_and_a_success_forgets(store: Store) -> None:
    """The row goes with the first delivery that is taken."""
    await attempt(store, BROKEN)
    assert (await attempt(store, at=timedelta(days=4))) is not None
    assert await rows(store, tables.endpoints) == []
    await attempt(store, BROKEN, at=timedelta(days=4))
    off = await attempt(store, BROKEN, at=timedelta(days=9))
    assert off is not None
    assert off.endpoint is not None
    assert off.endpoint.disabled_at == DUE + timedelta(days=9)


async def test_lanes_that_fail_are_told_apart_those_with_the_fewest_failures_first(store: Store) -> None:
    """So that each gets its turn, however old what it is owed."""
    await attempt(store, BROKEN)
    await attempt(store, BROKEN)
    assert await lanes(store, failing=False) == [OTHER_LANE]
    await attempt(store, BROKEN, OTHER_LANE)
    assert await lanes(store, failing=False) == []
    assert await lanes(store, HOUR, failing=True) == [OTHER_LANE, LANE]
    assert sorted(await lanes(store)) == sorted([LANE, OTHER_LANE])


async def test_what_kills_is_given_up_and_the_rest_goes_on(store: Store) -> None:
    """Five processes die over it; the sixth sets it aside, with nothing sent."""
    for _ in range(MOST_DEATHS):
        assert len(await take(store)) == 1
        await store.free_leases()
    dead = await attempt(store)
    assert dead is not None
    assert dead.fault is not None
    assert (dead.state, dead.fault.code) == (DeliveryState.DEAD, "poison")
    assert [(await attempt(store)) is not None for _ in range(3)] == [True, True, False]
    assert await states(store) == ["dead", "sent", "sent"]
    assert await rows(store, tables.endpoints) == []


async def test_deliveries_that_were_sent_beside_one_that_kills_are_spared(store: Store) -> None:
    """Two deaths make a delivery suspect, and of suspects only one is out at a time; what is not suspect goes on."""
    for _ in range(2):
        [kills], [beside] = await take(store), await take(store, OTHER_LANE)
        await store.free_leases()
    assert [one.id for one in await take(store)] == [kills.id]
    others = await take(store, OTHER_LANE, limit=9)
    assert len(others) == 2
    assert beside.id not in {one.id for one in others}
    await store.free_leases()
    assert [one.id for one in await take(store, OTHER_LANE)] == [beside.id]


async def test_a_suspect_whose_worker_is_gone_holds_up_nobody_for_long(store: Store) -> None:
    """Its lease runs out, as on PostgreSQL."""
    for _ in range(2):
        [_], [beside] = await take(store), await take(store, OTHER_LANE)
        await store.free_leases()
    await take(store)
    assert [one.id for one in await take(store, OTHER_LANE, at=LEASE)] == [beside.id]


async def test_an_endpoint_is_switched_on_again_by_address_subscriber_or_lane(store: Store) -> None:
    """All that it is owed is due, in order; what died meanwhile too. It is probed first."""
    for name in ("https://hooks.example", "wire", LANE):
        await attempt(store, GONE, at=timedelta(days=1))
        assert await attempt(store, at=timedelta(days=1)) is None
        (enabled,) = await store.replays.enable(name, DUE)
        assert (enabled.lane, enabled.waiting, enabled.revived) == (LANE, 3, 0)
        assert await lanes(store, failing=True) == [LANE]
    assert await store.replays.enable("wire", DUE) == []
    bodies = [delivery.message.body for delivery in await take(store, limit=9)]
    assert [body.decode().partition("first ")[2] for body in bodies] == list(HEADLINES)


async def test_switching_on_and_a_settlement_that_runs_do_not_wait_for_each_other(store: Store) -> None:
    """A second worker's attempt ends meanwhile: it holds the delivery, and then asks for the endpoint."""
    await attempt(store, GONE)
    delivery, endpoint = tables.deliveries, tables.endpoints
    async with soon(), asyncio.TaskGroup() as group, writing(store.engine) as settling:
        await settling.execute(update(delivery).where(delivery.c.lane == LANE).values(position=delivery.c.position))
        switching = group.create_task(store.replays.enable("wire", DUE))
        await asyncio.wait({switching}, timeout=0.3)
        assert not switching.done()
        await settling.execute(select(endpoint).where(endpoint.c.lane == LANE).with_for_update())
    assert [one.lane for one in switching.result()] == [LANE]


async def test_what_died_while_an_endpoint_failed_is_due_again_with_it(store: Store) -> None:
    """And nothing that died before."""
    refused = DeliveryError("webhook_status", "no", permanent=True)
    await attempt(store, refused)
    await attempt(store, at=HOUR)
    await attempt(store, refused, at=2 * HOUR)
    async with store.engine.begin() as connection:
        await connection.execute(tables.endpoints.update().values(disabled_at=DUE + 3 * HOUR))
    (enabled,) = await store.replays.enable("wire", DUE + 3 * HOUR)
    assert (enabled.waiting, enabled.revived) == (1, 1)
    assert await states(store) == ["dead", "sent", "waiting"]


async def test_a_failure_after_switching_on_does_not_switch_off_at_once(store: Store) -> None:
    """The five days begin anew."""
    await attempt(store, BROKEN)
    await attempt(store, BROKEN, at=timedelta(days=6))
    await store.replays.enable("wire", DUE + timedelta(days=6))
    again = await attempt(store, BROKEN, at=timedelta(days=7))
    assert again is not None
    assert again.endpoint is not None
    assert again.endpoint.disabled_at is None


async def test_what_failed_is_replayed_under_its_id_and_with_its_bytes(store: Store) -> None:
    """Attempts go on where they were; deaths are forgotten. What was sent stays, unless it is asked for."""
    [before] = await take(store)
    await store.free_leases()
    await attempt(store, DeliveryError("webhook_status", "no", permanent=True))
    await attempt(store, at=HOUR)
    chosen = Choice(endpoint="wire")
    assert await store.replays.count(chosen, DUE) == {"dead": 1}
    assert await store.replays.count(replace(chosen, sent=True), DUE) == {"dead": 1, "sent": 1}
    assert await store.replays.replay(chosen, DUE) == 1
    [again] = await take(store)
    assert (again.id, again.message, again.attempt, again.claims) == (before.id, before.message, 2, 2)
    assert await store.replays.count(chosen, DUE) == {}, "it is being sent just now"


async def test_a_replay_takes_what_is_named_and_never_what_was_cancelled(store: Store) -> None:
    """By id also what was sent; by time only what was decided then or later."""
    sent = await attempt(store)
    assert sent is not None
    named = Choice(ids=(sent.delivery,))
    assert await store.replays.count(Choice(since=NOW), DUE) == {}
    assert await store.replays.count(named, DUE) == {"sent": 1}
    assert await store.replays.count(Choice(since=NOW + HOUR, sent=True), DUE) == {}
    assert await store.replays.count(Choice(since=NOW, sent=True), DUE) == {"sent": 1}
    assert list(await store.replays.unknown([sent.delivery, "nope"])) == ["nope"]
    async with store.engine.begin() as connection:
        await connection.execute(tables.deliveries.update().values(state="cancelled"))
    assert await store.replays.replay(named, DUE) == 0


async def test_health_counts_what_is_off_held_and_given_up(store: Store) -> None:
    """And knows when something was stored last, and since when work that may be done waits."""
    await attempt(store, GONE)
    await attempt(store, DeliveryError("webhook_status", "no", permanent=True), OTHER_LANE)
    health = await store.queries.health(DUE)
    assert (health.endpoints_disabled, health.deliveries_held, health.deliveries_died) == (1, 3, 1)
    assert health.last_commit_at == DUE
    assert health.oldest_due_at is not None
    assert (await store.queries.health(DUE + timedelta(days=8))).deliveries_died == 0
    (off,) = await store.queries.endpoints(9)
    assert (off["lane"], off["waiting"], off["reason"]) == (LANE, 3, "410")


async def test_deliveries_are_listed_by_what_is_asked(store: Store) -> None:
    """Failed ones, those of a state, an endpoint or a time."""
    await attempt(store, BROKEN)
    await attempt(store, at=HOUR)
    ask = store.queries.deliveries
    assert len(await ask(9)) == 6
    assert len(await ask(9, failed=True)) == 0
    assert [len(await ask(9, state=state)) for state in (DeliveryState.SENT, DeliveryState.WAITING)] == [1, 5]
    assert [len(await ask(9, endpoint=name)) for name in ("wire", OTHER_LANE, "https://hooks.example")] == [3, 3, 6]
    assert len(await ask(9, since=NOW + timedelta(seconds=2))) == 2


async def test_an_endpoint_that_nobody_subscribes_by_is_no_trouble(store: Store) -> None:
    """Who is gone for good leaves the watch config, as the notice says; back in it, the endpoint is still off."""
    await attempt(store, GONE)
    assert (await store.queries.health(DUE)).endpoints_disabled == 1
    without = a_config(subscribers=(DESK, OTHER), subscriptions=(CONFIG.subscriptions["other-hook"],))
    await store.sources.apply(without, DUE)
    health = await store.queries.health(DUE)
    assert (health.endpoints_disabled, health.deliveries_held) == (0, 0)
    assert await store.queries.endpoints(9) == []
    await store.sources.apply(CONFIG, DUE)
    assert [row["waiting"] for row in await store.queries.endpoints(9)] == [3]


async def test_a_replay_does_not_change_when_it_was_told(store: Store) -> None:
    """The latency ledger has the first time that the receiver took it."""
    await attempt(store)
    (before,) = [one for one in await store.latency.since(NOW) if one.delivered]
    chosen = Choice(endpoint="wire", sent=True)
    assert await store.replays.replay(chosen, DUE + HOUR) > 0
    await attempt(store, at=HOUR)
    assert [
        one.delivered for one in await store.latency.since(NOW) if one.update == before.update and one.delivered
    ] == [before.delivered]
