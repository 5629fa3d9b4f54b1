"""An event's running story, the latency ledger, and what operators put right by hand."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from dashboard.timeline import TimelineFormat, rendered
from storage import Store, tables
from storywatch.errors import NotStoredError, StorageError
from storywatch.latency import Passage
from storywatch.latency import ledger as summed_up
from storywatch.model import ChangeKind, DeliveryState, Settlement, UpdateMark
from storywatch.timeline import ToldChange
from tests.contract.working import deliveries, poll, rows
from tests.support.patience import soon
from tests.support.samples import ATTACK, KABUL, NOW, a_config, parsed

HOUR = timedelta(hours=1)
STRIKE = "Drone strike near the airport of Kabul destroys a car full of explosives"
TRIAL = "Trial begins of the man who sold the gate passes of Kabul airport"
DENIAL = "General denies every knowledge of a warning for Kabul airport"
HOSTILE = "</style><script>alert(1)</script> [x](javascript:alert(1)) *Kabul airport* attack\u202e"
CONFIG = a_config(events=(KABUL,))
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
async def told(store: Store) -> None:
    """NYT tells of the attack, CNN repeats it, NYT tells of the strike."""
    await store.sources.apply(CONFIG, NOW)
    await poll(store, CONFIG, parsed(guid="1", published=NOW - HOUR))
    await poll(store, CONFIG, parsed(guid="9", published=NOW), source="cnn-world", now=NOW + HOUR)
    await poll(store, CONFIG, parsed(STRIKE, guid="3"), now=NOW + 2 * HOUR)


async def test_a_timeline_has_the_updates_in_order_with_their_outlets(store: Store) -> None:
    timeline = await store.timelines.of("kabul")
    assert [(update.number, update.headline) for update in timeline.updates] == [(1, ATTACK), (2, STRIKE)]
    assert list(timeline.updates[0].outlets) == ["The New York Times", "CNN"]
    assert timeline.last_at == NOW + 2 * HOUR
    later = await store.timelines.of("kabul", since=NOW + HOUR)
    assert [update.number for update in later.updates] == [2]


async def test_an_unknown_event_has_none(store: Store) -> None:
    with pytest.raises(NotStoredError, match="no such event: elsewhere"):
        await store.timelines.of("elsewhere")


async def test_a_hidden_update_stands_in_no_timeline(store: Store) -> None:
    one = await store.updates.find("kabul/2")
    await store.updates.mark(one, UpdateMark.HIDDEN)
    assert [update.number for update in (await store.timelines.of("kabul")).updates] == [1]
    assert [update.mark for update in (await store.timelines.of("kabul", hidden=True)).updates] == [None, "hidden"]
    await store.updates.mark(one, None)
    assert len((await store.timelines.of("kabul")).updates) == 2


async def test_a_merged_update_gives_its_reports_away_and_a_split_brings_it_back(store: Store) -> None:
    one, other = await store.updates.find("kabul/2"), await store.updates.find("kabul/1")
    assert await store.updates.merge(one, other) == 1
    (whole,) = (await store.timelines.of("kabul")).updates
    assert [report.role for report in whole.reports] == ["first", "corroboration", "corroboration"]
    assert [row["id"] for row in await store.queries.updates(9)] == [other]
    with pytest.raises(StorageError, match=f"was merged into {other}"):
        await store.updates.merge(other, one)
    assert await store.updates.split(other, {whole.reports[2].item}, NOW + 3 * HOUR) == one
    assert [update.headline for update in (await store.timelines.of("kabul")).updates] == [ATTACK, STRIKE]


async def test_who_follows_a_merge_follows_the_next_one(store: Store) -> None:
    """What was merged into an update that is merged itself belongs to the last one; no number is given twice."""
    await poll(store, CONFIG, parsed(TRIAL, guid="5"), now=NOW + 3 * HOUR)
    one, two, three = [await store.updates.find(f"kabul/{number}") for number in (1, 2, 3)]
    await store.updates.merge(three, two)
    await store.updates.merge(two, one)
    merged = {row["id"]: row["merged_into"] for row in await rows(store, tables.updates)}
    assert merged == {one: None, two: one, three: one}
    await poll(store, CONFIG, parsed(DENIAL, guid="6"), now=NOW + 4 * HOUR)
    assert sorted(row["number"] for row in await rows(store, tables.updates)) == [1, 2, 3, 4]


async def test_two_merges_at_once_make_no_circle(store: Store) -> None:
    """The second one sees what the first one did, and is refused."""
    one, other = await store.updates.find("kabul/1"), await store.updates.find("kabul/2")
    async with soon():
        merges = store.updates.merge(one, other), store.updates.merge(other, one)
        done = await asyncio.gather(*merges, return_exceptions=True)
    assert sorted(isinstance(result, StorageError) for result in done) == [False, True]


async def test_a_split_opens_an_update_of_its_own_that_later_reports_find(store: Store) -> None:
    whole = (await store.timelines.of("kabul")).updates[0]
    first = whole.reports[0].item
    opened = await store.updates.split(whole.id, {first}, NOW + 3 * HOUR)
    assert opened != whole.id
    updates = (await store.timelines.of("kabul")).updates
    assert [(update.id, len(update.reports)) for update in updates if update.number != 2] == [
        (whole.id, 1),
        (opened, 1),
    ]
    assert [report.role for update in updates for report in update.reports] == ["first"] * 3
    assert {row["number"] for row in await rows(store, tables.updates)} == {1, 2, 3}


async def test_what_cannot_be_put_right_so_is_refused(store: Store) -> None:
    one = await store.updates.find("kabul/2")
    with pytest.raises(StorageError, match="into itself"):
        await store.updates.merge(one, one)
    with pytest.raises(StorageError, match="nothing would be left"):
        await store.updates.split(one, {(await store.timelines.of("kabul")).updates[1].reports[0].item}, NOW)
    with pytest.raises(StorageError, match="has no report i-none"):
        await store.updates.split(one, {"i-none"}, NOW)
    with pytest.raises(NotStoredError, match="may be each of"):
        await store.updates.find("u")
    with pytest.raises(NotStoredError, match="no such update: kabul/3"):
        await store.updates.find("kabul/3")


async def test_hostile_words_are_only_words_in_every_form(store: Store) -> None:
    await poll(store, CONFIG, parsed(HOSTILE, guid="4", url="javascript:alert(1)"), now=NOW + 3 * HOUR)
    timeline = await store.timelines.of("kabul")
    assert len(timeline.updates) == 3
    page = rendered(timeline, TimelineFormat.HTML)
    assert "<script>alert" not in page
    assert 'javascript:alert(1)"' not in page
    assert "\u202e" not in page
    assert "\\[x\\](javascript" in rendered(timeline, TimelineFormat.MD)
    feed = ET.fromstring(rendered(timeline, TimelineFormat.ATOM))
    contents = [str(content.text) for content in feed.iter(f"{ATOM}content")]
    assert not any("<script" in content for content in contents)
    document = json.loads(rendered(timeline, TimelineFormat.JSON))
    assert document["updates"][2]["reports"][0]["url"] is None


async def test_markdown_ends_with_lines_to_cite(store: Store) -> None:
    """One for each report, with what an alert's citation has; addresses are pasted as they are."""
    archived = "https://web.archive.org/web/20210826/https://nyt.example/a_b~c"
    timeline = await store.timelines.of("kabul")
    first, *others = timeline.updates[0].reports
    kept = replace(first, url=archived, author="A_B", modified=NOW)
    timeline = replace(timeline, updates=(replace(timeline.updates[0], reports=(kept, *others)), *timeline.updates[1:]))
    lines = rendered(timeline, TimelineFormat.MD).partition("## To cite\n\n")[2].splitlines()
    assert lines[0] == (
        f"- **1.** 26 August 2021, The New York Times, \u201c{ATTACK}\u201d, A\\_B, <https://nyt.example/a_b~c>"
        f" (Archived: <{archived}>; Published: 26 Aug 2021 17:00 UTC; modified: 26 Aug 2021 18:00 UTC;"
        " first seen: 26 Aug 2021 18:00 UTC)"
    )
    assert [line[:8] for line in lines] == ["- **1.**", "- **1.**", "- **2.**"]
    assert "undated, seen 26 August 2021" in lines[2]


