"""What is gathered and released, on a real store: nothing lost, nothing twice, whoever dies when."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.event import listen

from storage import Store, tables
from storage.engine import reading, writing
from storywatch.gathering import Gathering
from storywatch.joining import Chosen
from storywatch.model import (
    Audience,
    ChannelKind,
    DeliveryKind,
    Digest,
    LeftBy,
    Message,
    OwedDigest,
    Pace,
    PageSettings,
    QuietHours,
    Reader,
    Subscription,
    Suppression,
    SuppressionReason,
    Wanted,
    WatchConfig,
    Wish,
)
from storywatch.ports import ReleaseRecord
from storywatch.steps import Step
from tests.contract.working import LATER, claimed, deliveries, poll, rows
from tests.support.fakes import FakeChannel, FakeClock
from tests.support.patience import soon
from tests.support.samples import ATTACK, DESK_MAIL, DEVELOPMENTS, KABUL, NOW, a_config, parsed
from tests.support.visiting import a_service

DAILY = replace(DESK_MAIL, digest=Digest(cron="30 7 * * *"))
MORNING = datetime(2021, 8, 27, 7, 30, tzinfo=UTC)


@dataclass
class Desk:
    """A store with one subscription, and what was written for it."""

    store: Store
    config: WatchConfig
    channel: FakeChannel = field(default_factory=FakeChannel)
    polled: FakeChannel = field(default_factory=FakeChannel)
    steps: list[Step] = field(default_factory=list)

    async def poll(self, *titles: str, now: datetime = NOW, source: str = "nyt-world") -> None:
        """Poll a source that shows these headlines."""
        items = [parsed(title, guid=f"{source} {title}") for title in titles]
        await poll(self.store, self.config, *items, source=source, now=now)

    async def tell(
        self, title: str, text: str, *, source: str = "nyt-world", hours: int = 0, guid: str | None = None
    ) -> None:
        """Poll a source that shows one report with a text; `polled` writes what is told at once."""
        item = replace(parsed(title, guid=guid or f"{source} {title}"), summary=text)
        now = NOW + timedelta(hours=hours)
        await poll(self.store, self.config, item, source=source, now=now, channel=self.polled)

    def gathering(self, now: datetime) -> Gathering:
        """Return the use case at a moment."""
        return Gathering(
            gatherings=self.store.gatherings,
            channels={ChannelKind.EMAIL: self.channel},
            clock=FakeClock(now),
            reached=self.steps.append,
        )

    async def release(self, now: datetime) -> ReleaseRecord | None:
        """Release what is due."""
        gathering, record = self.gathering(now), None
        for subscription in await gathering.due(10):
            record = await gathering.release(subscription, self.config)
        return record

    async def alerts(self) -> Sequence[dict[str, Any]]:
        """Return the stored alerts in their order."""
        return sorted(await rows(self.store, tables.alerts), key=lambda row: (row["created"], row["update"]))

    async def sent(self) -> list[dict[str, Any]]:
        """Return the stored deliveries, oldest first."""
        return sorted(await rows(self.store, tables.deliveries), key=lambda row: row["created"])


async def desk(store: Store, *subscriptions: Subscription) -> Desk:
    """Return a store that knows these subscriptions."""
    config = a_config(subscriptions=subscriptions or (DAILY,))
    await store.sources.apply(config, NOW)
    return Desk(store, config)


async def test_what_a_digest_carries_is_gathered_with_its_item(store: Store) -> None:
    """Planned in the poll's transaction, with what it will say and when; nothing is sent."""
    room = await desk(store)
    await room.poll(ATTACK)
    [alert] = await room.alerts()
    assert (alert["delivery"], alert["fault_code"], alert["release_at"]) == (None, None, MORNING)
    assert alert["owed"]["item"]["revision"]["title"] == ATTACK
    assert "desk" not in str(alert["owed"])
    assert await room.sent() == []
    assert await room.release(MORNING - timedelta(seconds=1)) is None


