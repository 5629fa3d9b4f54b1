"""What matching knows over restarts, rollbacks and processes, on a real store: `storywatch.recalling`."""

import asyncio
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage import Store, open_store, tables
from storywatch.errors import LeaseLost, StorageError
from storywatch.matching import Matcher
from storywatch.matching.memory import part_of
from storywatch.model import Event, Feedback, FetchedSeed, Item, Match, Snapshot
from storywatch.recalling import VERSION, pack, unpack
from storywatch.replay import Replay
from tests.contract.working import rows
from tests.support.fakes import FakeFetcher
from tests.support.learning import LearningDesk, Noting, Verdict, as_parsed, verdicts, world, world_config
from tests.support.samples import KABUL, NOW, a_config, a_source, brought, parsed

HOUR = timedelta(hours=1)


@pytest.fixture
async def empty(sqlite_url: str) -> Any:
    """Return an open SQLite store."""
    async with open_store(sqlite_url) as opened:
        yield opened


def replayed(stream: Any, events: Any) -> list[Verdict]:
    """Return the verdicts of a replay."""
    matcher = Noting(events)
    passing = Replay(matcher=matcher)
    for line in stream:
        list(passing.decide(line))
    return matcher.said


def assert_same(found: list[Verdict], wanted: list[Verdict]) -> None:
    """Compare verdicts: scores to 1e-9, all else exactly."""
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert one[:3] + one[5:] == other[:3] + other[5:]
        assert one[3:5] == pytest.approx(other[3:5], abs=1e-9), one[0]


# One code path -------------------------------------------------------------------------------------------------------


async def test_live_polls_decide_as_a_replay_does(store: Store) -> None:
    """On a stream with revisions, over four events; and a good part of it is accepted."""
    config, stream = world_config(), world(300)
    desk = await LearningDesk(store, config).start()
    await desk.follow(stream)
    wanted = replayed(stream, config.events.values())
    assert_same(desk.matcher.said, wanted)
    assert sum(accepted for _, _, accepted, *_ in wanted) > 30
    stored = await rows(store, tables.matches)
    assert len(stored) == sum(accepted for _, _, accepted, *_ in wanted)
    assert all(row["ground"] and row["contributions"] for row in stored)
    misses = await rows(store, tables.misses)
    assert misses
    assert all(row["ground"] for row in misses)
    assert any(row["lacks"] for row in misses)
    assert any(row["threshold"] and row["contributions"] for row in misses)


async def test_a_restart_in_the_middle_changes_no_verdict(empty: Store) -> None:
    """One process saves, goes on and is killed; the next one tells again what came after the save."""
    config, stream = world_config(), world(300)
    first = await LearningDesk(empty, config).start()
    await first.follow(stream[:100])
    await first.recollection.save()
    await first.follow(stream[100:180])
    second = await LearningDesk(empty, config, clock=first.clock, matcher=Noting([])).start()
    assert second.found.told >= 80
    assert not second.found.rebuilt
    second.matcher.said.clear()
    await second.follow(stream[180:])
    wanted = replayed(stream, config.events.values())
    assert_same([*first.matcher.said, *second.matcher.said], wanted)


async def test_without_what_came_after_the_save_verdicts_would_differ(empty: Store) -> None:
    """The negative control of the test above."""
    config, stream = world_config(), world(300)
    first = await LearningDesk(empty, config).start()
    await first.follow(stream[:100])
    saved = {name: unpack(one.body) for name, one in (await _saved(first)).items()}
    await first.follow(stream[100:180])
    second = LearningDesk(empty, config, clock=first.clock, matcher=Noting([]))
    for name, part in saved.items():
        second.matcher.memory.restore(name, part)
    await second.follow(stream[180:])
    wanted = replayed(stream, config.events.values())[len(first.matcher.said) :]
    with pytest.raises(AssertionError):
        assert_same(second.matcher.said, wanted)


async def _saved(desk: LearningDesk) -> Any:
    await desk.recollection.save()
    return await desk.store.memories.saved()


