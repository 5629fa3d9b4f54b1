"""The mail channel: hands composed mails to the operator's SMTP server, through the egress guard."""

import asyncio
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property

import aiosmtplib

from channels.connections import IDLE, MAILS_EACH, PATIENCE, Connections, Crowded
from channels.email import EmailComposer
from channels.pace import Pace
from channels.replies import failure
from channels.steps import Told, encryption, nobody
from network import Guard
from storywatch.errors import DeliveryError
from storywatch.model import AnyNotice, Delivery, Message, Owed, OwedDigest, SmtpSettings, Subscriber

# For a connection, and then again for the mail, up to the server's word that it took it: together less than the lease
# of a delivery. A wait for others must not shorten the time for the mail, for a mail cut off at its end comes twice.
DEADLINE = 30.0
_AGAIN = timedelta(seconds=5)


class SmtpChannel:
    """Sends mails over a few connections that are kept. Safe for concurrent use.

    `tls`: the trust to judge the server's certificate by; the system's if None. `deadline`, `idle` and `patience` in
    seconds.
    `return_to`: the envelope sender for the id of a delivery, where its bounces go (RFC 5321, section 4.4); by default
    that of the mails. `monotonic`: seconds, for the pace. `told` hears what happens, step by step.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        guard: Guard,
        composer: EmailComposer,
        *,
        tls: ssl.SSLContext | None = None,
        deadline: float = DEADLINE,
        idle: float = IDLE,
        mails_each: int = MAILS_EACH,
        patience: float = PATIENCE,
        return_to: Callable[[str], str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        told: Told = nobody,
    ) -> None:
        self._settings = settings
        self._guard = guard
        self._composer = composer
        self._tls = tls
        self._deadline = deadline
        self._return_to = return_to or (lambda _: composer.sender.address)
        self._told = told
        self._pace = Pace(settings.pace, monotonic)
        self._connections = Connections(self._connected, mails_each=mails_each, idle=idle, patience=patience)

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
        self._await_turn(delivery)
        try:
            await self._hand_over(delivery)
        except Crowded as error:
            message = "all connections to the mail server are busy: it waits for its turn"
            raise DeliveryError("smtp_paced", message, retry_after=_AGAIN, attempted=False) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise failure(error, self._settings.host, self._settings.port) from error

    async def close(self) -> None:
        """Give up the connections."""
        await self._connections.close()

    def _await_turn(self, delivery: Delivery) -> None:
        domain = delivery.message.address.rpartition("@")[2].lower()
        pause = self._pace.pause(domain, delivery.id)
        if pause:
            message = f"{domain} gets {self._settings.pace} mails a minute (settings.smtp.pace): it waits for its turn"
            raise DeliveryError("smtp_paced", message, retry_after=timedelta(seconds=pause), attempted=False)

    async def _hand_over(self, delivery: Delivery) -> None:
        sender = self._return_to(delivery.id)
        async with self._connections.lent(self._deadline) as client, asyncio.timeout(self._deadline):
            _, answer = await client.sendmail(sender, [delivery.message.address], delivery.message.body)
        self._told(f"the server took the mail from {sender} to {delivery.message.address}: {answer}")

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
        self._told(encryption(client.get_transport_info("ssl_object"), settings.host))
        if settings.username:
            self._told(f"logged in as {settings.username}")
        return client

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()
