"""What a mail server's reply means."""

import ssl

import aiosmtplib
import pytest

from channels.replies import failure
from network import Refused
from storywatch.errors import Fault


def fault(error: Exception) -> Fault:
    """Return the fault that an error becomes."""
    return failure(error, "mail.example", 587).fault


def refused(code: int) -> aiosmtplib.SMTPRecipientsRefused:
    """Return what the client raises for a refused recipient."""
    return aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(code, "no", "desk@news.example")])


@pytest.mark.parametrize(
    ("error", "code", "permanent"),
    [
        (refused(550), "smtp_refused", True),
        (refused(503), "smtp_policy", False),
        (refused(552), "smtp_deferred", False),
        (refused(450), "smtp_deferred", False),
        (refused(421), "smtp_deferred", False),
        (aiosmtplib.SMTPDataError(554, "spam"), "smtp_refused", True),
        (aiosmtplib.SMTPDataError(451, "later"), "smtp_deferred", False),
        (aiosmtplib.SMTPSenderRefused(530, "log in first", "a@x.example"), "smtp_login", False),
        (aiosmtplib.SMTPDataError(-1, "Malformed"), "smtp_deferred", False),
        (aiosmtplib.SMTPSenderRefused(553, "not yours", "a@x.example"), "smtp_sender", False),
        (aiosmtplib.SMTPSenderRefused(451, "later", "a@x.example"), "smtp_deferred", False),
        (aiosmtplib.SMTPAuthenticationError(535, "bad"), "smtp_login", False),
        (aiosmtplib.SMTPConnectResponseError(554, "no service"), "smtp_deferred", False),
        (aiosmtplib.SMTPHeloError(500, "what"), "smtp_deferred", False),
        (aiosmtplib.SMTPReadTimeoutError("slow"), "smtp_timeout", False),
        (TimeoutError(), "smtp_timeout", False),
        (aiosmtplib.SMTPServerDisconnected("gone"), "smtp_unreachable", False),
        (ConnectionRefusedError(111, "Connection refused"), "smtp_unreachable", False),
        (aiosmtplib.SMTPException("SMTP STARTTLS extension not supported by server."), "smtp_tls", False),
        (aiosmtplib.SMTPException("The SMTP AUTH extension is not supported by this server."), "smtp_login", False),
        (aiosmtplib.SMTPException("No suitable authentication method found."), "smtp_login", False),
        (aiosmtplib.SMTPException("something else"), "smtp_broken", False),
        (ValueError("Address 'x y' contains characters"), "smtp_address", True),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), "smtp_tls", False),
        (Refused("localhost resolves to 127.0.0.1"), "egress_refused", False),
    ],
)
def test_each_failure_has_its_meaning(error: Exception, code: str, permanent: bool) -> None:  # noqa: FBT001 - a table
    """Final is only what is said of the recipient or of the mail."""
    assert (fault(error).code, fault(error).permanent) == (code, permanent)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("5.7.1 <a@b.example>: Relay access denied", "smtp_policy"),
        ("5.1.8 sender's domain not found", "smtp_policy"),
        ("5.3.2 not accepting mails", "smtp_policy"),
        ("5.4.1 no route", "smtp_policy"),
        ("5.5.1 out of order", "smtp_policy"),
        ("5.70.1 what", "smtp_refused"),
        ("we do not relay", "smtp_policy"),
        ("relaying denied", "smtp_policy"),
        ("your address is blocked, see our Policy", "smtp_policy"),
        ("5.0.0 blocklisted", "smtp_policy"),
        ("5.1.1 no such user at this relay", "smtp_refused"),
        ("5.2.1 mailbox blocked", "smtp_refused"),
        ("no such user", "smtp_refused"),
        ("unblock", "smtp_refused"),
    ],
)
@pytest.mark.parametrize("at_data", [False, True])
def test_what_the_server_has_against_us_is_tried_again(said: str, code: str, at_data: bool) -> None:  # noqa: FBT001 - a table
    """And says nothing of the recipient."""
    at_rcpt = aiosmtplib.SMTPRecipientRefused(554, said, "a@b.example")
    found = fault(aiosmtplib.SMTPDataError(550, said) if at_data else aiosmtplib.SMTPRecipientsRefused([at_rcpt]))
    assert found.code == code
    assert found.permanent == (found.mail_status is not None) == (code == "smtp_refused")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (aiosmtplib.SMTPDataError(550, "5.1.1 <a@b.example>: no such user"), "5.1.1"),
        (aiosmtplib.SMTPDataError(554, "5.6.1 no such media"), "5.6.1"),
        (aiosmtplib.SMTPDataError(554, "5.7.1 spam"), None),
        (aiosmtplib.SMTPDataError(550, "no such user 5.1.1"), "5.1.0"),
        (aiosmtplib.SMTPDataError(550, "Requested action not taken: mailbox unavailable"), "5.1.0"),
        (aiosmtplib.SMTPDataError(550, "5.0.0 User unknown"), "5.1.0"),
        (aiosmtplib.SMTPDataError(550, "looks like spam"), "5.0.0"),
        (aiosmtplib.SMTPDataError(503, "no such user"), None),
        (aiosmtplib.SMTPDataError(451, "4.3.0 later"), None),
        (aiosmtplib.SMTPSenderRefused(553, "5.1.8 not yours", "a@x.example"), None),
    ],
)
def test_a_refusal_says_what_the_server_has_against_the_mail(error: Exception, status: str | None) -> None:
    """Its enhanced status (RFC 3463), for what is final and about the receiver or the mail."""
    assert fault(error).mail_status == status


def test_the_cause_is_found_behind_the_clients_error() -> None:
    """aiosmtplib wraps what the network raises."""
    wrapped = aiosmtplib.SMTPConnectError("Error connecting")
    wrapped.__cause__ = ssl.SSLCertVerificationError(1, "expired")
    assert fault(wrapped).code == "smtp_tls"


def test_a_servers_words_are_shown_but_tamed() -> None:
    """They go into logs and tables."""
    said = fault(aiosmtplib.SMTPDataError(554, "5.7.1 spam\r\n\x1b[31m" + "x" * 9000)).message
    assert said.startswith("mail server mail.example:587 answered 554 5.7.1 spam [31mx")
    assert len(said) < 300


def test_what_the_operator_can_mend_says_how() -> None:
    """A message without a remedy helps nobody."""
    assert "smtp.username" in fault(aiosmtplib.SMTPAuthenticationError(535, "bad")).message
    assert "settings.mail_from" in fault(aiosmtplib.SMTPSenderRefused(553, "no", "a@x.example")).message
    assert "settings.egress.allow" in fault(Refused("x")).message
    assert "smtp.tls" in fault(aiosmtplib.SMTPException("SMTP STARTTLS extension not supported")).message
