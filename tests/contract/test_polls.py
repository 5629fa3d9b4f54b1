"""The one transaction of a poll: all of it or nothing, and only for who holds the lease."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, insert
from sqlalchemy.exc import IntegrityError

from storage import Store, open_store, tables
from storage.engine import writing
from storywatch.errors import Fault, LeaseLost
from storywatch.intake import identify
from storywatch.model import Outlet, ParsedItem, Source, Validators, Visit, VisitOutcome
from storywatch.pacing import SourceState
from storywatch.ports import Claim, PollRecord
from storywatch.updates import update_id
from storywatch.watch import PollOutcome
from tests.contract.working import LATER, claimed, counts, deliveries, poll, rows
from tests.support.patience import FOR_EVER, soon
from tests.support.samples import (
    ATTACK,
    DESK_MAIL,
    DEVELOPMENTS,
    KABUL,
    NOW,
    NYT,
    a_config,
    a_source,
    an_item,
    brought,
    parsed,
)

CONFIG = a_config(sources=(a_source(), a_source("nyt-asia"), a_source("cnn-world", "cnn")))
STRIKE = "Drone strike near the airport of Kabul destroys a car full of explosives"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def declared(store: Store) -> None:
    """Declare the config in every test."""
    await store.sources.apply(CONFIG, NOW)


async def save(store: Store, claim: Claim, **changes: Any) -> None:
    """Save a poll that found nothing, with some changes."""
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=claim.state, **changes))


# All or nothing ------------------------------------------------------------------------------------------------------


async def test_a_poll_stores_everything_it_decided(store: Store) -> None:
    """One row of each kind for one new item that is told to one subscription."""
    result = await poll(store, CONFIG, parsed(guid="1", url="https://nytimes.com/1"))
    assert (result.outcome, result.alerts) == (PollOutcome.NEW, 1)
    stored = await counts(store)
    once = ("items", "revisions", "sightings", "matches", "updates", "reports", "alerts", "deliveries")
    assert {name: stored[name] for name in once} == dict.fromkeys(once, 1)
    assert stored["attempts"] == 0
    [match] = await rows(store, tables.matches)
    assert match["score"] >= 0.7
    assert {"asked": "kabul", "found": "Kabul", "field": "title"} in match["reasons"]


async def test_an_error_before_the_end_leaves_nothing(store: Store) -> None:
    """Not even the state; the claim is still ours."""
    before = await counts(store)
    claim = await claimed(store)
    record = PollRecord(state=replace(claim.state, failures=7), new=(an_item(),))

    async def fail() -> None:
        async with store.sources.poll(claim) as transaction:
            await transaction.save(record)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await counts(store) == before
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=claim.state))
    assert (await claimed(store)).state.failures == 0


async def test_a_cancelled_poll_leaves_nothing(store: Store) -> None:
    """A shutdown that lost its patience."""
    before = await counts(store)
    claim, saved = await claimed(store), asyncio.Event()

    async def slow() -> None:
        async with store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=claim.state, new=(an_item(),)))
            saved.set()
            await asyncio.sleep(FOR_EVER)

    task = asyncio.create_task(slow())
    await saved.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert await counts(store) == before
    await poll(store, CONFIG, parsed(guid="1"), source="nyt-asia")


async def test_a_worker_that_slept_past_its_lease_stores_nothing(store: Store) -> None:
    """Another worker took the source: the token is stale, the whole record is dropped."""
    stale = await claimed(store)
    fresh = await claimed(store, now=LATER)
    before = await counts(store)
    with pytest.raises(LeaseLost):
        async with store.sources.poll(stale) as transaction:
            await transaction.save(PollRecord(state=replace(stale.state, failures=7), new=(an_item(),)))
    assert await counts(store) == before
    async with store.sources.poll(fresh) as transaction:
        await transaction.save(PollRecord(state=fresh.state, new=(an_item(),)))
    assert (await counts(store))["items"] == 1


async def test_a_claim_counts_once(store: Store) -> None:
    """The lease ends with the poll: the same claim can't save again."""
    claim = await claimed(store)
    for expected in (nullcontext(), pytest.raises(LeaseLost)):
        with expected:
            await save(store, claim)


