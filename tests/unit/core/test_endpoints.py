"""What failures do to a receiver's whole lane: `storywatch.endpoints`."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.endpoints import FAILING_FOR, LONGEST_THROTTLE, NOT_ITS_FAULT, UNASKED_THROTTLE, after, owed_notices
from storywatch.errors import Fault
from storywatch.model import (
    ChannelKind,
    Delivery,
    DeliveryState,
    Endpoint,
    Message,
    Settlement,
    Subscriber,
    Subscription,
    lane_of,
)
from tests.support.samples import DESK, DESK_MAIL, NOW, a_config

LANE = "webhook:https://hooks.example wire"
WELL = Endpoint(lane=LANE)
BROKEN = Fault(code="webhook_status", message="https://hooks.example answered 500")
BUSY = Fault(code="webhook_throttled", message="https://hooks.example answered 503")
GONE = Fault(code="webhook_gone", message="https://hooks.example answered 410", permanent=True)
DAY = timedelta(days=1)
DELIVERY = Delivery(
    id="a1",
    subscription="wire-hook",
    subscriber="wire",
    channel=ChannelKind.WEBHOOK,
    message=Message(address="https://hooks.example", body=b"{}", content_type="application/json"),
    created=NOW,
    attempt=1,
    token="ours",
)


def ended(fault: Fault | None, *, at: timedelta = timedelta(), pause: timedelta = timedelta(seconds=5)) -> Settlement:
    """Return how an attempt ended, so long after NOW."""
    return Settlement(
        delivery="a1",
        token="ours",
        attempt=1,
        state=DeliveryState.SENT if fault is None else DeliveryState.WAITING,
        at=NOW + at,
        next_attempt=None if fault is None else NOW + at + pause,
        fault=fault,
    )


def test_a_failure_begins_a_row_and_a_success_ends_it() -> None:
    """Failures are counted from the first after the last success."""
    first = after(WELL, ended(BROKEN), ChannelKind.WEBHOOK)
    assert first == Endpoint(lane=LANE, failing_since=NOW, failures=1)
    second = after(first, ended(BROKEN, at=DAY), ChannelKind.WEBHOOK)
    assert (second.failing_since, second.failures) == (NOW, 2)
    assert after(second, ended(None, at=DAY), ChannelKind.WEBHOOK) == WELL
    assert WELL.is_well
    assert not first.is_well


@pytest.mark.parametrize("code", sorted(NOT_ITS_FAULT))
def test_what_the_receiver_had_no_part_in_changes_nothing(code: str) -> None:
    """No connection to it was made."""
    assert after(WELL, ended(Fault(code=code, message="m")), ChannelKind.WEBHOOK) == WELL


@pytest.mark.parametrize(
    ("code", "is_well"),
    [
        *((f"smtp_{what}", True) for what in ("unreachable", "login", "tls", "timeout", "sender", "policy")),
        ("egress_refused", True),
        ("internal", True),
        ("smtp_deferred", False),
        ("smtp_refused", False),
    ],
)
def test_an_outage_of_our_mail_server_is_no_failure_of_the_addresses(code: str, *, is_well: bool) -> None:
    """They share it. The control is what it says of one recipient."""
    assert after(WELL, ended(Fault(code=code, message="m")), ChannelKind.EMAIL).is_well is is_well


def test_410_switches_off_at_once() -> None:
    """With its reason."""
    off = after(WELL, ended(GONE), ChannelKind.WEBHOOK)
    assert (off.disabled_at, off.reason, off.throttled_until) == (NOW, GONE.message, None)


def test_five_days_of_failure_switch_off_and_a_second_less_does_not() -> None:
    """Counted from the first failure; a success in between begins anew."""
    first = after(WELL, ended(BROKEN), ChannelKind.WEBHOOK)
    almost = after(first, ended(BROKEN, at=FAILING_FOR - timedelta(seconds=1)), ChannelKind.WEBHOOK)
    assert almost.disabled_at is None
    off = after(almost, ended(BROKEN, at=FAILING_FOR), ChannelKind.WEBHOOK)
    assert off.disabled_at == NOW + FAILING_FOR
    assert off.reason == f"every attempt failed for 5 days: {BROKEN.message}"
    mended = after(almost, ended(None, at=4 * DAY), ChannelKind.WEBHOOK)
    again = after(mended, ended(BROKEN, at=5 * DAY), ChannelKind.WEBHOOK)
    assert after(again, ended(BROKEN, at=9 * DAY), ChannelKind.WEBHOOK).disabled_at is None


@pytest.mark.parametrize("channel", [ChannelKind.EMAIL, ChannelKind.FILE])
def test_mail_and_folders_are_never_switched_off(channel: ChannelKind) -> None:
    """A mail server that is down for a week is the operator's, and every mail's."""
    first = after(WELL, ended(BROKEN), channel)
    later = after(first, ended(BROKEN, at=9 * DAY), channel)
    assert (later.failures, later.disabled_at) == (2, None)


def test_an_endpoint_that_is_off_stays_off_since_then() -> None:
    """An attempt that was under way meanwhile changes neither moment nor reason."""
    off = after(WELL, ended(GONE), ChannelKind.WEBHOOK)
    later = after(off, ended(replace(GONE, message="again"), at=DAY), ChannelKind.WEBHOOK)
    assert (later.disabled_at, later.reason) == (off.disabled_at, off.reason)


def test_a_failure_that_lies_ahead_was_noted_by_a_wrong_clock() -> None:
    """It counts from now."""
    wrong = Endpoint(lane=LANE, failing_since=NOW + 400 * DAY, failures=1)
    assert after(wrong, ended(BROKEN), ChannelKind.WEBHOOK).failing_since == NOW


@given(st.timedeltas(timedelta(), 3 * DAY) | st.none(), st.timedeltas(timedelta(seconds=4), 2 * DAY))
def test_a_throttle_holds_the_whole_lane(asked: timedelta | None, pause: timedelta) -> None:
    """As long as was asked, up to a day; else as long as the delivery waits, up to five minutes."""
    fault = replace(BUSY, retry_after=asked)
    until = after(WELL, ended(fault, pause=pause), ChannelKind.WEBHOOK).throttled_until
    wanted = min(pause, UNASKED_THROTTLE) if asked is None else min(asked, LONGEST_THROTTLE)
    assert until == NOW + wanted


def test_another_failure_holds_only_its_delivery() -> None:
    """One message that a receiver can't digest doesn't hold up the next."""
    assert after(WELL, ended(BROKEN), ChannelKind.WEBHOOK).throttled_until is None


def test_lanes_are_one_for_each_receiver() -> None:
    """Webhooks of one host share nothing but the part of the address that is shown."""
    hooks = {lane_of(ChannelKind.WEBHOOK, "https://hooks.example", name) for name in ("a", "b")}
    mails = {lane_of(ChannelKind.EMAIL, "desk@news.example", name) for name in ("a", "b")}
    assert (len(hooks), len(mails)) == (2, 1)


def test_subscriptions_to_alarms_are_told_of_an_endpoint_that_was_switched_off() -> None:
    """And nobody else; of one that is on, nobody."""
    alarms = Subscription(id="desk-alarms", subscriber="desk", channel=ChannelKind.EMAIL, alarms=True)
    config = a_config(subscriptions=(DESK_MAIL, alarms))
    wire = Subscriber(id="wire", name="Wire")
    off = after(WELL, ended(GONE), ChannelKind.WEBHOOK)
    (notice,) = owed_notices(off, wire, DELIVERY, config)
    assert (notice.subscription, notice.subscriber, notice.receiver, notice.created) == (alarms, DESK, wire, NOW)
    assert list(owed_notices(WELL, wire, DELIVERY, config)) == []
    again = replace(off, disabled_at=NOW + DAY)
    assert [one.id for one in owed_notices(off, wire, DELIVERY, config)] == [notice.id]
    assert [one.id for one in owed_notices(again, wire, DELIVERY, config)] != [notice.id]
