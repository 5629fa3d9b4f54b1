"""Rhythms and the pace: what a poll teaches is stored with it, and all workers share one limit."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from storage import Store, open_store, tables
from storage.engine import writing
from storywatch.errors import Fault, LeaseLost
from storywatch.model import Visit, VisitOutcome, WatchConfig
from storywatch.pacemaking import Pacemaking
from storywatch.pacing.bucket import full, level
from storywatch.pacing.heat import Heat
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import REFRESHED_EVERY, Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.ports import PollRecord
from tests.contract.working import LATER, LEASE, claimed, poll, rows
from tests.support.fakes import FakeClock
from tests.support.samples import NOW, a_config, a_source, brought, parsed

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def paced(*names: str, outlet: str = "nyt", **changes: Any) -> WatchConfig:
    """Return a config of sources without a pause of their own, each on a host of its own."""
    return a_config(
        sources=tuple(a_source(name, outlet, url=f"https://{name}.example/", every=None) for name in names), **changes
    )


def with_budget(config: WatchConfig, budget: int) -> WatchConfig:
    """Return the config with a budget."""
    return replace(config, settings=replace(config.settings, budget=budget))


async def rhythm_of(store: Store, source: str = "nyt-world") -> Rhythm:
    """Return what is stored of a source's rhythm."""
    stand = await store.paces.known(source)
    assert stand is not None
    return stand.learned.rhythm


async def keep(store: Store, now: datetime) -> Pace:
    """Look at the pace."""
    await Pacemaking(paces=store.paces, clock=FakeClock(now)).keep(0.0)
    pace, _ = await store.paces.stand()
    return pace


# A poll --------------------------------------------------------------------------------------------------------------


async def test_the_first_document_is_history_and_the_next_polls_teach(store: Store) -> None:
    """Exposure is the time since the last poll that succeeded; a failed one is no exposure, but is counted."""
    config = paced("nyt-world")
    await store.sources.apply(config, NOW)
    await poll(store, config, parsed(guid="1", published=NOW - DAY), parsed("Old", guid="2", published=NOW - HOUR))
    first = await rhythm_of(store)
    assert (first.at, first.polls, first.matches) == (NOW, 1, 0.0)
    assert float(first.exposure.sum()) == pytest.approx(DAY.total_seconds(), rel=0.05)

    fault = Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="timeout", message="no answer"))
    await poll(store, config, visit=fault, now=NOW + HOUR)
    failed = await rhythm_of(store)
    assert (failed.at, failed.polls) == (NOW, 2)

    news = parsed("Chess at Kabul airport", guid="3", published=NOW + HOUR)
    await poll(store, config, news, parsed("Old", guid="2"), now=NOW + 2 * HOUR)
    third = await rhythm_of(store)
    assert (third.at, third.polls, third.matches) == (NOW + 2 * HOUR, 3, 1.0)
    gained = float(third.exposure.sum()) - float(first.exposure.sum())
    assert gained == pytest.approx(2 * HOUR.total_seconds(), rel=0.05)
    assert len(await rows(store, tables.rhythms)) == 1


async def test_a_paced_poll_plans_by_the_rhythm_and_never_before_a_floor(store: Store) -> None:
    """What a fixed pause plans is beside it, as the negative control."""
    sources = (a_source("fixed", url="https://fixed.example/"), a_source("paced", url="https://p.example/", every=None))
    config = a_config(sources=sources)
    await store.sources.apply(config, NOW)
    await keep(store, NOW)
    document = brought(parsed(guid="1", published=NOW - HOUR), validates=False)
    for source in ("fixed", "paced"):
        await poll(store, config, visit=document, source=source)
    due = {row["id"]: row["next_poll_at"] - NOW for row in await rows(store, tables.sources)}
    assert due["fixed"] == HOUR  # the server can't say "not modified"
    assert HOUR <= due["paced"] <= DAY * 1.05