async def test_a_digest_carries_all_that_was_gathered(store: Store) -> None:
    """One delivery, due at once, to which every alert points."""
    room = await desk(store)
    await room.poll(*DEVELOPMENTS[:3])
    await room.poll(*DEVELOPMENTS[3:5], source="cnn-world", now=NOW + timedelta(hours=1))
    record = await room.release(MORNING)
    assert record is not None
    [delivery] = await room.sent()
    assert (delivery["kind"], delivery["subscription"], delivery["created"]) == ("digest", "desk-mail", MORNING)
    assert len(record.carried) == 5
    assert {alert["delivery"] for alert in await room.alerts()} == {delivery["id"]}
    assert {alert["owed"] for alert in await room.alerts()} == {None}
    [digest] = room.channel.digests
    assert sorted(part.item.revision.title for part in digest.parts) == sorted(DEVELOPMENTS[:5])
    assert [part.created for part in digest.parts] == [NOW] * 3 + [NOW + timedelta(hours=1)] * 2
    assert [part.sequence for part in digest.parts] == [1, 2, 3, 4, 5]
    assert (digest.id, digest.created, digest.since, digest.left_out) == (delivery["id"], MORNING, None, 0)
    assert room.steps == [Step.DIGEST_COMPOSED, Step.DIGEST_COMMITTED]
    [claimed] = await deliveries(store, now=MORNING)
    assert claimed.message.body == delivery["body"]


async def test_nothing_is_released_twice(store: Store) -> None:
    """What comes later waits for the next digest, which says since when."""
    room = await desk(store)
    await room.poll(*DEVELOPMENTS[:2])
    await room.release(MORNING)
    assert await room.release(MORNING) is None
    assert await room.gathering(MORNING).release("desk-mail", room.config) is None
    await room.poll(*DEVELOPMENTS[:4], now=MORNING + timedelta(hours=1))
    await room.release(MORNING + timedelta(days=1))
    assert [len(digest.parts) for digest in room.channel.digests] == [2, 2]
    assert room.channel.digests[1].since == MORNING
    assert len({row["id"] for row in await room.sent()}) == 2


async def test_one_alert_alone_is_sent_as_itself(store: Store) -> None:
    """Under its own identity, as if it had been told at once."""
    room = await desk(store)
    await room.poll(ATTACK)
    await room.release(MORNING)
    [alert], [delivery] = await room.alerts(), await room.sent()
    assert delivery["id"] == alert["id"] == alert["delivery"]
    assert (delivery["kind"], room.channel.digests) == ("alert", [])
    assert [owed.item.revision.title for owed in room.channel.owed] == [ATTACK]


async def test_two_workers_release_once(store: Store) -> None:
    """Whoever comes second finds nothing left."""
    room = await desk(store)
    await room.poll(*DEVELOPMENTS)
    gathering = room.gathering(MORNING)
    async with soon():
        records = await asyncio.gather(*(gathering.release("desk-mail", room.config) for _ in range(4)))
    assert [record is None for record in records].count(False) == 1
    assert len(await room.sent()) == 1


@pytest.mark.parametrize("step", [Step.DIGEST_COMPOSED, Step.DIGEST_COMMITTED])
async def test_a_worker_that_dies_loses_nothing_and_sends_nothing_twice(store: Store, step: Step) -> None:
    """Before the commit nothing has changed, after it all has."""
    room = await desk(store)
    await room.poll(*DEVELOPMENTS[:3])

    def die(at: Step) -> None:
        if at is step:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await replace(room.gathering(MORNING), reached=die).release("desk-mail", room.config)
    was_done = step is Step.DIGEST_COMMITTED
    assert len(await room.sent()) == was_done
    again = await room.release(MORNING)
    assert (again is None) == was_done
    [delivery] = await room.sent()
    assert [alert["delivery"] for alert in await room.alerts()] == [delivery["id"]] * 3


async def test_a_further_report_of_a_gathered_update_is_shown_with_it(store: Store) -> None:
    """The update once, with both outlets; both alerts count as told."""
    room = await desk(store, replace(DAILY, corroborations=True))
    await room.poll(ATTACK)
    await room.poll(ATTACK, source="cnn-world", now=NOW + timedelta(hours=1))
    record = await room.release(MORNING)
    [digest] = room.channel.digests
    [part] = digest.parts
    assert record is not None
    assert (part.item.outlet, part.coverage and part.coverage.outlets) == ("nyt", ("nyt", "cnn"))
    assert (len(record.carried), digest.left_out) == (2, 0)


