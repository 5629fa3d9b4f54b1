"""Who can be reached with what: `storywatch.audience`."""

from dataclasses import replace

import pytest

from storywatch.audience import audience, barred, key_of, reachable, reader_id, subscription_id
from storywatch.model import (
    Audience,
    ChannelKind,
    DeliveryKind,
    Digest,
    Pace,
    Reader,
    Standing,
    Subscription,
    Wanted,
    Wish,
)
from tests.support.samples import DESK, DESK_MAIL, NOW

KEY = "0123456789abcdef0123456789abcdef"
ANNA = Reader(id=reader_id(KEY, "Anna@News.example"), email="Anna@News.example", created=NOW, confirmed=NOW)
FOLDER = Subscription(id="desk-file", subscriber="desk", channel=ChannelKind.FILE)


def wanted(**changes: object) -> Wanted:
    """Return a confirmed subscription of the reader's."""
    wish = Wish(event="kabul", pace=Pace.DAILY, time_zone="Asia/Kabul")
    plain = Wanted(id=subscription_id(ANNA.id, "kabul"), reader=ANNA.id, wish=wish, asked=NOW, agreed=NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_reader_is_known_by_the_address_whatever_its_case() -> None:
    """And nobody without the key can tell whose id it is."""
    assert reader_id(KEY, " anna@news.example") == ANNA.id
    assert reader_id(KEY, "anne@news.example") != ANNA.id != reader_id("another", "anna@news.example")


def test_only_what_was_agreed_to_is_in_the_audience() -> None:
    """Neither what waits for it, nor what was left; a reader who wants nothing is none."""
    for unwanted in (wanted(agreed=None), wanted(left=NOW)):
        assert audience([ANNA], [unwanted]) == Audience()
    found = audience([ANNA], [wanted()])
    assert found.readers[ANNA.id].email == "Anna@News.example"
    [subscription] = found.subscriptions.values()
    assert subscription.events == ("kabul",)
    assert subscription.digest == Digest(cron="0 7 * * *", time_zone="Asia/Kabul")


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (("desk@news.example", "kabul"), False),
        (("desk@news.example", ""), False),
        (("desk@news.example", "other"), True),
        (("night@news.example", ""), True),
        (("desk", ""), True),
    ],
)
def test_who_left_an_event_or_everything_is_not_told(left: tuple[str, str], *, expected: bool) -> None:
    assert reachable(Audience(left=frozenset({left})), DESK, DESK_MAIL, "kabul") is expected


def test_another_channel_is_left_by_the_subscriber() -> None:
    """A mail address says nothing of a folder."""
    assert key_of(DESK, ChannelKind.FILE) == "desk"
    assert not reachable(Audience(left=frozenset({("desk", "kabul")})), DESK, FOLDER, "kabul")
    assert reachable(Audience(unreachable=frozenset({"desk@news.example"})), DESK, FOLDER, "kabul")


def test_an_address_that_bounces_is_not_told() -> None:
    loud = replace(DESK, email="Desk@News.Example")
    assert not reachable(Audience(unreachable=frozenset({"desk@news.example"})), loud, DESK_MAIL, "kabul")


def test_what_a_reader_asks_for_anew_stands_beside_what_was_left() -> None:
    """The subscription of the watch config stays left; the reader's own is told, unless the address bounces."""
    key = "anna@news.example"
    found = audience([ANNA], [wanted()], left=[(key, "")])
    [own] = found.subscriptions.values()
    anna = found.readers[ANNA.id]
    assert reachable(found, anna, own, "kabul")
    assert not reachable(found, anna, DESK_MAIL, "kabul")
    assert not reachable(replace(found, unreachable=frozenset({key})), anna, own, "kabul")


@pytest.mark.parametrize(
    ("kind", "standing", "code"),
    [
        (DeliveryKind.ALERT, Standing(), None),
        (DeliveryKind.ALERT, Standing(left=True), "unsubscribed"),
        (DeliveryKind.DIGEST, Standing(left=True), "unsubscribed"),
        (DeliveryKind.NOTICE, Standing(left=True), None),
        (DeliveryKind.NOTICE, Standing(left=True, suppressed=True), "suppressed"),
        (DeliveryKind.ALERT, Standing(left=True, suppressed=True), "suppressed"),
        (DeliveryKind.CONFIRMATION, Standing(left=True), None),
        (DeliveryKind.CONFIRMATION, Standing(suppressed=True), "suppressed"),
        (DeliveryKind.TEST, Standing(left=True), None),
    ],
)
def test_what_is_sent_to_whom(kind: DeliveryKind, standing: Standing, code: str | None) -> None:
    """Who left before gets the mail that asks whether a new wish is meant, and an operator what befalls the sources."""
    fault = barred(kind, standing)
    assert (fault.code if fault else None) == code