async def test_a_lost_lease_teaches_nothing(store: Store) -> None:
    """The rhythm is written in the poll's transaction, or not at all; the heat too."""
    config = paced("nyt-world")
    await store.sources.apply(config, NOW)
    claim = await claimed(store)
    await claimed(store, now=LATER)
    learned = Learned(rhythm=Rhythm(polls=9), new=5, matched=5)
    with pytest.raises(LeaseLost):
        async with store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=replace(claim.state, last_poll_at=NOW), learned=learned))
    pace, _ = await store.paces.stand()
    assert (await rows(store, tables.rhythms), pace.heat) == ([], Heat())


async def test_polls_at_once_all_add_to_the_heat(store: Store) -> None:
    """Neither forgets what the other found."""
    names = ("a", "b", "c")
    config = paced(*names)
    await store.sources.apply(config, NOW)
    for name in names:
        await poll(store, config, parsed("Old", guid=f"{name}0"), source=name)
    news = {name: parsed(f"{name} at Kabul airport", guid=f"{name}1") for name in names}
    when = NOW + 2 * HOUR
    await asyncio.gather(*(poll(store, config, news[name], source=name, now=when) for name in names))
    pace, _ = await store.paces.stand()
    assert pace.heat is not None
    assert pace.heat.x == pytest.approx(3.0)
    assert pace.heat.at == when


async def test_without_events_there_is_no_heat(store: Store) -> None:
    """Every item counts alike then."""
    await store.sources.apply(a_config(events=(), subscriptions=()), NOW)
    pace, allowed = await store.paces.stand()
    assert (pace.heat, allowed.live) == (None, False)


# The config ----------------------------------------------------------------------------------------------------------


async def test_a_new_address_keeps_the_rhythm_and_another_outlet_does_not(store: Store) -> None:
    """What the first document at the new address lists of before is history."""
    config = paced("nyt-world")
    await store.sources.apply(config, NOW)
    await poll(store, config, parsed(guid="1", published=NOW - DAY))
    before = await rhythm_of(store)

    moved = replace(config.sources["nyt-world"], url="https://other.example/")
    config = replace(config, sources={"nyt-world": moved})
    await store.sources.apply(config, NOW + HOUR)
    assert (await rhythm_of(store)).to_bytes() == before.to_bytes()
    old = (parsed(f"Old {number}", guid=f"o{number}", published=NOW - number * HOUR) for number in range(1, 6))
    await poll(store, config, *old, now=NOW + HOUR)
    after = await rhythm_of(store)
    assert float(after.items.sum()) == pytest.approx(float(before.items.sum()), abs=0.1)

    sold = a_source("nyt-world", "cnn", url=moved.url, every=None)
    await store.sources.apply(a_config(sources=(sold,)), NOW + 2 * HOUR)
    assert (await rhythm_of(store)).at is None


async def test_another_budget_is_worked_out_at_once_and_brings_polls_forward(store: Store) -> None:
    """A reload says what may be spent; the same config says nothing new."""
    config = with_budget(paced("nyt-world"), 6)
    await store.sources.apply(config, NOW)
    slow = await keep(store, NOW)
    await poll(store, config, visit=brought(parsed(guid="1", published=NOW - DAY)))
    (before,) = await rows(store, tables.sources)

    await store.sources.apply(config, NOW + HOUR)
    assert (await store.paces.stand())[0].refreshed_at == slow.refreshed_at
    await store.sources.apply(with_budget(config, 600), NOW + HOUR)
    assert (await store.paces.stand())[0].refreshed_at is None
    fast = await keep(store, NOW + HOUR)
    assert (fast.refreshed_at, fast.price < slow.price / 10) == (NOW + HOUR, True)
    (after,) = await rows(store, tables.sources)
    assert NOW + HOUR <= after["next_poll_at"] < before["next_poll_at"]


async def test_the_pace_is_worked_out_every_three_hours_and_by_one_worker(store: Store) -> None:
    """A pace from the future was made by a wrong clock, and is old."""
    await store.sources.apply(paced("nyt-world"), NOW)
    first = await keep(store, NOW)
    assert (await keep(store, NOW + HOUR)).refreshed_at == first.refreshed_at
    later = NOW + REFRESHED_EVERY
    assert (await keep(store, later)).refreshed_at == later
    _, allowed = await store.paces.stand()
    assert not await store.paces.keep(replace(first, refreshed_at=later + HOUR), first, allowed)
    assert (await keep(store, NOW - DAY)).refreshed_at == NOW - DAY


