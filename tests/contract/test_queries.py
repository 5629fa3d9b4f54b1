"""What the database knows, for people: every list says what it promises."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from storage import Store, tables
from storage.engine import writing
from storywatch.errors import Fault
from storywatch.model import AlarmKind, ChannelKind, DeliveryState, Settlement, Visit, VisitOutcome, WatchConfig
from storywatch.ports import Fetcher
from storywatch.watch import Plan, Watch
from tests.contract.working import claimed, deliveries, poll
from tests.support.fakes import FakeChannel, FakeClock, FakeFetcher
from tests.support.samples import ATTACK, KABUL, NOW, a_config, brought, parsed

HOUR = timedelta(hours=1)
STRIKE = "Drone strike near the airport of Kabul destroys a car full of explosives"
CONFIG: WatchConfig = a_config(events=(KABUL, replace(KABUL, id="other", title="Other", all_of=(("nothing",),))))


@pytest.fixture(autouse=True)
async def told(store: Store) -> None:
    """NYT tells of the attack and of Norway, CNN repeats the attack, NYT tells of the strike; CNN then fails."""
    await store.sources.apply(CONFIG, NOW)
    norway = parsed("Elections in Norway", guid="2")
    await poll(store, CONFIG, parsed(guid="1", summary="13 dead", published=NOW - HOUR), norway)
    await poll(store, CONFIG, parsed(guid="9"), source="cnn-world", now=NOW + HOUR)
    await poll(store, CONFIG, parsed(STRIKE, guid="3"), now=NOW + 2 * HOUR)
    fault = Fault(code="http_503", message="busy")
    failed = Visit(outcome=VisitOutcome.FAILED, fault=fault)
    await poll(store, CONFIG, source="cnn-world", visit=failed, now=NOW + 3 * HOUR)


async def test_sources_are_listed_with_their_state(store: Store) -> None:
    """In the order of ids, with the number of their items and the last fault."""
    cnn, nyt = await store.queries.sources()
    assert (cnn["id"], cnn["items"], cnn["failures"], cnn["fault_code"]) == ("cnn-world", 1, 1, "http_503")
    assert (nyt["id"], nyt["items"], nyt["failures"], nyt["fault_code"]) == ("nyt-world", 3, 0, None)
    assert (cnn["last_success_at"], cnn["last_poll_at"]) == (NOW + HOUR, NOW + 3 * HOUR)
    assert (nyt["kind"], nyt["active"], nyt["last_new_at"]) == ("feed", True, NOW + 2 * HOUR)


async def test_items_are_listed_newest_first(store: Store) -> None:
    """With their current text and the number of events that they matched."""
    listed = await store.queries.items(10)
    assert [row["title"] for row in listed][:2] == [STRIKE, ATTACK]
    assert {row["title"]: row["events"] for row in listed} == {STRIKE: 1, ATTACK: 1, "Elections in Norway": 0}
    assert [row["title"] for row in await store.queries.items(1)] == [STRIKE]
    await poll(store, CONFIG, parsed("Corrected", guid="3"), now=NOW + 4 * HOUR)
    newest = (await store.queries.items(1))[0]
    assert (newest["title"], newest["revision"], newest["first_seen"]) == ("Corrected", 2, NOW + 2 * HOUR)


async def test_events_are_listed_with_what_they_gathered(store: Store) -> None:
    """An event without anything has zeros."""
    kabul, other = await store.queries.events()
    assert (kabul["updates"], kabul["reports"], kabul["last_update_at"]) == (2, 3, NOW + 2 * HOUR)
    assert (other["updates"], other["reports"], other["last_update_at"], other["active"]) == (0, 0, None, True)


async def test_updates_are_listed_newest_first(store: Store) -> None:
    """With the first report's outlet and the number of outlets that told them."""
    strike, attack = await store.queries.updates(10)
    assert (strike["headline"], strike["outlet"], strike["outlets"]) == (STRIKE, "nyt", 1)
    assert (attack["headline"], attack["outlet"], attack["outlets"]) == (ATTACK, "nyt", 2)
    assert (attack["published"], attack["created"]) == (NOW - HOUR, NOW)
    assert len(await store.queries.updates(1)) == 1
    assert [row["headline"] for row in await store.queries.updates(10, "kabul")] == [STRIKE, ATTACK]
    assert not await store.queries.updates(10, "other")


async def raise_alarms(store: Store) -> None:
    """Store two open alarms beside the gap that NYT has, and two that are over; CNN's is the newest of all."""
    stored = [
        ("old-open", "nyt-world", AlarmKind.MOVED, 1, None),
        ("over", "nyt-world", AlarmKind.FAILING, 2, 3),
        ("open", "nyt-world", AlarmKind.STALE, 3, None),
        ("newest-over", "cnn-world", AlarmKind.EMPTY, 4, 5),
    ]
    async with writing(store.engine) as connection:
        for name, source, kind, raised, ended in stored:
            times = {"raised_at": NOW + raised * HOUR, "ended_at": NOW + ended * HOUR if ended else None}
            row = {"id": name, "source": source, "kind": kind.value, "message": f"it is {name}", **times}
            await connection.execute(insert(tables.alarms).values(row))