async def test_a_long_digest_counts_what_it_does_not_show(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is told."""
    monkeypatch.setattr("storywatch.digesting.MOST_PARTS", 2)
    room = await desk(store)
    await room.poll(*DEVELOPMENTS)
    record = await room.release(MORNING)
    [digest] = room.channel.digests
    assert record is not None
    assert (len(digest.parts), digest.left_out, len(record.carried)) == (2, 5, 7)
    assert await room.release(MORNING + timedelta(days=1)) is None


# What can't be told --------------------------------------------------------------------------------------------------


async def test_an_update_that_can_not_be_written_does_not_take_the_others_with_it(store: Store) -> None:
    room = await desk(store)
    room.channel.cannot_say = DEVELOPMENTS[1]
    await room.poll(*DEVELOPMENTS[:3])
    await room.release(MORNING)
    told = {alert["fault_code"]: bool(alert["delivery"]) for alert in await room.alerts()}
    assert told == {"unspeakable": False, None: True}
    assert [len(digest.parts) for digest in room.channel.digests] == [2]
    assert await room.release(MORNING + timedelta(days=1)) is None


async def test_a_digest_that_can_not_be_written_at_all_is_set_aside(store: Store) -> None:
    """Each of its parts can: then nobody knows which one it is, and the next digest comes all the same."""

    class Mute(FakeChannel):
        def compose_digest(self, owed: OwedDigest) -> Message:
            raise ZeroDivisionError

    room = await desk(store)
    room.channel = Mute()
    await room.poll(*DEVELOPMENTS[:3])
    record = await room.release(MORNING)
    assert record is not None
    assert {fault.code for fault in record.aside.values()} == {"internal"}
    assert [alert["fault_code"] for alert in await room.alerts()] == ["internal"] * 3
    assert await room.release(MORNING) is None


async def test_what_can_not_be_read_is_set_aside(store: Store) -> None:
    room = await desk(store)
    await room.poll(*DEVELOPMENTS[:3])
    first = (await room.alerts())[0]["id"]
    alert = tables.alerts
    async with writing(store.engine) as connection:
        await connection.execute(alert.update().where(alert.c.id == first).values(owed={"version": 99}))
    record = await room.release(MORNING)
    assert record is not None
    assert {one: fault.code for one, fault in record.aside.items()} == {first: "gathered_unreadable"}
    assert len(record.carried) == 2


async def test_what_a_given_up_subscription_was_owed_is_cleared(store: Store) -> None:
    """At the digest's time."""
    room = await desk(store)
    await room.poll(ATTACK)
    room.config = a_config(subscriptions=())
    await room.release(MORNING)
    [alert] = await room.alerts()
    assert (alert["fault_code"], alert["delivery"]) == ("subscription_gone", None)
    assert await room.sent() == []


async def test_a_subscription_that_is_back_before_its_digest_lost_nothing(store: Store) -> None:
    """A slip in the watch config renamed it, and the next reload put it right."""
    room = await desk(store)
    await room.poll(ATTACK)
    meant, room.config = room.config, a_config(subscriptions=(replace(DAILY, id="desk-mial"),))
    assert await room.gathering(NOW).bring_forward(room.config) == 0
    assert await room.release(NOW) is None
    room.config = meant
    await room.release(MORNING)
    assert len(await room.sent()) == 1


# Wishes that change --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        (DESK_MAIL, NOW),
        (replace(DESK_MAIL, digest=Digest(cron="0 20 * * *")), NOW.replace(hour=20)),
        (replace(DESK_MAIL, digest=Digest(cron="0 7 * * 1")), MORNING),
        (DAILY, MORNING),
    ],
)
async def test_what_was_gathered_is_told_by_the_wishes_of_today_if_that_is_earlier(
    store: Store, wishes: Subscription, expected: datetime
) -> None:
    """No digest any more: at once. One that comes sooner: then. One that comes later: as promised."""
    room = await desk(store)
    await room.poll(ATTACK)
    room.config = a_config(subscriptions=(wishes,))
    brought = await room.gathering(NOW).bring_forward(room.config)
    [alert] = await room.alerts()
    assert (alert["release_at"], brought) == (expected, int(expected != MORNING))


