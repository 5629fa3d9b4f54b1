"""Network out: one module a channel (`smtp`, `webhook`, `file`), what they say, and the templates of the mails."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from channels.email import EmailComposer, composer_for
from channels.file import FileChannel
from channels.smtp import SmtpChannel
from channels.text import mail_text
from channels.webhook import WebhookChannel
from network import Guard
from storywatch import __version__
from storywatch.model import ChannelKind, Settings
from storywatch.ports import Channel

__all__ = ["EmailComposer", "FileChannel", "SmtpChannel", "WebhookChannel", "build", "composer_for"]


def build(settings: Settings, guard: Guard, clock: Callable[[], datetime]) -> Mapping[ChannelKind, Channel]:
    """Return the channel for each kind. Without a mail server, mails become files in the outbox folder.

    `clock` gives aware UTC times. Raises StorywatchError if `mail_from` is no mail address.
    """
    composer = composer_for(settings)
    files = FileChannel(Path(settings.outbox), composer)
    user_agent = f"Storywatch/{__version__} (+{mail_text(settings.contact)})"
    smtp = settings.smtp
    return {
        ChannelKind.EMAIL: SmtpChannel(smtp, guard.for_target(smtp.host, smtp.port), composer) if smtp else files,
        ChannelKind.WEBHOOK: WebhookChannel(guard, clock, user_agent=user_agent),
        ChannelKind.FILE: files,
    }