def test_explain_says_before_and_after_what_is_decided() -> None:
    """Right before the decision, and later too: an item is never judged by what it taught itself."""
    events = list(world_config().events.values())
    passing = Replay(matcher=Matcher(events))
    for line in world(200):
        for item in passing.take_in(line):
            matches = passing.matcher.match(item)
            for match in matches:
                explained = passing.matcher.explain(item, match.event)
                assert_same(verdicts(item, [explained]), verdicts(item, [match]))
            passing.matcher.tell(item, matches)
            for match in matches:
                explained = passing.matcher.explain(item, match.event)
                if passing.matcher.memory.background.known % 200:
                    assert_same(verdicts(item, [explained]), verdicts(item, [match]))


# Rollbacks -----------------------------------------------------------------------------------------------------------


async def test_a_poll_that_rolls_back_teaches_nothing(store: Store) -> None:
    """Whatever point it fails at; the poll that is done again decides as the first one."""
    config, stream = world_config(), world(240)
    desk = await LearningDesk(store, config).start()
    await desk.follow(stream[:180])
    before = desk.matcher.memory.saved()
    said = len(desk.matcher.said)
    with pytest.raises(LeaseLost):
        await desk.poll(fetcher=Thief(desk, stream[180:230]))
    once, desk.matcher.said = desk.matcher.said[said:], desk.matcher.said[:said]
    assert once
    assert _rounded(desk.matcher.memory.saved()) == _rounded(before)
    desk.clock.now += 3 * HOUR
    await desk.poll(fetcher=FakeFetcher(_visit(stream[180:230])))
    assert_same(desk.matcher.said[said:], once)


def _visit(stream: Any) -> Any:
    return brought(*map(as_parsed, stream))


class Thief(FakeFetcher):
    """Takes the lease away during the visit."""

    def __init__(self, desk: LearningDesk, stream: Any) -> None:
        super().__init__(_visit(stream))
        self._desk = desk

    async def visit(self, *asked: Any) -> Any:
        """Answer, when the source is another's."""
        later = self._desk.clock() + HOUR
        await self._desk.store.sources.claim_named("nyt-world", now=later, lease=HOUR)
        return await super().visit(*asked)


def _rounded(part: Any) -> Any:
    """Round what float arithmetic leaves."""
    if isinstance(part, float):
        return round(part, 9)
    if isinstance(part, dict):
        return {name: rounded for name, one in part.items() if (rounded := _rounded(one))}
    return [_rounded(one) for one in part] if isinstance(part, list | tuple) else part


# Lessons -------------------------------------------------------------------------------------------------------------

BARE = Event(id="kabul", title="Kabul attack")
FOLLOW_UP = "Marines mourn thirteen service members killed outside Abbey Gate"


async def test_what_another_process_is_taught_counts_from_the_next_poll_on(store: Store, store_url: str) -> None:
    """An answer, its revocation, and a seed."""
    config = a_config(events=(BARE,), sources=(a_source(),))
    desk = await LearningDesk(store, config).start()
    await desk.poll(parsed(FOLLOW_UP, guid="1", summary="Abbey Gate blast killed the Marines"))
    [item] = [item async for item in store.archive.stream()]
    async with open_store(store_url) as other:
        for teach, reports in (
            (other.feedbacks.give(Feedback(event="kabul", item=item.id, belongs=True, given=NOW)), 1),
            (other.feedbacks.revoke("kabul", item.id, NOW), 0),
            (other.seeds.put(_seed()), 1),
        ):
            await teach
            assert desk.matcher.memory.profile("kabul").reports == 1 - reports
            desk.clock.now += HOUR
            await desk.poll(parsed("Elections in Norway", guid=f"n{desk.clock.now}"))
            assert desk.matcher.memory.profile("kabul").reports == reports


def _seed() -> FetchedSeed:
    return FetchedSeed(
        event="kabul", url="https://o.example/1", title=FOLLOW_UP, text="Abbey Gate", published=NOW, fetched=NOW
    )


async def test_an_answer_makes_the_next_one_like_it_match(empty: Store) -> None:
    """Which it did not before."""
    config = a_config(events=(BARE,), sources=(a_source(),))
    desk = await LearningDesk(empty, config).start()
    await desk.poll(parsed(FOLLOW_UP, guid="1"))
    assert not [said for said in desk.matcher.said if said[2]]
    [item] = [item async for item in empty.archive.stream()]
    for _ in range(2):
        await empty.feedbacks.give(Feedback(event="kabul", item=item.id, belongs=True, given=NOW))
        await empty.seeds.put(_seed())
    desk.clock.now += HOUR
    result = await desk.poll(parsed("Families of Marines killed outside Abbey Gate still mourn", guid="2"))
    assert result.alerts == 1


