"""Alerts and notices as chats and phones take them: a short title and a few lines of text. Pure."""

import re

from channels.brief import Brief, brief_of
from channels.digests import most_urgent
from channels.notices import NoticeBrief, notice_of
from channels.room import WHOLE
from channels.text import counted, cut
from storywatch.apprise_urls import service_of, service_url
from storywatch.errors import ComposeError
from storywatch.model import AnyNotice, Message, Owed, OwedDigest, Subscriber

CONTENT_TYPE = "text/plain; charset=utf-8"
LONGEST_TITLE = 200
LONGEST_TEXT = 1500
MOST_REASONS = 3
MOST_PARTS = 10
MOST_FACTS = 4
LONGEST_SUMMARY = 500

# What makes a chat ring for everybody, if a publisher writes it into a headline.
_CALL = re.compile(r"@(?=(everyone|here|channel|all|room)\b)|<(?=[!@#])", re.IGNORECASE)


def compose(owed: Owed) -> Message:
    """Return the frozen message of an alert. Raises ComposeError if the subscriber has no usable Apprise URL."""
    brief = brief_of(owed)
    return message(owed.subscriber, f"[{brief.event}] {brief.headline}", _alert(brief))


def compose_digest(owed: OwedDigest) -> Message:
    """Return the frozen message of what was gathered: a line each, and a count of the rest. Raises ComposeError."""
    shown = [brief_of(part) for part in most_urgent(owed.parts, WHOLE, MOST_PARTS)]
    lines = [f"- {_line(brief)} ({brief.outlet}) {brief.link or ''}".rstrip() for brief in shown]
    count = len(owed.parts) + owed.left_out
    more = count - len(shown)
    title = f"[Storywatch] {counted(count, 'alert')} since your last message"
    return message(owed.subscriber, title, [*lines, *([f"and {more} more"] if more else [])])


def compose_notice(owed: AnyNotice) -> Message:
    """Return the frozen message about an alarm. Raises ComposeError."""
    brief = notice_of(owed)
    return message(owed.subscriber, f"[Storywatch] {brief.headline}", _notice(brief))


def message(subscriber: Subscriber, title: str, lines: list[str]) -> Message:
    """Return the frozen message: title, empty line, text. Raises ComposeError."""
    try:
        service = service_of(service_url(subscriber.apprise_url or ""))
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {subscriber.id}: apprise: {error}") from None
    text = cut("\n".join(lines), LONGEST_TEXT)
    body = f"{cut(calm(title), LONGEST_TITLE)}\n\n{calm(text)}\n".encode()
    return Message(address=service, body=body, content_type=CONTENT_TYPE)


def title_and_text(body: bytes) -> tuple[str, str]:
    """Return the two parts of a frozen message."""
    title, _, text = body.decode().partition("\n\n")
    return title, text.rstrip("\n")


def calm(text: str) -> str:
    """Return `text` with what would call everybody of a chat broken up."""
    return _CALL.sub(lambda found: f"{found[0]} ", text)


def _line(brief: Brief) -> str:
    if brief.confirms:
        return f"Confirms \u201c{brief.confirms}\u201d: {brief.headline}"
    return f"{brief.change.subject}: {brief.headline}" if brief.change else brief.headline


def _alert(brief: Brief) -> list[str]:
    new = [line for line in brief.lead if line != brief.headline]
    lines = [
        *([brief.change.role] if brief.change else []),
        *new,
        *brief.facts[:MOST_FACTS],
        cut(brief.summary, LONGEST_SUMMARY),
        brief.byline,
        brief.coverage or "",
        f"Confirms: {brief.confirms}" if brief.confirms else "",
        brief.link or "",
        f"Why: {'; '.join(brief.reasons[:MOST_REASONS])}" if brief.reasons else "",
    ]
    return [line for line in lines if line]


def _notice(brief: NoticeBrief) -> list[str]:
    facts = [f"{label}: {value}" for label, value in brief.facts]
    lines = [brief.meaning, *facts, f"Found: {brief.found}" if brief.found else "", *(one.text for one in brief.advice)]
    return [line for line in lines if line]
