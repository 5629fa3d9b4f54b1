"""The message that proves a channel: clearly a test, about no event, written like what the channel sends else. Pure."""

from datetime import datetime
from email.utils import format_datetime

from channels import chat, payload
from channels.addresses import Mailbox, clean_name, mailbox_header, usable_address
from channels.email import CONTENT_TYPE, EmailComposer
from channels.links import endpoint
from channels.mime import alternative, text_header
from channels.text import iso
from storywatch.errors import ComposeError
from storywatch.model import ChannelKind, FileFormat, Message, Subscriber, Subscription, as_utc

TITLE = "[Storywatch] Test message"
TEXT = (
    "This is a test. Nothing happened. It shows that messages of Storywatch arrive here. "
    "Nobody needs to do anything about it."
)
_HTML = f'<!doctype html>\n<html lang="en"><head><title>{TITLE}</title></head><body><p>{TEXT}</p></body></html>\n'


def proof(
    subscriber: Subscriber, subscription: Subscription, composer: EmailComposer, *, name: str, now: datetime
) -> Message:
    """Return a test message, under the identity `name`, for one subscription's channel. Raises ComposeError."""
    match subscription.channel:
        case ChannelKind.APPRISE:
            return chat.message(subscriber, TITLE, [TEXT])
        case ChannelKind.WEBHOOK:
            return _call(subscriber, _endpoint(subscriber), name, now)
        case ChannelKind.FILE if subscription.file_format is FileFormat.JSON:
            return _call(subscriber, subscriber.id, name, now)
        case _:
            return _mail(subscriber, composer, name, now)


def _endpoint(subscriber: Subscriber) -> str:
    try:
        return endpoint(subscriber.webhook_url or "")
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {subscriber.id}: {error}") from None


def _call(subscriber: Subscriber, address: str, name: str, now: datetime) -> Message:
    data = {"schema_version": payload.SCHEMA_VERSION, "test": name, "subscriber": subscriber.id, "headline": TITLE}
    document = {"type": "test", "timestamp": iso(now), "data": data | {"text": TEXT}}
    return payload.frozen(lambda _: document, address)


def _mail(subscriber: Subscriber, composer: EmailComposer, name: str, now: datetime) -> Message:
    to = _recipient(subscriber)
    headers = [
        ("From", mailbox_header(composer.sender, "From")),
        ("To", mailbox_header(to, "To") if to else "undisclosed-recipients:;"),
        ("Subject", text_header(TITLE, "Subject")),
        ("Date", format_datetime(as_utc(now))),
        ("Message-ID", f"<{name}@{composer.sender.domain}>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    raw = alternative(headers, key=name, text=TEXT + "\n", html=_HTML)
    shown = to.address if to else subscriber.folder or "the outbox folder"
    return Message(address=shown, body=raw, content_type=CONTENT_TYPE)


def _recipient(subscriber: Subscriber) -> Mailbox | None:
    if subscriber.email is None:
        return None
    try:
        return Mailbox(name=clean_name(subscriber.name), address=usable_address(subscriber.email))
    except ValueError as error:
        raise ComposeError("address_unusable", f"subscriber {subscriber.id}: {error}") from error
