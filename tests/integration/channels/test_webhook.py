"""Webhook calls against real receivers."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from standardwebhooks.webhooks import Webhook

from channels import payload
from channels.webhook import WebhookChannel
from network import Guard
from storywatch.egress import EgressPolicy
from storywatch.errors import DeliveryError, Fault
from storywatch.model import ChannelKind, Subscriber
from tests.integration.channels.servers import Receiver, certificate, guard_for, scripted_server, webhook_server
from tests.support.patience import FOR_EVER, PATIENCE, soon, until
from tests.support.spellings import ELSEWHERE, LOOPBACK
from tests.unit.channels.samples import OWED, SECRET, delivery_of

MESSAGE = payload.compose(OWED)
DELIVERY = delivery_of(MESSAGE, ChannelKind.WEBHOOK)
NOW = datetime.now(UTC)


def utc_now() -> datetime:
    """Tell the time: the reference library compares the signature's with it."""
    return datetime.now(UTC)


def subscriber(port: int, *, host: str = "127.0.0.1", scheme: str = "http") -> Subscriber:
    """Return a subscriber whose address ends in a secret."""
    return replace(OWED.subscriber, webhook_url=f"{scheme}://{host}:{port}/in/token-abc?key=hush")


@asynccontextmanager
async def channel(
    guard: Guard, deadline: float = 20.0, clock: Callable[[], datetime] = lambda: NOW
) -> AsyncIterator[WebhookChannel]:
    """Open a channel, with a fixed clock unless another is given."""
    opened = WebhookChannel(guard, clock, user_agent="Storywatch/test (+x@y.example)", deadline=deadline)
    try:
        yield opened
    finally:
        await opened.close()