async def test_a_poll_asks_once_and_reads_nothing_if_nobody_taught(empty: Store, monkeypatch: Any) -> None:
    """One number, by its key."""
    desk = await LearningDesk(empty, world_config()).start()
    monkeypatch.setattr(empty.feedbacks, "answers", None)
    await desk.poll(parsed(guid="1"))


# Snapshots -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"rubbish", b"", "other version", "other shape", "older"])
async def test_a_snapshot_that_cant_be_used_is_made_anew_from_what_is_stored(empty: Store, body: Any) -> None:
    """Each part by itself; never a crash. What was accepted is known again."""
    config, stream = world_config(), world(100)
    desk = await LearningDesk(empty, config).start()
    await desk.follow(stream)
    known = desk.matcher.memory.saved()
    accepted = {event for event in config.events if desk.matcher.memory.profile(event).taken}
    assert accepted
    for broken in ("background", *(f"event:{event}" for event in sorted(accepted))):
        saved = dict(await _saved(desk))
        saved[broken] = _spoilt(saved[broken], body)
        await empty.memories.save(list(saved.values()))
        again = await LearningDesk(empty, config, clock=desk.clock, matcher=Noting([])).start()
        assert broken in again.found.unreadable or (broken == "background" and body == "older")
        memory = again.matcher.memory
        assert memory.background.known == desk.matcher.memory.background.known
        for event in accepted:
            assert memory.profile(event).taken.keys() >= known[f"event:{event}"]["taken"].keys()


def _spoilt(snapshot: Snapshot, body: Any) -> Snapshot:
    if body == "older":
        return replace(snapshot, until=snapshot.until - HOUR)
    if body == "other shape":
        return replace(snapshot, body=pack([1]))
    if body == "other version":
        changed = pack(unpack(snapshot.body))
        return replace(snapshot, body=_other_version(changed))
    return replace(snapshot, body=body)


def _other_version(body: bytes) -> bytes:
    return zlib.compress(
        zlib.decompress(body).replace(f'"version": {VERSION}'.encode(), f'"version": {VERSION + 1}'.encode())
    )


async def test_a_save_that_fails_loses_nothing(empty: Store, monkeypatch: Any) -> None:
    """The next start tells again what the last save has not."""
    config, stream = world_config(), world(100)
    desk = await LearningDesk(empty, config).start()
    await desk.follow(stream[:50])
    await desk.recollection.save()
    await desk.follow(stream[50:])

    async def full(_: Any) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(empty.memories, "save", full)
        with pytest.raises(StorageError):
            await desk.recollection.save()
    again = await LearningDesk(empty, config, clock=desk.clock, matcher=Noting([])).start()
    assert _rounded(again.matcher.memory.saved()) == _rounded(desk.matcher.memory.saved())


async def test_two_processes_learn_from_each_other(empty: Store) -> None:
    """At the latest when they catch up."""
    config, stream = world_config(), world(60)
    first = await LearningDesk(empty, config).start()
    second = await LearningDesk(empty, config, clock=first.clock, matcher=Noting([])).start()
    await first.follow(stream[:30])
    await second.follow(stream[30:])
    assert await first.recollection.catch_up() == len(stream) - 30
    assert await first.recollection.catch_up() == 0
    await second.recollection.catch_up()
    assert first.recollection.items == second.recollection.items


# Reload --------------------------------------------------------------------------------------------------------------


async def test_a_reload_keeps_what_was_learned_and_knows_a_new_events_lessons(empty: Store) -> None:
    config, stream = world_config(), world(100)
    desk = await LearningDesk(empty, config).start()
    await desk.follow(stream)
    taken = {event: set(desk.matcher.memory.profile(event).taken) for event in config.events}
    await empty.seeds.put(_seed())
    wider = replace(config, events={**config.events, "kabul": KABUL})
    desk.plan = replace(desk.plan, config=wider)
    desk.recollection.declare(wider.events.values())
    await empty.sources.apply(wider, desk.clock())
    desk.clock.now += HOUR
    await desk.poll(parsed(guid="1"))
    assert {event: set(desk.matcher.memory.profile(event).taken) for event in config.events} == taken
    assert desk.matcher.memory.profile("kabul").reports >= 1