async def test_a_release_that_was_planned_while_the_clock_was_wrong_is_brought_forward(store: Store) -> None:
    room = await desk(store)
    await room.poll(ATTACK, now=NOW + timedelta(days=3650))
    assert await room.gathering(NOW).bring_forward(room.config) == 1
    [alert] = await room.alerts()
    assert alert["release_at"] == MORNING


# Quiet hours and caps ------------------------------------------------------------------------------------------------


async def test_a_release_that_is_late_does_not_disturb_quiet_hours(store: Store) -> None:
    """The daemon was down in the morning and comes back at night."""
    quiet = QuietHours(begin=time(22), end=time(6))
    room = await desk(store, replace(DAILY, quiet=quiet))
    await room.poll(*DEVELOPMENTS[:2])
    night = MORNING.replace(hour=23)
    record = await room.release(night)
    assert record is not None
    assert record.later == datetime(2021, 8, 28, 6, 0, tzinfo=UTC)
    assert await room.sent() == []
    assert await room.release(night) is None
    await room.release(record.later)
    assert len(await room.sent()) == 1


async def test_a_cap_holds_over_polls_and_the_rest_comes_the_next_day(store: Store) -> None:
    """Two messages on the day, then the other five in one on the next, and with it that day's first is spent."""
    room = await desk(store, replace(DESK_MAIL, most_a_day=2))
    for hour, title in enumerate(DEVELOPMENTS):
        now = NOW.replace(hour=10 + hour)
        await room.poll(title, now=now)
        assert await room.release(now) is None
    assert [row["kind"] for row in await room.sent()] == ["alert", "alert"]
    midnight = datetime(2021, 8, 27, tzinfo=UTC)
    await room.release(midnight)
    [digest] = room.channel.digests
    assert [len(digest.parts), digest.since] == [5, NOW.replace(hour=11)]
    for hour, title in enumerate(("One more of the Kabul airport", "Something else at Kabul airport entirely")):
        await room.poll(title, now=midnight + timedelta(hours=8 + hour))
    assert [row["kind"] for row in await room.sent()] == ["alert", "alert", "digest", "alert"]


async def test_a_digest_counts_for_the_cap(store: Store) -> None:
    """A cap of one message a day, a digest twice a day: the second one waits for the next day."""
    twice = replace(DESK_MAIL, digest=Digest(cron="0 8,20 * * *"), most_a_day=1)
    room = await desk(store, twice)
    morning = datetime(2021, 8, 27, 8, tzinfo=UTC)
    await room.poll(DEVELOPMENTS[0], now=morning - timedelta(hours=1))
    await room.release(morning)
    await room.poll(DEVELOPMENTS[1], now=morning + timedelta(hours=1))
    record = await room.release(morning + timedelta(hours=12))
    assert record is not None
    assert record.later == datetime(2021, 8, 28, tzinfo=UTC)
    assert len(await room.sent()) == 1


async def test_two_polls_at_once_keep_the_cap(store: Store) -> None:
    """Each counts what the other told."""
    room = await desk(store, replace(DESK_MAIL, most_a_day=1))
    async with soon():
        await asyncio.gather(room.poll(*DEVELOPMENTS[:3]), room.poll(*DEVELOPMENTS[3:], source="cnn-world"))
    assert len(await room.sent()) == 1
    assert len(await room.alerts()) == 7


async def test_what_was_told_while_the_clock_was_wrong_fills_no_cap(store: Store) -> None:
    """It lies days ahead; once the clock is right again the day has its own messages, each counted."""
    room = await desk(store, replace(DESK_MAIL, most_a_day=1))
    await room.poll(DEVELOPMENTS[0], now=NOW + timedelta(days=3))
    for hour, title in enumerate(DEVELOPMENTS[1:3]):
        await room.poll(title, source="cnn-world", now=NOW + timedelta(hours=hour))
    assert [row["created"] for row in await room.sent()] == [NOW, NOW + timedelta(days=3)]


