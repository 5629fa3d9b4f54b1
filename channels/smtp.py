"""The mail channel: hands composed mails to the operator's SMTP server, through the egress guard."""

import asyncio
import contextlib
import ssl
from functools import cached_property

import aiosmtplib

from channels.email import EmailComposer
from channels.replies import failure
from network import Guard
from storywatch.model import AnyNotice, Delivery, Message, Owed, OwedDigest, SmtpSettings, Subscriber

# From dialling to the server's word that it took the mail.
DEADLINE = 30.0
# For the farewell, which changes nothing any more.
_FAREWELL = 2.0


class SmtpChannel:
    """Sends mails over one connection each. Safe for concurrent use.

    `tls`: the trust to judge the server's certificate by; the system's if None. `deadline` in seconds.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        guard: Guard,
        composer: EmailComposer,
        *,
        tls: ssl.SSLContext | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._settings = settings
        self._guard = guard
        self._composer = composer
        self._tls = tls
        self._deadline = deadline

    def compose(self, owed: Owed) -> Message:
        """Return the frozen mail. Raises ComposeError."""
        return self._composer.compose(owed)

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Return the frozen mail about an alarm. Raises ComposeError."""
        return self._composer.compose_notice(owed)

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Return the frozen mail of what was gathered. Raises ComposeError."""
        return self._composer.compose_digest(owed)

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:  # noqa: ARG002 - the port's form
        """Hand one mail over. Returning means that the server took it. Raises DeliveryError.

        The recipient is the delivery's address, never what a header says.
        """
        try:
            async with asyncio.timeout(self._deadline):
                client = await self._hand_over(delivery.message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise failure(error, self._settings.host, self._settings.port) from error
        await _leave(client)

    async def close(self) -> None:
        """Nothing stays open between two mails."""

    async def _hand_over(self, message: Message) -> aiosmtplib.SMTP:
        client = await self._connected()
        try:
            await client.sendmail(self._composer.sender.address, [message.address], message.body)
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
            await _leave(client)
            raise
        except BaseException:  # also when time is up: no half-spoken connection stays behind
            client.close()
            raise
        return client

    async def _connected(self) -> aiosmtplib.SMTP:
        settings = self._settings
        sock = await self._guard.connect(settings.host, settings.port)
        client = aiosmtplib.SMTP(
            hostname=settings.host,  # for the certificate: the socket is dialled already
            sock=sock,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            tls_context=self._trust if settings.tls != "none" else None,
            username=settings.username,
            password=settings.password,
            # aiosmtplib would ask the name service who we are, outside of any time limit.
            local_hostname=self._composer.sender.domain,
            timeout=self._deadline,
        )
        await client.connect()
        return client

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye: what the server thinks of it can't undo what it took."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
        await client.quit(timeout=_FAREWELL)
    client.close()