async def test_an_unchanged_poll_adds_no_row_anywhere(store: Store) -> None:
    """Neither by a 304, nor by the same document, nor by a failure: only the source's own rows change."""
    document = brought(parsed(guid="1"), parsed("Elections in Norway", guid="2"), validators=Validators(etag='"1"'))
    await poll(store, CONFIG, visit=document)
    before = await counts(store)
    everything = {table.name: await rows(store, table) for table in tables.metadata.sorted_tables}
    visits = [
        Visit(outcome=VisitOutcome.UNCHANGED, validators=Validators(etag='"1"')),
        document,
        Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="timeout", message="no answer")),
    ]
    for number, visit in enumerate(visits):
        await poll(store, CONFIG, visit=visit, now=NOW + number * HOUR)
    assert await counts(store) == before
    after = {table.name: await rows(store, table) for table in tables.metadata.sorted_tables}
    assert [name for name, found in after.items() if found != everything[name]] == ["sources", "rhythms"]


# What is known -------------------------------------------------------------------------------------------------------


async def test_a_large_document_is_known_again_as_a_whole(store: Store) -> None:
    """More keys than one statement takes."""
    document = [parsed(f"Story {n}", guid=f"guid-{n}", url=f"https://nytimes.com/{n}") for n in range(700)]
    assert (await poll(store, CONFIG, *document)).new == 700
    again = await poll(store, CONFIG, *reversed(document))
    assert (again.outcome, again.new, again.revised) == (PollOutcome.UNCHANGED, 0, 0)


async def test_what_is_known_comes_back_by_any_of_its_keys(store: Store) -> None:
    """With all its keys, its latest revision, and how the asking source showed it."""
    item = parsed(guid="1", url="https://nytimes.com/1", summary="13 dead")
    source: Source = CONFIG.sources["nyt-world"]
    await poll(store, CONFIG, item)
    await poll(store, CONFIG, replace(item, summary="170 dead"))
    [found] = identify([item], source, NYT)
    claim = await claimed(store)
    async with store.sources.poll(claim) as transaction:
        known = await transaction.known("nyt", "nyt-world", [*found.keys, "guid:unknown"])
        elsewhere = await transaction.known("nyt", "nyt-asia", found.keys[-1:])
        other_outlet = await transaction.known("cnn", "cnn-world", found.keys)
        await transaction.save(PollRecord(state=claim.state))
    assert set(known) == set(found.keys)
    [entry] = set(known.values())
    assert (entry.keys, entry.number, entry.source) == (frozenset(found.keys), 2, "nyt-world")
    assert (entry.url, entry.first_seen) == ("https://www.nytimes.com/1", NOW)
    assert entry.shown == entry.current
    [seen_elsewhere] = elsewhere.values()
    assert (seen_elsewhere.id, seen_elsewhere.shown) == (entry.id, None)
    assert not other_outlet


async def test_revisions_are_kept(store: Store) -> None:
    """Each with its text; the item points to the latest."""
    await poll(store, CONFIG, parsed("13 dead", guid="1", url="https://nytimes.com/1"))
    await poll(store, CONFIG, parsed("170 dead", guid="1", url="https://nytimes.com/2"), now=NOW + HOUR)
    texts = [(row["number"], row["title"], row["seen"]) for row in await rows(store, tables.revisions)]
    assert sorted(texts) == [(1, "13 dead", NOW), (2, "170 dead", NOW + HOUR)]
    [item] = await rows(store, tables.items)
    assert (item["revision"], item["url"], item["first_seen"]) == (2, "https://www.nytimes.com/2", NOW)


