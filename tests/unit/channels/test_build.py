"""Which channel serves which kind."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels import AppriseChannel, FileChannel, SmtpChannel, WebhookChannel, build
from network import Guard
from storywatch.egress import EgressPolicy
from storywatch.errors import StorywatchError
from storywatch.model import ChannelKind, Settings, SmtpSettings
from tests.unit.channels.news_samples import DIGEST
from tests.unit.channels.samples import NOTICE, SETTINGS, over


def kinds(settings: Settings) -> dict[ChannelKind, type]:
    """Return the class behind each kind."""
    built = build(settings, Guard(EgressPolicy()), lambda: datetime.now(UTC))
    return {kind: type(channel) for kind, channel in built.items()}


def test_mail_goes_to_files_while_no_server_is_set() -> None:
    """Every kind has a channel either way."""
    files = {
        ChannelKind.EMAIL: FileChannel,
        ChannelKind.WEBHOOK: WebhookChannel,
        ChannelKind.FILE: FileChannel,
        ChannelKind.APPRISE: AppriseChannel,
    }
    assert kinds(SETTINGS) == files
    served = replace(SETTINGS, smtp=SmtpSettings(host="mail.example"))
    assert kinds(served) == files | {ChannelKind.EMAIL: SmtpChannel}


async def test_every_channel_composes_and_closes() -> None:
    """A mail that was composed without a server is the mail that a server gets later."""
    guard = Guard(EgressPolicy())
    served = replace(SETTINGS, smtp=SmtpSettings(host="mail.example"))
    before = build(SETTINGS, guard, lambda: datetime.now(UTC))
    after = build(served, guard, lambda: datetime.now(UTC))
    for kind in ChannelKind:
        assert before[kind].compose(over(kind)) == after[kind].compose(over(kind))
        assert before[kind].compose_notice(NOTICE) == after[kind].compose_notice(NOTICE)
        assert before[kind].compose_digest(DIGEST) == after[kind].compose_digest(DIGEST)
        await before[kind].close()


def test_a_wrong_sender_is_told_at_start() -> None:
    """Not at the first alert."""
    with pytest.raises(StorywatchError, match="mail_from"):
        kinds(replace(SETTINGS, mail_from="nobody"))
