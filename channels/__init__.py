"""Network out: one module a channel (`smtp`, `webhook`, `file`, `apprise`), what they say, and the mails' templates."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from channels.apprise import AppriseChannel
from channels.email import EmailComposer, composer_for
from channels.file import FileChannel
from channels.smtp import SmtpChannel
from channels.steps import Told, nobody
from channels.text import mail_text
from channels.webhook import WebhookChannel
from network import Guard
from storywatch import __version__
from storywatch.bounces import return_address
from storywatch.model import ChannelKind, Settings, SmtpSettings
from storywatch.ports import Channel

__all__ = ["AppriseChannel", "EmailComposer", "FileChannel", "SmtpChannel", "WebhookChannel", "build", "composer_for"]


def build(
    settings: Settings, guard: Guard, clock: Callable[[], datetime], told: Told = nobody
) -> Mapping[ChannelKind, Channel]:
    """Return the channel for each kind. Without a mail server, mails become files in the outbox folder.

    `clock` gives aware UTC times; `told` hears what the channels do, step by step. Raises StorywatchError if
    `mail_from` is no mail address.
    """
    composer = composer_for(settings)
    files = FileChannel(Path(settings.outbox), composer)
    user_agent = f"Storywatch/{__version__} (+{mail_text(settings.contact)})"
    return {
        ChannelKind.EMAIL: _mail(settings, settings.smtp, guard, composer, told) if settings.smtp else files,
        ChannelKind.WEBHOOK: WebhookChannel(guard, clock, user_agent=user_agent, told=told),
        ChannelKind.FILE: files,
        ChannelKind.APPRISE: AppriseChannel(guard, told=told),
    }


def _mail(settings: Settings, smtp: SmtpSettings, guard: Guard, composer: EmailComposer, told: Told) -> SmtpChannel:
    return_to = _return_addresses(settings)
    return SmtpChannel(smtp, guard.for_target(smtp.host, smtp.port), composer, return_to=return_to, told=told)


def _return_addresses(settings: Settings) -> Callable[[str], str] | None:
    """Return what makes the return address of each delivery, where a mailbox takes bounces."""
    if settings.bounces is None or settings.pages is None:
        return None
    return partial(return_address, settings.pages.key, settings.bounces)