async def test_open_alarms_are_listed_newest_first(store: Store) -> None:
    """With the source's outlet; those that are over on request, behind the open ones."""
    [gap] = await store.queries.alarms(10, ended=True)
    assert (gap["source"], gap["kind"], gap["raised_at"]) == ("nyt-world", "gap", NOW + 2 * HOUR)
    await raise_alarms(store)
    listed = await store.queries.alarms(10)
    assert [row["id"] for row in listed] == ["open", gap["id"], "old-open"]
    assert listed[0] == {
        "id": "open",
        "outlet": "nyt",
        "source": "nyt-world",
        "kind": "stale",
        "message": "it is open",
        "raised_at": NOW + 3 * HOUR,
        "ended_at": None,
    }
    with_ended = await store.queries.alarms(10, ended=True)
    assert [row["id"] for row in with_ended] == ["open", gap["id"], "old-open", "newest-over", "over"]
    assert with_ended[3]["ended_at"] == NOW + 5 * HOUR
    assert [row["id"] for row in await store.queries.alarms(1, ended=True)] == ["open"]


async def test_open_alarms_are_counted(store: Store) -> None:
    """And no others."""
    await raise_alarms(store)
    assert (await store.queries.status(NOW))["alarms_open"] == 3


async def test_alerts_are_listed_with_how_their_deliveries_stand(store: Store) -> None:
    """Newest first."""
    oldest = (await deliveries(store))[0]
    settled = Settlement(delivery=oldest.id, token=oldest.token, attempt=1, state=DeliveryState.SENT, at=NOW)
    await store.outbox.settle(settled)
    listed = await store.queries.alerts(10)
    assert [(row["headline"], row["state"]) for row in listed] == [(STRIKE, "waiting"), (ATTACK, "sent")]
    assert [row["id"] for row in await store.queries.alerts(1)] == [listed[0]["id"]]


async def test_an_alert_that_could_not_be_written_is_listed_as_set_aside(store: Store) -> None:
    """With its fault, and it is counted."""
    title = "Kabul airport reopens for flights of the United Nations"
    fetcher: Fetcher = FakeFetcher(brought(parsed(title, guid="7")))
    channels = {ChannelKind.EMAIL: FakeChannel(cannot_say=title)}
    watch = Watch(
        sources=store.sources, fetcher=fetcher, channels=channels, clock=FakeClock(NOW + 5 * HOUR), dice=lambda: 0.0
    )
    await watch.poll(await claimed(store, now=NOW + 5 * HOUR), Plan.of(CONFIG))
    newest = (await store.queries.alerts(1))[0]
    assert (newest["headline"], newest["state"], newest["fault_code"]) == (title, "set aside", "unspeakable")
    status = await store.queries.status(NOW)
    assert (status["alerts"], status["alerts_set_aside"], status["deliveries_waiting"]) == (3, 1, 2)


async def test_deliveries_are_listed_with_the_fault_of_their_last_attempt(store: Store) -> None:
    """And no bodies."""
    for number, fault in enumerate([Fault(code="first", message="x"), Fault(code="second", message="y")]):
        delivery = (await deliveries(store, now=NOW + number * HOUR))[0]
        await store.outbox.settle(
            Settlement(
                delivery=delivery.id,
                token=delivery.token,
                attempt=delivery.attempt,
                state=DeliveryState.WAITING,
                at=NOW,
                next_attempt=NOW + HOUR,
                fault=fault,
            )
        )
    strike, attack = await store.queries.deliveries(10)
    assert (attack["attempts"], attack["fault_code"], attack["state"]) == (2, "second", "waiting")
    assert (strike["attempts"], strike["fault_code"], strike["address"]) == (0, None, "desk@news.example")
    assert "body" not in attack


async def test_the_status_counts_everything(store: Store) -> None:
    """What is stored, what is due, what failed."""
    first, second = await deliveries(store, now=NOW + 2 * HOUR)
    ends = [(first, DeliveryState.SENT), (second, DeliveryState.DEAD)]
    for delivery, state in ends:
        await store.outbox.settle(
            Settlement(delivery=delivery.id, token=delivery.token, attempt=1, state=state, at=NOW)
        )
    assert await store.queries.status(NOW + 2 * HOUR + timedelta(minutes=15)) == {
        "sources": 2,
        "sources_failing": 1,
        "sources_due": 1,
        "alarms_open": 1,
        "items": 4,
        "events": 2,
        "updates": 2,
        "alerts": 2,
        "alerts_set_aside": 0,
        "deliveries_waiting": 0,
        "deliveries_retrying": 0,
        "deliveries_sent": 1,
        "deliveries_dead": 1,
        "deliveries_cancelled": 0,
        "readers": 0,
        "unsubscribed": 0,
        "suppressed": 0,
        "alerts_gathered": 0,
        "last_poll_at": NOW + 3 * HOUR,
    }


async def test_a_retrying_delivery_is_counted(store: Store) -> None:
    """Among those that wait."""
    delivery = (await deliveries(store))[0]
    await store.outbox.settle(
        Settlement(
            delivery=delivery.id,
            token=delivery.token,
            attempt=1,
            state=DeliveryState.WAITING,
            at=NOW,
            next_attempt=NOW,
            fault=Fault(code="x", message="x"),
        )
    )
    status = await store.queries.status(NOW)
    assert (status["deliveries_waiting"], status["deliveries_retrying"]) == (2, 1)