@pytest.mark.parametrize(
    "documents",
    [
        [[("B", None, "live"), ("A", None, "live")], [("C", None, "live"), ("B", None, "live")]],
        [[("A", "1", "a")], [("B", "1", "b"), ("A", "1", "a")]],
        [[("A", "1", "live")], [("B", "2", "live")]],
        [[("A", "1", "a")], [("A", "1", "b")], [("A", "1", "a"), ("A", "1", "b")]],
    ],
    ids=["a live page", "one guid twice", "one address twice", "an address that moved"],
)
async def test_no_habit_of_a_publisher_breaks_a_unique_key(
    store: Store, documents: list[list[tuple[str, str | None, str]]]
) -> None:
    """A poll that failed on one would fail for ever."""
    for document in documents:
        items = [
            ParsedItem(title=title, guid=guid, url=f"https://nytimes.com/{page}") for title, guid, page in document
        ]
        assert (await poll(store, CONFIG, *items)).outcome is not PollOutcome.FAILED
    titles = {title for document in documents for title, _, _ in document}
    assert {row["title"] for row in await rows(store, tables.revisions)} == titles


# The history of an event ---------------------------------------------------------------------------------------------


async def test_the_history_of_an_event_is_what_was_told_oldest_first(store: Store) -> None:
    """An update's reports stand together, its first report before the corroborations."""
    await poll(store, CONFIG, parsed(guid="1", content="c" * 5000))
    await poll(store, CONFIG, parsed(STRIKE, guid="2"), now=NOW + HOUR)
    await poll(store, CONFIG, parsed(guid="3", content="c" * 5000), source="cnn-world", now=NOW + 2 * HOUR)
    claim = await claimed(store)
    async with store.sources.poll(claim) as transaction:
        past = await transaction.history("kabul")
        assert await transaction.history("nothing") == ()
        await transaction.save(PollRecord(state=claim.state))
    assert [(report.outlet, report.headline) for report in past] == [("nyt", ATTACK), ("cnn", ATTACK), ("nyt", STRIKE)]
    assert past[0].update == past[1].update == update_id("kabul", past[0].item)
    assert past[0].text == f"{ATTACK}\n{'c' * 2000}"


async def test_updates_of_one_poll_keep_the_order_in_which_they_were_told(store: Store) -> None:
    """A backlog opens many at one moment: their numbers must not change afterwards, and they are sent in order."""
    told = list(DEVELOPMENTS)
    backlog = [parsed(title, guid=title, published=NOW - n * HOUR) for n, title in enumerate(reversed(told))]
    await poll(store, CONFIG, *backlog)
    claim = await claimed(store)
    async with store.sources.poll(claim) as transaction:
        past = await transaction.history("kabul")
        await transaction.save(PollRecord(state=claim.state))
    assert [report.headline for report in past] == told
    sent = [delivery.message.body.decode().partition("first ")[2] for delivery in await deliveries(store)]
    assert sent == told


async def test_a_copy_by_another_outlet_corroborates(store: Store) -> None:
    """Found in the database, by its words."""
    await poll(store, CONFIG, parsed(guid="1"))
    result = await poll(store, CONFIG, parsed(guid="9"), source="cnn-world")
    assert (result.matched, result.updates, result.alerts) == (1, 0, 0)
    assert sorted(row["role"] for row in await rows(store, tables.reports)) == ["corroboration", "first"]


# What the database itself refuses ------------------------------------------------------------------------------------

UNIQUE = [
    tables.items,
    tables.item_keys,
    tables.revisions,
    tables.sightings,
    tables.matches,
    tables.updates,
    tables.reports,
    tables.deliveries,
    tables.alerts,
]


async def refused(store: Store, table: Table, row: dict[str, Any]) -> None:
    """Expect that a row can't be inserted."""
    with pytest.raises(IntegrityError):
        async with writing(store.engine) as connection:
            await connection.execute(insert(table).values(row))


@pytest.mark.parametrize("table", UNIQUE, ids=lambda table: table.name)
async def test_no_row_can_stand_twice(store: Store, table: Table) -> None:
    """The last guard against telling twice."""
    await poll(store, CONFIG, parsed(guid="1"))
    await refused(store, table, (await rows(store, table))[0])


async def test_an_update_is_owed_once_to_a_subscription(store: Store) -> None:
    """Whatever identity a second alert had."""
    await poll(store, CONFIG, parsed(guid="1"))
    [alert] = await rows(store, tables.alerts)
    await refused(store, tables.alerts, alert | {"id": "another"})


