"""What follows from mails that come back: `storywatch.bounces`."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.bounces import delivery_in, return_address, said_status, suppression
from storywatch.model import COMPLAINT, Bounce, SuppressionReason
from tests.support.samples import NOW

KEY = "0123456789abcdef0123456789abcdef"
BOX = "bounces@news.example"
DELIVERY = "a" + "0123456789" * 3
DAY = timedelta(days=1)


def bounce(status: str, delivery: str | None = "d1", at: datetime = NOW) -> Bounce:
    """Return a mail that came back."""
    return Bounce(id=f"b{delivery}{at}", address="anna@news.example", delivery=delivery, status=status, at=at)


@pytest.mark.parametrize(
    ("status", "words", "said"),
    [
        ("5.0.0", "550 No such user here", "5.1.0"),
        ("5.0.0", "550 Requested action not taken: mailbox unavailable", "5.1.0"),
        ("5.0.0", "unknown recipient", "5.1.0"),
        ("5.0.0", "this account is disabled", "5.1.0"),
        ("5.0.0", "the user does not exist", "5.1.0"),
        ("5.0.0", "spam message rejected", "5.0.0"),
        ("5.0.0", "relaying denied", "5.0.0"),
        ("5.7.1", "user unknown", "5.7.1"),
        ("4.2.0", "mailbox unavailable", "4.2.0"),
    ],
)
def test_words_count_where_no_status_is_given(status: str, words: str, said: str) -> None:
    """As a fault of the address, of which three suppress it."""
    assert said_status(status, words) == said


def test_three_refusals_in_words_alone_suppress_the_address() -> None:
    """A server without enhanced statuses is heard too; what it says of us is not."""
    spoken = said_status("5.0.0", "550 No such user here")
    earlier = [bounce(spoken, "d2", NOW - DAY), bounce(spoken, "d3", NOW - 2 * DAY)]
    assert suppression(bounce(spoken), earlier) is not None
    assert suppression(bounce(spoken), earlier[:1]) is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", SuppressionReason.BOUNCED),
        (COMPLAINT, SuppressionReason.COMPLAINED),
        ("5.7.1", None),
        ("5.0.0", None),
        ("4.1.1", None),
        ("4.2.2", None),
    ],
)
def test_what_one_bounce_does(status: str, reason: SuppressionReason | None) -> None:
    """No such mailbox, or a complaint, is enough."""
    found = suppression(bounce(status), ())
    assert (found.reason if found else None) == reason


@pytest.mark.parametrize("status", ["5.1.1", "5.7.1", COMPLAINT])
def test_what_proves_nothing_does_nothing(status: str) -> None:
    """Anybody can send a report; only who got the mail knows its return address."""
    before = [bounce("5.7.1", f"d{number}") for number in range(9)]
    assert suppression(bounce(status, None), before) is None


def test_the_third_permanent_failure_within_two_weeks_counts() -> None:
    """Of three deliveries, about the address; what is older, temporary, unproven or about us doesn't."""
    recent = [bounce("5.2.1", "d2", NOW - DAY), bounce("5.1.2", "d3", NOW - 13 * DAY)]
    assert suppression(bounce("5.2.1"), recent) is not None
    assert suppression(bounce("4.2.2"), recent) is None
    for other in (
        bounce("5.1.2", "d3", NOW - 14 * DAY),
        bounce("4.7.1", "d3", NOW - DAY),
        bounce("5.1.2", None, NOW - DAY),
        bounce("5.1.2", "d2", NOW - DAY),
        *(
            bounce(status, "d3", NOW - DAY)
            for status in ("5.7.1", "5.0.0", "5.1.8", "5.3.0", "5.4.4", "5.5.0", "5.6.1")
        ),
    ):
        assert suppression(bounce("5.2.1"), [recent[0], other]) is None


def test_what_a_server_has_against_us_suppresses_nobody() -> None:
    """However often it says so, and whatever came before."""
    before = [bounce("5.2.1", f"d{number}", NOW - DAY) for number in range(2, 9)]
    for status in ("5.7.1", "5.0.0", "5.1.7", "5.4.4"):
        assert suppression(bounce(status), before) is None


def test_a_return_address_names_its_delivery() -> None:
    """Within the 64 characters of a local part (RFC 5321, section 4.5.3.1.1), and however its case comes back."""
    address = return_address(KEY, "bounce-mail-box@news.example", DELIVERY)
    assert len(address.partition("@")[0]) <= 64
    assert delivery_in(KEY, "bounce-mail-box@news.example", f" <{address.upper()}> ") == DELIVERY


@given(st.text(max_size=200))
def test_no_other_address_names_a_delivery(text: str) -> None:
    assert delivery_in(KEY, BOX, text) is None
    assert delivery_in(KEY, BOX, f"bounces+{text}@news.example") is None
    assert delivery_in(KEY, BOX, f"bounces+{DELIVERY}-{text}@news.example") is None


def test_a_forged_return_address_names_nothing() -> None:
    """Of another delivery, mailbox, domain or key, or cut."""
    address = return_address(KEY, BOX, DELIVERY)
    other = return_address(KEY, BOX, "b" + DELIVERY[1:])
    for forged in (
        address.replace(DELIVERY, "b" + DELIVERY[1:]),
        address.replace("bounces+", "bounce+"),
        address.replace("news.example", "evil.example"),
        address.replace("@", "x@"),
        address.replace("@", "")[:-1],
        other.replace("b" + DELIVERY[1:], DELIVERY),
    ):
        assert delivery_in(KEY, BOX, forged) is None
    assert delivery_in("another key", BOX, address) is None
