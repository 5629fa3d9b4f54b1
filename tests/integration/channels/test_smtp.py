"""Mail against real servers: accepted as composed, and every fault told with its meaning."""

import asyncio
import ssl
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.connections import MOST_AT_ONCE
from channels.email import composer_for
from channels.smtp import SmtpChannel
from storywatch.errors import DeliveryError, Fault
from storywatch.model import Delivery, SmtpSettings
from tests.integration.channels.servers import (
    Mailroom,
    certificate,
    guard_for,
    login,
    mail_script,
    mail_server,
    scripted_server,
)
from tests.support.patience import soon, until
from tests.support.spellings import ELSEWHERE, LOOPBACK
from tests.unit.channels.samples import NOTICE, OWED, SETTINGS, delivery_of

COMPOSER = composer_for(SETTINGS)
MESSAGE = COMPOSER.compose(OWED)
DELIVERY = delivery_of(MESSAGE)


def channel(
    port: int,
    *,
    host: str = "127.0.0.1",
    trust: ssl.SSLContext | None = None,
    deadline: float = 10.0,
    tls: str = "none",
    username: str | None = None,
    password: str | None = None,
    pace: int = 1000,
    **options: Any,
) -> SmtpChannel:
    """Return a channel to a loopback server that the guard lets through."""
    smtp = SmtpSettings(host=host, port=port, tls=tls, username=username, password=password, pace=pace)
    return SmtpChannel(smtp, guard_for(f"{host}:{port}"), COMPOSER, tls=trust, deadline=deadline, **options)


async def fault_of(sender: SmtpChannel) -> Fault:
    """Send and return the fault."""
    try:
        with pytest.raises(DeliveryError) as caught:
            await sender.send(DELIVERY, OWED.subscriber)
    finally:
        await sender.close()
    return caught.value.fault


async def sent(sender: SmtpChannel, *deliveries: Delivery) -> None:
    """Send one after the other, by default the sample, and close."""
    try:
        for delivery in deliveries or (DELIVERY,):
            await sender.send(delivery, OWED.subscriber)
    finally:
        await sender.close()


async def test_the_server_gets_exactly_the_composed_bytes() -> None:
    """Also the same ones at the next attempt, from one sender to one recipient."""
    room = Mailroom()
    async with mail_server(room) as port:
        await sent(channel(port))
        await sent(channel(port), replace(DELIVERY, attempt=2))
    assert [envelope.original_content for envelope in room.taken] == [MESSAGE.body] * 2
    assert {(envelope.mail_from, *envelope.rcpt_tos) for envelope in room.taken} == {
        ("alerts@news.example", "desk@news.example")
    }


async def test_a_notice_of_an_alarm_arrives_as_it_was_composed() -> None:
    """By the channel's own composing, under the notice's identity."""
    room = Mailroom()
    async with mail_server(room) as port:
        sender = channel(port)
        message = sender.compose_notice(NOTICE)
        await sent(sender, delivery_of(message, delivery_id=NOTICE.id))
    (envelope,) = room.taken
    assert (envelope.original_content, envelope.rcpt_tos) == (message.body, ["desk@news.example"])
    assert b"Message-ID: <n-8d1f04c2@news.example>\r\n" in message.body


