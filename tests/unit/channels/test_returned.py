"""Reports about our mails, as mail servers write them and as nobody should: `channels.returned`."""

import time
import tracemalloc
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.returned import MOST_BYTES, read_report
from storywatch.bounces import Returned, bounce_of, return_address
from storywatch.model import COMPLAINT, PageSettings, Settings
from tests.support.patience import SLOWNESS
from tests.support.samples import NOW

KEY = "k" * 64
BOX = "bounces@paper.example"
DELIVERY = "a" + "1" * 30
OURS = return_address(KEY, BOX, DELIVERY)
SETTINGS = Settings(
    database="", contact="a@paper.example", pages=PageSettings(public_url="https://p.example", key=KEY), bounces=BOX
)
UNKNOWN = """\
Reporting-MTA: dns; mx.news.example
Arrival-Date: Thu, 26 Aug 2021 18:00:00 +0000

Final-Recipient: rfc822; anna@news.example
Original-Recipient: rfc822;anna@news.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.news.example
Diagnostic-Code: smtp; 550 5.1.1 <anna@news.example>: Recipient address
 rejected: User unknown
"""
ABUSE = """\
Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: anna@news.example
"""


def a_report(kind: str, fields: str, *, to: str = OURS, original: str = "", line_end: str = "\r\n") -> bytes:
    """Return a multipart/report."""
    lines = [
        "From: MAILER-DAEMON@mx.news.example",
        f"To: {to}",
        "Subject: Undelivered Mail",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind};\n\tboundary="=_part"',
        "",
        "This is a MIME-encapsulated message.",
        "",
        "--=_part",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "This is the mail system. Status: 5.9.9",
        "",
        "--=_part",
        f"Content-Type: message/{kind}",
        "",
        fields,
        "--=_part",
        "Content-Type: message/rfc822",
        "",
        f"{original}Subject: Alert\nFrom: alerts@paper.example\n\nText",
        "--=_part--",
        "",
    ]
    return "\n".join(lines).replace("\n", line_end).encode()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_failure_is_read_with_its_status_and_words(line_end: str) -> None:
    """However the lines end."""
    read = read_report(a_report("delivery-status", UNKNOWN, line_end=line_end))
    assert read is not None
    assert (read.status, read.addresses, read.about) == ("5.1.1", (OURS,), "anna@news.example")
    assert read.diagnostic == "550 5.1.1 <anna@news.example>: Recipient address rejected: User unknown"
    bounce = bounce_of(read, SETTINGS, NOW)
    assert (bounce.delivery, bounce.status, bounce.at) == (DELIVERY, "5.1.1", NOW)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (UNKNOWN.replace("5.1.1", "4.4.7", 1), "4.4.7"),
        (UNKNOWN.replace("Status: 5.1.1", "Status: none"), "5.1.0"),
        (UNKNOWN.replace("Status: 5.1.1", "Status: none").replace("User unknown", "spam"), "5.0.0"),
        (UNKNOWN.replace("Action: failed", "Action: delayed"), None),
        (UNKNOWN.replace("Action: failed", "Action: relayed"), None),
        (UNKNOWN.replace("Action: failed", "Action: delivered"), None),
        ("", None),
        ("\n\n\n", None),
    ],
)
def test_only_what_failed_is_a_bounce(fields: str, status: str | None) -> None:
    read = read_report(a_report("delivery-status", fields))
    assert (read.status if read else None) == status


@pytest.mark.parametrize(
    ("kind", "complains"), [("abuse", True), ("fraud", True), ("not-spam", False), ("auth-failure", False)]
)
def test_a_complaint_is_read_from_a_feedback_report(kind: str, *, complains: bool) -> None:
    """It comes to another mailbox as a rule, and our return address stands in what it carries."""
    fields = ABUSE.replace("abuse", kind)
    mail = a_report("feedback-report", fields, to="abuse@paper.example", original=f"Return-Path: <{OURS}>\n")
    read = read_report(mail)
    assert (read is not None) is complains
    if read is not None:
        assert read.status == COMPLAINT
        assert bounce_of(read, SETTINGS, NOW).delivery == DELIVERY


def test_our_return_address_is_found_where_reports_have_it() -> None:
    """In the report's fields, its headers, its mail, or said by the mail server that hands it over."""
    said = a_report("feedback-report", ABUSE + f"Original-Mail-From: <{OURS}>\n", to="abuse@paper.example")
    carried = a_report("delivery-status", UNKNOWN, to="x@y.example", original=f"Return-Path: <{OURS}>\n")
    handed = a_report("delivery-status", UNKNOWN, to="x@y.example")
    for mail, recipient in ((said, None), (carried, None), (handed, OURS)):
        read = read_report(mail, recipient)
        assert read is not None
        assert bounce_of(read, SETTINGS, NOW).delivery == DELIVERY


