"""Who is owed what: `storywatch.planning`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storywatch.model import Alarm, AlarmKind, ChannelKind, Item, Match, Owed, Subscription, WatchConfig
from storywatch.planning import alert_id, owed, owed_notices
from storywatch.updates import PastReport, Placed, as_past, place
from tests.support.samples import ATTACK, DESK_MAIL, KABUL, NOW, a_config, an_item

TAGGED = replace(KABUL, tags=("afghanistan", "terror"))
OPS = replace(DESK_MAIL, id="ops-mail", alarms=True)
STALE = Alarm(id="al1", source="cnn-world", kind=AlarmKind.STALE, message="old", raised=NOW)
OVER = replace(STALE, ended=NOW + timedelta(hours=5))
OTHER = replace(KABUL, id="other", tags=())


def with_subscriptions(*subscriptions: Subscription) -> WatchConfig:
    """Return a config with these subscriptions and two events."""
    return a_config(events=(TAGGED, OTHER), subscriptions=subscriptions)


def plan(item: Item, past: list[PastReport], config: WatchConfig) -> tuple[Owed, ...]:
    """Place the item and return what is owed for it; the history grows by it."""
    placed = place(item, "kabul", past)
    assert placed is not None
    match = Match(event="kabul", item=item.id, revision=1, accepted=True, score=0.9)
    planned = owed(item, match, placed, past, config)
    past.append(as_past(item, placed))
    return planned


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        ({}, True),
        ({"events": ("kabul",)}, True),
        ({"events": ("other", "kabul")}, True),
        ({"events": ("other",)}, False),
        ({"tags": ("terror",)}, True),
        ({"tags": ("sports",)}, False),
        ({"events": ("other",), "tags": ("terror",)}, True),
        ({"events": ("other",), "tags": ("sports",)}, False),
    ],
)
def test_a_subscription_gets_the_events_it_names_or_tags(wish: dict[str, tuple[str, ...]], *, wanted: bool) -> None:
    """Nothing named means everything."""
    planned = plan(an_item(), [], with_subscriptions(replace(DESK_MAIL, **wish)))  # type: ignore[arg-type]
    assert bool(planned) is wanted


def test_what_is_owed_holds_all_that_a_message_says() -> None:
    """Event, update, report, item, outlet, subscriber and number."""
    config = with_subscriptions(DESK_MAIL)
    [one] = plan(an_item(), [], config)
    assert (one.event, one.outlet, one.item) == (TAGGED, config.outlets["nyt"], an_item())
    assert (one.subscription, one.subscriber) == (DESK_MAIL, config.subscribers["desk"])
    assert (one.update.headline, one.report.update, one.sequence) == (ATTACK, one.update.id, 1)
    assert (one.created, one.known_before) == (NOW, ())


def test_corroborations_are_told_on_request() -> None:
    """The update that a corroboration tells of is the known one."""
    plain, eager = DESK_MAIL, replace(DESK_MAIL, id="eager", corroborations=True)
    past: list[PastReport] = []
    first = plan(an_item(), past, with_subscriptions(plain, eager))
    second = plan(an_item(item="i2", outlet="cnn"), past, with_subscriptions(plain, eager))
    assert [one.subscription.id for one in first] == ["desk-mail", "eager"]
    assert [one.subscription.id for one in second] == ["eager"]
    assert (second[0].update.id, second[0].update.item, second[0].sequence) == (first[0].update.id, "i1", 1)


def test_an_outlet_that_repeats_itself_corroborates_nothing() -> None:
    """Only further outlets are worth a message: a second copy of NYT or of CNN is not."""
    config = with_subscriptions(replace(DESK_MAIL, corroborations=True))
    past: list[PastReport] = []
    counts = [
        len(plan(an_item(item=f"i{number}", outlet=outlet), past, config))
        for number, outlet in enumerate(["nyt", "nyt", "cnn", "cnn"])
    ]
    assert counts == [1, 0, 1, 0]


def test_the_last_headlines_stand_newest_first() -> None:
    """One for each update, five at most."""
    config, past = with_subscriptions(DESK_MAIL), list[PastReport]()
    developments = [
        f"{word} " * 3 + word for word in ("gate", "strike", "family", "video", "denial", "payment", "killing")
    ]
    for number, title in enumerate(developments):
        plan(an_item(title, item=f"i{number}"), past, config)
        plan(an_item(title, item=f"copy{number}", outlet="cnn"), past, config)
    [one] = plan(an_item("Something else entirely", item="last"), past, config)
    assert one.known_before == tuple(reversed(developments))[:5]
    assert one.sequence == 8


def placed_ids(item: Item, past: list[PastReport]) -> tuple[str, Placed]:
    """Return the alert's id and the place."""
    placed = place(item, "kabul", past)
    assert placed is not None
    return alert_id("desk-mail", placed, item.id), placed