async def test_recipients_come_from_the_delivery_and_never_from_a_header() -> None:
    """Even if a Bcc had been written into the frozen mail."""
    room = Mailroom()
    forged = replace(MESSAGE, body=b"Bcc: v@evil.test\r\n" + MESSAGE.body)
    async with mail_server(room) as port:
        await sent(channel(port), delivery_of(forged))
    assert room.taken[0].rcpt_tos == ["desk@news.example"]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mail_goes_over_tls(tls: str, tmp_path: Path) -> None:
    """With a certificate for the server's name."""
    served, trust = certificate(tmp_path)
    room = Mailroom()
    options: dict[str, Any] = (
        {"tls": served} if tls == "implicit" else {"tls_context": served, "require_starttls": True}
    )
    async with mail_server(room, **options) as port:
        await sent(channel(port, host="localhost", trust=trust, tls=tls))
    assert room.taken[0].original_content == MESSAGE.body
    assert room.secure == [tls == "starttls"]  # aiosmtpd notes only what it upgraded itself


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("fault", ["unknown authority", "other name"])
async def test_a_wrong_certificate_gets_no_mail(tls: str, fault: str, tmp_path: Path) -> None:
    """The negative control: neither an unknown authority nor another server's certificate will do."""
    served, trust = certificate(tmp_path, "elsewhere.example" if fault == "other name" else "localhost")
    room = Mailroom()
    options: dict[str, Any] = {"tls": served} if tls == "implicit" else {"tls_context": served}
    async with mail_server(room, **options) as port:
        found = await fault_of(channel(port, host="localhost", trust=trust if fault == "other name" else None, tls=tls))
    assert (found.code, found.permanent, room.taken) == ("smtp_tls", False, [])
    assert "certificate" in found.message


async def test_a_server_without_starttls_gets_no_mail() -> None:
    """Rather than a mail in the clear."""
    room = Mailroom()
    async with mail_server(room) as port:
        found = await fault_of(channel(port, tls="starttls"))
    assert (found.code, room.taken) == ("smtp_tls", [])
    assert "offers no STARTTLS" in found.message


async def test_a_login_opens_the_server(tmp_path: Path) -> None:
    """And a wrong password is a fault that the operator can mend; it is not repeated."""
    served, trust = certificate(tmp_path)
    room = Mailroom()
    options: dict[str, Any] = {"tls_context": served, "authenticator": login, "auth_required": True}
    async with mail_server(room, **options) as port:
        known: dict[str, Any] = {"host": "localhost", "trust": trust, "tls": "starttls", "username": "storywatch"}
        await sent(channel(port, password="open sesame", **known))
        found = await fault_of(channel(port, password="s3cret", **known))
        anonymous = await fault_of(channel(port, host="localhost", trust=trust, tls="starttls"))
    assert len(room.taken) == 1
    assert (found.code, found.permanent) == ("smtp_login", False)
    assert "s3cret" not in found.message
    assert (anonymous.code, anonymous.permanent) == ("smtp_login", False)


@pytest.mark.parametrize(
    ("stage", "reply", "code", "permanent"),
    [
        ("MAIL", "451 later", "smtp_deferred", False),
        ("MAIL", "550 not you", "smtp_sender", False),
        ("RCPT", "450 greylisted", "smtp_deferred", False),
        ("RCPT", "421 closing", "smtp_deferred", False),
        ("RCPT", "550 no such user", "smtp_refused", True),
        ("DATA", "452 disk full", "smtp_deferred", False),
        ("DATA", "554 5.6.1 no such media", "smtp_refused", True),
        ("RCPT", "554 5.7.1 Relay access denied", "smtp_policy", False),
        ("DATA", "554 5.7.1 spam", "smtp_policy", False),
    ],
)
async def test_each_stages_refusal_is_told(stage: str, reply: str, code: str, permanent: bool) -> None:  # noqa: FBT001 - a table
    """With the server's words."""
    async with mail_server(Mailroom(replies={stage: reply})) as port:
        found = await fault_of(channel(port))
    assert (found.code, found.permanent) == (code, permanent)
    assert reply in found.message


