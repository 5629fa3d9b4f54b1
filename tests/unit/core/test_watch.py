"""The use case of one poll: `storywatch.watch`, over fakes of its ports."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from storywatch.errors import Fault, LeaseLost
from storywatch.matching import Matcher
from storywatch.model import (
    AlarmKind,
    ChannelKind,
    Document,
    Item,
    Match,
    Message,
    Outlet,
    Owed,
    ReportRole,
    Source,
    SourceKind,
    Validators,
    Visit,
    VisitOutcome,
    WatchConfig,
)
from storywatch.pacing import SourceState
from storywatch.push import Push
from storywatch.steps import Step
from storywatch.watch import Plan, PollOutcome, PollResult, Watch
from tests.support.fakes import FakeChannel, FakeClock, FakeFetcher, FakeSources
from tests.support.samples import ATTACK, DESK_MAIL, KABUL, NOW, a_config, a_source, brought, parsed

HOUR = timedelta(hours=1)
STRIKE = "Drone strike near the airport of Kabul destroys a car full of explosives"
ADMISSION = "Pentagon admits: family of an aid worker died at Kabul, miles from the airport"


@dataclass
class Newsroom:
    """One installation over fakes."""

    config: WatchConfig = field(default_factory=a_config)
    channel: FakeChannel = field(default_factory=FakeChannel)
    steps: list[Step] = field(default_factory=list)
    fetcher: FakeFetcher = field(default_factory=FakeFetcher)

    def __post_init__(self) -> None:
        self.sources = FakeSources(self.config)
        self.memory = self.sources.memory

    async def poll(self, visit: Visit, source: str = "nyt-world") -> PollResult:
        """Poll a source that answers with this visit."""
        self.fetcher = FakeFetcher(visit)
        watch = Watch(
            sources=self.sources,
            fetcher=self.fetcher,
            channels={ChannelKind.EMAIL: self.channel},
            clock=FakeClock(),
            dice=lambda: 0.0,
            reached=self.steps.append,
        )
        claim = await self.sources.claim_named(source, now=NOW, lease=HOUR)
        return await watch.poll(claim, Plan.of(self.config))


async def test_a_new_item_on_the_event_is_stored_matched_and_owed_at_once() -> None:
    """Everything stands in the one record of the poll."""
    room = Newsroom()
    result = await room.poll(brought(parsed(url="https://nytimes.com/1"), parsed("Elections in Norway", guid="2")))
    assert result == PollResult(
        source="nyt-world", outcome=PollOutcome.NEW, items=2, new=2, matched=1, updates=1, alerts=1
    )
    [record] = room.memory.records
    [update], [report], [alert] = record.updates, record.reports, record.alerts
    assert (update.headline, report.role, alert.update) == (ATTACK, ReportRole.FIRST, update.id)
    assert alert.message is not None
    assert alert.message.body == f"{alert.id} first {ATTACK}".encode()
    assert (alert.subscription, alert.subscriber, alert.channel) == ("desk-mail", "desk", ChannelKind.EMAIL)
    assert {item.revision.title for item in record.new} == {ATTACK, "Elections in Norway"}


async def test_the_steps_of_a_poll_are_told_in_order() -> None:
    """So that tests can end the process at each."""
    room = Newsroom()
    await room.poll(brought(parsed(guid="1")))
    assert room.steps == [Step.POLL_CLAIMED, Step.POLL_SAVED, Step.POLL_COMMITTED]


async def test_the_same_document_again_owes_nothing() -> None:
    """Unchanged, although the server sent it in full."""
    room = Newsroom()
    document = brought(parsed(guid="1"), parsed(STRIKE, guid="2"))
    await room.poll(document)
    result = await room.poll(document)
    assert (result.outcome, result.new, result.alerts) == (PollOutcome.UNCHANGED, 0, 0)
    record = room.memory.records[-1]
    assert not (*record.sightings, *record.matches, *record.reports, *record.alerts)


async def test_an_unchanged_visit_moves_the_next_poll_only() -> None:
    """With the validators that the answer brought."""
    room = Newsroom()
    visit = Visit(outcome=VisitOutcome.UNCHANGED, validators=Validators(etag='"2"'), fresh_for=HOUR)
    result = await room.poll(visit)
    assert (result.outcome, result.items) == (PollOutcome.UNCHANGED, 0)
    [record] = room.memory.records
    assert (record.state.next_poll_at, record.state.validators.etag) == (NOW + HOUR, '"2"')


async def test_the_next_visit_is_conditional_on_the_last() -> None:
    """The validators of the state go to the fetcher."""
    room = Newsroom()
    await room.poll(brought(parsed(guid="1"), validators=Validators(etag='"1"')))
    await room.poll(Visit(outcome=VisitOutcome.UNCHANGED, validators=Validators(etag='"1"')))
    assert room.fetcher.asked == [Validators(etag='"1"')]


async def test_a_failed_visit_is_remembered() -> None:
    """The fault goes into the state and into the result; no item is touched."""
    room = Newsroom()
    fault = Fault(code="http_500", message="the server broke")
    result = await room.poll(Visit(outcome=VisitOutcome.FAILED, fault=fault))
    assert (result.outcome, result.fault) == (PollOutcome.FAILED, fault)
    assert room.memory.records[0].state.failures == 1


@pytest.mark.parametrize(("empty_is_error", "outcome"), [(True, PollOutcome.FAILED), (False, PollOutcome.UNCHANGED)])
async def test_an_empty_document_is_a_failure_where_the_operator_says_so(
    *, empty_is_error: bool, outcome: PollOutcome
) -> None:
    """And its validators are not kept then: the next visit must bring a body."""
    room = Newsroom(config=a_config(sources=(a_source(empty_is_error=empty_is_error),)))
    result = await room.poll(brought(validators=Validators(etag='"empty"')))
    assert result.outcome is outcome
    assert (room.memory.records[0].state.validators.etag is None) is empty_is_error


async def test_a_revision_of_a_told_item_is_no_alert() -> None:
    """It is stored, and matched anew."""
    room = Newsroom()
    await room.poll(brought(parsed(guid="1")))
    result = await room.poll(brought(parsed(ATTACK + " (corrected)", guid="1")))
    assert (result.outcome, result.revised, result.matched, result.alerts) == (PollOutcome.REVISED, 1, 1, 0)
    assert room.memory.records[-1].matches[0].revision == 2


async def test_a_revision_that_comes_to_the_event_is_told() -> None:
    """The first form did not say where."""
    room = Newsroom()
    await room.poll(brought(parsed("Blast reported", guid="1")))
    result = await room.poll(brought(parsed(ATTACK, guid="1")))
    assert (result.outcome, result.updates, result.alerts) == (PollOutcome.REVISED, 1, 1)


async def test_another_outlet_with_the_same_words_corroborates() -> None:
    """One update; only those who asked for corroborations hear of the second report."""
    eager = replace(DESK_MAIL, id="eager", corroborations=True)
    room = Newsroom(config=a_config(subscriptions=(DESK_MAIL, eager)))
    first = await room.poll(brought(parsed(guid="1")))
    second = await room.poll(brought(parsed(guid="1")), "cnn-world")
    assert (first.updates, first.alerts, second.updates, second.alerts) == (1, 2, 0, 1)
    assert [report.role for report in room.memory.records[-1].reports] == [ReportRole.CORROBORATION]


async def test_a_backlog_is_told_in_the_order_of_publication() -> None:
    """Feeds list the newest first; the first report is the earliest."""
    room = Newsroom()
    days = [
        parsed(title, guid=title, published=NOW - timedelta(days=age))
        for age, title in enumerate([ADMISSION, STRIKE, ATTACK])
    ]
    await room.poll(brought(*days))
    assert [owed.update.headline for owed in room.channel.owed] == [ATTACK, STRIKE, ADMISSION]
    assert [owed.sequence for owed in room.channel.owed] == [1, 2, 3]
    assert room.channel.owed[-1].known_before == (STRIKE, ATTACK)


async def test_a_copy_in_the_same_document_corroborates_there() -> None:
    """Each item is placed after the ones before it."""
    room = Newsroom()
    result = await room.poll(brought(parsed(guid="1"), parsed(guid="2")))
    assert (result.matched, result.updates, result.alerts) == (2, 1, 1)


async def test_one_item_may_belong_to_several_events() -> None:
    """Each with its own update and alert."""
    room = Newsroom(config=a_config(events=(KABUL, replace(KABUL, id="airports"))))
    result = await room.poll(brought(parsed(guid="1")))
    assert (result.matched, result.updates, result.alerts) == (2, 2, 2)
    assert len({alert.id for alert in room.memory.records[0].alerts}) == 2


async def test_an_alert_that_cannot_be_written_is_set_aside() -> None:
    """With its fault; the rest of the poll goes on."""
    room = Newsroom(channel=FakeChannel(cannot_say=ATTACK))
    result = await room.poll(brought(parsed(guid="1"), parsed(STRIKE, guid="2")))
    assert result.alerts == 2
    aside, told = sorted(room.memory.records[0].alerts, key=lambda alert: alert.message is not None)
    assert aside.fault is not None
    assert (aside.message, aside.fault.code) == (None, "unspeakable")
    assert (told.message is not None, told.fault) == (True, None)


async def test_an_alert_that_breaks_its_channel_is_set_aside_too() -> None:
    """A bug that one item brings out must not keep its source from ever being stored."""

    class Broken(FakeChannel):
        def compose(self, owed: Owed) -> Message:
            if owed.update.headline == ATTACK:
                raise ZeroDivisionError
            return super().compose(owed)

    room = Newsroom(channel=Broken())
    await room.poll(brought(parsed(guid="1"), parsed(STRIKE, guid="2")))
    codes = {alert.fault.code if alert.fault else None for alert in room.memory.records[0].alerts}
    assert codes == {"internal", None}


async def test_a_lost_lease_stores_nothing() -> None:
    """Neither items nor state; the step of the commit is never reached."""
    room = Newsroom()
    room.sources.lost = True
    with pytest.raises(LeaseLost):
        await room.poll(brought(parsed(guid="1")))
    assert not room.memory.items
    assert not room.memory.records
    assert Step.POLL_SAVED not in room.steps


async def test_news_are_dated() -> None:
    """New and revised items count; an unchanged poll keeps the old date."""
    room = Newsroom()
    await room.poll(brought(parsed(guid="1")))
    await room.poll(brought(parsed(guid="1")))
    states = [record.state for record in room.memory.records]
    assert [state.last_new_at for state in states] == [NOW, NOW]
    room = Newsroom()
    await room.poll(brought())
    assert room.memory.records[0].state.last_new_at is None


@pytest.mark.parametrize("visit", [brought(), brought(parsed(), final_url="https://parked.example/")])
async def test_a_document_that_is_refused_keeps_its_pauses(visit: Visit) -> None:
    """What its server and its robots.txt asked for holds, whatever we think of the document."""
    page = a_source(kind=SourceKind.PAGE, empty_is_error=True)
    room = Newsroom(config=a_config(sources=(page,)))
    await room.poll(replace(visit, retry_after=HOUR, crawl_delay=HOUR / 2))
    record = room.memory.records[-1]
    assert record.state.failures == 1
    assert record.state.held_until == NOW + HOUR
    assert record.hold is not None
    assert (record.hold.until, record.hold.pages_after) == (NOW + HOUR, NOW + HOUR / 2)


@pytest.mark.parametrize(
    ("planned", "then"), [(NOW, HOUR), (NOW + 2 * HOUR, 2 * HOUR), (NOW + timedelta(days=4000), HOUR)]
)
async def test_a_poll_that_must_wait_is_put_off(planned: datetime, then: timedelta) -> None:
    """Never to an earlier moment than was planned, unless the plan is a mistake of the clock: that counts as due."""
    room = Newsroom()
    room.sources.states["nyt-world"] = SourceState(source="nyt-world", next_poll_at=planned, held_until=NOW + HOUR)
    await room.poll(brought())
    assert room.sources.states["nyt-world"].next_poll_at == NOW + then


class BrokenMatcher(Matcher):
    """Has a bug that one item brings out."""

    def match(self, item: Item) -> tuple[Match, ...]:
        """Match all but one."""
        if item.revision.title == STRIKE:
            raise ZeroDivisionError
        return tuple(super().match(item))


async def test_an_item_that_breaks_the_matcher_is_an_alarm_until_a_document_has_none() -> None:
    """It may be one that somebody waits for."""
    room = Newsroom()
    watch = Watch(
        sources=room.sources,
        fetcher=FakeFetcher(brought(parsed(STRIKE), parsed()), brought(parsed())),
        channels={ChannelKind.EMAIL: room.channel},
        clock=FakeClock(),
        dice=lambda: 0.0,
    )
    plan = Plan(config=room.config, matcher=BrokenMatcher(room.config.events.values()))
    first = await watch.poll(await room.sources.claim_named("nyt-world", now=NOW, lease=HOUR), plan)
    assert (first.new, first.alerts, [alarm.kind for alarm in first.raised]) == (2, 1, [AlarmKind.SET_ASIDE])
    second = await watch.poll(await room.sources.claim_named("nyt-world", now=NOW, lease=HOUR), plan)
    assert [alarm.kind for alarm in second.ended] == [AlarmKind.SET_ASIDE]


async def test_what_is_pushed_is_read_as_of_where_the_source_is_visited() -> None:
    """Else its relative links would lead elsewhere than those of a poll, and make items of their own."""
    room = Newsroom()
    moved = "https://new.nyt.example/world.xml"
    room.sources.states["nyt-world"] = SourceState(source="nyt-world", next_poll_at=NOW, url=moved)
    read_at: list[str] = []

    class Reader:
        async def read(self, push: Push, source: Source, outlet: Outlet, elements: bytes) -> Document:
            read_at.append(source.url)
            return Document(kind=SourceKind.FEED, format="rss20", items=())

    watch = Watch(sources=room.sources, fetcher=FakeFetcher(), channels={}, clock=FakeClock(), dice=lambda: 0.0)
    push = Push(subscription="s", source="nyt-world", promised_at=NOW, body=b"", content_type=None)
    claim = await room.sources.claim_named("nyt-world", now=NOW, lease=HOUR)
    await watch.take_push(claim, push, Reader(), Plan.of(room.config))
    assert read_at == [moved]


async def test_others_have_their_turn_after_each_report_that_is_placed() -> None:
    """Each is compared with all before it, so that a long story takes long to place."""
    room, turns = Newsroom(), [0]
    await room.poll(brought(parsed("first")))

    async def others() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    going_on = asyncio.create_task(others())
    done = await room.poll(brought(*(parsed(f"{ATTACK}, {number} killed", guid=f"g{number}") for number in range(50))))
    going_on.cancel()
    assert done.matched == 50
    assert turns[0] >= 100  # to judge, and to place