def test_an_alerts_id_is_stable() -> None:
    """The poll that is done again after a crash owes the same alert."""
    assert placed_ids(an_item(), [])[0] == placed_ids(an_item(), [])[0]


def test_alert_ids_are_distinct() -> None:
    """By subscription, update, event and corroborating item; short enough for a header."""
    past: list[PastReport] = []
    ids = []
    for item in (an_item(), an_item(item="i2", outlet="cnn"), an_item(item="i3"), an_item("Another thing", item="i4")):
        identity, placed = placed_ids(item, past)
        ids += [identity, alert_id("other-mail", placed, item.id)]
        past.append(as_past(item, placed))
    elsewhere = place(an_item(), "other", [])
    assert elsewhere is not None
    ids.append(alert_id("desk-mail", elsewhere, "i1"))
    assert len(set(ids)) == len(ids) == 9
    assert all(one.isalnum() and one.isascii() and len(one) <= 32 for one in ids)


def test_every_channel_has_an_identity_of_its_own() -> None:
    """Two subscriptions of one subscriber are two alerts."""
    hook = Subscription(id="desk-hook", subscriber="desk", channel=ChannelKind.WEBHOOK)
    planned = plan(an_item(), [], with_subscriptions(DESK_MAIL, hook))
    assert len({one.id for one in planned}) == 2


def test_a_subscription_for_alarms_gets_no_alert() -> None:
    """Though it names no event, which would mean every event without `alarms`."""
    planned = plan(an_item(), [], with_subscriptions(DESK_MAIL, OPS))
    assert [one.subscription.id for one in planned] == ["desk-mail"]


def test_an_alarm_is_told_to_the_subscriptions_that_ask_for_alarms() -> None:
    """With all that a message says; to nobody else."""
    config = with_subscriptions(DESK_MAIL, OPS, replace(OPS, id="ops-hook", channel=ChannelKind.WEBHOOK))
    mail, hook = owed_notices(STALE, config)
    assert (mail.subscription, mail.subscriber) == (OPS, config.subscribers["desk"])
    assert (mail.alarm, mail.source, mail.outlet) == (STALE, config.sources["cnn-world"], config.outlets["cnn"])
    assert (mail.created, hook.subscription.channel) == (NOW, ChannelKind.WEBHOOK)
    assert owed_notices(STALE, with_subscriptions(DESK_MAIL)) == ()


def test_the_end_of_an_alarm_is_told_at_its_time() -> None:
    [one] = owed_notices(OVER, with_subscriptions(OPS))
    assert (one.alarm.ended, one.created) == (OVER.ended, OVER.ended)


def test_notice_ids_are_stable_and_distinct() -> None:
    """By subscription, alarm, and whether it begins or ends; short enough for a header."""
    config = with_subscriptions(OPS, replace(OPS, id="ops-hook"))

    def ids(*alarms: Alarm) -> list[str]:
        return [one.id for alarm in alarms for one in owed_notices(alarm, config)]

    told = ids(STALE, OVER, replace(STALE, id="al2"), replace(OVER, id="al2"))
    assert len(set(told)) == len(told) == 8
    assert all(one.isalnum() and one.isascii() and len(one) <= 32 for one in told)
    assert ids(replace(STALE, message="other words"), replace(OVER, ended=NOW)) == told[:4]