GREETING, HELLO, OK = b"220 hi\r\n", b"250 hi\r\n", b"250 OK\r\n"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((b"554 no service\r\n",), "smtp_deferred"),
        ((b"421 too busy\r\n",), "smtp_deferred"),
        ((), "smtp_unreachable"),
        ((GREETING,), "smtp_unreachable"),
        ((GREETING, HELLO, OK, OK), "smtp_unreachable"),  # hangs up at DATA
        ((GREETING, HELLO, OK, OK, b"354 go\r\n"), "smtp_unreachable"),  # hangs up after the mail: maybe taken
        ((b"garbage\r\n",), "smtp_deferred"),
        ((b"2" * 100_000,), "smtp_deferred"),
    ],
)
async def test_a_server_that_breaks_off_is_tried_again(answers: tuple[bytes, ...], code: str) -> None:
    """At any stage: the same Message-ID folds a mail that was taken after all."""
    async with scripted_server(mail_script(*answers)) as port:
        found = await fault_of(channel(port))
    assert (found.code, found.permanent) == (code, False)


@pytest.mark.parametrize("answers", [(), (GREETING, HELLO), (GREETING, HELLO, OK, OK, b"354 go\r\n")])
async def test_a_server_that_stalls_is_left_in_time(answers: tuple[bytes, ...]) -> None:
    """One limit for everything together."""
    async with scripted_server(mail_script(*answers, then_wait=True)) as port, soon():
        found = await fault_of(channel(port, deadline=0.5))
    assert (found.code, found.permanent) == ("smtp_timeout", False)


async def test_a_server_that_drips_is_left_in_time() -> None:
    """A byte now and then keeps no single read waiting, but the limit counts the whole."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"220-hi\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)

    async with scripted_server(drip) as port, soon():
        found = await fault_of(channel(port, deadline=0.5))
    assert found.code == "smtp_timeout"


async def test_a_bad_farewell_changes_nothing() -> None:
    """What the server took is taken."""
    taken = (GREETING, HELLO, OK, OK, b"354 go\r\n", OK)
    async with scripted_server(mail_script(*taken)) as port:
        await sent(channel(port))
    async with scripted_server(mail_script(*taken, b"500 what\r\n")) as port:
        await sent(channel(port))


async def test_nobody_at_home_is_told() -> None:
    """With the server's name and port."""
    async with scripted_server(mail_script()) as port:
        pass
    found = await fault_of(channel(port))
    assert (found.code, found.permanent) == ("smtp_unreachable", False)
    assert f"127.0.0.1:{port}" in found.message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_the_guard_refuses_a_private_server_that_nobody_allowed(host: str) -> None:
    """By address and by name, undialled. Temporary: the operator chose the server, and can allow it."""
    room = Mailroom()
    async with mail_server(room) as port:
        refused = SmtpChannel(SmtpSettings(host=host, port=port, tls="none"), guard_for(), COMPOSER)
        found = await fault_of(refused)
    assert (found.code, found.permanent, room.taken) == ("egress_refused", False, [])


@pytest.mark.parametrize("host", [*LOOPBACK, *ELSEWHERE])
async def test_no_spelling_reaches_a_private_server(host: str) -> None:
    """Refused without a call, whatever the server is called; in brackets or without."""
    room = Mailroom()
    async with mail_server(room) as port:
        for name in {host, host.strip("[]")}:
            refused = SmtpChannel(SmtpSettings(host=name, port=port, tls="none"), guard_for(), COMPOSER)
            assert (await fault_of(refused)).code != "smtp_timeout"
    assert room.taken == []


async def test_many_mails_at_once_do_not_mix() -> None:
    """One channel serves all senders."""
    room = Mailroom()
    ids = [f"desk-mail-{number}" for number in range(20)]
    messages = [COMPOSER.compose(replace(OWED, id=identity)) for identity in ids]
    async with mail_server(room) as port:
        sender = channel(port)
        await asyncio.gather(*(sender.send(delivery_of(one), OWED.subscriber) for one in messages))
        await sender.close()
    assert {envelope.original_content for envelope in room.taken} == {one.body for one in messages}


# Connections that are kept --------------------------------------------------------------------------------------------


