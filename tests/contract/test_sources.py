"""Sources: what the config declares, when they are due, and who has them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage import Store, open_store, tables
from storywatch.errors import Fault, LeaseLost
from storywatch.model import Validators, Visit, VisitOutcome, WatchConfig
from storywatch.pacing import SourceState
from storywatch.ports import PollRecord
from tests.contract.working import LATER, LEASE, claimed, poll, rows
from tests.support.samples import KABUL, NOW, a_config, a_source, brought, parsed

MINUTE = timedelta(minutes=1)
SOON = NOW + timedelta(seconds=10)
CONFIG = a_config()
VALIDATORS = Validators(etag='W/"1"', last_modified="Thu, 26 Aug 2021 17:00:00 GMT", body_hash="ab" * 32)


def with_sources(*ids_and_hosts: tuple[str, str]) -> WatchConfig:
    """Return a config with these sources."""
    return a_config(sources=tuple(a_source(one, url=f"https://{host}/{one}.xml") for one, host in ids_and_hosts))


async def set_due(store: Store, source: str, minutes: int) -> None:
    """Make a source due so many minutes after NOW."""
    claim = await claimed(store, source)
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=replace(claim.state, next_poll_at=NOW + minutes * MINUTE)))


# What the config declares --------------------------------------------------------------------------------------------


async def test_declared_sources_are_due_one_after_the_other(store: Store) -> None:
    """The first at once, and nothing is remembered of it yet."""
    await store.sources.apply(CONFIG, NOW)
    assert len(await store.sources.due_hosts(NOW, 10)) == 1
    assert set(await store.sources.due_hosts(SOON, 10)) == {"nyt.example", "cnn.example"}
    assert (await claimed(store)).state == SourceState(source="nyt-world", next_poll_at=NOW)


async def test_applying_a_config_again_keeps_what_is_remembered(store: Store) -> None:
    """Neither validators nor next poll times are lost in a reload: no storm."""
    await store.sources.apply(CONFIG, NOW)
    await poll(store, CONFIG, visit=brought(parsed(), validators=VALIDATORS))
    await store.sources.apply(CONFIG, LATER)
    state = (await claimed(store)).state
    assert (state.validators, state.next_poll_at) == (VALIDATORS, NOW + timedelta(minutes=15))
    assert (state.last_poll_at, state.last_success_at, state.last_new_at) == (NOW, NOW, NOW)


async def test_the_next_poll_survives_a_restart(store_url: str) -> None:
    """What is due is a fact of the database."""
    async with open_store(store_url) as store:
        await store.sources.apply(CONFIG, NOW)
        await poll(store, CONFIG, visit=brought(parsed(), validators=VALIDATORS))
    async with open_store(store_url) as store:
        await store.sources.apply(CONFIG, LATER)
        assert await store.sources.due_hosts(NOW + 14 * MINUTE, 10) == ["cnn.example"]
        assert (await claimed(store)).state.validators == VALIDATORS


async def test_a_new_address_is_visited_afresh(store: Store) -> None:
    """Validators and failures speak of the old address; its host is the new one's."""
    await store.sources.apply(CONFIG, NOW)
    await poll(store, CONFIG, visit=brought(parsed(), validators=VALIDATORS))
    fault = Fault(code="http_404", message="gone", permanent=True)
    await poll(store, CONFIG, visit=Visit(outcome=VisitOutcome.FAILED, fault=fault))
    moved = a_config(sources=(a_source(url="https://rss.nyt.example/world.xml"),))
    await store.sources.apply(moved, LATER)
    assert await store.sources.due_hosts(LATER, 10) == ["rss.nyt.example"]
    state = (await claimed(store)).state
    assert (state.validators, state.next_poll_at, state.failures, state.fault) == (Validators(), LATER, 0, None)
    assert (state.last_success_at, state.newest_at) == (None, None)  # its first document is verified anew


