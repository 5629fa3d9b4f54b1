"""Verdicts that are kept, what a restart needs of them, and the past of a new event."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError

from storage import Store, open_store, tables, verdicts
from storage.engine import reading
from storage.items import among
from storywatch.model import (
    Contribution,
    Feedback,
    FetchedSeed,
    Item,
    Match,
    Reason,
    Report,
    ReportRole,
    Snapshot,
    Update,
    WatchConfig,
)
from storywatch.ports import ImportRecord, PollRecord
from storywatch.updates import update_id
from tests.contract.working import claimed, counts, poll, rows
from tests.support.patience import soon
from tests.support.samples import ATTACK, KABUL, NOW, a_config, an_item, parsed

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LITERAL = {"literal_binds": True}
CONFIG: WatchConfig = a_config(events=(KABUL, replace(KABUL, id="other", title="Other")))


@pytest.fixture(autouse=True)
async def declared(store: Store) -> None:
    """Declare two events."""
    await store.sources.apply(CONFIG, NOW)


def a_match(item: str, *, event: str = "kabul", score: float = 0.8, **changes: Any) -> Match:
    """Return a full verdict."""
    values: dict[str, Any] = {
        "revision": 1,
        "accepted": True,
        "reasons": (Reason(asked="kabul", found="Kabul", field="title"),),
        "threshold": 0.45,
        "ground": "beyond_facets",
        "contributions": (Contribution(name="names", points=1.5, says="Kabul"), Contribution(name="age", points=-0.1)),
    }
    return Match(event=event, item=item, score=score, **(values | changes))


def a_miss(item: str, **changes: Any) -> Match:
    """Return a full verdict on what was not accepted."""
    values: dict[str, Any] = {"accepted": False, "lacks": ("airport",), "veto": "books", "score": 0.4}
    return a_match(item, **(values | changes))


async def save(store: Store, *items: Item, now: datetime = NOW, **record: Any) -> None:
    """Save what a poll would."""
    claim = await claimed(store, now=now)
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=claim.state, new=items, **record))


async def test_keys_of_several_columns_are_found_by_an_index(store: Store) -> None:
    """SQLite knows none for such keys alone, the control."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL scans what is as small as here")
    columns, keys = (tables.revisions.c.item, tables.revisions.c.number), [("i1", 1), ("i2", 2)]
    plans = []
    async with reading(store.engine) as connection:
        for condition in (among(keys, *columns), tuple_(*columns).in_(keys)):
            query = select(tables.revisions).where(condition).compile(connection.engine, compile_kwargs=LITERAL)
            steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
            plans.append([step.detail for step in steps])
    found, control = plans
    assert any(step.startswith("SEARCH revisions") for step in found)
    assert "SCAN revisions" in control


# Verdicts ------------------------------------------------------------------------------------------------------------


async def test_a_match_comes_back_as_it_was_decided(store: Store) -> None:
    """With what it rests on, and when that was."""
    await save(store, an_item(seen=NOW + HOUR), matches=(a_match("i1"),))
    assert await store.memories.verdict("kabul", "i1") == a_match("i1")
    assert [row["decided"] for row in await rows(store, tables.matches)] == [NOW + HOUR]
    assert await store.memories.judged("kabul", "i1") == (a_match("i1"), NOW + HOUR)
    assert await store.memories.verdict("other", "i1") is None
    assert await store.memories.judged("other", "i1") is None


async def test_a_near_miss_comes_back_with_what_it_lacks(store: Store) -> None:
    await save(store, an_item(), misses=(a_miss("i1"),))
    assert await store.memories.verdict("kabul", "i1") == a_miss("i1")
    [(item, missed)] = await store.memories.missed("kabul", 10)
    assert (item.revision.title, missed) == (ATTACK, a_miss("i1"))
    assert await store.memories.missed("other", 10) == ()


