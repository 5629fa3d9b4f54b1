"""Alerts and notices as mails: text first, then HTML, in threads. Pure; `channels.smtp` sends them.

The thread of an alert is its event's, that of a notice belongs to the source and the kind of alarm; each subscriber has
its own.
"""

import hashlib
import re
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import quote

from channels.addresses import Mailbox, clean_name, mailbox_header, read_mailbox, usable_address
from channels.brief import Brief, brief_of
from channels.mime import alternative, text_header
from channels.notices import NoticeBrief, notice_of
from channels.pages import Pages
from channels.text import cut, mail_text
from storywatch.errors import ComposeError, StorywatchError
from storywatch.model import ChannelKind, Message, Owed, OwedNotice, Settings, as_utc

CONTENT_TYPE = "message/rfc822"
_IDENTITY = re.compile(r"[0-9a-z]+(-[0-9a-z]+)*")
_NOT_LABEL = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a mail stands among others: its subject, the thread that it belongs to, and the list."""

    subject: str
    thread: str
    list_id: str


class EmailComposer:
    """Writes mails from one `sender`. `contact`: the address that takes requests to unsubscribe."""

    def __init__(self, *, sender: Mailbox, contact: str) -> None:
        self.sender = sender
        self._contact = contact
        self._pages = Pages()

    def compose(self, owed: Owed) -> Message:
        """Return the frozen mail. Raises ComposeError, such as for an address that can't be used. Takes no clock."""
        brief, subscription = brief_of(owed), owed.subscription.id
        text, html = self._pages.text(brief, subscription), self._pages.html(brief, subscription)
        return self._written(owed, _event_place(owed, brief), text=text, html=html)

    def compose_notice(self, owed: OwedNotice) -> Message:
        """Return the frozen mail about an alarm. Raises ComposeError."""
        brief, subscription = notice_of(owed), owed.subscription.id
        text, html = self._pages.notice_text(brief, subscription), self._pages.notice_html(brief, subscription)
        return self._written(owed, _alarm_place(owed, brief), text=text, html=html)

    def _written(self, owed: Owed | OwedNotice, place: _Place, *, text: str, html: str) -> Message:
        to = _recipient(owed)
        raw = alternative(self._headers(owed, place, to), key=owed.id, text=text, html=html)
        return Message(address=_shown(owed, to), body=raw, content_type=CONTENT_TYPE)

    def _headers(self, owed: Owed | OwedNotice, place: _Place, to: Mailbox | None) -> list[tuple[str, str]]:
        root = self._identity(place.thread)
        return [
            ("From", mailbox_header(self.sender, "From")),
            ("To", mailbox_header(to, "To") if to else "undisclosed-recipients:;"),
            ("Subject", text_header(place.subject, "Subject")),
            ("Date", format_datetime(as_utc(owed.created))),
            ("Message-ID", self._identity(owed.id)),
            # The root is never sent: the thread forms even when the first mail of it was lost.
            ("In-Reply-To", root),
            ("References", root),
            ("List-Id", f"<{place.list_id}.storywatch.{self.sender.domain}>"),
            ("List-Unsubscribe", f"<mailto:{self._contact}?subject={quote('unsubscribe ' + owed.subscription.id)}>"),
            ("Auto-Submitted", "auto-generated"),  # RFC 3834: no holiday reply, please
        ]

    def _identity(self, local: str) -> str:
        if not _IDENTITY.fullmatch(local):
            raise ComposeError("alert_id_unusable", f"{mail_text(local)!r} can't stand in a Message-ID")
        return f"<{local}@{self.sender.domain}>"


def composer_for(settings: Settings) -> EmailComposer:
    """Return the composer for these settings. Raises StorywatchError if `mail_from` is no mail address."""
    try:
        sender = read_mailbox(settings.mail_from)
    except ValueError as error:
        raise StorywatchError(f"settings.mail_from: {error}") from error
    try:
        contact = usable_address(settings.contact.removeprefix("mailto:"))
    except ValueError:  # the contact may as well be a page
        contact = sender.address
    return EmailComposer(sender=sender, contact=contact)


def _recipient(owed: Owed | OwedNotice) -> Mailbox | None:
    """Return who the mail is for. A mail for a folder needs no address."""
    if owed.subscriber.email is None and owed.subscription.channel is ChannelKind.FILE:
        return None
    try:
        address = usable_address(owed.subscriber.email or "")
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {owed.subscriber.id}: {error}") from error
    return Mailbox(name=clean_name(owed.subscriber.name), address=address)


def _shown(owed: Owed | OwedNotice, to: Mailbox | None) -> str:
    if owed.subscription.channel is ChannelKind.FILE or to is None:
        return owed.subscriber.folder or "the outbox folder"
    return to.address


def _event_place(owed: Owed, brief: Brief) -> _Place:
    return _Place(
        subject=f"[{cut(mail_text(brief.event), 80)}] {cut(mail_text(brief.headline), 150)}",
        thread="event-" + _digest(owed.subscriber.id, owed.event.id),
        list_id=_label(owed.event.id),
    )


def _alarm_place(owed: OwedNotice, brief: NoticeBrief) -> _Place:
    return _Place(
        subject=f"[Storywatch] {cut(mail_text(brief.headline), 150)}",
        thread="alarm-" + _digest(owed.subscriber.id, owed.source.id, owed.alarm.kind.value),
        list_id="alarms.sources",  # no event's label has a dot
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:32]


def _label(event_id: str) -> str:
    """Return an event's id as one label of a List-Id (RFC 2919)."""
    return _NOT_LABEL.sub("-", event_id.lower()).strip("-")[:60] or "event"
