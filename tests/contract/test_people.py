"""Readers, who has left, whose mails come back: what is stored of people outlives the watch config."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from storage import Store, tables
from storywatch.audience import reader_id, subscription_id
from storywatch.errors import Fault
from storywatch.model import (
    COMPLAINT,
    Bounce,
    ChannelKind,
    Delivery,
    DeliveryKind,
    DeliveryState,
    LeftBy,
    Message,
    Pace,
    QuietHours,
    Reader,
    Settlement,
    Standing,
    Suppression,
    SuppressionReason,
    Wanted,
    WatchConfig,
    Wish,
)
from tests.contract.working import LEASE, deliveries, poll, rows
from tests.support.samples import DESK_MAIL, DEVELOPMENTS, KABUL, NOW, a_config, parsed

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CONFIG: WatchConfig = a_config(events=(KABUL, replace(KABUL, id="other", title="Other", all_of=(("flood",),))))
EMAIL = "Anna@News.example"
ADDRESS = "anna@news.example"
ANNA = Reader(id=reader_id("key", EMAIL), email=EMAIL, created=NOW)
MAIL = Message(address=EMAIL, body=b"Is it meant?", content_type="message/rfc822")
QUIET = QuietHours(begin=time(22), end=time(7), time_zone="Asia/Kabul")
DESK = "desk@news.example"


@pytest.fixture(autouse=True)
async def declared(store: Store) -> None:
    """The watch config is taken up."""
    await store.sources.apply(CONFIG, NOW)


def wanted(event: str = "kabul", *, asked: datetime = NOW, pace: Pace = Pace.AT_ONCE) -> Wanted:
    """Return what the reader asks for."""
    wish = Wish(event=event, pace=pace)
    return Wanted(id=subscription_id(ANNA.id, event), reader=ANNA.id, wish=wish, asked=asked)


async def ask(store: Store, *events: str, asked: datetime = NOW) -> None:
    """Ask for events."""
    for event in events or ("kabul",):
        await store.people.ask(ANNA, [wanted(event, asked=asked)], f"c{event}{asked:%d%H}", MAIL)


async def agree(store: Store, *events: str, now: datetime = NOW) -> Sequence[Wanted]:
    """Confirm them."""
    ids = [subscription_id(ANNA.id, event) for event in events or ("kabul",)]
    return await store.people.agree(ANNA.id, ids, "Yes, send me news", now)


async def join(store: Store, *events: str) -> None:
    """Ask and confirm."""
    await ask(store, *events)
    await agree(store, *events)


async def standing(store: Store, lane: str, now: datetime = NOW) -> list[Standing]:
    """Claim what is due in a lane and return how each receiver stands."""
    return [await store.outbox.standing(one) for one in await deliveries(store, lane, now)]


# Readers -------------------------------------------------------------------------------------------------------------


async def test_who_only_asked_gets_the_mail_that_asks_back_and_nothing_else(store: Store) -> None:
    """Its delivery is of a kind of its own, and the reader is not told of news."""
    await ask(store)
    [mail] = await deliveries(store, f"email:{EMAIL}")
    assert (mail.kind, mail.message, mail.subscriber) == (DeliveryKind.CONFIRMATION, MAIL, ANNA.id)
    [one] = await store.people.wanted(ANNA.id)
    assert (one, one.waits, one.stands) == (wanted(), True, False)
    assert not (await store.people.audience()).subscriptions
    await poll(store, CONFIG, parsed(guid="1"))
    assert not await deliveries(store, f"email:{EMAIL}")


async def test_who_agreed_is_told(store: Store) -> None:
    """The words that were agreed to are kept: that is the consent."""
    await join(store)
    found = await store.people.find_address(" ANNA@news.EXAMPLE ")
    assert found == replace(ANNA, confirmed=NOW) == await store.people.find(ANNA.id)
    [row] = await rows(store, tables.reader_subscriptions)
    assert (row["agreed_at"], row["agreed_to"]) == (NOW, "Yes, send me news")
    audience = await store.people.audience()
    assert audience.readers[ANNA.id].email == EMAIL
    assert [one.events for one in audience.subscriptions.values()] == [("kabul",)]


async def test_only_what_is_named_is_agreed_to(store: Store) -> None:
    """What others asked for in one's name waits on; nobody agrees for another reader, or to what nobody asked for."""
    await ask(store, "kabul", "other")
    assert [one.wish.event for one in await agree(store, "other", "never")] == ["other"]
    ids = [subscription_id(ANNA.id, "kabul")]
    assert not await store.people.agree("reader:another", ids, "Yes", NOW)
    assert [one.stands for one in await store.people.wanted(ANNA.id)] == [False, True]
    assert not await agree(store, "other")