async def test_the_fleet_knows_who_its_members_are(store: Store) -> None:
    """What was spent is compared between refreshes only if they are the same, not as many."""
    await store.sources.apply(paced("a", "b"), NOW)
    before = await store.paces.fleet(NOW)
    assert (await store.paces.fleet(NOW)).identity == before.identity
    await store.sources.apply(paced("a", "c"), NOW)
    after = await store.paces.fleet(NOW)
    assert (len(after), after.identity == before.identity) == (2, False)


async def test_a_budget_that_cannot_be_read_stops_nothing(store: Store) -> None:
    """Another version wrote it; the pace is worked out without one until a config is applied."""
    config = paced("nyt-world")
    await store.sources.apply(config, NOW)
    async with writing(store.engine) as connection:
        await connection.execute(update(tables.pace).values(budgets={"total": 9.0, "a_year": 3.0}))
    assert (await keep(store, NOW)).refreshed_at == NOW
    assert await store.sources.due_hosts(NOW + MINUTE, 9)
    await store.sources.apply(config, NOW)
    assert (await store.paces.stand())[1].total == 96.0


async def test_a_pace_that_cannot_be_read_is_worked_out_anew(store: Store) -> None:
    """As after an upgrade that knows more; and one for another budget than is allowed now is not kept."""
    await store.sources.apply(paced("nyt-world"), NOW)
    first = await keep(store, NOW)
    async with writing(store.engine) as connection:
        await connection.execute(update(tables.pace).values(learned='{"price": 3}'))
    assert (await keep(store, NOW + HOUR)).refreshed_at == NOW + HOUR
    _, allowed = await store.paces.stand()
    later = replace(first, refreshed_at=NOW + 2 * HOUR)
    assert not await store.paces.keep(later, replace(first, refreshed_at=None), replace(allowed, total=1.0))


async def test_a_pause_lost_and_a_pause_gained_plan_anew(store: Store) -> None:
    """Else a source that was planned for next month would wait for it."""
    slow = a_source("nyt-world", every=30 * DAY)
    await store.sources.apply(a_config(sources=(slow,)), NOW)
    await poll(store, a_config(sources=(slow,)), visit=brought(parsed(guid="1")))
    await store.sources.apply(a_config(sources=(replace(slow, every=None),)), LATER)
    (source,) = await rows(store, tables.sources)
    assert (source["every"], source["next_poll_at"]) == (None, NOW + 15 * MINUTE)
    await store.sources.apply(a_config(sources=(replace(slow, every=5 * MINUTE),)), LATER)
    (source,) = await rows(store, tables.sources)
    assert (source["every"], source["next_poll_at"]) == (300, NOW + 5 * MINUTE)


# The hourly limit ----------------------------------------------------------------------------------------------------


async def visited_all(store: Store, weights: dict[str, float]) -> None:
    """Make all sources due again that succeeded before, with the weight of each."""
    async with writing(store.engine) as connection:
        source = tables.sources
        await connection.execute(update(source).values(last_success_at=NOW - DAY, next_poll_at=NOW - MINUTE))
        for name, weight in weights.items():
            row = {"source": name, "learned": Rhythm().to_bytes(), "weight": weight}
            await connection.execute(tables.rhythms.insert().values(**row))


async def take_all(store: Store, names: tuple[str, ...], now: datetime = NOW) -> list[str]:
    """Claim what can be claimed on each host, one source at a time."""
    taken = [await store.sources.claim(f"{name}.example", now=now, lease=LEASE, limit=1) for name in names]
    return [claim.source for claims in taken for claim in claims]


async def test_two_workers_share_the_limit_and_a_tenth_is_kept_for_stories(store: Store, store_url: str) -> None:
    """What is not claimed stays due, is not offered, and may be claimed when the hour has brought more."""
    names = tuple(f"s{number}" for number in range(12))
    config = with_budget(paced(*names), 24)
    await store.sources.apply(config, NOW)
    await visited_all(store, dict.fromkeys(names, 0.03) | {"s11": 0.5})
    async with open_store(store_url) as other:
        one, two = await asyncio.gather(take_all(store, names[:6]), take_all(other, names[6:]))
    room = int(full(24) * 0.9)
    ordinary = [name for name in one + two if name != "s11"]
    assert (len(ordinary), "s11" in two) == (min(11, room), True)
    assert await store.sources.due_hosts(NOW, 20) == []
    later = NOW + 2 * HOUR
    assert await store.sources.due_hosts(later, 20)


