"""Pages of reported items are looked at again, and what is found is stored and owed in one transaction."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import Store, tables
from storywatch.errors import Fault, LeaseLost
from storywatch.model import ChangeKind, ChannelKind, PageRules, RevisionWish, Visit, VisitOutcome, WatchConfig
from storywatch.pacing import HostHold
from storywatch.ports import PollRecord
from storywatch.rechecking import Found
from storywatch.second_look import Looked, SecondLook
from tests.contract.working import LEASE, claimed, poll, rows
from tests.support.fakes import FakeChannel, FakeClock, FakeFetcher
from tests.support.samples import DESK_MAIL, KABUL, NOW, a_config, brought, parsed

HOUR = timedelta(hours=1)
TEXT = "Thirteen soldiers died at the gate of Kabul airport. The Pentagon spoke of a righteous strike."
ALL = replace(DESK_MAIL, revisions=RevisionWish.ALL)
CONFIG = a_config(events=(KABUL,), subscriptions=(ALL,))
GONE = Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="gone", message="410"))


@pytest.fixture(autouse=True)
async def told(store: Store) -> None:
    """NYT tells of the attack, at an address of its own; another item matches nothing."""
    await store.sources.apply(CONFIG, NOW)
    other = parsed("Elections in Norway", guid="2", url="https://nyt.example/norway")
    await poll(store, CONFIG, parsed(guid="1", url="https://nyt.example/kabul", summary=TEXT), other)


async def look(store: Store, visit: Visit, now: datetime, config: WatchConfig = CONFIG) -> Looked | None:
    """Look at what is due at the moment."""
    second = SecondLook(
        rechecks=store.rechecks,
        fetcher=FakeFetcher(visit),
        channels={kind: FakeChannel() for kind in ChannelKind},
        clock=FakeClock(now),
        rules=PageRules(),
    )
    await store.rechecks.enlist(now)
    due = await store.rechecks.claim(now, LEASE, 9)
    return await second.look(*due[0], config) if due else None


def page(text: str) -> Visit:
    return brought(parsed("A page", content=text))


async def test_only_reports_are_looked_at_and_each_is_enlisted_once(store: Store) -> None:
    assert await store.rechecks.enlist(NOW) == 1
    assert await store.rechecks.enlist(NOW) == 0
    ((due, _),) = await store.rechecks.claim(NOW, LEASE, 9)
    assert (due.item.url, due.reported, due.text) == ("https://nyt.example/kabul", NOW, None)
    assert await store.rechecks.claim(NOW, LEASE, 9) == []
    assert len(await store.rechecks.claim(NOW + LEASE + HOUR, LEASE, 9)) == 1


async def test_an_edit_in_silence_becomes_a_change_that_is_owed(store: Store) -> None:
    assert await look(store, page(TEXT), NOW) is not None
    edited = await look(store, page(TEXT.replace("a righteous strike", "a tragic mistake")), NOW + 7 * HOUR)
    assert edited is not None
    assert (edited.found, edited.alerts) == (Found.EDITED, 1)
    (stored,) = await rows(store, tables.changes)
    assert (stored["kind"], stored["item"]) == (ChangeKind.EDIT.value, edited.item)
    assert "+ The Pentagon spoke of a tragic mistake." in stored["difference"]
    alerts = await rows(store, tables.alerts)
    assert [alert["kind"] for alert in alerts] == ["update", "revision"]
    assert [alert["change"] for alert in alerts] == ["", stored["id"]]
    again = await look(store, page(TEXT), NOW + 14 * HOUR)
    assert again is not None
    assert len({change["id"] for change in await rows(store, tables.changes)}) == 2


async def test_a_correction_that_the_feed_told_is_not_told_again_by_the_page(store: Store) -> None:
    """The feed's excerpt and the page's text differ, and the note is the same; another note is told."""
    note = "Correction: An earlier version of this article misstated the number of soldiers."
    await look(store, page(TEXT), NOW)
    later = NOW + HOUR
    await poll(store, CONFIG, parsed(guid="1", url="https://nyt.example/kabul", summary=f"{TEXT} {note}"), now=later)
    same = await look(store, page(f"{TEXT} It goes on here.\n{note}"), NOW + 7 * HOUR)
    assert same is not None
    assert (same.found, same.changes, same.alerts) == (Found.EDITED, (), 0)
    assert [one["kind"] for one in await rows(store, tables.changes)] == [ChangeKind.CORRECTION.value]
    other = "Correction: An earlier version of this article gave the wrong gate."
    new = await look(store, page(f"{TEXT} It goes on here.\n{note} {other}"), NOW + 14 * HOUR)
    assert new is not None
    assert [change.kind for change in new.changes] == [ChangeKind.CORRECTION]


async def test_a_correction_that_the_page_told_is_not_told_again_by_the_feed(store: Store) -> None:
    """The other way round; a later one of the feed's is told."""
    note = "Correction: An earlier version of this article misstated the number of soldiers."
    at = {"guid": "1", "url": "https://nyt.example/kabul"}
    await look(store, page(TEXT), NOW)
    first = await look(store, page(f"{TEXT} It goes on here.\n{note}"), NOW + 7 * HOUR)
    assert first is not None
    assert (len(first.changes), first.alerts) == (1, 1)
    await poll(store, CONFIG, parsed(**at, summary=f"{TEXT} {note}"), now=NOW + 8 * HOUR)
    (known,) = await rows(store, tables.changes)
    assert known["id"] == first.changes[0].id
    assert [alert["kind"] for alert in await rows(store, tables.alerts)].count("revision") == 1
    other = "Correction: An earlier version of this article gave the wrong gate."
    await poll(store, CONFIG, parsed(**at, summary=f"{TEXT} {note} {other}"), now=NOW + 9 * HOUR)
    assert len(await rows(store, tables.changes)) == 2, "control: what the page never showed is told"