def answering(status: int, headers: dict[str, str] | None = None) -> Receiver:
    """Return a receiver that always gives this answer."""

    async def respond(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return Receiver(respond)


async def fault_at(port: int, host: str = "127.0.0.1", deadline: float = 2.0, scheme: str = "http") -> Fault:
    """Call a receiver that the guard lets through, and return the fault, which names no secret."""
    async with channel(guard_for(f"{host}:{port}"), deadline) as opened:
        with pytest.raises(DeliveryError) as caught:
            await opened.send(DELIVERY, subscriber(port, host=host, scheme=scheme))
    assert f"{scheme}://{host}:{port}" in caught.value.fault.message
    assert "token-abc" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return caught.value.fault


async def fault_of(receiver: Receiver) -> Fault:
    """Serve, call and return the fault."""
    async with webhook_server(receiver) as port:
        return await fault_at(port)


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_the_receiver_gets_the_frozen_body_signed(status: int) -> None:
    """The reference library verifies it; the id and the body are the same at every attempt."""
    receiver = answering(status, {"Set-Cookie": "a=b"})
    async with webhook_server(receiver) as port, channel(guard_for(f"127.0.0.1:{port}"), clock=utc_now) as opened:
        await opened.send(DELIVERY, subscriber(port))
        await opened.send(replace(DELIVERY, attempt=2), subscriber(port))
    assert {body for _, body in receiver.calls} == {MESSAGE.body}
    for headers, body in receiver.calls:
        assert Webhook(SECRET).verify(body, headers) == json.loads(MESSAGE.body)
        assert headers["webhook-id"] == OWED.id
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"] == "Storywatch/test (+x@y.example)"
        assert "cookie" not in headers


async def test_each_attempt_is_signed_with_its_own_time() -> None:
    """Receivers refuse signatures that are older than five minutes."""
    receiver = answering(200)
    times = iter([NOW, NOW, NOW + timedelta(hours=5), NOW])
    async with webhook_server(receiver) as port:
        opened = WebhookChannel(guard_for(f"127.0.0.1:{port}"), lambda: next(times), user_agent="x")
        await opened.send(DELIVERY, subscriber(port))
        await opened.send(DELIVERY, subscriber(port))
        await opened.close()
    first, second = (int(headers["webhook-timestamp"]) for headers, _ in receiver.calls)
    assert second - first == 5 * 3600


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_never_followed(status: int) -> None:
    """Neither to an internal address nor anywhere else, even if the guard would let it through."""
    inner = answering(200)
    async with webhook_server(inner) as inner_port:
        outer = answering(status, {"Location": f"http://127.0.0.1:{inner_port}/internal"})
        async with webhook_server(outer) as port:
            targets = (f"127.0.0.1:{port}", f"127.0.0.1:{inner_port}")
            async with channel(guard_for(*targets)) as opened:
                with pytest.raises(DeliveryError) as caught:
                    await opened.send(DELIVERY, subscriber(port))
    assert caught.value.fault.code == "webhook_redirect"
    assert (len(outer.calls), len(inner.calls)) == (1, 0)


async def test_gone_is_for_good() -> None:
    """410 says: never again."""
    found = await fault_of(answering(410))
    assert (found.code, found.permanent) == ("webhook_gone", True)


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_a_throttle_says_when_to_come_back(form: str) -> None:
    """In both forms of Retry-After."""
    later = NOW.replace(microsecond=0) + timedelta(seconds=90)
    value = "90" if form == "seconds" else later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    found = await fault_of(answering(429, {"Retry-After": value}))
    assert (found.code, found.permanent) == ("webhook_throttled", False)
    assert found.retry_after is not None
    assert abs(found.retry_after - timedelta(seconds=90)) <= timedelta(seconds=1)


@pytest.mark.parametrize("status", [400, 500])
async def test_other_refusals_are_tried_again(status: int) -> None:
    """A receiver that is being deployed answers all kinds of things."""
    found = await fault_of(answering(status))
    assert (found.code, found.permanent, found.retry_after) == ("webhook_status", False, None)


def streaming(pause: float, headers: dict[str, str] | None = None) -> tuple[Receiver, asyncio.Event]:
    """Return a receiver whose answer has no end, and what is set when nobody listens any more."""
    left = asyncio.Event()

    async def respond(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 1024)
                await asyncio.sleep(pause)
        except ConnectionError:
            return answer
        finally:
            left.set()

    return Receiver(respond), left


@pytest.mark.parametrize("headers", [None, {"Content-Encoding": "gzip"}])
async def test_an_answer_without_end_is_cut_off(headers: dict[str, str] | None) -> None:
    """2xx is success; after 64 kB nobody listens any more, and nothing is unpacked."""
    receiver, left = streaming(0, headers)
    async with webhook_server(receiver) as port, channel(guard_for(f"127.0.0.1:{port}"), 5.0) as opened:
        await opened.send(DELIVERY, subscriber(port))
        async with soon():
            await left.wait()


async def test_a_slow_answer_is_left_in_time() -> None:
    """The limit counts the body too."""
    receiver, left = streaming(0.2)
    async with webhook_server(receiver) as port, soon():
        found = await fault_at(port, deadline=0.5)
        await left.wait()
    assert (found.code, found.permanent) == ("webhook_timeout", False)


class SlowNames(Guard):
    """A guard whose name service says nothing."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Keep them waiting."""
        await asyncio.sleep(FOR_EVER)
        return []


async def test_a_slow_name_service_counts_too() -> None:
    """The limit begins before the look-up."""
    async with channel(SlowNames(EgressPolicy()), 0.2) as opened, soon():
        with pytest.raises(DeliveryError) as caught:
            await opened.send(DELIVERY, subscriber(80, host="receiver.example"))
    assert (caught.value.fault.code, caught.value.fault.permanent) == ("webhook_timeout", False)


async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes) -> None:
    """Read a request's head and give raw bytes as the answer."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(answer)
    await writer.drain()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    ],
)
async def test_a_broken_answer_is_tried_again(answer: bytes) -> None:
    """No answer, no HTTP, a header without end, a body that stops short."""
    async with scripted_server(lambda reader, writer: say(reader, writer, answer)) as port:
        found = await fault_at(port)
    assert (found.code, found.permanent) == ("webhook_broken", False)


async def test_nobody_at_home_is_tried_again() -> None:
    """With the system's word for it."""
    async with webhook_server(answering(200)) as port:
        pass
    found = await fault_at(port)
    assert (found.code, found.permanent) == ("webhook_unreachable", False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_the_guard_refuses_private_receivers(host: str) -> None:
    """An address, and a name that resolves to one; the receiver hears nothing. For good: nobody allowed it."""
    receiver = answering(200)
    async with webhook_server(receiver) as port, channel(guard_for()) as opened:
        with pytest.raises(DeliveryError) as caught:
            await opened.send(DELIVERY, subscriber(port, host=host))
    found = caught.value.fault
    assert (found.code, found.permanent, receiver.calls) == ("egress_refused", False, [])
    assert "token-abc" not in found.message
    assert "settings.egress.allow" in found.message


@pytest.mark.parametrize("host", [*LOOPBACK, *ELSEWHERE])
async def test_no_spelling_reaches_a_private_receiver(host: str) -> None:
    """Refused without a call, whatever the address is called: who dialled in vain would meet the time-out."""
    receiver = answering(200)
    async with webhook_server(receiver) as port, channel(guard_for()) as opened:
        with pytest.raises(DeliveryError) as caught:
            await opened.send(DELIVERY, subscriber(port, host=host))
    assert caught.value.fault.code != "webhook_timeout"
    assert receiver.calls == []


async def test_a_name_that_is_allowed_is_called() -> None:
    """The control beside the refusal."""
    receiver = answering(200)
    async with webhook_server(receiver) as port, channel(guard_for(f"localhost:{port}")) as opened:
        await opened.send(DELIVERY, subscriber(port, host="localhost"))
    assert len(receiver.calls) == 1


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard would judge the proxy's address only."""
    receiver, proxy = answering(200), answering(200)
    async with webhook_server(receiver) as port, webhook_server(proxy) as proxy_port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy_port}")
        async with channel(guard_for(f"127.0.0.1:{port}", f"127.0.0.1:{proxy_port}")) as opened:
            await opened.send(DELIVERY, subscriber(port))
    assert (len(receiver.calls), len(proxy.calls)) == (1, 0)