async def test_a_fixed_pause_and_a_first_visit_know_no_limit(store: Store) -> None:
    """An operator insists on the one, and waits for the other."""
    names = tuple(f"s{number}" for number in range(20))
    fixed = tuple(a_source(name, url=f"https://{name}.example/") for name in names)
    await store.sources.apply(a_config(sources=fixed), NOW)
    assert len(await take_all(store, names, NOW + MINUTE)) == 20
    news = tuple(f"n{number}" for number in range(20))
    await store.sources.apply(with_budget(paced(*news), 24), NOW + MINUTE)
    assert len(await take_all(store, news, NOW + 2 * MINUTE)) == 20


async def test_what_a_hub_calls_for_knows_no_limit(store: Store) -> None:
    """There is news, and its publisher said so; beside it one that nobody calls for, as the negative control."""
    await store.sources.apply(with_budget(paced("called", "other"), 24), NOW)
    await visited_all(store, {"called": 0.03, "other": 0.03})
    async with writing(store.engine) as connection:
        await connection.execute(update(tables.pace).values(tokens=0.0, tokens_at=NOW))
        push = {"id": "p" * 32, "source": "called", "hub": "https://hub.example/", "topic": "t", "made_for": "m"}
        state = {"standing": "active", "ask_at": NOW + DAY, "promised_at": NOW, "withdrawn": 0, "missed": 0}
        values = {**push, **state, "proven": False, "failures": 0}
        await connection.execute(tables.push_subscriptions.insert().values(**values))
    assert await take_all(store, ("called", "other")) == ["called"]


async def left_of(store: Store, now: datetime) -> float:
    """Return what the hourly limit leaves."""
    stand = await store.paces.known("nyt-world")
    assert stand is not None
    return level(stand.bucket, stand.allowed.paced, now)


async def test_a_poll_by_hand_counts_and_is_never_refused(store: Store) -> None:
    """It takes of what the others may spend; a push costs no request, and takes nothing."""
    await store.sources.apply(with_budget(paced("nyt-world"), 24), NOW)
    left = [await left_of(store, NOW)]
    for number in range(12):
        now = NOW + number * LEASE + number * MINUTE
        claim = await store.sources.claim_named("nyt-world", now=now, lease=LEASE, counts=number > 0)
        assert claim is not None
        left.append(await left_of(store, now))
    assert left[0] == left[1] == full(24)
    assert left[-1] < 1


# Clocks --------------------------------------------------------------------------------------------------------------


async def test_a_clock_set_back_a_day_stops_nothing_for_a_day(store: Store) -> None:
    """Pauses count from now; what a floor forbade stays forbidden for as long as it asked."""
    config = paced("nyt-world", "free")
    await store.sources.apply(config, NOW)
    for name, fresh in (("nyt-world", 5 * HOUR), ("free", None)):
        document = brought(parsed(name, guid="1", published=NOW - HOUR), fresh_for=fresh)
        await poll(store, config, visit=document, source=name)
    before = {row["id"]: row for row in await rows(store, tables.sources)}
    back = NOW - DAY
    await store.sources.spread_overdue(back)
    after = {row["id"]: row for row in await rows(store, tables.sources)}
    for name in ("nyt-world", "free"):
        assert after[name]["next_poll_at"] == before[name]["next_poll_at"] - DAY
    assert after["nyt-world"]["fresh_until"] == back + 5 * HOUR
    await poll(store, config, parsed("New", guid="2", published=back), now=back + 6 * HOUR)
    assert (await rhythm_of(store)).at == back + 6 * HOUR