async def test_a_page_that_comes_back_with_other_words_is_told_as_restored_with_them(store: Store) -> None:
    """Once: it is back, and what differs."""
    await look(store, page(TEXT), NOW)
    for at in (7, 8):
        await look(store, GONE, NOW + at * HOUR)
    back = await look(store, page(TEXT.replace("a righteous strike", "a tragic mistake")), NOW + 21 * HOUR)
    assert back is not None
    [change] = back.changes
    assert (back.found, change.kind, back.alerts) == (Found.RESTORED, ChangeKind.RESTORED, 1)
    assert "+ The Pentagon spoke of a tragic mistake." in change.difference
    timeline = await store.timelines.of("kabul")
    assert [one.kind for one in timeline.updates[0].changes] == [ChangeKind.VANISHED, ChangeKind.RESTORED]


async def test_a_page_that_vanishes_and_comes_back_is_told_each_time_once(store: Store) -> None:
    await look(store, page(TEXT), NOW)
    found = [await look(store, visit, NOW + at * HOUR) for at, visit in ((7, GONE), (8, GONE), (14, GONE))]
    assert [one.found for one in found if one] == [Found.NOTHING, Found.VANISHED, Found.NOTHING]
    back = await look(store, page(TEXT), NOW + 21 * HOUR)
    assert back is not None
    assert back.found is Found.RESTORED
    kinds = [change["kind"] for change in await rows(store, tables.changes)]
    assert sorted(kinds) == [ChangeKind.RESTORED.value, ChangeKind.VANISHED.value]
    timeline = await store.timelines.of("kabul")
    assert [change.kind for change in timeline.updates[0].changes] == [ChangeKind.VANISHED, ChangeKind.RESTORED]


async def test_what_the_feed_told_already_is_an_edit_that_says_nothing_new(store: Store) -> None:
    """Who asked for corrections only is not told."""
    await look(store, page(TEXT), NOW)
    edited = page(f"{TEXT} Read more on our site.")
    quiet = await look(store, edited, NOW + 7 * HOUR, a_config(events=(KABUL,), subscriptions=(DESK_MAIL,)))
    assert quiet is not None
    (stored,) = await rows(store, tables.changes)
    assert (stored["kind"], quiet.alerts) == (ChangeKind.EDIT.value, 0)
    again = await look(store, page(TEXT), NOW + 14 * HOUR)
    assert again is not None
    assert again.alerts == 1, "the control: who asked for all changes is told"