async def test_the_signs_of_a_difference_open_no_lists_in_markdown(store: Store) -> None:
    """`- - 100 dead` would be a list in a list, without its sign."""
    timeline = await store.timelines.of("kabul")
    change = ToldChange(
        item="i1", outlet_name="CNN", kind=ChangeKind.EDIT, seen=NOW, difference="- 100 dead\n+ 170 dead", quote=""
    )
    changed = replace(timeline, updates=(replace(timeline.updates[0], changes=(change,)),))
    assert "  - \\- 100 dead\n  - \\+ 170 dead\n" in rendered(changed, TimelineFormat.MD)


async def test_a_feed_is_what_readers_expect(store: Store) -> None:
    """Newest first, ids that stay, the day of the last addition."""
    address = "https://desk.example.org/kabul.atom"
    feed = ET.fromstring(rendered(await store.timelines.of("kabul"), TimelineFormat.ATOM, address=address))
    assert [entry.findtext(f"{ATOM}title", "")[:2] for entry in feed.iter(f"{ATOM}entry")] == ["2.", "1."]
    assert feed.findtext(f"{ATOM}updated") == "2021-08-26T20:00:00Z"
    links = [link.attrib for link in feed.findall(f"{ATOM}link")]
    assert [link["href"] for link in links if link["rel"] == "self"] == [address]
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert ids == [
        f"urn:storywatch:update:{update.id}" for update in reversed((await store.timelines.of("kabul")).updates)
    ]


