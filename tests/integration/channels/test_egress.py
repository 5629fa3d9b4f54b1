"""The egress guard around what sends: names that lead inside, and names whose answers change."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels.email import composer_for
from channels.smtp import SmtpChannel
from channels.webhook import WebhookChannel
from network import Guard, Refused
from storywatch.egress import EgressPolicy
from storywatch.errors import DeliveryError
from storywatch.model import ChannelKind, SmtpSettings
from tests.support.names import NamedLoop, with_names
from tests.support.web import serving
from tests.unit.channels.samples import OWED, SETTINGS, delivery_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PUBLIC = "93.184.216.34"
COMPOSER = composer_for(SETTINGS)
MESSAGE = COMPOSER.compose(OWED)


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        (["10.0.0.1"], True),
        ([PUBLIC, "127.0.0.1"], True),
        (["::1", PUBLIC], True),
        (["64:ff9b::7f00:1"], True),
        ([PUBLIC], False),
    ],
)
def test_no_client_dials_a_name_that_leads_inside(answers: list[str], refused: bool) -> None:  # noqa: FBT001 - a table
    """One private answer is enough to refuse all. The last is the control: there, nobody happens to be at home."""

    async def work(loop: NamedLoop) -> None:
        guard = Guard(EgressPolicy())
        receiver = replace(OWED.subscriber, webhook_url="http://outlet.example:8080/in")
        hook = WebhookChannel(guard, lambda: NOW, user_agent="Storywatch/test", deadline=2.0)
        mail = SmtpChannel(SmtpSettings(host="outlet.example", port=8025, tls="none"), guard, COMPOSER)
        for channel, kind in ((hook, ChannelKind.WEBHOOK), (mail, ChannelKind.EMAIL)):
            with pytest.raises(DeliveryError) as caught:
                await channel.send(delivery_of(MESSAGE, kind), receiver)
            assert (caught.value.fault.code == "egress_refused") is refused
            await channel.close()
        assert loop.dialled == ([] if refused else [PUBLIC, PUBLIC])

    with_names({"outlet.example": [answers]}, [PUBLIC], work)


def test_a_mail_server_that_is_rebound_is_judged_again() -> None:
    """The address that was judged is the one dialled; the next connection is judged by the next answer."""

    async def work(loop: NamedLoop) -> None:
        guard = Guard(EgressPolicy())
        async with serving() as site:
            (await guard.connect("mail.example", site.port)).close()
            with pytest.raises(Refused):
                await guard.connect("mail.example", site.port)
        assert (loop.dialled, len(loop.looked_up)) == ([PUBLIC], 2)

    with_names({"mail.example": [[PUBLIC], ["127.0.0.1"]]}, [PUBLIC], work)