async def test_a_clock_set_back_does_not_stop_the_hourly_limit(store: Store) -> None:
    """A bucket that was drained by a clock ahead fills from now on; until then nothing is due, the negative control."""
    config = with_budget(paced("nyt-world"), 24)
    await store.sources.apply(config, NOW)
    await visited_all(store, {"nyt-world": 0.03})
    async with writing(store.engine) as connection:
        await connection.execute(update(tables.pace).values(tokens=0.5, tokens_at=NOW + 30 * DAY))
    later = NOW + 10 * DAY
    assert await store.sources.due_hosts(later, 9) == []
    await store.sources.spread_overdue(NOW)
    assert await left_of(store, NOW) == 0.5
    assert await store.sources.due_hosts(NOW + 2 * HOUR, 9) == ["nyt-world.example"]


async def test_what_was_slept_through_is_polled_in_the_order_of_what_waits(store: Store) -> None:
    """The busy one first, though it was due last."""
    config = paced("quiet", "busy")
    await store.sources.apply(config, NOW)
    await keep(store, NOW)
    many = [parsed(f"Item {number}", guid=f"b{number}", published=NOW - number * MINUTE) for number in range(50)]
    await poll(store, config, *many, source="busy")
    await poll(store, config, parsed("One", guid="q", published=NOW - 20 * DAY), source="quiet")
    async with writing(store.engine) as connection:
        for name, due in (("quiet", HOUR), ("busy", 2 * HOUR)):
            moving = update(tables.sources).where(tables.sources.c.id == name)
            await connection.execute(moving.values(next_poll_at=NOW + due))
    woken = NOW + 9 * HOUR
    assert await store.sources.spread_overdue(woken) == 2
    moments = {row["id"]: row["next_poll_at"] for row in await rows(store, tables.sources)}
    assert moments["busy"] == woken < moments["quiet"]


# When an event heats up -----------------------------------------------------------------------------------------------


def a_rhythm(at: datetime, matches: float) -> Rhythm:
    """Return the rhythm of a source with two items an hour. `matches`: of six that were expected."""
    fresh = Rhythm()
    items, exposure = fresh.items + 20, fresh.exposure + 36_000
    return replace(fresh, items=items, exposure=exposure, at=at, matches=matches, expected=6.0)


async def test_bringing_forward_and_a_poll_that_calls_for_others_do_not_wait_for_each_other(store: Store) -> None:
    """The poll holds its source and then wants another; who brings forward passes over the one that is held."""
    await store.sources.apply(paced("a", "b"), NOW - HOUR)
    async with writing(store.engine) as connection:
        plan = {"last_poll_at": NOW - HOUR, "next_poll_at": NOW + 5 * HOUR}
        await connection.execute(update(tables.sources).values(**plan))
        for name in ("a", "b"):
            learned = a_rhythm(NOW - HOUR, 1.0).to_bytes()
            await connection.execute(tables.rhythms.insert().values(source=name, learned=learned, weight=0.04))
    earlier = [replace(one, due=NOW + HOUR) for one in await store.paces.waiting(NOW)]

    def planned(name: str) -> Any:
        return update(tables.sources).where(tables.sources.c.id == name).values(next_poll_at=NOW + 2 * HOUR)

    async with writing(store.engine) as connection:
        await connection.execute(planned("b"))
        bringing = asyncio.create_task(store.paces.bring_forward(earlier))
        await asyncio.wait({bringing}, timeout=1)
        await connection.execute(planned("a"))
    assert await bringing in (1, 2)  # on SQLite there is one writer, and nobody is passed over
    assert {row["next_poll_at"] - NOW for row in await rows(store, tables.sources)} <= {HOUR, 2 * HOUR}


async def test_what_pushes_bring_is_not_brought_forward_until_its_lease_ends(store: Store) -> None:
    """A hub that let the lease run out pushes no more, whatever was proven."""
    await store.sources.apply(paced("pushed"), NOW - HOUR)
    async with writing(store.engine) as connection:
        plan = {"last_poll_at": NOW - HOUR, "next_poll_at": NOW + 9 * HOUR}
        await connection.execute(update(tables.sources).values(**plan))
        learned = a_rhythm(NOW - HOUR, 1.0).to_bytes()
        await connection.execute(tables.rhythms.insert().values(source="pushed", learned=learned, weight=0.04))
        push = {"id": "p" * 32, "source": "pushed", "hub": "https://hub.example/", "topic": "t", "made_for": "m"}
        state = {"standing": "active", "ask_at": NOW + DAY, "withdrawn": 0, "missed": 0, "failures": 0}
        values = {**push, **state, "proven": True, "lease_until": NOW + HOUR}
        await connection.execute(tables.push_subscriptions.insert().values(**values))
    assert [len(await store.paces.waiting(NOW + HOUR * number)) for number in (0, 2)] == [0, 1]


