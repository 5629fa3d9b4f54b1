"""What is owed, as mails: text first, then HTML, in threads. Pure; `channels.smtp` sends them."""

import re
from collections.abc import Callable, Mapping
from email.utils import format_datetime

from channels.addresses import Mailbox, clean_name, mailbox_header, read_mailbox, usable_address
from channels.brief import brief_of
from channels.confirmations import confirmation_of
from channels.digests import digest_of
from channels.mime import alternative, text_header
from channels.notices import notice_of
from channels.pages import Bodies, Pages
from channels.places import Place, alarm_place, digest_place, event_place, subject
from channels.room import Room, fitting
from channels.text import mail_text
from channels.ways import Ways
from storywatch.errors import ComposeError, StorywatchError
from storywatch.model import (
    AnyNotice,
    ChannelKind,
    Message,
    Owed,
    OwedConfirmation,
    OwedDigest,
    Settings,
    Subscriber,
    as_utc,
)
from storywatch.page_links import PageLinks

CONTENT_TYPE = "message/rfc822"
_IDENTITY = re.compile(r"[0-9a-z]+(-[0-9a-z]+)*")
_Headers = list[tuple[str, str]]


class EmailComposer:
    """Writes mails from one `sender`. The same thing owed gives the same bytes: nothing here takes a clock.

    `contact`: the address that takes requests to unsubscribe. `links`: to the pages that readers meet, if any.
    """

    def __init__(self, *, sender: Mailbox, contact: str, links: PageLinks | None = None) -> None:
        self.sender = sender
        self._ways = Ways(contact=contact, links=links)
        self._pages = Pages()

    def compose(self, owed: Owed) -> Message:
        """Return the frozen mail. Raises ComposeError, such as for an address that can't be used."""

        def written(room: Room) -> tuple[Place, Bodies]:
            brief = brief_of(owed, room)
            return event_place(owed, brief), self._pages.alert(brief, owed.subscription.id, self._ways.of_alert(owed))

        return self._listed(owed, written)

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Return the frozen mail of what was gathered. Raises ComposeError."""

        def written(room: Room) -> tuple[Place, Bodies]:
            brief = digest_of(owed, self._ways, room)
            bodies = self._pages.digest(brief, owed.subscription.id, self._ways.of_digest(owed))
            return digest_place(owed, brief), bodies

        return self._listed(owed, written)

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Return the frozen mail about an alarm. Raises ComposeError."""

        def written(_: Room) -> tuple[Place, Bodies]:
            brief = notice_of(owed)
            return alarm_place(owed, brief), self._pages.notice(brief, owed.subscription.id, self._ways.of_notice(owed))

        return self._listed(owed, written)

    def compose_confirmation(self, owed: OwedConfirmation) -> Message:
        """Return the frozen mail that asks a new reader. It belongs to no list and no thread. Raises ComposeError."""
        to = _usable(owed.subscriber)
        title = subject("Storywatch", "Please confirm your subscription")
        headers = self._headers(owed, title, to)
        bodies = self._pages.confirmation(confirmation_of(owed))
        return Message(address=to.address, body=_raw(headers, owed.id, bodies), content_type=CONTENT_TYPE)

    def _listed(self, owed: Owed | OwedDigest | AnyNotice, written: Callable[[Room], tuple[Place, Bodies]]) -> Message:
        to = _recipient(owed)

        def mail(room: Room) -> bytes:
            place, bodies = written(room)
            headers = [*self._headers(owed, place.subject, to), *self._list_headers(place, self._ways.headers(owed))]
            return _raw(headers, owed.id, bodies)

        return Message(address=_shown(owed, to), body=fitting(mail, "mail_too_big"), content_type=CONTENT_TYPE)

    def _headers(
        self, owed: Owed | OwedDigest | AnyNotice | OwedConfirmation, title: str, to: Mailbox | None
    ) -> _Headers:
        return [
            ("From", mailbox_header(self.sender, "From")),
            ("To", mailbox_header(to, "To") if to else "undisclosed-recipients:;"),
            ("Subject", text_header(title, "Subject")),
            ("Date", format_datetime(as_utc(owed.created))),
            ("Message-ID", self._identity(owed.id)),
            ("Auto-Submitted", "auto-generated"),  # RFC 3834: no holiday reply, please
        ]

    def _list_headers(self, place: Place, leaving: Mapping[str, str]) -> _Headers:
        root = self._identity(place.thread)
        return [
            # The root is never sent: the thread forms even when the first mail of it was lost.
            ("In-Reply-To", root),
            ("References", root),
            ("List-Id", f"<{place.list_id}.storywatch.{self.sender.domain}>"),
            *leaving.items(),
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
    links = PageLinks(settings=settings.pages) if settings.pages else None
    return EmailComposer(sender=sender, contact=contact, links=links)


def _raw(headers: _Headers, key: str, bodies: Bodies) -> bytes:
    return alternative(headers, key=key, text=bodies.text, html=bodies.html)


def _recipient(owed: Owed | OwedDigest | AnyNotice) -> Mailbox | None:
    """Return who the mail is for. A mail for a folder needs no address."""
    if owed.subscriber.email is None and owed.subscription.channel is ChannelKind.FILE:
        return None
    return _usable(owed.subscriber)


def _usable(subscriber: Subscriber) -> Mailbox:
    try:
        address = usable_address(subscriber.email or "")
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {subscriber.id}: {error}") from error
    return Mailbox(name=clean_name(subscriber.name), address=address)


def _shown(owed: Owed | OwedDigest | AnyNotice, to: Mailbox | None) -> str:
    if owed.subscription.channel is ChannelKind.FILE or to is None:
        return owed.subscriber.folder or "the outbox folder"
    return to.address