async def test_polls_side_by_side_learn_in_turn(store: Store) -> None:
    """On PostgreSQL they overlap: each sees all of another's items, or none."""
    config = replace(world_config(), sources={f"s{n}": a_source(f"s{n}") for n in range(4)})
    desk = await LearningDesk(store, config).start()
    stream = world(80)
    visits = [_visit(stream[n::4]) for n in range(4)]
    desk.clock.now = (stream[-1].published or NOW) + HOUR
    await asyncio.gather(*(desk.poll(fetcher=FakeFetcher(visit), source=f"s{n}") for n, visit in enumerate(visits)))
    again = await LearningDesk(store, config, clock=desk.clock, matcher=Noting([])).start()
    assert again.recollection.items == desk.recollection.items


# Answers over a restart ----------------------------------------------------------------------------------------------


async def _answered(store: Store) -> tuple[LearningDesk, list[Feedback]]:
    """Return a desk that saved what it learned, with answers about items that came near and one that was taken."""
    desk = await LearningDesk(store, world_config()).start()
    await desk.follow(world(150))
    lessons = [(item, one) for item, taught in desk.matcher.memory._told.items() for one in taught.lessons]
    asked = [(item, one.event) for item, one in lessons if one.passed][:3]
    asked += [(item, one.event) for item, one in lessons if one.weight][:1]
    given = [Feedback(event=event, item=item, belongs=True, given=desk.clock(), by="me") for item, event in asked]
    for one in given:
        await store.feedbacks.give(one)
    await desk.recollection.listen()
    await desk.recollection.save()
    return desk, given


def _learned(desk: LearningDesk) -> Any:
    """Return what the events know, in a form to compare: sums to nine digits, noise in any order."""
    parts = desk.matcher.memory.saved(map(part_of, desk.matcher.events))
    return {
        name: part
        | {"noise": sorted(part["noise"])}
        | {"learned": {stem: round(count, 9) for stem, count in part["learned"].items()}}
        for name, part in parts.items()
    }


async def test_answers_are_taken_once_over_any_number_of_restarts(empty: Store) -> None:
    """What an item taught before it was answered is taken back by the answer, and not again by each start."""
    desk, given = await _answered(empty)
    assert len(given) == 4
    for _ in range(3):
        again = await LearningDesk(empty, desk.config, clock=desk.clock, matcher=Noting([])).start()
        assert not again.found.rebuilt
        assert _learned(again) == _learned(desk)
        await again.recollection.save()


async def test_answers_that_were_revoked_while_nothing_ran_count_no_longer(empty: Store) -> None:
    """All of them, so that no answer is left that would remind of them."""
    desk, given = await _answered(empty)
    answered = _learned(desk)
    for one in given:
        await empty.feedbacks.revoke(one.event, one.item, desk.clock())
    again = await LearningDesk(empty, desk.config, clock=desk.clock, matcher=Noting([])).start()
    await desk.recollection.listen()
    assert _learned(again) == _learned(desk)
    assert _learned(again) != answered, "control: the answers had counted"


class _Fragile(Noting):
    """A matcher with a bug that one word brings out."""

    def match(self, item: Item) -> tuple[Match, ...]:
        if "poison" in item.revision.title:
            raise ZeroDivisionError
        return super().match(item)


async def test_an_item_that_breaks_matching_does_not_keep_a_process_from_starting(empty: Store) -> None:
    """A poll sets it aside and goes on; so does a start, for which the item is stored like any other."""
    config = world_config()
    first = await LearningDesk(empty, config, matcher=_Fragile([])).start()
    await first.recollection.save()
    first.clock.now = NOW
    result = await first.poll(parsed("poison", guid="1"), parsed("Wirecard: Marsalek in Moscow", guid="2"))
    assert (result.new, result.set_aside) == (2, 1)
    again = await LearningDesk(empty, config, clock=first.clock, matcher=_Fragile([])).start()
    assert again.found.told == 1
    await again.recollection.save()