async def test_a_row_cannot_speak_of_what_is_not_there(store: Store) -> None:
    """Foreign keys hold on both databases."""
    await poll(store, CONFIG, parsed(guid="1"))
    [item] = await rows(store, tables.items)
    await refused(store, tables.items, item | {"id": "another", "outlet": "nobody"})


async def test_a_naive_time_is_refused_before_it_gets_there(store: Store) -> None:
    """It would be read as UTC."""
    claim = await claimed(store)
    with pytest.raises(Exception, match="no time zone"):
        async with store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=replace(claim.state, next_poll_at=NOW.replace(tzinfo=None))))


# At the same time ----------------------------------------------------------------------------------------------------


class Together:
    """A fetcher whose visits all come back at the same moment."""

    def __init__(self, barrier: asyncio.Barrier, *items: ParsedItem) -> None:
        self._barrier = barrier
        self._items = items

    async def visit(self, source: Source, outlet: Outlet, state: SourceState) -> Visit:
        """Wait for the others."""
        await self._barrier.wait()
        return brought(*self._items)


@pytest.mark.parametrize("engines", ["one engine", "two engines"])
async def test_one_article_in_two_sources_at_once_is_one_item_and_one_alert(
    store: Store, store_url: str, engines: str
) -> None:
    """The outlet is held while its items are compared."""
    async with open_store(store_url) as second:
        other = store if engines == "one engine" else second
        for number, title in enumerate(DEVELOPMENTS[:5]):
            together = Together(asyncio.Barrier(2), parsed(title, url=f"https://nytimes.com/{number}"))
            results = await asyncio.gather(
                poll(store, CONFIG, fetcher=together), poll(other, CONFIG, source="nyt-asia", fetcher=together)
            )
            assert sorted(result.new for result in results) == [0, 1]
            assert sum(result.alerts for result in results) == 1
    stored = await counts(store)
    assert (stored["items"], stored["updates"], stored["alerts"], stored["deliveries"]) == (5, 5, 5, 5)
    assert stored["sightings"] == 10


@pytest.mark.parametrize("engines", ["one engine", "two engines"])
async def test_one_wire_report_by_two_outlets_at_once_is_one_update(store: Store, store_url: str, engines: str) -> None:
    """The event is held while its reports are compared: the second corroborates the first."""
    config = a_config(sources=tuple(CONFIG.sources.values()), subscriptions=(replace(DESK_MAIL, corroborations=True),))
    await store.sources.apply(config, NOW)
    async with open_store(store_url) as second:
        other = store if engines == "one engine" else second
        for number, title in enumerate(DEVELOPMENTS[:5]):
            together = Together(asyncio.Barrier(2), parsed(title, guid=str(number)))
            results = await asyncio.gather(
                poll(store, config, fetcher=together), poll(other, config, source="cnn-world", fetcher=together)
            )
            assert sorted(result.updates for result in results) == [0, 1]
    roles = sorted(row["role"] for row in await rows(store, tables.reports))
    assert roles == ["corroboration"] * 5 + ["first"] * 5
    assert len({delivery.id for delivery in await deliveries(store)}) == 10


async def test_polls_of_several_events_never_wait_for_each_other_for_ever(store: Store) -> None:
    """Events are held in one order, so that no two polls hold what the other wants."""
    names = ("ash", "birch", "cedar", "elm")
    events = tuple(replace(KABUL, id=name, all_of=((name,),)) for name in names)
    config = a_config(
        sources=tuple(a_source(f"{outlet}-{n}", outlet) for outlet in ("nyt", "cnn") for n in range(3)), events=events
    )
    await store.sources.apply(config, NOW)
    items = [parsed(f"{name} " * 5, guid=name) for name in names]
    barrier = asyncio.Barrier(6)
    fetchers = [Together(barrier, *items), Together(barrier, *reversed(items))]
    polls = [poll(store, config, source=one, fetcher=fetchers[n % 2]) for n, one in enumerate(config.sources)]
    async with soon():
        results = await asyncio.gather(*polls)
    assert sum(result.new for result in results) == 24
    assert len(await rows(store, tables.reports)) == 24
    assert len(await rows(store, tables.updates)) == 4