async def test_to_ask_again_changes_nothing_that_stands(store: Store) -> None:
    """Anybody can ask in anybody's name."""
    await join(store)
    await store.people.ask(ANNA, [wanted(asked=NOW + DAY, pace=Pace.WEEKLY)], "again", MAIL)
    [one] = await store.people.wanted(ANNA.id)
    assert one == replace(wanted(), agreed=NOW)
    assert not await agree(store, now=NOW + DAY)


async def test_wishes_come_back_as_they_were_stored(store: Store) -> None:
    """Of what stands, and of one's own."""
    await join(store)
    await ask(store, "other")
    wish = Wish(event="kabul", pace=Pace.WEEKLY, quiet=QUIET, time_zone="Asia/Kabul")
    await store.people.change(ANNA.id, {wish: {}, replace(wish, event="other"): {}, replace(wish, event="never"): {}})
    await store.people.change("reader:another", {Wish(event="kabul"): {}})
    assert [one.wish for one in await store.people.wanted(ANNA.id)] == [wish, wanted("other").wish]


async def test_readers_outlive_the_watch_config(store: Store) -> None:
    """A reload takes away what operators declared, and not what people subscribed to."""
    await join(store, "kabul", "other")
    await store.people.leave(ADDRESS, "other", LeftBy.PAGE, NOW)
    await store.sources.apply(a_config(events=(), subscribers=(), subscriptions=()), NOW, changed=True)
    active = {row["id"]: row["active"] for row in await rows(store, tables.subscriptions)}
    assert active == {
        "desk-mail": False,
        subscription_id(ANNA.id, "kabul"): True,
        subscription_id(ANNA.id, "other"): False,
    }


# Leaving -------------------------------------------------------------------------------------------------------------


async def test_a_reader_leaves_an_event_or_everything(store: Store) -> None:
    """At once; the first time counts."""
    await join(store, "kabul", "other")
    await store.people.leave(ADDRESS, "kabul", LeftBy.ONE_CLICK, NOW + HOUR)
    await store.people.leave(ADDRESS, "kabul", LeftBy.PAGE, NOW + DAY)
    assert await store.people.left(ADDRESS) == {"kabul": NOW + HOUR}
    assert [one.events for one in (await store.people.audience()).subscriptions.values()] == [("other",)]
    await store.people.leave(ADDRESS, "", LeftBy.PAGE, NOW + DAY)
    assert not (await store.people.audience()).subscriptions
    found = await store.people.find(ANNA.id)
    assert found is not None
    assert found.left == NOW + DAY


async def test_who_left_can_come_back(store: Store) -> None:
    """By an own hand, or by asking and confirming anew."""
    await join(store, "kabul", "other")
    await store.people.leave(ADDRESS, "", LeftBy.PAGE, NOW + HOUR)
    await store.people.rejoin(ADDRESS, "kabul", "Back again", NOW + DAY)
    assert [one.events for one in (await store.people.audience()).subscriptions.values()] == [("kabul",)]
    await ask(store, "other", asked=NOW + DAY)
    assert len(await agree(store, "other", now=NOW + DAY)) == 1
    assert len((await store.people.audience()).subscriptions) == 2
    found = await store.people.find(ANNA.id)
    assert found == replace(ANNA, confirmed=NOW)


async def test_who_leaves_leaves_what_waits_too(store: Store) -> None:
    """Also what they had left before and were asked for anew: the mail that asks back lies about for two days."""
    await join(store)
    await store.people.leave(ADDRESS, "", LeftBy.PAGE, NOW + HOUR)
    await ask(store, "kabul", "other", asked=NOW + 2 * HOUR)
    await store.people.leave(ADDRESS, "", LeftBy.OPERATOR, NOW + DAY)
    assert not await agree(store, "kabul", "other", now=NOW + DAY)
    assert not (await store.people.audience()).subscriptions


async def test_nobody_comes_back_to_what_was_never_agreed_to(store: Store) -> None:
    await ask(store)
    await store.people.rejoin(ADDRESS, "kabul", "Back again", NOW)
    assert not (await store.people.audience()).subscriptions


