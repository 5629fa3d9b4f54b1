"""What people taught: answers that count, replace each other and are revoked; fetched seeds."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage import Store, tables
from storywatch.errors import NotStoredError, StorageError
from storywatch.model import Feedback, FetchedSeed, WatchConfig
from tests.contract.working import poll, rows
from tests.support.samples import ATTACK, KABUL, NOW, a_config, parsed

HOUR = timedelta(hours=1)
CONFIG: WatchConfig = a_config(events=(KABUL, replace(KABUL, id="other", title="Other")))
SEED = FetchedSeed(
    event="kabul", url="https://nytimes.com/1", title=ATTACK, text="13 dead", published=NOW - HOUR, fetched=NOW
)


@pytest.fixture
async def item(store: Store) -> str:
    """Store an item and return its id."""
    await store.sources.apply(CONFIG, NOW)
    await poll(store, CONFIG, parsed(guid="1"))
    [row] = await rows(store, tables.items)
    return str(row["id"])


def answer(item: str, *, event: str = "kabul", belongs: bool = True, hours: int = 0) -> Feedback:
    """Return an answer."""
    return Feedback(event=event, item=item, belongs=belongs, given=NOW + hours * HOUR)


async def test_an_answer_comes_back_with_the_item_it_is_about(store: Store, item: str) -> None:
    given = answer(item)
    await store.feedbacks.give(given)
    assert await store.feedbacks.all() == (given,)
    [(one, about)] = await store.feedbacks.answers(["kabul"])
    assert (one, about.id, about.revision.title) == (given, item, ATTACK)
    assert not await store.feedbacks.answers(["other"])
    assert not await store.feedbacks.all("other")


async def test_the_item_of_an_answer_reads_as_it_does_now(store: Store, item: str) -> None:
    """Its latest revision, not the one that was judged."""
    await store.feedbacks.give(answer(item))
    await poll(store, CONFIG, parsed("Corrected", guid="1"), now=NOW + HOUR)
    [(_, about)] = await store.feedbacks.answers(["kabul"])
    assert (about.revision.title, about.revision.number) == ("Corrected", 2)


async def test_an_answer_replaces_the_one_before(store: Store, item: str) -> None:
    """And only that of its own event."""
    other = answer(item, event="other", hours=1)
    for one in (answer(item), other, answer(item, belongs=False, hours=2)):
        await store.feedbacks.give(one)
    assert await store.feedbacks.all() == (other, answer(item, belongs=False, hours=2))


async def test_a_revoked_answer_counts_no_longer_and_stays_visible(store: Store, item: str) -> None:
    await store.feedbacks.give(answer(item))
    assert await store.feedbacks.revoke("kabul", item, NOW + HOUR)
    assert not await store.feedbacks.all()
    assert not await store.feedbacks.answers(["kabul"])
    assert await store.feedbacks.all(revoked=True) == (replace(answer(item), revoked=NOW + HOUR),)
    assert not await store.feedbacks.revoke("kabul", item, NOW + 2 * HOUR)
    await store.feedbacks.give(answer(item, hours=3))
    assert await store.feedbacks.all() == (answer(item, hours=3),)


async def test_what_was_never_answered_cannot_be_revoked(store: Store, item: str) -> None:
    assert not await store.feedbacks.revoke("kabul", item, NOW)


@pytest.mark.parametrize("wrong", ["event", "item"])
async def test_an_answer_about_what_is_unknown_is_refused(store: Store, item: str, wrong: str) -> None:
    """With the name, and how to find the right one; nothing is stored."""
    with pytest.raises(NotStoredError, match=rf"no such {wrong}: nothing; `storywatch {wrong}s` lists them") as raised:
        await store.feedbacks.give(answer("nothing") if wrong == "item" else answer(item, event="nothing"))
    assert isinstance(raised.value, StorageError)
    assert not await rows(store, tables.feedback)


async def test_answers_for_an_event_that_left_the_config_stay(store: Store, item: str) -> None:
    await store.feedbacks.give(answer(item))
    await store.sources.apply(a_config(events=()), NOW + HOUR)
    assert await store.feedbacks.all("kabul") == (answer(item),)


async def test_two_answers_at_once_leave_one(store: Store, item: str) -> None:
    """Whichever came last."""
    both = (answer(item), answer(item, belongs=False))
    await asyncio.gather(*map(store.feedbacks.give, both))
    [left] = await store.feedbacks.all()
    assert left in both


async def test_seeds_come_back_in_the_order_in_which_they_were_fetched(store: Store) -> None:
    """Before the daemon knows the event: the config may be newer than the database."""
    second = replace(SEED, url="https://nytimes.com/0", published=None, fetched=NOW + HOUR)
    elsewhere = replace(SEED, event="other", fetched=NOW + 2 * HOUR)
    for seed in (second, SEED, elsewhere):
        await store.seeds.put(seed)
    assert await store.seeds.all("kabul") == (SEED, second)
    assert await store.seeds.all() == (SEED, second, elsewhere)


async def test_a_seed_that_is_fetched_again_is_replaced(store: Store) -> None:
    await store.seeds.put(SEED)
    again = replace(SEED, title="Corrected", text="170 dead", fetched=NOW + HOUR)
    await store.seeds.put(again)
    assert await store.seeds.all() == (again,)


async def test_a_seed_can_be_removed(store: Store) -> None:
    """Only that one, and only once."""
    kept = replace(SEED, event="other")
    await store.seeds.put(SEED)
    await store.seeds.put(kept)
    assert await store.seeds.remove("kabul", SEED.url)
    assert not await store.seeds.remove("kabul", SEED.url)
    assert await store.seeds.all() == (kept,)
