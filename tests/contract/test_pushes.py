"""The stored subscriptions to hubs, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from storage import Store, pushes, tables
from storage.engine import writing
from storywatch import push
from storywatch.errors import Fault
from storywatch.model import PushOffer, PushSettings, Settings, WatchConfig
from storywatch.push import PushStanding, PushState
from tests.contract.working import LEASE, poll, rows
from tests.support.samples import NOW, a_config, a_source, brought, parsed
from tests.unit.core.test_push import a_push

SETTINGS = Settings(
    database="", contact="desk@news.example", push=PushSettings(public_url="https://d.example", key="k" * 32)
)
OFFER = PushOffer(hub="https://hub.example/", topic="https://nyt.example/feed")
MINUTE = timedelta(minutes=1)


def a_pushed_config() -> WatchConfig:
    """Return a config in which push is wanted."""
    return a_config(settings=SETTINGS)


async def keep(store: Store, *states: PushState) -> None:
    """Store subscriptions."""
    await store.sources.apply(a_config(), NOW)
    async with writing(store.engine) as connection:
        await pushes.save(connection, states)


async def test_a_subscription_comes_back_as_it_was(store: Store) -> None:
    full = a_push(
        PushStanding.DENIED,
        pushed_at=NOW,
        promised_at=NOW,
        proven=True,
        missed=1,
        failures=2,
        withdrawn=1,
        fault=Fault(code="hub_refused", message="no"),
    )
    bare = PushState(
        id="1" * 32,
        source="cnn-world",
        hub="h",
        topic="t",
        made_for="",
        standing=PushStanding.PENDING,
        ask_at=NOW,
    )
    await keep(store, full, bare)
    assert await store.pushes.find(full.id) == full
    assert await store.pushes.find(bare.id) == bare
    assert await store.pushes.find("2" * 32) is None


async def test_hubs_are_due_longest_first_and_their_subscriptions_too(store: Store) -> None:
    states = [
        a_push(id="1" * 32, hub="https://a.example/", ask_at=NOW),
        a_push(id="2" * 32, hub="https://b.example/", ask_at=NOW - MINUTE),
        a_push(id="3" * 32, hub="https://a.example/", ask_at=NOW - 2 * MINUTE),
        a_push(id="4" * 32, hub="https://c.example/", ask_at=NOW + MINUTE),
    ]
    await keep(store, *states)
    assert await store.pushes.due_hubs(NOW, 9) == ["https://a.example/", "https://b.example/"]
    assert await store.pushes.due_hubs(NOW, 1) == ["https://a.example/"]
    assert [one.id[0] for one in await store.pushes.due("https://a.example/", NOW, 9)] == ["3", "1"]
    assert await store.pushes.due("https://c.example/", NOW, 9) == ()


async def test_a_moment_from_a_wrong_clock_has_come(store: Store) -> None:
    """It would wait for years."""
    await keep(store, a_push(ask_at=NOW + timedelta(days=4000)))
    assert await store.pushes.due_hubs(NOW, 9)


async def test_a_change_is_decided_on_what_is_stored(store: Store) -> None:
    """However many change it at once: none overwrites another."""
    await keep(store, a_push())

    def missed_one(state: PushState) -> PushState:
        return replace(state, missed=state.missed + 1)

    await asyncio.gather(*(store.pushes.change("0" * 32, missed_one) for _ in range(8)))
    state = await store.pushes.find("0" * 32)
    assert state is not None
    assert state.missed == 8


async def test_only_one_of_several_workers_asks(store: Store) -> None:
    await keep(store, a_push())
    nows = [NOW + timedelta(microseconds=number) for number in range(6)]
    states = await asyncio.gather(*(store.pushes.change("0" * 32, partial(push.on_asking, now=now)) for now in nows))
    assert sum(push.is_asked(state, now) for state, now in zip(states, nows, strict=True)) == 1


async def test_what_is_forgotten_is_gone(store: Store) -> None:
    await keep(store, a_push())
    assert await store.pushes.change("0" * 32, lambda _: None) is None
    assert await rows(store, tables.push_subscriptions) == []
    assert await store.pushes.change("0" * 32, lambda state: state) is None


async def test_the_subscriptions_of_sources_that_left(store: Store) -> None:
    """Disabled or out of the config; those that end already are not named again."""
    await keep(store, a_push(), a_push(PushStanding.ENDING, id="1" * 32), a_push(id="2" * 32, source="cnn-world"))
    assert await store.pushes.of_idle_sources() == ()
    await store.sources.apply(a_config(sources=(a_source("cnn-world", "cnn"),)), NOW)
    assert [one.id for one in await store.pushes.of_idle_sources()] == ["0" * 32]
    await store.sources.apply(a_config(sources=(a_source(enabled=False), a_source("cnn-world", "cnn"))), NOW)
    assert [one.id for one in await store.pushes.of_idle_sources()] == ["0" * 32]


async def test_those_of_another_key(store: Store) -> None:
    await keep(store, a_push(), a_push(id="1" * 32, made_for="others"))
    assert [one.made_for for one in await store.pushes.made_otherwise("us")] == ["others"]


async def test_a_poll_and_its_subscriptions_are_one_transaction(store: Store) -> None:
    """The offer of a visit is stored with its items; what the poll found first is counted in the same moment."""
    config = a_pushed_config()
    await store.sources.apply(config, NOW)
    await poll(store, config, visit=brought(parsed("One", guid="1"), push=OFFER))
    (row,) = await rows(store, tables.push_subscriptions)
    assert (row["hub"], row["topic"], row["standing"]) == (OFFER.hub, OFFER.topic, "pending")
    await store.pushes.change(row["id"], lambda state: replace(a_push(proven=True), id=state.id))
    await store.pushes.change(row["id"], lambda state: replace(state, hub=OFFER.hub, topic=OFFER.topic))
    items = [parsed(title, guid=title) for title in ("One", "Two", "Three")]
    await poll(store, config, visit=brought(*items), now=NOW + LEASE * 2)
    state = await store.pushes.find(row["id"])
    assert state is not None
    assert (state.missed, state.proven) == (3, False)


async def test_without_settings_an_offer_is_not_followed(store: Store) -> None:
    """The negative control."""
    await store.sources.apply(a_config(), NOW)
    await poll(store, a_config(), visit=brought(parsed("One", guid="1"), push=OFFER))
    assert await rows(store, tables.push_subscriptions) == []


async def next_poll(store: Store) -> timedelta:
    """Return how long it is from NOW to the next poll."""
    at: datetime = next(row["next_poll_at"] for row in await rows(store, tables.sources) if row["id"] == "nyt-world")
    return at - NOW


async def test_a_source_is_hastened_once_a_minute(store: Store) -> None:
    await store.sources.apply(a_config(), NOW)
    await poll(store, a_config(), parsed("One", guid="1"))
    assert await next_poll(store) > MINUTE
    await store.pushes.hasten("nyt-world", NOW + timedelta(seconds=10))
    assert await next_poll(store) == MINUTE
    await store.pushes.hasten("nyt-world", NOW + timedelta(seconds=20))
    assert await next_poll(store) == MINUTE
    await poll(store, a_config(), parsed("One", guid="1"), now=NOW + timedelta(seconds=70))
    await store.pushes.hasten("nyt-world", NOW + timedelta(minutes=3))
    assert await next_poll(store) == 3 * MINUTE
    await store.pushes.hasten("no-such-source", NOW)


async def test_pushes_that_were_promised_and_not_stored(store: Store) -> None:
    """After a minute, and unless a poll is near anyway."""
    await keep(store, a_push(promised_at=NOW))
    await poll(store, a_config(), parsed("One", guid="1"))
    assert await store.pushes.promised(NOW + MINUTE) == []
    late = NOW + MINUTE + timedelta(seconds=1)
    assert await store.pushes.promised(late) == ["nyt-world"]
    await store.pushes.hasten("nyt-world", late)
    assert await store.pushes.promised(late) == []


async def test_the_word_for_operators(store: Store) -> None:
    """One word a source; those that end, and those that rest without settings, have none."""

    async def word(*states: PushState) -> str | None:
        async with writing(store.engine) as connection:
            await connection.execute(tables.push_subscriptions.delete())
            await pushes.save(connection, states)
        found: str | None = next(row["push"] for row in await store.queries.sources() if row["id"] == "nyt-world")
        return found

    await store.sources.apply(a_config(), NOW)
    assert await word() is None
    assert await word(a_push(PushStanding.PENDING)) == "pending"
    assert await word(a_push()) == "active"
    assert await word(a_push(proven=True)) == "proven"
    assert await word(a_push(missed=2)) == "broken"
    assert await word(a_push(PushStanding.DENIED)) == "denied"
    assert await word(a_push(PushStanding.ENDING)) is None
    assert await word(a_push(made_for="")) is None
    assert await word(a_push(PushStanding.ENDING), a_push(id="1" * 32, proven=True)) == "proven"