async def test_who_left_is_not_told_although_the_watch_config_says_so(store: Store) -> None:
    """It outlives every import of the config; the last address is known even when the subscriber is gone."""
    await store.people.leave(DESK, "kabul", LeftBy.ONE_CLICK, NOW)
    await store.sources.apply(CONFIG, NOW, changed=True)
    await poll(store, CONFIG, parsed(guid="1"))
    assert not await deliveries(store)
    await poll(store, CONFIG, parsed("Flood in London", guid="2"), now=NOW + HOUR)
    [mail] = await deliveries(store, now=NOW + HOUR)
    assert await store.people.last_address("desk-mail") == mail.message.address == DESK
    assert await store.people.last_address("never") is None


# Right before a mail is sent -----------------------------------------------------------------------------------------


async def test_a_delivery_that_waits_is_of_no_use_to_who_left_meanwhile(store: Store) -> None:
    """Of that event or of everything; the control stands until then."""
    await poll(store, CONFIG, parsed(guid="1"))
    [mail] = await deliveries(store)
    assert await store.outbox.standing(mail) == Standing()
    await store.people.leave(DESK, "other", LeftBy.PAGE, NOW)
    assert await store.outbox.standing(mail) == Standing()
    await store.people.leave(DESK, "kabul", LeftBy.PAGE, NOW)
    assert await store.outbox.standing(mail) == Standing(left=True)
    await store.people.rejoin(DESK, "kabul", "Back", NOW)
    await store.people.leave(DESK, "", LeftBy.OPERATOR, NOW)
    assert await store.outbox.standing(mail) == Standing(left=True)


async def test_a_digest_goes_out_until_all_of_its_events_are_left(store: Store) -> None:
    """Its bytes are frozen: to drop it would lose what else it tells."""
    await poll(store, CONFIG, parsed(guid="1"), parsed("Flood in London", guid="2"))
    [first, _] = await deliveries(store)
    async with store.engine.begin() as connection:
        await connection.execute(tables.alerts.update().values(delivery=first.id))
    await store.people.leave(DESK, "kabul", LeftBy.PAGE, NOW)
    assert not (await store.outbox.standing(first)).left
    await store.people.leave(DESK, "other", LeftBy.PAGE, NOW)
    assert (await store.outbox.standing(first)).left


async def test_a_reader_is_told_by_the_own_subscription_alone(store: Store) -> None:
    """Which stands beside what was left of the watch config; and no watch config has to know the reader."""
    await join(store)
    await poll(store, CONFIG, parsed(guid="1"))
    lane = f"email:{EMAIL}"
    by_kind = {one.kind: one for one in await deliveries(store, lane)}
    assert set(by_kind) == {DeliveryKind.CONFIRMATION, DeliveryKind.ALERT}
    alert = by_kind[DeliveryKind.ALERT]
    known = await store.outbox.standing(alert)
    assert known.reader is not None
    assert (known.left, known.reader.id, known.reader.email) == (False, ANNA.id, EMAIL)
    await store.people.leave(ADDRESS, "kabul", LeftBy.ONE_CLICK, NOW)
    assert (await store.outbox.standing(alert)).left
    await ask(store, asked=NOW + DAY)
    await agree(store, now=NOW + DAY)
    assert not (await store.outbox.standing(alert)).left


async def test_other_channels_are_left_by_the_subscriber(store: Store) -> None:
    """What a mail address bounces says nothing of them."""
    config = a_config(subscriptions=(replace(DESK_MAIL, id="desk-file", channel=ChannelKind.FILE),))
    await store.sources.apply(config, NOW)
    await poll(store, config, parsed(guid="1"))
    [delivery] = await deliveries(store, f"file:{DESK}")
    await store.bounces.suppress(Suppression(address=DESK, reason=SuppressionReason.OPERATOR, at=NOW))
    await store.people.leave(DESK, "", LeftBy.PAGE, NOW)
    assert await store.outbox.standing(delivery) == Standing()
    await store.people.leave("desk", "kabul", LeftBy.PAGE, NOW)
    assert await store.outbox.standing(delivery) == Standing(left=True)


# Bounces -------------------------------------------------------------------------------------------------------------