@pytest.mark.parametrize(
    "to", ["bounces@paper.example", OURS.replace(DELIVERY, "a" + "2" * 30), OURS.replace("@", "x@"), ""]
)
def test_a_forged_report_proves_nothing(to: str) -> None:
    """It is a bounce of no delivery, with the address that it names itself."""
    read = read_report(a_report("delivery-status", UNKNOWN, to=to))
    assert read is not None
    bounce = bounce_of(read, SETTINGS, NOW)
    assert (bounce.delivery, bounce.address) == (None, "anna@news.example")


def test_without_a_key_nothing_is_proven() -> None:
    read = Returned(status="5.1.1", addresses=(OURS,))
    assert bounce_of(read, Settings(database="", contact="a@b.example"), NOW).delivery is None


def test_other_mails_are_no_reports() -> None:
    """Somebody is on holiday, or writes to us."""
    holiday = EmailMessage()
    holiday["To"], holiday["Auto-Submitted"] = OURS, "auto-replied"
    holiday.set_content("I am away. Status: 5.1.1\nAction: failed\n")
    for mail in (holiday.as_bytes(), b"", b"\n\n", b"\xff" * 100, b"To: " + OURS.encode()):
        assert read_report(mail) is None


def test_a_report_in_a_report_is_found_and_no_deeper_one() -> None:
    """Some servers wrap it once."""
    inner = a_report("delivery-status", UNKNOWN)
    for depth in range(1, 5):
        head = f'To: {OURS}\r\nContent-Type: multipart/mixed; boundary="o{depth}"\r\n\r\n--o{depth}\r\n'.encode()
        inner = head + inner + f"\r\n--o{depth}--\r\n".encode()
        assert (read_report(inner) is not None) is (depth <= 2)


def test_words_of_strangers_are_one_short_line() -> None:
    evil = UNKNOWN.replace("User unknown", "x\x1b[31m\u202e\x00" + "y" * 5000)
    read = read_report(a_report("delivery-status", evil))
    assert read is not None
    assert len(read.diagnostic) <= 500
    assert read.diagnostic.isprintable()


def bomb(body: bytes, kind: str = 'multipart/report; boundary="b"') -> bytes:
    """Return a mail of the largest size with this body, repeated."""
    head = f"To: {OURS}\r\nContent-Type: {kind}\r\n\r\n".encode()
    return head + (body * (MOST_BYTES // len(body)))[: MOST_BYTES - len(head)]


BOMBS = {
    "parts": bomb(b"--b\r\n\r\n"),
    "headers": b"A: b\r\n" * (MOST_BYTES // 6),
    "recipients": b"To: " + b"a@b.example, " * 80_000,
    "nested": bomb(b'--b\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'),
    "nested mails": bomb(b"Content-Type: message/rfc822\r\n\r\n", "message/rfc822"),
    "status blocks": bomb(b"\n\n", "message/delivery-status"),
    "folded header": b"To: x" + b"\r\n x" * (MOST_BYTES // 5),
    "at signs": b"To: " + b"a@" * 500_000,
    "dots": bomb(b"Status: " + b"5." * 500 + b"\n", "message/delivery-status"),
    "boundary": bomb(b"-", "multipart/report; boundary=" + "-" * 70),
    "parameters": b"Content-Type: multipart/report; " + b"boundary*0=a; " * 70_000,
}


@pytest.mark.parametrize("mail", BOMBS.values(), ids=BOMBS)
def test_a_mail_that_is_built_to_hurt_is_read_in_little_time_and_memory(mail: bytes) -> None:
    """Whatever is read of it."""
    began = time.process_time()
    tracemalloc.start()
    read_report(mail[:MOST_BYTES])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - began < SLOWNESS
    assert peak < 64 * MOST_BYTES


def test_a_mail_that_is_too_large_is_not_read() -> None:
    with pytest.raises(ValueError, match="more than"):
        read_report(b"a" * (MOST_BYTES + 1))


@given(st.binary(max_size=400), st.integers(0, 900), st.binary(max_size=60))
def test_no_bytes_break_it(noise: bytes, at: int, more: bytes) -> None:
    """Noise, and reports with noise in them."""
    read_report(noise)
    whole = a_report("delivery-status", UNKNOWN)
    read_report(whole[:at] + more + whole[at + len(noise) :])