@pytest.mark.parametrize(("code", "due"), [("robots", True), ("egress_refused", True), ("http_404", False)])
async def test_a_fault_that_the_config_can_mend_is_tried_again_when_it_is_applied(
    store: Store, code: str, *, due: bool
) -> None:
    """An operator who allowed the address doesn't wait a day; other faults keep their pause."""
    await store.sources.apply(CONFIG, NOW)
    fault = Fault(code=code, message="refused", permanent=True)
    await poll(store, CONFIG, visit=Visit(outcome=VisitOutcome.FAILED, fault=fault))
    assert "nyt.example" not in await store.sources.due_hosts(LATER, 10)
    await store.sources.apply(CONFIG, SOON)  # and soon means no more than a visit a minute
    assert "nyt.example" not in await store.sources.due_hosts(SOON, 10)
    assert ("nyt.example" in await store.sources.due_hosts(LATER, 10)) is due


async def test_a_visit_to_the_old_address_cannot_be_stored(store: Store) -> None:
    """Its validators would make the first visit to the new address conditional."""
    await store.sources.apply(CONFIG, NOW)
    claim = await claimed(store)
    await store.sources.apply(a_config(sources=(a_source(url="https://rss.nyt.example/world.xml"),)), NOW)
    with pytest.raises(LeaseLost):
        async with store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=replace(claim.state, validators=VALIDATORS)))
    assert (await claimed(store)).state.validators == Validators()


async def test_a_visit_goes_on_through_a_reload_that_leaves_its_source_alone(store: Store) -> None:
    """The negative control of the test above."""
    await store.sources.apply(CONFIG, NOW)
    claim = await claimed(store)
    await store.sources.apply(CONFIG, NOW)
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=replace(claim.state, validators=VALIDATORS)))
    assert (await claimed(store)).state.validators == VALIDATORS


async def test_what_the_config_forgets_becomes_inactive_and_keeps_its_history(store: Store) -> None:
    """Nothing is deleted; declared again, it is active again."""
    await store.sources.apply(CONFIG, NOW)
    await poll(store, CONFIG, parsed(guid="1"))
    other = a_config(sources=(), events=(replace(KABUL, id="other"),), subscriptions=())
    await store.sources.apply(other, LATER)
    assert await store.sources.due_hosts(LATER + timedelta(days=9), 10) == []
    assert {row["id"]: row["active"] for row in await rows(store, tables.events)} == {"kabul": False, "other": True}
    assert [row["active"] for row in await rows(store, tables.subscriptions)] == [False]
    assert len(await rows(store, tables.items)) == len(await rows(store, tables.alerts)) == 1
    await store.sources.apply(CONFIG, LATER)
    assert await store.sources.due_hosts(LATER + timedelta(days=9), 10) == ["cnn.example", "nyt.example"]


async def test_a_disabled_source_is_never_due(store: Store) -> None:
    """It can still be claimed by name."""
    await store.sources.apply(a_config(sources=(a_source(enabled=False),)), NOW)
    assert await store.sources.due_hosts(LATER, 10) == []
    assert await store.sources.claim("nyt.example", now=LATER, lease=LEASE, limit=5) == ()
    assert (await claimed(store)).source == "nyt-world"


async def test_renamed_things_have_their_new_names(store: Store) -> None:
    """The database shows what the config says."""
    await store.sources.apply(CONFIG, NOW)
    await store.sources.apply(a_config(events=(replace(KABUL, title="Abbey Gate"),)), NOW)
    assert [row["title"] for row in await rows(store, tables.events)] == ["Abbey Gate"]


# Who is due ----------------------------------------------------------------------------------------------------------


async def test_hosts_come_longest_due_first(store: Store) -> None:
    """Each once, by its longest due source; those that are not due yet don't come."""
    hosts = [("a1", "a.example"), ("a2", "a.example"), ("b1", "b.example"), ("c1", "c.example"), ("d1", "d.example")]
    await store.sources.apply(with_sources(*hosts), NOW)
    for source, minutes in {"a1": 9, "a2": 3, "b1": 5, "c1": 1, "d1": 11}.items():
        await set_due(store, source, minutes)
    now = NOW + 10 * MINUTE
    assert await store.sources.due_hosts(now, 10) == ["c.example", "a.example", "b.example"]
    assert await store.sources.due_hosts(now, 2) == ["c.example", "a.example"]
    assert await store.sources.due_hosts(NOW, 10) == []


