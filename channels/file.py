"""The file channel: each delivery as one file in a folder, `.eml` or `.json`."""

import asyncio
import errno
import re
from pathlib import Path

from channels import payload
from channels.email import EmailComposer
from channels.whole import write_whole
from storywatch.errors import DeliveryError
from storywatch.model import (
    AnyNotice,
    ChannelKind,
    Delivery,
    FileFormat,
    Message,
    Owed,
    OwedDigest,
    Subscriber,
    Subscription,
)

_NAME = re.compile("[0-9A-Za-z_-]{1,150}")
_REMEDIES = {
    errno.ENOSPC: "free space on its disk",
    errno.EDQUOT: "free space in the quota",
    errno.EACCES: "let the daemon's user write there",
    errno.EPERM: "let the daemon's user write there",
    errno.EROFS: "choose a folder on a disk that can be written",
    errno.ENOTDIR: "choose a path whose every part is a folder",
    errno.EEXIST: "choose a path whose every part is a folder",
}


class FileChannel:
    """Writes mails and payloads into folders: for `file` subscriptions, and for mail while no server is set."""

    def __init__(self, outbox: Path, composer: EmailComposer) -> None:
        self._outbox = outbox
        self._composer = composer

    def compose(self, owed: Owed) -> Message:
        """Return the frozen mail, or the frozen payload where the subscription asks for JSON. Raises ComposeError."""
        if _wants_json(owed.subscription):
            return payload.message(owed, owed.subscriber.id)
        return self._composer.compose(owed)

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Return the same for a notice of an alarm. Raises ComposeError."""
        if _wants_json(owed.subscription):
            return payload.notice_message(owed, owed.subscriber.id)
        return self._composer.compose_notice(owed)

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Return the same for a digest. Raises ComposeError."""
        if _wants_json(owed.subscription):
            return payload.digest_message(owed, owed.subscriber.id)
        return self._composer.compose_digest(owed)

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        """Write the delivery's file whole or not at all; once more gives the same file. Raises DeliveryError."""
        folder = self._folder(delivery, subscriber)
        try:
            await asyncio.to_thread(write_whole, folder / file_name(delivery), delivery.message.body)
        except OSError as error:
            raise _failure(folder, error) from error

    async def close(self) -> None:
        """Nothing stays open between two files."""

    def _folder(self, delivery: Delivery, subscriber: Subscriber) -> Path:
        own = subscriber.folder if delivery.channel is ChannelKind.FILE else None
        return Path(own) if own else self._outbox


def file_name(delivery: Delivery) -> str:
    """Return the file's name, from the delivery's identity. Raises DeliveryError if that is no plain name."""
    if not _NAME.fullmatch(delivery.id):
        raise DeliveryError("file_name", f"{delivery.id!r} can't be a file's name", permanent=True)
    return delivery.id + (".json" if delivery.message.content_type == payload.CONTENT_TYPE else ".eml")


def _wants_json(subscription: Subscription) -> bool:
    return subscription.channel is ChannelKind.FILE and subscription.file_format is FileFormat.JSON


def _failure(folder: Path, error: OSError) -> DeliveryError:
    remedy = _REMEDIES.get(error.errno or 0, "see that the folder can be written")
    return DeliveryError("file_unwritable", f"can't write into {folder}: {error.strerror or error}; {remedy}")
