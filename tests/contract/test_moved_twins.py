"""Sources whose address moved for good."""

from datetime import datetime, timedelta

from storage import Store
from storywatch.model import Visit, VisitOutcome
from tests.contract.working import claimed, poll
from tests.support.samples import NOW, a_config, a_source

DAY = timedelta(days=1)
HOME, MAIN = "https://old.nyt.example/asia.xml", "https://www.nyt.example/main.xml"
BOTH = a_config(sources=(a_source("asia", url=HOME), a_source("main", url=MAIN)))
ALONE = a_config(sources=(a_source("asia", url=HOME),))
REDIRECTED = Visit(outcome=VisitOutcome.UNCHANGED, permanent_url=MAIN, final_url=MAIN)
AT_HOME = Visit(outcome=VisitOutcome.UNCHANGED, final_url=HOME)


async def moved(store: Store, now: datetime = NOW) -> None:
    """Let a source be redirected for good until that is believed."""
    for hour in range(3):
        await poll(store, BOTH, source="asia", now=now + timedelta(hours=hour), visit=REDIRECTED)


async def test_a_moved_source_counts_for_its_new_host(store: Store) -> None:
    """And for its own again when it has come back."""
    await store.sources.apply(ALONE, NOW)
    await moved(store)
    assert (await claimed(store, "asia", NOW + DAY)).state.url == MAIN
    assert await store.sources.due_hosts(NOW + 2 * DAY, 10) == ["www.nyt.example"]
    for hour in range(3):
        back = Visit(outcome=VisitOutcome.UNCHANGED, permanent_url=HOME, final_url=HOME)
        await poll(store, ALONE, source="asia", now=NOW + 2 * DAY + timedelta(hours=hour), visit=back)
    assert await store.sources.due_hosts(NOW + 4 * DAY, 10) == ["old.nyt.example"]


async def test_a_source_that_moved_to_where_another_is_looks_home_once_a_week(store: Store) -> None:
    """One visit is enough to rest again, whatever config is applied meanwhile; the other one goes on."""
    await store.sources.apply(BOTH, NOW)
    await moved(store)
    week = NOW + timedelta(days=7, hours=2)
    await store.sources.apply(BOTH, NOW + DAY, changed=True)
    assert await store.sources.due_hosts(week - DAY, 10) == ["www.nyt.example"]
    assert "old.nyt.example" in await store.sources.due_hosts(week, 10)
    await poll(store, BOTH, source="asia", now=week, visit=REDIRECTED)
    assert "old.nyt.example" not in await store.sources.due_hosts(week + 6 * DAY, 10)


async def test_a_redirect_that_was_a_mistake_costs_a_source_a_week_at_most(store: Store) -> None:
    """It comes back by itself."""
    await store.sources.apply(BOTH, NOW)
    await moved(store)
    week = NOW + timedelta(days=7, hours=2)
    await poll(store, BOTH, source="asia", now=week, visit=AT_HOME)
    state = (await claimed(store, "asia", week)).state
    assert (state.url, state.moved, state.next_poll_at) == (None, None, week + timedelta(minutes=15))


async def test_two_that_moved_to_one_address_do_not_both_rest(store: Store) -> None:
    """One of them is visited there."""
    twins = a_config(sources=(a_source("asia", url=HOME), a_source("world", url="https://old.nyt.example/world.xml")))
    await store.sources.apply(twins, NOW)
    for source in ("world", "asia"):
        for hour in range(3):
            await poll(store, twins, source=source, now=NOW + timedelta(hours=hour), visit=REDIRECTED)
    assert await store.sources.due_hosts(NOW + DAY, 10) == ["www.nyt.example"]