async def test_events_come_in_the_order_in_which_polls_hold_them(store: Store) -> None:
    """A database may take `kabul-b` for greater than `kabulA`; two that hold both would wait for each other."""
    names = ("kabulA", "kabul-b", "Kabul-c")
    config = a_config(events=tuple(replace(KABUL, id=name) for name in names), subscriptions=())
    await store.sources.apply(config, NOW)
    await poll(store, config, parsed(guid="5", url="https://nyt.example/all", summary=TEXT))
    await store.rechecks.enlist(NOW)
    due = {recheck.item.url: (recheck, token) for recheck, token in await store.rechecks.claim(NOW, LEASE, 9)}
    recheck, token = due["https://nyt.example/all"]
    async with store.rechecks.open(recheck, token, NOW) as transaction:
        assert await transaction.events() == sorted(names)


async def test_a_worker_that_slept_past_its_lease_stores_nothing(store: Store) -> None:
    await store.rechecks.enlist(NOW)
    ((due, token),) = await store.rechecks.claim(NOW, LEASE, 9)
    await store.rechecks.claim(NOW + LEASE + HOUR, LEASE, 9)
    with pytest.raises(LeaseLost):
        async with store.rechecks.open(due, token, NOW):
            pass


async def held(store: Store, url: str, hold: HostHold) -> None:
    """Let another event's report stand at an address, and let a poll be asked to leave a host alone."""
    await poll(store, CONFIG, parsed(guid="3", url=url, summary=TEXT))
    claim = await claimed(store)
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=replace(claim.state, last_poll_at=NOW), hold=hold))
    await store.rechecks.enlist(NOW)


@pytest.mark.parametrize("asked", ["until", "pages_after"])
async def test_pages_of_a_host_that_asked_for_a_pause_take_no_place_of_others(store: Store, asked: str) -> None:
    """They are due when it is over."""
    await held(store, "https://other.example/kabul", HostHold(host="nyt.example", **{asked: NOW + 2 * HOUR}))
    ((due, _),) = await store.rechecks.claim(NOW, LEASE, 9)
    assert due.item.url == "https://other.example/kabul"
    assert len(await store.rechecks.claim(NOW + 2 * HOUR, LEASE, 9)) == 2


@pytest.mark.parametrize(("retry_after", "hours"), [(3 * HOUR, 3), (None, 0.25)])
async def test_a_page_that_asks_for_a_pause_holds_its_host(
    store: Store, retry_after: timedelta | None, hours: float
) -> None:
    """For the polls of its feeds as for its other pages; the look tells that no other should follow."""
    throttled = Visit(
        outcome=VisitOutcome.FAILED, fault=Fault(code="throttled", message="429", retry_after=retry_after), status=429
    )
    looked = await look(store, throttled, NOW)
    assert looked is not None
    assert looked.hold is not None
    assert looked.hold.until == NOW + hours * HOUR
    (host,) = await rows(store, tables.hosts)
    assert (host["host"], host["held_until"]) == ("nyt.example", NOW + hours * HOUR)
    assert "nyt.example" not in await store.sources.due_hosts(looked.hold.until - timedelta(seconds=1), 9)
    assert "nyt.example" in await store.sources.due_hosts(looked.hold.until + HOUR, 9)
    await look(store, page(TEXT), NOW + 9 * HOUR)
    assert len(await rows(store, tables.hosts)) == 1, "control: an answer without a wish says nothing"


async def test_a_page_that_was_read_is_due_by_its_ladder(store: Store) -> None:
    await look(store, page(TEXT), NOW)
    assert await look(store, page(TEXT), NOW + 5 * HOUR) is None
    assert await look(store, page(TEXT), NOW + 6 * HOUR) is not None
