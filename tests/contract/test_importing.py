"""The past of a new event, on a real store: `storywatch.importing`."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config import load_events
from storage import Store, open_store, tables
from storywatch.importing import Imported, never, unheard
from storywatch.matching import Matcher
from storywatch.model import Event, Item, Match, Name
from storywatch.replay import StreamItem
from tests.contract.working import rows
from tests.support.fakes import FakeFetcher
from tests.support.learning import STREAMS, LearningDesk, Noting, world, world_config
from tests.support.samples import NOW, a_config, a_source, brought, parsed

WIRECARD = "wirecard"


@pytest.fixture
async def empty(sqlite_url: str) -> AsyncIterator[Store]:
    """Return an open SQLite store."""
    async with open_store(sqlite_url) as opened:
        yield opened


async def a_desk(store: Store, stream: Sequence[StreamItem], *events: Event) -> LearningDesk:
    """Return a desk that has stored a stream while it followed no event, and now follows these."""
    blank = await LearningDesk(store, replace(world_config(), events={})).start()
    await blank.follow(stream, at_once=50)
    await blank.recollection.save()
    config = a_config(events=events, sources=(a_source(),))
    return await LearningDesk(store, config, clock=blank.clock, matcher=Noting([])).start()


async def imported(desk: LearningDesk, *events: str) -> list[Imported]:
    """Import the past of events, by default of those that are new."""
    wanted = events or await desk.learning.importing.pending()
    return [one async for one in desk.learning.importing.run(wanted)]


def event_of(event: str = WIRECARD) -> Event:
    """Return an event of the stream."""
    return world_config().events[event]


async def test_the_past_of_a_new_event_becomes_a_history_without_alerts(store: Store) -> None:
    """And the event is recognised by it: live polls go on where the past ends."""
    stream = world(300)
    desk = await a_desk(store, stream, event_of())
    [past] = await imported(desk)
    assert past.event == WIRECARD
    assert past.matches > 15
    assert 1 < past.updates <= past.matches
    matches = await rows(store, tables.matches)
    assert len(matches) == past.matches
    assert all(row["ground"] and row["contributions"] and row["decided"] == desk.clock() for row in matches)
    assert len(await rows(store, tables.updates)) == past.updates
    assert not await rows(store, tables.alerts)
    assert not await rows(store, tables.deliveries)
    assert await desk.learning.importing.pending() == []
    assert len(desk.matcher.memory.profile(WIRECARD).taken) > 10


async def test_a_past_is_matched_as_it_would_have_been_live(empty: Store, tmp_path: Any) -> None:
    """Nearly: the background knows more by now."""
    stream = world(300)
    async with open_store(f"sqlite:///{tmp_path / 'live.db'}") as other:
        live = await LearningDesk(other, a_config(events=(event_of(),), sources=(a_source(),))).start()
        await live.follow(stream)
        wanted = {item.id async for _, item, _ in other.memories.accepted(None, 1000)}
    desk = await a_desk(empty, stream, event_of())
    await imported(desk)
    found = {item.id async for _, item, _ in empty.memories.accepted(None, 1000)}
    assert len(wanted & found) >= 0.8 * len(wanted)


@pytest.mark.parametrize("declared", ["world.events", "world.events-title-only"])
async def test_the_search_leaves_out_nothing_that_belongs_to_an_event(empty: Store, declared: str) -> None:
    """With facets or without: what would be accepted if all were judged is among what is searched, which is less."""
    events = load_events(STREAMS / f"{declared}.yaml")
    desk = await a_desk(empty, world(), *events)
    total = await empty.archive.count()
    importing = desk.learning.importing
    for event in events:
        asked = desk.matcher.wanted(event.id)
        terms = (await importing._sounding([asked])).found(asked)
        searched = {item.id async for item in empty.archive.stream(any_of=terms)}
        everything = await importing._judged(event.id, None, unheard, never)
        assert everything is not None
        assert everything.items == total
        assert everything.accepted
        assert {item.id for item, _ in everything.accepted} <= searched
        assert len(searched) < 0.7 * total


@pytest.mark.parametrize(
    ("title", "event"),
    [
        ("Khalil Haqqani seen in the capital", {"people": (Name(spellings=("Khalil Haqqani",)),), "title": "Haqqani"}),
        ("Halil Hakkani seen", {"people": (Name(spellings=("Khalil Haqqani",)),), "all_of": (("Khalil Haqqani",),)}),
        ("Nigerien soldiers leave", {"title": "Coup in Niger", "all_of": (("Nigerien",),)}),
        ("Explosive cities", {"title": "x", "all_of": (("explo*",), ("cit*",))}),
        ("U.S. troops leave", {"title": "x", "all_of": (("U.S.",),)}),
        ("Price of /oil/ at 99.5 dollars", {"title": "x", "query": r"/\d\d\.\d/"}),
    ],
)
async def test_whatever_an_event_asks_by_is_found(empty: Store, title: str, event: dict[str, Any]) -> None:
    """Names by their sound, prefixes, acronyms, regular expressions."""
    blank = await LearningDesk(empty, a_config(events=(), sources=(a_source(),))).start()
    await blank.poll(parsed(title, guid="1"), parsed("Elections in Norway", guid="2"))
    declared = Event(**({"id": "new", "title": "x"} | event))
    config = a_config(events=(declared,), sources=(a_source(),))
    desk = await LearningDesk(empty, config, clock=blank.clock, matcher=Noting([])).start()
    [past] = await imported(desk)
    assert past.matches == 1


async def test_polls_go_on_while_a_past_is_imported(empty: Store) -> None:
    """What they bring for the event is told, and the import leaves it as it is."""
    stream = world(120)
    desk = await a_desk(empty, stream, event_of())
    polled: list[int] = []
    desk.clock.now = desk.clock.now.replace(year=desk.clock.now.year + 1)

    async def one_poll() -> None:
        visit = brought(parsed("Wirecard: Marsalek seen in Moscow", guid="fresh", published=desk.clock()))
        polled.append((await desk.poll(fetcher=FakeFetcher(visit))).alerts)

    importing = desk.learning.importing
    judged = importing._judged

    async def meanwhile(*asked: Any) -> Any:
        past = await judged(*asked)
        await one_poll()
        return past

    object.__setattr__(importing, "_judged", meanwhile)
    [past] = await imported(desk)
    assert polled == [1]
    matches = await rows(empty, tables.matches)
    assert len(matches) == past.matches + 1
    assert len(await rows(empty, tables.alerts)) == 1


async def test_an_import_that_is_to_stop_is_begun_again_later(empty: Store) -> None:
    desk = await a_desk(empty, world(60), event_of())
    stopped = [one async for one in desk.learning.importing.run([WIRECARD], stopping=lambda: True)]
    assert stopped == []
    assert not await rows(empty, tables.matches)
    assert await desk.learning.importing.pending() == [WIRECARD]


async def test_what_an_import_learned_is_there_after_a_restart(empty: Store) -> None:
    desk = await a_desk(empty, world(200), event_of())
    await imported(desk)
    again = await LearningDesk(empty, desk.config, clock=desk.clock, matcher=Noting([])).start()
    taken = desk.matcher.memory.profile(WIRECARD).taken
    assert taken
    assert again.matcher.memory.profile(WIRECARD).taken == taken


async def test_what_an_import_learned_is_there_after_a_crash_before_the_next_save(empty: Store) -> None:
    """The memory was saved with the new event in it, before its past was imported."""
    desk = await a_desk(empty, world(200), event_of())
    await desk.recollection.save()
    desk.clock.now += timedelta(minutes=1)
    object.__setattr__(desk.recollection, "save", _crash)
    with pytest.raises(ZeroDivisionError):
        await imported(desk)
    taken = set(desk.matcher.memory.profile(WIRECARD).taken)
    assert taken
    again = await LearningDesk(empty, desk.config, clock=desk.clock, matcher=Noting([])).start()
    assert await again.learning.importing.pending() == []
    assert set(again.matcher.memory.profile(WIRECARD).taken) == taken


async def _crash() -> int:
    raise ZeroDivisionError


async def test_an_item_that_breaks_matching_does_not_stop_the_import(empty: Store, monkeypatch: Any) -> None:
    desk = await a_desk(empty, world(120), event_of())
    match = Matcher.match

    def fragile(matcher: Matcher, item: Item) -> tuple[Match, ...]:
        if item.id.endswith("0"):
            raise ZeroDivisionError
        return match(matcher, item)

    monkeypatch.setattr(Matcher, "match", fragile)
    [past] = await imported(desk)
    assert past.matches
    assert await desk.learning.importing.pending() == []


async def test_an_event_that_comes_back_is_matched_against_what_came_meanwhile(store: Store) -> None:
    """What it had stays as it was, and nobody is alerted of what came while it was away."""
    stream, config = world(300), a_config(events=(event_of(),), sources=(a_source(),))
    first = await LearningDesk(store, config).start()
    await imported(first)
    await first.follow(stream[:150], at_once=50)
    before, alerts = await rows(store, tables.matches), await rows(store, tables.alerts)
    away = await LearningDesk(store, replace(config, events={}), clock=first.clock).start()
    await away.follow(stream[150:], at_once=50)
    assert await rows(store, tables.matches) == before
    back = await LearningDesk(store, config, clock=first.clock).start()
    assert await back.learning.importing.pending() == [WIRECARD]
    await imported(back)
    after = await rows(store, tables.matches)
    assert 0 < len(before) < len(after)
    assert [row for row in after if row in before] == before
    assert await rows(store, tables.alerts) == alerts
    again = await LearningDesk(store, config, clock=first.clock).start()
    assert await again.learning.importing.pending() == []


async def test_items_of_one_document_are_judged_in_the_order_of_their_publication(
    empty: Store, monkeypatch: Any
) -> None:
    """By an import and by a background that is counted anew, as by polls; their ids say nothing."""
    published = [NOW + timedelta(days=number) for number in range(12)]
    stream = [
        StreamItem(id=str(number), outlet="nyt", published=moment, title=f"Kabul, day {number}")
        for number, moment in enumerate(published)
    ]
    desk = await a_desk(empty, stream, Event(id="kabul", title="Kabul", all_of=(("Kabul",),)))
    seen: list[Item] = []

    def match(_: Matcher, item: Item) -> tuple[Match, ...]:
        seen.append(item)
        return ()

    monkeypatch.setattr(Matcher, "match", match)
    await imported(desk)
    assert [item.published for item in seen] == published
    seen.clear()
    monkeypatch.setattr(Matcher, "tell", lambda _, item, __: seen.append(item))
    await desk.recollection._rebuild_background(lambda _: None)
    assert [item.published for item in seen] == published
    assert sorted(item.id for item in seen) != [item.id for item in seen]  # the control: ids have another order