async def test_a_miss_that_is_accepted_later_is_a_match(store: Store) -> None:
    """The verdict on a revision that came later counts."""
    await save(store, an_item(), misses=(a_miss("i1"),))
    revised = replace(an_item(number=2), first_seen=NOW)
    await save(store, revised=(revised,), matches=(a_match("i1", revision=2),), now=NOW + HOUR)
    assert await store.memories.verdict("kabul", "i1") == a_match("i1", revision=2)
    assert await store.memories.missed("kabul", 10) == ()


async def test_the_last_verdict_on_a_miss_counts(store: Store) -> None:
    await save(store, an_item(), misses=(a_miss("i1"),))
    again = a_miss("i1", revision=2, score=0.3)
    await save(store, revised=(replace(an_item(number=2), first_seen=NOW),), misses=(again,), now=NOW + HOUR)
    assert [missed for _, missed in await store.memories.missed("kabul", 10)] == [again]


async def test_the_best_misses_of_an_event_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each event its own, whatever another event has."""
    monkeypatch.setattr(verdicts, "MOST_MISSES", 3)
    items = [an_item(item=f"i{n}") for n in range(8)]
    misses = tuple(a_miss(f"i{n}", score=n / 10) for n in range(8))
    await save(store, *items, misses=(*misses[2:5], a_miss("i0", event="other")))
    await save(store, misses=(), now=NOW + HOUR)
    await save(store, an_item(item="last", seen=NOW + HOUR), misses=(a_miss("last", score=0.35),), now=NOW + HOUR)
    assert [item.id for item, _ in await store.memories.missed("kabul", 10)] == ["i4", "last", "i3"]
    assert [item.id for item, _ in await store.memories.missed("kabul", 1)] == ["i4"]
    assert [item.id for item, _ in await store.memories.missed("other", 10)] == ["i0"]


async def test_old_misses_go(store: Store) -> None:
    """With the next one, after 90 days."""
    await save(store, an_item(), misses=(a_miss("i1", score=0.44),))
    for later, left in ((90 * DAY, {"i1", "i90"}), (91 * DAY, {"i90", "i91"})):
        item = an_item(item=f"i{later.days}", seen=NOW + later)
        await save(store, item, misses=(a_miss(item.id),), now=NOW + later)
        assert {item.id for item, _ in await store.memories.missed("kabul", 10)} == left


# What a restart reads ------------------------------------------------------------------------------------------------


async def accepted(store: Store, events: list[str] | None = None, limit: int = 10) -> list[tuple[str, str, int]]:
    """Return event, item and revision of the accepted matches."""
    return [(event, item.id, match.revision) async for event, item, match in store.memories.accepted(events, limit)]


async def test_accepted_items_come_event_by_event_oldest_first(store: Store) -> None:
    """Each item once, by the last revision that matched; of many, the latest."""
    items = [an_item(item=f"i{n}", seen=NOW + n * HOUR) for n in (2, 0, 1)]
    matches = tuple(a_match(item.id) for item in items)
    await save(store, *items, matches=(*matches, a_match("i0", event="other")))
    revised = replace(an_item("170 dead", item="i0", number=2), first_seen=NOW)
    await save(store, revised=(revised,), matches=(a_match("i0", revision=2, score=0.9),), now=NOW + 9 * HOUR)
    assert await accepted(store) == [("kabul", "i0", 2), ("kabul", "i1", 1), ("kabul", "i2", 1), ("other", "i0", 1)]
    assert await accepted(store, ["other", "nothing"]) == [("other", "i0", 1)]
    assert await accepted(store, limit=2) == [("kabul", "i1", 1), ("kabul", "i2", 1), ("other", "i0", 1)]
    assert await accepted(store, []) == []
    [first, *_] = [one async for one in store.memories.accepted(["kabul"], 10)]
    assert (first[1].revision.title, first[2].score) == ("170 dead", 0.9)


async def test_snapshots_are_there_as_they_were_saved(store: Store) -> None:
    """All of one save, and nothing of the ones before."""
    assert await store.memories.saved() == {}
    snapshot = Snapshot(name="background", body=b"\0\xff", items=7, until=NOW, saved=NOW + HOUR)
    await store.memories.save([snapshot, replace(snapshot, name="other")])
    later = replace(snapshot, body=b"more", items=9, until=NOW + HOUR)
    await store.memories.save([later, replace(later, name="third")])
    assert await store.memories.saved() == {"background": later, "third": replace(later, name="third")}


async def test_a_save_that_fails_leaves_the_last_one(store: Store) -> None:
    """A crash in between leaves no mix."""
    snapshot = Snapshot(name="background", body=b"good", items=7, until=NOW, saved=NOW)
    await store.memories.save([snapshot])
    twice = replace(snapshot, body=b"bad")
    with pytest.raises(IntegrityError):
        await store.memories.save([twice, twice])
    assert await store.memories.saved() == {"background": snapshot}


async def test_what_was_seen_since_comes_in_the_order_in_which_polls_judge_it(store: Store) -> None:
    """Each revision in its place; those of one poll by their publication."""
    published = [NOW - n * HOUR for n in range(3)]
    items = [an_item(item=f"i{n}", seen=NOW, published=moment) for n, moment in enumerate(published)]
    await save(store, *items)
    revised = replace(an_item("170 dead", item="i0", number=2, seen=NOW + HOUR), first_seen=NOW)
    await save(store, an_item(item="i9", seen=NOW + HOUR, published=NOW), revised=(revised,), now=NOW + HOUR)
    found = [item async for item in store.memories.items_since(NOW)]
    assert [(item.id, item.revision.number) for item in found[:3]] == [("i2", 1), ("i1", 1), ("i0", 1)]
    assert {(item.id, item.revision.number) for item in found[3:]} == {("i0", 2), ("i9", 1)}
    assert found[2].revision.title == ATTACK
    later = [item.id async for item in store.memories.items_since(NOW + HOUR)]
    assert sorted(later) == ["i0", "i9"]


async def test_the_latest_items_come_oldest_first(store: Store) -> None:
    await save(store, *(an_item(item=f"i{n}", seen=NOW + n * HOUR) for n in range(4)))
    assert [item.id async for item in store.memories.latest(2)] == ["i2", "i3"]
    assert [item.id async for item in store.memories.latest(9)] == ["i0", "i1", "i2", "i3"]


async def test_whatever_people_teach_is_counted(store: Store) -> None:
    """In any process, and whatever the clock says; what nobody taught is not."""
    await save(store, an_item())
    seed = FetchedSeed(event="kabul", url="https://o.example/1", title="", text="", published=None, fetched=NOW)
    answer = Feedback(event="kabul", item="i1", belongs=True, given=NOW)
    counts_seen = [await store.memories.taught()]
    for teach in (
        lambda: store.feedbacks.give(answer),
        lambda: store.feedbacks.give(answer),
        lambda: store.feedbacks.revoke("kabul", "i1", NOW),
        lambda: store.seeds.put(seed),
        lambda: store.seeds.remove("kabul", seed.url),
    ):
        await teach()
        counts_seen.append(await store.memories.taught())
    assert counts_seen == sorted(set(counts_seen))
    await save(store, an_item(item="i2"))
    assert await store.memories.taught() == counts_seen[-1]


# The past of a new event ---------------------------------------------------------------------------------------------


def past_of(item: str, *, event: str = "kabul") -> ImportRecord:
    """Return a past of one item."""
    update = Update(id=update_id(event, item), event=event, item=item, headline=ATTACK, created=NOW)
    report = Report(update=update.id, event=event, item=item, outlet="nyt", role=ReportRole.FIRST, seen=NOW)
    match = a_match(item, event=event)
    return ImportRecord(at=NOW + DAY, matches=(match,), updates=(update,), reports=(report,))


async def test_a_past_becomes_a_history_without_alerts(store: Store) -> None:
    """And the event is done."""
    await save(store, an_item(), an_item(item="i2"))
    assert await store.imports.unimported() == ["kabul", "other"]
    async with store.imports.open("kabul") as transaction:
        assert await transaction.history() == ()
        await transaction.save(replace(past_of("i1"), misses=(a_miss("i2"),)))
    assert await store.imports.unimported() == ["other"]
    async with store.imports.open("kabul") as transaction:
        assert [report.item for report in await transaction.history()] == ["i1"]
    assert await store.memories.verdict("kabul", "i1") == a_match("i1")
    assert await store.memories.verdict("kabul", "i2") == a_miss("i2")
    stored = await counts(store)
    assert (stored["updates"], stored["reports"], stored["alerts"], stored["deliveries"]) == (1, 1, 0, 0)


async def test_an_import_that_fails_is_still_to_be_done(store: Store) -> None:
    """Nothing of it is stored."""
    await save(store, an_item())
    before = await counts(store)
    with pytest.raises(RuntimeError):
        await import_and_fail(store)
    assert await counts(store) == before
    assert await store.imports.unimported() == ["kabul", "other"]


async def import_and_fail(store: Store) -> None:
    """Import a past in a transaction that fails."""
    async with store.imports.open("kabul") as transaction:
        await transaction.save(past_of("i1"))
        raise RuntimeError


async def test_an_import_that_is_done_again_changes_nothing(store: Store) -> None:
    """Two workers may find the same event."""
    await save(store, an_item())

    async def work() -> None:
        async with store.imports.open("kabul") as transaction:
            await transaction.history()
            await transaction.save(past_of("i1"))

    await asyncio.gather(work(), work())
    stored = await counts(store)
    assert (stored["matches"], stored["updates"], stored["reports"]) == (1, 1, 1)


async def test_what_a_poll_told_meanwhile_stays_as_it_is(store: Store) -> None:
    """Its alert was sent."""
    await poll(store, CONFIG, parsed(guid="1"))
    [told] = [row for row in await rows(store, tables.reports) if row["event"] == "kabul"]
    before = await counts(store)
    past = past_of(told["item"])
    async with store.imports.open("kabul") as transaction:
        await transaction.save(past)
    assert await counts(store) == before
    assert told in await rows(store, tables.reports)


async def test_a_poll_waits_for_the_import_of_its_event(store: Store) -> None:
    """Or it would open an update that the import is just opening."""
    await save(store, an_item(item="i9"))
    began = asyncio.Event()

    async def work() -> None:
        async with store.imports.open("kabul") as transaction:
            began.set()
            await asyncio.sleep(0.2)
            await transaction.save(past_of("i9"))

    async def polled() -> int:
        await began.wait()
        return (await poll(store, a_config(), parsed(guid="9"), source="cnn-world")).updates

    _, opened = await asyncio.gather(work(), polled())
    assert opened == 0
    roles = [(row["outlet"], row["role"]) for row in await rows(store, tables.reports)]
    assert sorted(roles) == [("cnn", "corroboration"), ("nyt", "first")]


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_a_near_miss_is_stored_while_another_worker_holds_its_event(store: Store, store_url: str) -> None:
    """Or two workers that hold an event each, and had a near miss of the other's, would wait for each other.

    On SQLite there is one writer at a time anyway.
    """
    await save(store, an_item())
    async with open_store(store_url) as other, store.imports.open("kabul"), soon():
        await save(other, an_item(item="i2"), misses=(a_miss("i2"),))
    assert len(await rows(store, tables.misses)) == 1


async def test_an_event_keeps_that_it_was_imported(store: Store) -> None:
    """Over every reload; one that left the config is not asked for."""
    async with store.imports.open("kabul") as transaction:
        await transaction.save(ImportRecord(at=NOW))
    await store.sources.apply(CONFIG, NOW + HOUR, changed=True)
    assert await store.imports.unimported() == ["other"]
    await store.sources.apply(a_config(events=()), NOW + HOUR)
    assert await store.imports.unimported() == []