async def test_the_empty_timeline_says_so(store: Store) -> None:
    await store.sources.apply(a_config(events=(KABUL, replace(KABUL, id="calm"))), NOW)
    for form in (TimelineFormat.MD, TimelineFormat.HTML):
        assert "Nothing is known of it yet." in rendered(await store.timelines.of("calm"), form)


async def test_the_ledger_has_each_step_of_the_way(store: Store) -> None:
    """A delivery that waits has no time yet."""
    owed = await deliveries(store, now=NOW + 3 * HOUR)
    for delivery in owed[:1]:
        await store.outbox.settle(
            Settlement(
                delivery=delivery.id, token=delivery.token, attempt=1, state=DeliveryState.SENT, at=NOW + 3 * HOUR
            )
        )
    passages = await store.latency.since(NOW)
    first = next(one for one in passages if one.delivered)
    assert (first.published, first.seen, first.matched) == (NOW - HOUR, NOW, NOW)
    assert (first.to_sight, first.to_delivery) == (HOUR, 3 * HOUR)
    assert {one.to_delivery for one in passages} == {None, 3 * HOUR}
    assert await store.latency.since(NOW + 9 * HOUR) == []


def test_what_waited_as_its_receiver_wished_is_no_latency_of_its_channel() -> None:
    """A daily digest would hide how fast mails are."""
    swift = Passage(
        update="u1", event="kabul", source="nyt", channel="email", published=NOW, seen=NOW, matched=NOW, delivered=NOW
    )
    digest = replace(swift, delivered=NOW + 20 * HOUR, waited=True)
    told = summed_up([swift, digest])
    assert (told.channels["email"].count, told.channels["email"].p95) == (1, timedelta())
    assert (digest.to_delivery, summed_up([digest]).channels) == (20 * HOUR, {})