async def test_a_host_whose_due_sources_are_all_leased_is_not_offered(store: Store) -> None:
    """Until the lease has run out."""
    await store.sources.apply(with_sources(("a1", "a.example"), ("a2", "a.example")), NOW)
    await store.sources.claim("a.example", now=SOON, lease=LEASE, limit=1)
    assert await store.sources.due_hosts(SOON, 10) == ["a.example"]
    await store.sources.claim("a.example", now=SOON, lease=LEASE, limit=1)
    assert await store.sources.due_hosts(SOON, 10) == []
    assert await store.sources.due_hosts(SOON + LEASE, 10) == ["a.example"]


async def test_claims_take_the_longest_due_of_a_host_first(store: Store) -> None:
    """As many as asked, each with a lease of its own end."""
    await store.sources.apply(with_sources(*((f"a{n}", "a.example") for n in range(4)), ("b", "b.example")), NOW)
    for source, minutes in {"a0": 4, "a1": 1, "a2": 20, "a3": 2}.items():
        await set_due(store, source, minutes)
    now = NOW + 10 * MINUTE
    claims = await store.sources.claim("a.example", now=now, lease=LEASE, limit=2)
    assert [claim.source for claim in claims] == ["a1", "a3"]
    assert {claim.until for claim in claims} == {now + LEASE}
    rest = await store.sources.claim("a.example", now=now, lease=LEASE, limit=5)
    assert [claim.source for claim in rest] == ["a0"]
    assert await store.sources.claim("a.example", now=now, lease=LEASE, limit=5) == ()


async def test_a_source_is_taken_once_until_its_lease_runs_out(store: Store) -> None:
    """By name and by host; then another worker has it, under another token."""
    await store.sources.apply(CONFIG, NOW)
    first = await claimed(store)
    assert await store.sources.claim_named("nyt-world", now=NOW, lease=LEASE) is None
    assert await store.sources.claim("nyt.example", now=NOW, lease=LEASE, limit=1) == ()
    assert await store.sources.claim_named("nyt-world", now=NOW + LEASE - MINUTE, lease=LEASE) is None
    second = await claimed(store, now=LATER)
    assert second.token != first.token


async def test_an_unknown_source_cannot_be_claimed(store: Store) -> None:
    """None, as for one that somebody else has."""
    assert await store.sources.claim_named("nobody", now=NOW, lease=LEASE) is None


async def test_workers_that_claim_at_the_same_time_get_different_sources(store_url: str) -> None:
    """Each source once, never more than asked, on several engines as in several processes."""
    config = with_sources(*((f"a{n:02}", "a.example") for n in range(12)))
    async with open_store(store_url) as one, open_store(store_url) as other:
        await one.sources.apply(config, NOW)
        claiming = [
            store.sources.claim("a.example", now=SOON, lease=LEASE, limit=2) for store in (one, other) for _ in range(8)
        ]
        taken = await asyncio.gather(*claiming)
    assert all(len(claims) <= 2 for claims in taken)
    sources = [claim.source for claims in taken for claim in claims]
    assert len(sources) == len(set(sources)) == 12


async def test_the_state_of_a_failure_comes_back_as_it_was(store: Store) -> None:
    """Every column of it."""
    await store.sources.apply(CONFIG, NOW)
    claim = await claimed(store)
    state = SourceState(
        source="nyt-world",
        next_poll_at=LATER,
        validators=VALIDATORS,
        failures=3,
        fault=Fault(code="http_503", message="Lagerüberlauf بسته", permanent=True),
        last_poll_at=NOW,
        last_success_at=NOW - MINUTE,
        last_new_at=NOW - 2 * MINUTE,
    )
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=state))
    assert (await claimed(store)).state == state


async def test_what_was_planned_while_the_clock_was_wrong_is_due(store: Store) -> None:
    """A poll in the year 2031, then the right time again: nothing waits for ten years."""
    await store.sources.apply(CONFIG, NOW)
    await set_due(store, "nyt-world", 10 * 365 * 24 * 60)
    assert "nyt.example" in await store.sources.due_hosts(NOW, 10)
    await set_due(store, "nyt-world", 30 * 24 * 60)
    assert "nyt.example" not in await store.sources.due_hosts(NOW, 10), "control: a month ahead may be a plan"