async def test_an_unknown_certificate_gets_no_call(tmp_path: Path) -> None:
    """The receiver's name must be proven."""
    served: ssl.SSLContext = certificate(tmp_path)[0]
    receiver = answering(200)
    async with webhook_server(receiver, tls=served) as port:
        found = await fault_at(port, host="localhost", scheme="https")
    assert (found.code, found.permanent, receiver.calls) == ("webhook_tls", False, [])


async def test_a_receiver_without_tls_is_told_so() -> None:
    """The port speaks plain HTTP; no words of the library."""
    receiver = answering(200)
    async with webhook_server(receiver) as port:
        found = await fault_at(port, scheme="https")
    assert (found.code, found.permanent, receiver.calls) == ("webhook_tls", False, [])
    assert "_ssl" not in found.message


async def test_an_address_that_can_not_be_called_is_told_so() -> None:
    """A host that is no name and no address: nobody broke an exchange off."""
    assert (await fault_at(1, host="2130706433")).code == "webhook_address"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"webhook_secret": None}, "webhook_secret"),
        ({"webhook_secret": "whsec_wrong-one"}, "webhook_secret"),
        ({"webhook_url": None}, "webhook_address"),
        ({"webhook_url": "ftp://x.example/token-abc"}, "webhook_address"),
    ],
)
async def test_a_setting_that_is_missing_is_told_and_tried_again(changes: dict[str, Any], code: str) -> None:
    """The operator can mend it; what is wrong is not repeated."""
    async with channel(guard_for()) as opened:
        with pytest.raises(DeliveryError, match="subscriber desk") as caught:
            await opened.send(DELIVERY, replace(OWED.subscriber, **changes))
    assert (caught.value.fault.code, caught.value.fault.permanent) == (code, False)
    assert "wrong-one" not in str(caught.value)
    assert "token-abc" not in str(caught.value)


async def test_a_stuck_receiver_does_not_hold_up_another() -> None:
    """Calls don't wait for each other's connections."""
    stuck, _ = streaming(0.2)
    good = answering(200)
    async with webhook_server(stuck) as slow_port, webhook_server(good) as port:
        opened = WebhookChannel(
            guard_for(f"127.0.0.1:{slow_port}", f"127.0.0.1:{port}"), lambda: NOW, user_agent="x", deadline=PATIENCE
        )
        slow = [asyncio.create_task(opened.send(DELIVERY, subscriber(slow_port))) for _ in range(10)]
        await until(lambda: len(stuck.calls) == 10)
        await opened.send(DELIVERY, subscriber(port))
        assert not any(one.done() for one in slow)
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        await opened.close()