async def test_what_waits_is_looked_at_no_more_often_than_the_sources_are_many(store: Store) -> None:
    """A look at 20,000 takes long, so it is made once a minute; one at a few comes at once."""
    await store.sources.apply(paced("a"), NOW)
    pace = await keep(store, NOW)
    _, allowed = await store.paces.stand()
    many = replace(pace, members=20_000)
    assert await store.paces.keep(many, pace, allowed)
    looks = [await looked(store, NOW + 59 * SECOND), await looked(store, NOW + MINUTE)]
    assert looks == [NOW, NOW + MINUTE]
    assert await store.paces.keep(replace(many, members=10), many, allowed)
    assert await looked(store, NOW + SECOND) == NOW + SECOND


async def looked(store: Store, now: datetime) -> datetime | None:
    """Return when what waits was looked at, after a look at `NOW`."""
    return (await Pacemaking(paces=store.paces, clock=FakeClock(now)).keep(0.0, NOW)).looked


async def test_only_what_became_heavier_is_read(store: Store) -> None:
    """What waits by a greater weight than it has now stays where it is, and is not even looked at."""
    await store.sources.apply(paced("light", "heavy"), NOW - HOUR)
    async with writing(store.engine) as connection:
        plan = {"last_poll_at": NOW - HOUR, "next_poll_at": NOW + 5 * HOUR}
        await connection.execute(update(tables.sources).values(**plan))
        for name, weight in (("light", 0.02), ("heavy", 0.99)):
            learned = a_rhythm(NOW - HOUR, 30.0).to_bytes()
            await connection.execute(tables.rhythms.insert().values(source=name, learned=learned, weight=weight))
    heat = Heat(x=3.0, y=3.0, at=NOW)
    assert [one.source for one in await store.paces.waiting(NOW, heat)] == ["light"]
    assert len(await store.paces.waiting(NOW)) == 2


async def test_the_sources_that_matter_are_brought_forward_and_no_floor_is_passed(store: Store) -> None:
    """One that never matched stays where it is, and one that its publisher holds is due when that ends."""
    names = ("hot", "matters", "held", "other")
    config = paced(*names)
    await store.sources.apply(config, NOW - HOUR)
    await keep(store, NOW)
    async with writing(store.engine) as connection:
        plan = {"last_poll_at": NOW - HOUR, "last_success_at": NOW - HOUR, "next_poll_at": NOW + 5 * HOUR}
        await connection.execute(update(tables.sources).values(**plan))
        held = update(tables.sources).where(tables.sources.c.id == "held")
        await connection.execute(held.values(fresh_until=NOW + 20 * MINUTE))
        for name in names:
            likely = 0.0 if name == "other" else 30.0
            learned = a_rhythm(NOW - HOUR, likely).to_bytes()
            await connection.execute(tables.rhythms.insert().values(source=name, learned=learned, weight=0.04))
    making = Pacemaking(paces=store.paces, clock=FakeClock(NOW))
    calm = await making.keep(1.0)
    assert calm.forward == 0

    titles = ("Opera at Kabul airport", "Ash at Kabul airport", "Bakery of Kabul airport", "Bees at Kabul airport")
    await poll(store, config, *(parsed(title, guid=title, published=NOW) for title in titles), source="hot", now=NOW)
    kept = await making.keep(calm.glow)
    assert (kept.forward, kept.glow > 0.1) == (2, True)
    due = {row["id"]: row["next_poll_at"] - NOW for row in await rows(store, tables.sources)}
    assert due["matters"] == timedelta()
    assert due["held"] == 20 * MINUTE
    assert due["other"] == 5 * HOUR
    assert (await making.keep(kept.glow)).forward == 0
    (matters,) = [row for row in await rows(store, tables.rhythms) if row["source"] == "matters"]
    assert matters["weight"] > 0.1  # it may spend the reserve
