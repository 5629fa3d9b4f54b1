"""The times of the stored items, for simulations."""

from dataclasses import replace
from datetime import timedelta

from storage import Store
from storywatch.model import WatchConfig
from storywatch.pacing.simulation.history import Stored
from tests.contract.working import poll
from tests.support.samples import KABUL, NOW, a_config, brought, parsed

HOUR = timedelta(hours=1)
CONFIG: WatchConfig = a_config(events=(KABUL,))


async def test_items_are_told_as_they_were_first_seen(store: Store) -> None:
    """Once each, by the source that showed it first; a revision that is dated anew changes nothing."""
    assert await store.traces.seen_since() is None
    await store.sources.apply(CONFIG, NOW)
    norway = parsed("Elections in Norway", guid="2")
    await poll(store, CONFIG, parsed(guid="1", published=NOW - HOUR), norway)
    await poll(store, CONFIG, parsed("Corrected", guid="1", published=NOW + HOUR), now=NOW + 2 * HOUR)
    await poll(store, CONFIG, parsed(guid="9", published=NOW), source="cnn-world", now=NOW + HOUR)
    told = await store.traces.of(["nyt-world"])
    assert sorted(told, key=lambda one: one.matched) == [
        Stored(source="nyt-world", published=norway.published, seen=NOW, matched=False),
        Stored(source="nyt-world", published=NOW - HOUR, seen=NOW, matched=True),
    ]
    assert {one.source for one in await store.traces.of(["nyt-world", "cnn-world"])} == {"nyt-world", "cnn-world"}
    assert not await store.traces.of([])
    assert await store.traces.seen_since() == NOW


async def test_what_the_last_answers_ask_for_is_told(store: Store) -> None:
    """Of those that ask for something."""
    await store.sources.apply(CONFIG, NOW)
    asks = brought(parsed(guid="1"))
    await poll(store, CONFIG, visit=replace(asks, fresh_for=HOUR, validates=True))
    await poll(store, CONFIG, source="cnn-world", visit=replace(asks, validates=True))
    assert await store.traces.floors() == {"nyt-world": HOUR}