async def test_a_test_message_counts_for_no_cap(store: Store) -> None:
    """Nor does a notice: only what the events bring."""
    room = await desk(store, replace(DESK_MAIL, most_a_day=1))
    await room.poll(DEVELOPMENTS[0])
    delivery = tables.deliveries
    async with writing(store.engine) as connection:
        await connection.execute(delivery.update().values(kind=DeliveryKind.TEST.value))
    await room.poll(DEVELOPMENTS[1], source="cnn-world")
    assert len(await room.sent()) == 2


# From how many outlets on --------------------------------------------------------------------------------------------


async def test_an_update_is_told_once_enough_outlets_report_it(store: Store) -> None:
    """What the store says of earlier reports, and of who was told, decides."""
    eager = replace(DESK_MAIL, id="eager", least_outlets=2, corroborations=True)
    room = await desk(store, replace(DESK_MAIL, least_outlets=2), eager, replace(DESK_MAIL, id="fa", languages=("fa",)))
    await room.poll(ATTACK)
    assert [row["subscription"] for row in await room.alerts()] == ["fa"]
    await room.poll(ATTACK, source="cnn-world", now=NOW + timedelta(hours=1))
    told = {(row["subscription"], row["kind"]) for row in await room.alerts()}
    assert told == {("fa", "update"), ("desk-mail", "update"), ("eager", "update")}


WIRE = "Blast outside the airport gate of Kabul kills 13 American soldiers"
WIRE_TEXT = (
    "The Pentagon said on Thursday that 13 American soldiers were killed by a suicide bomber at the airport gate."
)


@pytest.mark.parametrize("wish", [{"least_outlets": 2}, {"least_outlets": 2, "digest": DAILY.digest}])
async def test_what_waited_for_outlets_is_told_by_its_first_report(store: Store, wish: dict[str, Any]) -> None:
    """With its news, as it reads by now, and both outlets: at once and in a digest."""
    room = await desk(store, replace(DESK_MAIL, **wish))
    await room.tell(WIRE, WIRE_TEXT)
    [first] = await rows(store, tables.reports)
    await room.tell("Kabul: soldiers killed at airport gate", WIRE_TEXT, source="cnn-world", hours=1)
    assert {row["item"] for row in await rows(store, tables.reports)} > {first["item"]}
    await room.release(MORNING)
    told = [*room.channel.owed, *(part for digest in room.channel.digests for part in digest.parts)]
    [owed] = told or room.polled.owed
    assert (owed.item.id, owed.outlet.id, owed.item.revision.title) == (first["item"], "nyt", WIRE)
    assert [one.now.value for one in owed.news.figures] == [13]
    assert owed.news.lead == (WIRE_TEXT,)
    assert owed.coverage is not None
    assert owed.coverage.outlets == ("nyt", "cnn")
    assert owed.created == NOW + timedelta(hours=1)
    assert owed.match.reasons


async def test_what_was_corrected_while_it_waited_is_told_as_corrected(store: Store) -> None:
    """Nobody gets a figure that its outlet has taken back."""
    room = await desk(store, replace(DESK_MAIL, least_outlets=2))
    await room.tell(WIRE, WIRE_TEXT, guid="g1")
    note = "Correction: An earlier version of this article misstated the toll. 11 American soldiers were killed."
    await room.tell(WIRE, f"{WIRE_TEXT.replace('13', '11')} {note}", guid="g1", hours=1)
    await room.tell(f"{WIRE}, officials say", WIRE_TEXT, source="cnn-world", hours=2)
    [owed] = room.polled.owed
    assert owed.outlet.id == "nyt"
    assert [one.now.value for one in owed.news.figures] == [11]
    assert "misstated" in " ".join(owed.news.lead)