async def mails(store: Store, count: int) -> Sequence[Delivery]:
    """Owe the desk some mails and claim them."""
    for number, title in enumerate(DEVELOPMENTS[:count]):
        await poll(store, CONFIG, parsed(title, guid=title), now=NOW + number * HOUR)
    return await deliveries(store, now=NOW + DAY)


def bounced(delivery: str | None, status: str, *, at: datetime = NOW, name: str = "b") -> Bounce:
    """Return a report about a delivery; whom it names itself does not count."""
    return Bounce(id=f"{name}{delivery}", address="Other@evil.example", delivery=delivery, status=status, at=at)


@pytest.mark.parametrize(
    ("status", "reason"), [("5.1.1", SuppressionReason.BOUNCED), (COMPLAINT, SuppressionReason.COMPLAINED)]
)
async def test_one_bounce_of_a_mailbox_that_is_not_there_suppresses_its_address(
    store: Store, status: str, reason: SuppressionReason
) -> None:
    """That which the delivery went to."""
    [mail] = await mails(store, 1)
    found = await store.bounces.take(bounced(mail.id, status))
    assert found is not None
    assert (found.address, found.reason) == (DESK, reason)
    assert await store.outbox.standing(mail) == Standing(suppressed=True)
    assert (await store.people.audience()).unreachable == {DESK}


async def test_the_third_other_failure_suppresses(store: Store) -> None:
    """The same report counts once, and what came before it was lifted counts no more."""
    sent = await mails(store, 5)
    for _ in range(3):
        assert await store.bounces.take(bounced(sent[0].id, "5.1.2")) is None
    assert await store.bounces.take(bounced(sent[1].id, "5.1.2", at=NOW + HOUR)) is None
    assert await store.bounces.take(bounced(sent[2].id, "5.2.1", at=NOW + 2 * HOUR)) is not None
    assert await store.bounces.lift(DESK.upper(), NOW + DAY)
    assert not await store.bounces.lift(DESK, NOW + DAY)
    assert not (await store.people.audience()).unreachable
    assert await store.bounces.take(bounced(sent[3].id, "5.1.2", at=NOW + 2 * DAY)) is None
    assert await store.bounces.take(bounced(sent[4].id, "5.1.1", at=NOW + 2 * DAY)) is not None
    assert (await store.people.audience()).unreachable == {DESK}


@pytest.mark.parametrize("delivery", [None, "never"])
async def test_a_report_that_proves_nothing_is_counted_only(store: Store, delivery: str | None) -> None:
    await mails(store, 1)
    for number in range(5):
        assert await store.bounces.take(bounced(delivery, "5.1.1", name=str(number))) is None
    assert [row["delivery"] for row in await rows(store, tables.bounces)] == [None] * 5
    assert not (await store.people.audience()).unreachable


async def test_the_reports_that_prove_nothing_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.returned.MOST_UNPROVEN", 2)
    for number in range(4):
        await store.bounces.take(bounced(None, "5.1.1", at=NOW + number * HOUR, name=str(number)))
    assert {row["id"] for row in await rows(store, tables.bounces)} == {"2None", "3None"}


async def test_a_refusal_on_the_spot_counts_like_a_report(store: Store) -> None:
    """Only what is final, and says a status."""
    first, second, third = await mails(store, 3)
    for delivery, fault in (
        (first, Fault(code="smtp_deferred", message="later", mail_status="4.2.2")),
        (second, Fault(code="smtp_refused", message="no", permanent=True)),
        (third, Fault(code="smtp_refused", message="550 5.1.1 no", permanent=True, mail_status="5.1.1")),
    ):
        assert not (await store.people.audience()).unreachable
        await store.outbox.settle(
            Settlement(
                delivery=delivery.id,
                token=delivery.token,
                attempt=1,
                state=DeliveryState.DEAD,
                at=NOW + LEASE,
                fault=fault,
            )
        )
    assert (await store.people.audience()).unreachable == {DESK}
    [row] = await rows(store, tables.suppressions)
    assert (row["reason"], row["evidence"]) == ("bounced", "5.1.1 550 5.1.1 no")


async def test_an_operator_suppresses_an_address(store: Store) -> None:
    """However it is written; the first reason stays."""
    for at in (NOW, NOW + DAY):
        await store.bounces.suppress(Suppression(address="Desk@NEWS.example", reason=SuppressionReason.OPERATOR, at=at))
    [row] = await rows(store, tables.suppressions)
    assert (row["address"], row["at"]) == (DESK, NOW)