@dataclass
class Desk(Mailroom):
    """A mail server that counts its connections, and what was said on each."""

    greeted: int = 0
    open: int = 0
    most_open: int = 0
    said: list[str] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count a connection."""
        session.host_name = hostname
        self.greeted += 1
        return responses

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Note that the client asked whether we are still here."""
        self.said.append("RSET")
        return self.replies.get("RSET", "250 OK")

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Note a farewell."""
        self.said.append("QUIT")
        return "221 Bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail, and see how many come at once."""
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await asyncio.sleep(0.01)
        self.open -= 1
        return await super().handle_DATA(server, session, envelope)


def numbered(count: int) -> list[Delivery]:
    """Return so many deliveries of the sample."""
    return [delivery_of(MESSAGE, delivery_id=f"mail-{number}") for number in range(count)]


async def test_one_connection_carries_several_mails_and_is_asked_before_each() -> None:
    """And it ends with a farewell."""
    desk = Desk()
    async with mail_server(desk) as port:
        await sent(channel(port), *numbered(5))
    assert (desk.greeted, len(desk.taken)) == (1, 5)
    assert desk.said == ["RSET"] * 4 + ["QUIT"]


async def test_a_connection_is_given_up_after_so_many_mails() -> None:
    """Seven mails, three a connection."""
    desk = Desk()
    async with mail_server(desk) as port:
        await sent(channel(port, mails_each=3), *numbered(7))
    assert (desk.greeted, len(desk.taken), desk.said.count("QUIT")) == (3, 7, 3)


async def test_a_mail_that_is_refused_does_not_cost_the_connection() -> None:
    """The next one goes over it."""
    desk = Desk(replies={"RCPT": "550 5.1.1 no such user"})
    async with mail_server(desk) as port:
        sender = channel(port)
        with pytest.raises(DeliveryError, match=r"550 5\.1\.1 no such user"):
            await sender.send(DELIVERY, OWED.subscriber)
        desk.replies.clear()
        await sent(sender)
    assert (desk.greeted, len(desk.taken)) == (1, 1)


async def test_a_connection_that_broke_meanwhile_is_dialled_anew() -> None:
    """Whether the server hung up or no longer wants it; the mail goes all the same, once."""
    desk = Desk()
    async with mail_server(desk) as port:
        sender = channel(port)
        await sender.send(DELIVERY, OWED.subscriber)
        desk.replies["RSET"] = "421 4.4.2 idle too long"
        await sender.send(DELIVERY, OWED.subscriber)
        assert (desk.greeted, len(desk.taken)) == (2, 2)
        desk.replies.clear()
        await sent(sender)
    assert (desk.greeted, len(desk.taken)) == (2, 3)


async def test_a_server_that_is_gone_for_good_is_told() -> None:
    """The new dial is the last try of this attempt."""
    async with mail_server(Desk(), timeout=0.2) as port:
        sender = channel(port)
        await sender.send(DELIVERY, OWED.subscriber)
        await asyncio.sleep(0.5)
    found = await fault_of(sender)
    assert (found.code, found.permanent) == ("smtp_unreachable", False)


async def test_a_connection_with_nothing_to_do_is_left() -> None:
    """With a farewell, and the next mail dials."""
    desk = Desk()
    async with mail_server(desk) as port:
        sender = channel(port, idle=0.1)
        await sender.send(DELIVERY, OWED.subscriber)
        await until(lambda: desk.said == ["QUIT"])
        await sent(sender)
    assert (desk.greeted, len(desk.taken)) == (2, 2)


async def test_only_a_few_connections_are_open_at_once() -> None:
    """However many mails wait."""
    desk = Desk()
    async with mail_server(desk) as port:
        sender = channel(port)
        await asyncio.gather(*(sender.send(one, OWED.subscriber) for one in numbered(30)))
        await sender.close()
    assert len(desk.taken) == 30
    assert 1 < desk.most_open <= MOST_AT_ONCE
    assert desk.greeted < 30