async def test_who_was_told_of_an_update_that_was_merged_is_not_told_again(store: Store) -> None:
    """An operator merges two updates; the one that stays was told to nobody here, the one that went was."""
    room = await desk(store, DESK_MAIL)
    await room.poll(*DEVELOPMENTS[:2])
    first, second = [alert["update"] for alert in await room.alerts()]
    async with writing(store.engine) as connection:
        await connection.execute(tables.alerts.delete().where(tables.alerts.c.update == second))
    await store.updates.merge(first, second)
    async with store.sources.poll(await claimed(store, now=LATER)) as transaction:
        known = await transaction.known_updates([second])
    assert known[second].subscriptions == {"desk-mail"}
    assert {told.report.update for told in known[second].reports} == {second}
    assert len(known[second].reports) == 2


async def test_who_was_told_is_found_by_indexes(store: Store) -> None:
    """However many alerts there are: nothing is scanned."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL scans what is as small as here")
    await (await desk(store)).poll(*DEVELOPMENTS[:2])
    asked: list[tuple[str, Any]] = []
    listen(store.engine.sync_engine, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    async with store.sources.poll(await claimed(store, now=LATER)) as transaction:
        await transaction.known_updates(["u1", "u2"])
    async with reading(store.engine) as connection:
        steps = [
            step.detail
            for query, given in list(asked)
            if query.startswith("SELECT")
            for step in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", given)
        ]
    assert any("ix_alerts_update" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN")]


async def test_what_was_left_meanwhile_is_in_no_digest(store: Store) -> None:
    """It is set aside; the rest is told. Who left all of it gets no digest."""
    flood = replace(KABUL, id="flood", all_of=(("flood",),))
    room = await desk(store)
    room.config = a_config(events=(KABUL, flood), subscriptions=(DAILY,))
    await store.sources.apply(room.config, NOW)
    floods = ("Flood in the streets of London", "A museum of Paris fights its second flood")
    await room.poll(ATTACK, *floods)
    await store.people.leave("desk@news.example", "kabul", LeftBy.PAGE, NOW)
    record = await room.release(MORNING)
    assert record is not None
    [digest] = room.channel.digests
    assert [part.event.id for part in digest.parts] == ["flood", "flood"]
    assert [fault.code for fault in record.aside.values()] == ["unsubscribed"]
    await room.poll(ATTACK, *floods, "Venice expects no flood this year", now=MORNING)
    await store.people.leave("desk@news.example", "", LeftBy.PAGE, MORNING)
    await room.release(MORNING + timedelta(days=1))
    assert len(await room.sent()) == 1


async def a_reader(store: Store, number: int, email: str, event: str = "kabul") -> Reader:
    """Return a reader who gets a digest of an event."""
    anna = Reader(id=f"reader:{number}", email=email, created=NOW)
    wish = Wish(event=event, pace=Pace.DAILY)
    wanted = Wanted(id=f"{anna.id}:{event}", reader=anna.id, wish=wish, asked=NOW)
    mail = Message(address=anna.email, body=b"Is it meant?", content_type="message/rfc822")
    await store.people.ask(anna, [wanted], f"c{number}", mail)
    await store.people.agree(anna.id, [wanted.id], "Yes", NOW)
    return anna


async def test_a_release_reads_of_people_what_concerns_it(store: Store) -> None:
    """However many there are: one reader, or what one subscriber of the watch config left."""
    await desk(store)
    for number, name in enumerate(("anna", "ben", "cleo")):
        reader = await a_reader(store, number, f"{name}@news.example")
        await store.people.leave(reader.email, "flood", LeftBy.PAGE, NOW)
    await store.people.leave("desk@news.example", "kabul", LeftBy.PAGE, NOW)
    async with store.gatherings.open("reader:1:kabul") as release:
        own = await release.audience("")
    assert (set(own.readers), set(own.subscriptions)) == ({"reader:1"}, {"reader:1:kabul"})
    assert own.left == {("ben@news.example", "flood")}
    async with store.gatherings.open("desk-mail") as release:
        declared = await release.audience("desk@news.example")
    assert not declared.readers
    assert declared.left == {("desk@news.example", "kabul")}
    assert len((await store.gatherings.audience()).left) == 4


async def test_a_poll_reads_of_people_what_concerns_its_events(store: Store) -> None:
    """However many there are of other events: their readers, what their subscribers left, whose mails come back."""
    room = await desk(store)
    flood = replace(KABUL, id="flood")
    await store.sources.apply(replace(room.config, events={"kabul": KABUL, "flood": flood}), NOW)
    anna, ben = await a_reader(store, 0, "anna@news.example"), await a_reader(store, 1, "ben@news.example", "flood")
    for address in (anna.email, ben.email, "desk@news.example", "other@news.example"):
        await store.people.leave(address, "fire", LeftBy.PAGE, NOW)
        barred = Suppression(address=address, reason=SuppressionReason.BOUNCED, at=NOW)
        await store.bounces.suppress(barred)
    for event in ("kabul", "flood", ""):
        await store.people.leave("desk@news.example", event, LeftBy.PAGE, NOW)
    async with store.sources.poll(await claimed(store)) as transaction:
        found = await transaction.audience({"kabul"}, {"desk@news.example"})
        nobody = await transaction.audience({"fire"}, set())
    assert (set(found.readers), set(found.subscriptions)) == ({anna.id}, {f"{anna.id}:kabul"})
    assert found.left == {("desk@news.example", "kabul"), ("desk@news.example", "")}
    assert found.unreachable == {anna.email, "desk@news.example"}
    assert nobody == Audience()
    whole = await store.gatherings.audience()
    assert set(whole.readers) == {anna.id, ben.id}, "control: there are others"


@pytest.mark.parametrize(
    ("chosen", "released"),
    [
        ({"pace": Pace.AT_ONCE}, NOW + timedelta(minutes=1)),
        ({"pace": Pace.WEEKLY}, datetime(2021, 8, 27, 7, tzinfo=UTC)),
        ({"pace": Pace.AT_ONCE, "quiet": QuietHours(begin=time(20), end=time(23, 30))}, NOW + timedelta(minutes=1)),
        (
            {"pace": Pace.AT_ONCE, "quiet": QuietHours(begin=time(0), end=time(23, 30))},
            datetime(2021, 8, 26, 23, 30, tzinfo=UTC),
        ),
        ({"pace": Pace.DAILY, "time_zone": "Asia/Kabul"}, datetime(2021, 8, 27, 2, 30, tzinfo=UTC)),
    ],
)
async def test_who_wants_to_hear_earlier_gets_what_is_gathered_earlier(
    store: Store, chosen: dict[str, Any], released: datetime
) -> None:
    """With the choice itself, not when the daemon next looks at all that is gathered; never later than it was."""
    room = await desk(store, DESK_MAIL)
    await a_reader(store, 1, "anna@news.example")
    await a_reader(store, 2, "ben@news.example")
    await room.poll(DEVELOPMENTS[0])
    settings = PageSettings(listen="127.0.0.1:1", public_url="https://news.example", key="k" * 32)
    clock = FakeClock(NOW + timedelta(minutes=1))
    joining = a_service(store, room.config, settings, clock).joining
    anna = await joining.visitor("reader:1")
    assert anna is not None
    wish = Wish(event="kabul", **chosen)
    await joining.choose(anna, Chosen(paces={"kabul": wish.pace}, quiet=wish.quiet, time_zone=wish.time_zone), "Yes")
    alerts = {row["subscription"]: row["release_at"] for row in await room.alerts()}
    assert alerts["reader:1:kabul"] == released
    assert alerts["reader:2:kabul"] == datetime(2021, 8, 27, 7, tzinfo=UTC)


async def test_a_reader_gets_a_digest_until_they_leave(store: Store) -> None:
    """No watch config knows them."""
    room = await desk(store, DESK_MAIL)
    room.config = a_config(subscriptions=())
    await store.sources.apply(room.config, NOW)
    anna = await a_reader(store, 1, "anna@news.example")
    seven = MORNING.replace(minute=0)
    await room.poll(ATTACK)
    assert await room.release(seven - timedelta(seconds=1)) is None
    await room.release(seven)
    assert [row["created"] for row in await room.sent()] == [NOW, seven]
    await room.poll(ATTACK, "Drone strike near Kabul airport kills ten of a family", now=seven)
    await store.people.leave(anna.email, "kabul", LeftBy.ONE_CLICK, seven)
    await room.release(seven + timedelta(days=1))
    assert len(await room.sent()) == 2
