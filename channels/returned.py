"""Reads the reports about our mails that mail servers send back: delivery status (RFC 3464) and abuse (RFC 5965).

Whoever knows the return mailbox can write to it. So nothing here takes a mail apart deeper than a report is built, the
general parser sees headers only, and what a report says of addresses counts for nothing: our own signed return address
names the delivery (`storywatch.bounces`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32

from channels.text import cut, plain
from storywatch.bounces import Returned, said_status
from storywatch.model import COMPLAINT

MOST_BYTES = 1024 * 1024
MOST_PARTS = 20
MOST_BLOCKS = 50
DEEPEST = 3
_HEAD_BYTES = 64 * 1024
_LONGEST_WORDS = 500
_MOST_SAID = 5

_BLANK = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[^\s<>@,;:\"()]{1,255}")
_POLICY = Compat32()
_TO = ("to", "delivered-to", "x-original-to", "envelope-to", "cc")
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    kind: str
    head: Message
    body: bytes


def read_report(mail: bytes, recipient: str | None = None) -> Returned | None:
    """Return what a mail reports; None for one that is no report of a failure or complaint.

    `recipient`: to whom it was delivered, if the mail server says so. Raises ValueError for one that is too large.
    """
    if len(mail) > MOST_BYTES:
        raise ValueError(f"the mail has more than {MOST_BYTES:,} bytes")
    parts = tuple(_walk(mail))
    to = [recipient or "", *_said(parts[0].head, *_TO)]
    for part in parts:
        if part.kind == "message/delivery-status":
            return _failure(part, [*to, *_returned_to(parts)])
        if part.kind == "message/feedback-report":
            return _complaint(part, [*to, *_returned_to(parts)])
    return None


def _failure(part: _Part, addresses: Sequence[str]) -> Returned | None:
    """Read a delivery status: the gravest failure of a recipient. What is delayed, relayed or delivered is none."""
    blocks = [_head(block) for block in _BLANK.split(part.body, MOST_BLOCKS)[:MOST_BLOCKS]]
    failed = [block for block in blocks if _word(block, "action") == "failed"]
    told = sorted(((_status(block), block) for block in failed), key=lambda pair: pair[0], reverse=True)
    if not told:
        return None
    status, block = told[0]
    about = _address(_text(block, "final-recipient").partition(";")[2] or _text(block, "original-recipient"))
    words = _text(block, "diagnostic-code").partition(";")[2]
    return Returned(
        status=said_status(status, words),
        addresses=_found(addresses),
        about=about,
        diagnostic=cut(plain(words), _LONGEST_WORDS),
    )


def _status(block: Message) -> str:
    found = _STATUS.search(_text(block, "status"))
    return found.group() if found else "5.0.0"


def _complaint(part: _Part, addresses: Sequence[str]) -> Returned | None:
    """Read a feedback report. That a mail is no spam, or that its signature fails, is no complaint."""
    block = _head(part.body)
    if _word(block, "feedback-type") not in _COMPLAINTS:
        return None
    about = _address(_text(block, "original-rcpt-to"))
    agent = cut(plain(_text(block, "user-agent")), _LONGEST_WORDS)
    said = [_text(block, "original-mail-from"), *addresses]
    return Returned(status=COMPLAINT, addresses=_found(said), about=about, diagnostic=agent)


def _returned_to(parts: Sequence[_Part]) -> Iterator[str]:
    """Yield the return address of the mail that a report carries, or of its head."""
    for part in parts:
        if part.kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            yield from _said(_head(part.body), "return-path", "x-original-from")


def _walk(mail: bytes, depth: int = 0) -> Iterator[_Part]:
    """Yield a mail and its parts, a few, down to where a report has them."""
    part = _part(mail)
    yield part
    boundary = part.head.get_boundary()
    if depth >= DEEPEST or not part.kind.startswith("multipart/") or not boundary:
        return
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary.encode(errors="replace")) + rb"(?:--)?[ \t]*(?:\r?\n|$)")
    for inner in line.split(part.body, MOST_PARTS)[1 : MOST_PARTS + 1]:
        yield from _walk(inner, depth + 1)


def _part(data: bytes) -> _Part:
    if data.startswith((b"\r\n", b"\n")):  # a part without headers
        return _Part(kind="text/plain", head=Message(_POLICY), body=data)
    head, found = _head(data), _BLANK.search(data)
    return _Part(kind=head.get_content_type(), head=head, body=data[found.end() :] if found else b"")


def _head(data: bytes) -> Message:
    return BytesHeaderParser(policy=_POLICY).parsebytes(
        _BLANK.split(data.lstrip(b"\r\n"), 1)[0][:_HEAD_BYTES] + b"\n\n"
    )


def _said(head: Message, *names: str) -> Iterator[str]:
    for name in names:
        yield from (str(value) for value in head.get_all(name, [])[:_MOST_SAID])


def _text(head: Message, name: str) -> str:
    return str(head.get(name, ""))


def _word(head: Message, name: str) -> str:
    return _text(head, name).strip().lower()


def _found(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for text in texts for address in _ADDRESS.findall(text[:1000])))[:50]


def _address(text: str) -> str:
    found = _ADDRESS.search(text[:1000])
    return plain(found.group()) if found else ""