@dataclass
class Narrow:
    """A mail server that serves two at once, takes `seconds` over a mail, and turns the rest away, as many do."""

    seconds: float = 0.02
    greets_after: float = 0.0
    served: int = 0
    taken: int = 0
    turned_away: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        if self.served == 2:
            self.turned_away += 1
            writer.write(b"421 4.7.0 too many connections\r\n")
            return
        self.served += 1
        try:
            await self._serve(reader, writer)
        finally:
            self.served -= 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.greets_after)
        writer.write(GREETING)
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(self.seconds)
                self.taken += 1
            writer.write(HELLO if line.upper().startswith(b"EHLO") else OK)


@pytest.mark.parametrize("greets_after", [0.0, 0.3])
async def test_a_server_that_wants_fewer_connections_gets_fewer(greets_after: float) -> None:
    """No mail fails by it: what was turned away goes over those that stand, and we don't knock again for each."""
    server = Narrow(greets_after=greets_after)
    async with scripted_server(server) as port:
        sender = channel(port)
        await asyncio.gather(*(sender.send(one, OWED.subscriber) for one in numbered(12)))
        await sender.close()
    assert (server.taken, server.turned_away) == (12, MOST_AT_ONCE - 2)


async def test_a_mail_that_waited_for_others_has_its_full_time() -> None:
    """It is not cut off at the end, when the server may have taken it: it would come twice."""
    server = Narrow(seconds=0.4)
    async with scripted_server(server) as port:
        sender = channel(port, deadline=1.5)
        await asyncio.gather(*(sender.send(one, OWED.subscriber) for one in numbered(6)))
        await sender.close()
    assert server.taken == 6


async def test_a_mail_that_finds_no_free_connection_is_put_off() -> None:
    """It counts no attempt, for nothing was tried."""
    server = Narrow(seconds=1.0)
    async with scripted_server(server) as port:
        sender = channel(port, patience=0.2)
        ends = await asyncio.gather(*(sender.send(one, OWED.subscriber) for one in numbered(3)), return_exceptions=True)
        await sender.close()
    (fault,) = [end.fault for end in ends if isinstance(end, DeliveryError)]
    assert (fault.code, fault.attempted, server.taken) == ("smtp_paced", False, 2)


async def test_a_server_that_turns_everybody_away_is_told_of() -> None:
    """The control: with no other connection standing there is nothing to wait for."""
    server = Narrow(served=2)
    async with scripted_server(server) as port:
        found = await fault_of(channel(port))
    assert (found.code, found.attempted, server.turned_away) == ("smtp_deferred", True, 1)


async def test_a_domain_gets_so_many_mails_a_minute_and_others_go_on() -> None:
    """What is more is put off until its turn, unattempted: the server doesn't hear of it before."""
    room, now = Mailroom(), 1000.0
    elsewhere = [delivery_of(replace(MESSAGE, address=f"a@{name}.example"), delivery_id=name) for name in ("x", "y")]
    async with mail_server(room) as port:
        sender = channel(port, pace=2, monotonic=lambda: now)
        for one in numbered(2):
            await sender.send(one, OWED.subscriber)
        with pytest.raises(DeliveryError, match=r"settings\.smtp\.pace") as caught:
            await sender.send(numbered(3)[2], OWED.subscriber)
        for one in elsewhere:
            await sender.send(one, OWED.subscriber)
        fault = caught.value.fault
        assert (fault.code, fault.attempted, fault.retry_after) == ("smtp_paced", False, timedelta(seconds=60))
        assert len(room.taken) == 4
        now += 60
        await sent(sender, numbered(3)[2])
    assert len(room.taken) == 5


async def test_the_envelope_may_name_another_sender_than_the_mail() -> None:
    """So that a bounce tells which delivery it is about."""
    room = Mailroom()
    async with mail_server(room) as port:
        await sent(channel(port, return_to=lambda name: f"bounce+{name}@news.example"))
    (envelope,) = room.taken
    assert envelope.mail_from == f"bounce+{OWED.id}@news.example"
    assert b"From: Storywatch <alerts@news.example>" in MESSAGE.body