async def test_a_lease_from_a_wrong_clock_holds_nobody_off(store: Store) -> None:
    """It would run for years."""
    await store.sources.apply(CONFIG, NOW)
    assert await store.sources.claim_named("nyt-world", now=NOW + timedelta(days=3650), lease=LEASE)
    assert await store.sources.claim_named("nyt-world", now=NOW, lease=LEASE)


async def test_a_changed_config_takes_the_leases_of_polls_under_way(store: Store) -> None:
    """They decide by the old config: an item that they stored would never meet a new event."""
    await store.sources.apply(CONFIG, NOW)
    under_way = await claimed(store)
    await store.sources.apply(CONFIG, NOW, changed=True)
    with pytest.raises(LeaseLost):
        async with store.sources.poll(under_way) as transaction:
            await transaction.save(PollRecord(state=under_way.state))
    assert await store.sources.claim("nyt.example", now=NOW, lease=LEASE, limit=1), "it is still due"


@pytest.mark.parametrize(
    ("changes", "minutes"), [({}, 1), ({"failures": 4}, 60), ({"fresh_until": NOW + 20 * MINUTE}, 20)]
)
async def test_a_gap_is_filled_at_once_if_it_may_be(store: Store, changes: dict[str, Any], minutes: int) -> None:
    """A sitemap that answers 404 or 503 keeps its pause, however many gaps the feeds have; and max-age is heeded."""
    await store.sources.apply(CONFIG, NOW)
    sitemap = await claimed(store, "cnn-world")
    async with store.sources.poll(sitemap) as transaction:
        state = replace(sitemap.state, last_poll_at=NOW, next_poll_at=NOW + 60 * MINUTE, **changes)
        await transaction.save(PollRecord(state=state))
    feed = await claimed(store, "nyt-world")
    async with store.sources.poll(feed) as transaction:
        await transaction.save(PollRecord(state=replace(feed.state, last_poll_at=NOW + MINUTE), refill=("cnn-world",)))
    assert (await claimed(store, "cnn-world")).state.next_poll_at == NOW + minutes * MINUTE


@pytest.mark.parametrize(("fresh", "minutes"), [(None, 15), (timedelta(hours=2), 120)])
async def test_a_shorter_pause_counts_at_once(store: Store, fresh: timedelta | None, minutes: int) -> None:
    """Else what waited for gaps only would wait on for a month; but what the publisher said holds."""
    feed = a_source()
    seldom = a_config(sources=(replace(feed, every=timedelta(days=30), gaps_only=True),))
    await store.sources.apply(seldom, NOW)
    await poll(store, seldom, visit=brought(parsed(), fresh_for=fresh))
    await store.sources.apply(seldom, SOON)
    assert (await claimed(store)).state.next_poll_at == NOW + timedelta(days=30)
    await store.sources.apply(a_config(sources=(feed,)), SOON)
    assert (await claimed(store, now=LATER)).state.next_poll_at == NOW + minutes * MINUTE


async def test_a_new_config_and_a_poll_that_decides_never_wait_for_each_other(store: Store) -> None:
    """The poll holds its outlet when the config comes: it ends first, and the config is taken whole."""
    await store.sources.apply(CONFIG, NOW)
    claim = await claimed(store)
    async with store.sources.poll(claim) as transaction:
        await transaction.known("nyt", "nyt-world", ["url:1"])
        applying = asyncio.create_task(store.sources.apply(CONFIG, LATER, changed=True))
        await asyncio.sleep(0.3)
        await transaction.save(PollRecord(state=replace(claim.state, last_poll_at=NOW)))
    await applying
    assert (await claimed(store, now=LATER)).state.last_poll_at == NOW


async def test_alarms_about_what_is_no_longer_watched_are_over(store: Store) -> None:
    """No poll will end them; those about the others stay."""
    await store.sources.apply(CONFIG, NOW)
    gone = Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="gone", message="HTTP 410", permanent=True))
    for source in CONFIG.sources:
        await poll(store, CONFIG, source=source, visit=gone)
    await store.sources.apply(a_config(sources=(a_source(),)), SOON)
    assert {row["source"]: row["ended_at"] for row in await rows(store, tables.alarms)} == {
        "nyt-world": None,
        "cnn-world": SOON,
    }
    await store.sources.apply(CONFIG, LATER)
    assert [dict((await claimed(store, one)).state.alarms) for one in CONFIG.sources] == [{"gone": NOW}, {}]
