"""The backtest on a real store: what it searches, in which order, and what it counts the others by."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from storage import Store, open_store
from storywatch.cli.backtest_report import Report
from storywatch.cli.backtesting import Asked, report_of, with_cases
from storywatch.model import Event, Feedback, Item, MatchMode, WatchConfig
from storywatch.ordering import as_polled
from tests.contract.working import poll
from tests.support.learning import LearningDesk, world, world_config
from tests.support.samples import KABUL, NOW, a_config, an_item, parsed

HOUR = timedelta(hours=1)
STRICT = replace(KABUL, match=MatchMode.STRICT)
CONFIG: WatchConfig = a_config(events=(STRICT,))
TITLES = (
    "Blast at the airport of Kabul, doctors at the Baron Hotel treat dozens",
    "Wounded from Kabul airport still come to the Baron Hotel, surgeons say",
    "Guests of the Baron Hotel recall how they reached Kabul airport",
    "Schools reopen in Kabul after the winter",
    *(f"Election results of constituency {number} in Norway" for number in range(12)),
)


@pytest.fixture
async def empty(sqlite_url: str) -> AsyncIterator[Store]:
    """Return an open SQLite store."""
    async with open_store(sqlite_url) as opened:
        yield opened


async def filled(store: Store) -> dict[str, str]:
    """Poll an item an hour; return their ids by title."""
    await store.sources.apply(CONFIG, NOW)
    for number, title in enumerate(TITLES):
        await poll(store, CONFIG, parsed(title, guid=str(number)), now=NOW + number * HOUR)
    return {item.revision.title: item.id async for item in store.archive.stream()}


async def report(store_url: str, event: Event, days: int | None = None) -> Report:
    """Test one event."""
    found = await report_of(store_url, Asked(now={event.id: event}, before=None, days=days))
    assert found is not None
    return found


async def test_the_stored_items_are_judged_as_the_polls_judged_them(store: Store, store_url: str) -> None:
    await filled(store)
    [told] = (await report(store_url, STRICT)).events
    stored = {item.id: match.score async for _, item, match in store.memories.accepted(["kabul"], 100)}
    assert {one.item.id for one in told.outcome.taken} == stored.keys()
    assert len(stored) == 3


async def test_words_are_suggested_with_what_the_others_say(store: Store, store_url: str) -> None:
    """Counted in the database: over all stored items, not only over those that the search found."""
    await filled(store)
    [told] = (await report(store_url, STRICT)).events
    [hotel] = told.suggestions
    assert (hotel.text, hotel.taken, hotel.of_taken, hotel.others, hotel.of_others) == ("Baron Hotel", 3, 3, 0, 13)


async def test_only_the_last_days_are_looked_at(store: Store, store_url: str) -> None:
    """Up to the latest stored item, whatever the time is now."""
    await filled(store)
    await poll(store, CONFIG, parsed("Kabul airport reopens", guid="late"), now=NOW + 100 * 24 * HOUR)
    late = await report(store_url, STRICT, days=1)
    assert ([one.item.revision.title for one in late.events[0].outcome.taken], late.items) == (
        ["Kabul airport reopens"],
        1,
    )


async def test_a_case_that_no_search_finds_is_judged_all_the_same(store: Store, store_url: str) -> None:
    """It says nothing of the event, and lies before the days that are looked at."""
    ids = await filled(store)
    case = Feedback(event="kabul", item=ids[TITLES[5]], belongs=True, given=NOW)
    await store.feedbacks.give(case)
    for days in (None, 1):
        [told] = (await report(store_url, STRICT, days)).events
        assert [(one.case.item.id, one.wrong) for one in told.outcome.tried] == [(case.item, True)]


async def test_what_an_event_would_alert_depends_on_no_other_event(empty: Store, sqlite_url: str) -> None:
    """Neither on those of the config nor on those that it is compared with, whose searches find other items."""
    events = world_config().events
    blank = await LearningDesk(empty, replace(world_config(), events={})).start()
    await blank.follow(world(300), at_once=50)
    whole = await report_of(sqlite_url, Asked(now=events, before=None, days=None))
    assert whole is not None
    for name, event in list(events.items())[:3]:
        others = {other: one for other, one in events.items() if other != name}
        for before in (None, others):
            alone = await report_of(sqlite_url, Asked(now={name: event}, before=before, days=None))
            assert alone is not None
            [told], [beside] = alone.events, [one for one in whole.events if one.outcome.event.id == name]
            assert told.outcome.taken == beside.outcome.taken
            assert told.outcome.near == beside.outcome.near
            assert told.outcome.taken


async def test_an_empty_store_has_nothing_to_test(store: Store, store_url: str) -> None:
    await store.sources.apply(CONFIG, NOW)
    assert await report_of(store_url, Asked(now={"kabul": STRICT}, before=None, days=None)) is None


async def test_cases_stand_in_the_order_of_first_sight_each_once() -> None:
    """Among the items, before them and behind them."""
    every = [an_item(item=f"i{number}", seen=NOW + number * HOUR) for number in range(6)]

    async def streamed() -> AsyncIterator[Item]:
        for item in every[1:5]:
            yield item

    cases: Sequence[Item] = [every[5], every[2], every[0]]
    assert [item.id async for item in with_cases(streamed(), cases)] == ["i0", "i1", "i2", "i3", "i4", "i5"]


async def test_what_came_in_one_document_is_judged_the_oldest_first() -> None:
    """As by polls; what came in another stays apart, however old it is."""
    told = [("i1", 0, 3), ("i2", 0, 1), ("i3", 0, 2), ("i4", 1, 5), ("i5", 1, 0)]
    every = [
        an_item(item=name, seen=NOW + seen * HOUR, published=NOW - HOUR * 9 + age * HOUR) for name, seen, age in told
    ]

    async def streamed() -> AsyncIterator[Item]:
        for item in every:
            yield item

    assert [item.id async for item in as_polled(streamed())] == ["i2", "i3", "i1", "i5", "i4"]
    cases: Sequence[Item] = [every[2], every[3]]
    assert [item.id async for item in with_cases(as_polled(streamed()), cases)] == ["i2", "i3", "i1", "i5", "i4"]
