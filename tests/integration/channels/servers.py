"""Real servers on loopback that answer well, badly, slowly or never."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from network import Guard
from storywatch.egress import EgressPolicy
from tests.support.patience import FOR_EVER

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def guard_for(*targets: str) -> Guard:
    """Return a guard that lets these `host:port` targets through."""
    return Guard(EgressPolicy.allowing(targets))


@dataclass
class Mailroom:
    """A mail server's handler: keeps what it took; `replies` maps a hook, such as `RCPT`, to what it answers."""

    replies: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender."""
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        if "RCPT" not in self.replies:
            envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take the mail."""
        if "DATA" not in self.replies:
            self.taken.append(envelope)
            self.secure.append(session.ssl is not None)
        return self.replies.get("DATA", "250 OK")


@asynccontextmanager
async def mail_server(room: Mailroom, *, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """Serve on loopback and give the port; `tls` from the first byte on."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(room, hostname="localhost", ident="test", loop=loop, **options), "127.0.0.1", 0, ssl=tls
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    """Let the one user in."""
    right = (data.login, data.password) == (b"storywatch", b"open sesame")
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def scripted_server(script: Script) -> AsyncIterator[int]:
    """Serve each connection by `script` and give the port. What still runs at the end is cancelled."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client's right, or the test's end
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            for task in tuple(running):
                task.cancel()
            await asyncio.sleep(0)


def mail_script(*answers: bytes, then_wait: bool = False) -> Script:
    """Return a mail server that gives one answer a line, the first as greeting, then hangs up or says nothing."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            writer.write(answer)
            await writer.drain()
            line = await reader.readline()
            if answer.startswith(b"354"):  # the mail itself
                while line not in {b".\r\n", b""}:
                    line = await reader.readline()
        if then_wait:
            await asyncio.sleep(FOR_EVER)

    return script


@dataclass
class Receiver:
    """A webhook receiver: keeps the calls it got and answers by `respond`."""

    respond: Callable[[web.Request], Awaitable[web.StreamResponse]]
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep and answer one call."""
        self.calls.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return await self.respond(request)


@asynccontextmanager
async def webhook_server(receiver: Receiver, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on loopback and give the port."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", receiver.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a throwaway certificate for `name`; return the server's context and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.2"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret, public = folder / "key.pem", folder / "certificate.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(public, secret)
    return server, ssl.create_default_context(cafile=str(public))
