"""What our own code or the database can't take in costs one poll, and is tried again like any failure."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from scheduler.work import PollWork, Runtime
from storage import Store, tables
from storywatch.dispatch import Dispatch
from storywatch.errors import Fault
from storywatch.gathering import Gathering
from storywatch.model import ChannelKind, SetAside
from storywatch.watch import Plan, PollOutcome, Watch
from tests.contract.working import claimed, poll, rows
from tests.support.fakes import FakeChannel, FakeClock, FakeFetcher
from tests.support.samples import NOW, a_config, brought, parsed


async def test_items_that_can_not_be_read_are_kept_up_to_a_hundred(store: Store) -> None:
    """The last ones; a hostile feed makes up new ones at each poll."""
    config = a_config()
    await store.sources.apply(config, NOW)
    fault = Fault(code="bad_item", message="no")
    for number in range(3):
        visit = brought(parsed("Good", guid="1"))
        assert visit.document is not None
        aside = tuple(SetAside(item=f"{number}-{n}", fault=fault) for n in range(80))
        visit = replace(visit, document=replace(visit.document, set_aside=aside))
        await poll(store, config, now=NOW + timedelta(hours=number), visit=visit)
    kept = [row["item"] for row in await rows(store, tables.set_aside)]
    assert len(kept) == 100
    assert sum(item.startswith("2-") for item in kept) == 80


async def test_a_document_that_can_not_be_stored_is_a_failure_with_a_pause(store: Store) -> None:
    """A title that no field reader would let pass: the database refuses it, and the source is not polled in circles."""
    config = a_config()
    await store.sources.apply(config, NOW)
    poison = parsed("half a \ud800 character", guid="1")
    fetcher = FakeFetcher(brought(poison), brought(parsed("good", guid="2")))
    channels = {kind: FakeChannel() for kind in ChannelKind}
    clock = FakeClock()
    watch = Watch(sources=store.sources, fetcher=fetcher, channels=channels, clock=clock, dice=lambda: 0.0)
    dispatch = Dispatch(outbox=store.outbox, channels=channels, clock=clock, dice=lambda: 0.0)
    gathering = Gathering(gatherings=store.gatherings, channels=channels, clock=clock)
    runtime = Runtime(plan=Plan.of(config), watch=watch, dispatch=dispatch, gathering=gathering)
    work = PollWork(sources=store.sources, clock=clock, current=partial(lambda one: one, runtime))
    broke = await work.poll(await claimed(store))
    assert broke is not None
    assert broke.fault is not None
    assert (broke.outcome, broke.fault.code) == (PollOutcome.FAILED, "internal")
    (state,) = (row for row in await rows(store, tables.sources) if row["id"] == "nyt-world")
    assert (state["failures"], state["lease_token"]) == (1, None)
    assert state["next_poll_at"] == NOW + timedelta(minutes=15)
    good = await work.poll(await claimed(store, now=NOW + timedelta(minutes=16)))
    assert good is not None
    assert (good.outcome, good.new) == (PollOutcome.NEW, 1)
