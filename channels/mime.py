"""Mail as bytes: headers in a given order, text beside HTML, and a check that nothing else came out.

`email.message.Message` with the compat32 policy does the writing: it never decodes what a header's value holds, which
is where the header injections of the newer `EmailMessage` came from (CVE-2024-6923, CVE-2025-1795).
"""

import binascii
import hashlib
from collections.abc import Sequence
from email.errors import MessageError
from email.header import Header
from email.message import Message as Part
from email.parser import BytesParser
from email.policy import Compat32

from storywatch.errors import ComposeError

# Gmail hides what is behind the first 102 kB.
MAX_BYTES = 102_000
# RFC 5322, section 2.1.1, without the line end.
MAX_LINE = 998
# Headers come in already folded, so the writer must not fold again: it would split a long Message-ID from its name.
_POLICY = Compat32(linesep="\r\n", max_line_length=None, cte_type="7bit", mangle_from_=False)
_TYPES = ["multipart/alternative", "text/plain", "text/html"]


def text_header(text: str, header: str) -> str:
    """Return clean text as the folded value of `header`, encoded if it isn't ASCII (RFC 2047: lines up to 76)."""
    return Header(text, "us-ascii" if text.isascii() else "utf-8", header_name=header).encode(maxlinelen=76)


def alternative(headers: Sequence[tuple[str, str]], *, key: str, text: str, html: str) -> bytes:
    """Return the mail: these headers in this order, then text and HTML as alternatives. `key` makes the boundary.

    Raises ComposeError when the written mail doesn't read back as meant; the alert is set aside then.
    """
    mail = Part(policy=_POLICY)
    for name, value in headers:
        mail[name] = value
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = f'multipart/alternative;\n boundary="{_boundary(key)}"'
    mail.attach(_part("plain", text))
    mail.attach(_part("html", html))
    try:
        raw = mail.as_bytes(policy=_POLICY)
    except (MessageError, ValueError) as error:
        raise ComposeError("mail_malformed", f"the mail can't be written: {error}") from error
    _check(raw, [name for name, _ in headers])
    return raw


def _boundary(key: str) -> str:
    # Neither quoted-printable nor base64 can write "=_".
    return "=_storywatch_" + hashlib.sha256(key.encode()).hexdigest()[:32]


def _part(subtype: str, text: str) -> Part:
    """Return one body in the shorter of the two 7-bit encodings; quoted-printable is the one that people can read."""
    raw = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    quoted, packed = binascii.b2a_qp(raw), binascii.b2a_base64(raw, newline=False)
    part = Part(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    if len(quoted) <= len(packed):
        part["Content-Transfer-Encoding"] = "quoted-printable"
        part.set_payload(quoted.decode("ascii"))
    else:
        part["Content-Transfer-Encoding"] = "base64"
        part.set_payload("\r\n".join(_lines(packed.decode("ascii"))))
    return part


def _lines(packed: str) -> list[str]:
    return [packed[start : start + 76] for start in range(0, len(packed), 76)]


def _check(raw: bytes, names: Sequence[str]) -> None:
    """Raise ComposeError unless a reader finds these headers, in this order, above exactly the two bodies."""
    if len(raw) > MAX_BYTES:
        raise ComposeError("mail_too_big", f"the mail has {len(raw):,} bytes, more than {MAX_BYTES:,}")
    if not raw.isascii() or any(len(line) > MAX_LINE or b"\r" in line or b"\n" in line for line in raw.split(b"\r\n")):
        raise ComposeError("mail_malformed", "the mail has a line that is too long, or a byte that mail can't carry")
    mail = BytesParser(policy=_POLICY).parsebytes(raw)
    if mail.keys() != [*names, "MIME-Version", "Content-Type"]:
        raise ComposeError("mail_malformed", "the mail's headers don't read back as they were meant")
    if [part.get_content_type() for part in mail.walk()] != _TYPES or mail.defects:
        raise ComposeError("mail_malformed", "the mail's parts don't read back as they were meant")
