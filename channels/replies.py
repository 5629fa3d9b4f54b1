"""What a mail server's reply, or its silence, means for the delivery. Pure.

A verdict on the recipient or on the mail (RCPT, DATA) is final when it is 5xx. Whatever the operator can put right
without a new mail (server, certificate, login, permitted sender, relaying, reputation) is temporary: no alert is lost
to a wrong setting, such as an office relay that `settings.egress.allow` does not name yet.
"""

import re
import ssl

import aiosmtplib

from channels.text import cut, plain
from network import causes, refusal_in
from storywatch.bounces import UNSAID, said_status
from storywatch.errors import DeliveryError

# RFC 4954, section 6: whatever command they answer, these speak of the login.
_LOGIN = {530, 534, 535, 538}
# RFC 5321, section 4.5.3.1.10: it may say "too many recipients", and many servers mean a full mailbox by it.
_FULL = 552
# RFC 5321, section 4.2.2: a command that it does not know or expect. 501 can mean the address.
_MISUNDERSTOOD = {500, 502, 503, 504}
_ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
# RFC 3463: the sender's address, the mail system, routing, the protocol, security or policy; not the recipient.
_OURS = re.compile(r"5\.(?:1\.[78]|[3457]\.\d+)")
_SPEAKS_OF_POLICY = re.compile(r"\b(?:relay|black ?list|block|polic(?:y|ies)\b)", re.IGNORECASE)


def failure(error: Exception, host: str, port: int) -> DeliveryError:
    """Return the DeliveryError for what the mail client or the network raised."""
    server = f"mail server {host}:{port}"
    if refusal_in(error):
        message = f"{server} was not dialled: {plain(str(error))}; settings.egress.allow can permit a host and port"
        return DeliveryError("egress_refused", message)
    if any(isinstance(link, ssl.SSLError) for link in causes(error)):
        return DeliveryError("smtp_tls", f"{server}: no secure connection: {_words(error)}; check smtp.tls")
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _answered(error.recipients[0], server)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _answered(error, server)
    return _unanswered(error, server)


def _answered(error: aiosmtplib.SMTPResponseException, server: str) -> DeliveryError:
    said = f"{server} answered {error.code} {_clean(error.message)}"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) or error.code in _LOGIN:
        return DeliveryError("smtp_login", f"{said}; check smtp.username and its password")
    final = 500 <= error.code < 600 and error.code != _FULL
    if final and isinstance(error, aiosmtplib.SMTPSenderRefused):
        return DeliveryError("smtp_sender", f"{said} to the sender; check settings.mail_from")
    if final and isinstance(error, (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)):
        return _refused(error, said)
    return DeliveryError("smtp_deferred", said)


def _refused(error: aiosmtplib.SMTPResponseException, said: str) -> DeliveryError:
    """Tell what the server has against us from what it has against the recipient or this mail."""
    status = _status(error)
    if error.code in _MISUNDERSTOOD or _OURS.fullmatch(status):
        return DeliveryError("smtp_policy", said)
    if status == UNSAID and _SPEAKS_OF_POLICY.search(error.message):
        return DeliveryError("smtp_policy", said)
    return DeliveryError("smtp_refused", said, permanent=True, mail_status=status)


def _status(error: aiosmtplib.SMTPResponseException) -> str:
    """Return the enhanced status (RFC 3463) of a refusal; what its words say if the server gives none."""
    found = _ENHANCED.match(error.message)
    return said_status(found.group() if found else UNSAID, error.message)


def _unanswered(error: Exception, server: str) -> DeliveryError:
    """Return the error for what has no reply code: silence, a lost connection, a missing extension."""
    if isinstance(error, TimeoutError):
        return DeliveryError("smtp_timeout", f"{server} took too long")
    if isinstance(error, OSError):
        return DeliveryError("smtp_unreachable", f"{server} can't be reached or hung up: {_words(error)}")
    return _unsaid(error, server)


def _unsaid(error: Exception, server: str) -> DeliveryError:
    """Return the error for what the client would not do: a missing extension, an address that can't be sent."""
    words = _words(error)
    if "STARTTLS" in words:
        message = f"{server} offers no STARTTLS; set smtp.tls to implicit, or to none within one's own network"
        return DeliveryError("smtp_tls", message)
    if "AUTH" in words or "authentication" in words:
        return DeliveryError("smtp_login", f"{server}: {words}")
    if isinstance(error, ValueError):
        return DeliveryError("smtp_address", f"the mail can't be addressed: {words}", permanent=True)
    return DeliveryError("smtp_broken", f"{server}: {words}")


def _words(error: Exception) -> str:
    return _clean(str(error)) or type(error).__name__


def _clean(text: str) -> str:
    return cut(plain(text), 200)
