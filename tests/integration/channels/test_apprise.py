"""Apprise against real servers on loopback, and against the egress guard."""

import asyncio
import builtins
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import apprise
import pytest
import requests
from aiohttp import web
from urllib3.util import connection

from channels import chat
from channels.apprise import AppriseChannel
from network import Guard
from storywatch.errors import DeliveryError, Fault
from storywatch.model import ChannelKind, Subscriber
from tests.integration.channels.servers import Receiver, guard_for, webhook_server
from tests.support.patience import soon
from tests.support.spellings import ELSEWHERE, LOOPBACK
from tests.unit.channels.samples import OWED, delivery_of

TOKEN = "token-hunter2"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the guard off `requests` again: in the daemon it stays for good."""
    monkeypatch.setattr(connection, "create_connection", connection.create_connection)
    monkeypatch.setattr(requests.Session, "send", requests.Session.send)


def subscriber(port: int, host: str = "127.0.0.1", more: str = "") -> Subscriber:
    """Return a subscriber whose URL holds a token."""
    return replace(OWED.subscriber, apprise_url=f"json://{host}:{port}/{TOKEN}{more}")


DELIVERY = delivery_of(chat.compose(replace(OWED, subscriber=subscriber(1))), ChannelKind.APPRISE)


@asynccontextmanager
async def channel(guard: Guard, **options: Any) -> AsyncIterator[AppriseChannel]:
    """Open a channel."""
    opened = AppriseChannel(guard, **options)
    try:
        yield opened
    finally:
        await opened.close()


def answering(status: int, headers: dict[str, str] | None = None) -> Receiver:
    """Return a service that always gives this answer."""

    async def respond(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return Receiver(respond)


async def fault_of(guard: Guard, target: Subscriber, **options: Any) -> Fault:
    """Send and return the fault, which names no secret."""
    async with channel(guard, **options) as opened:
        with pytest.raises(DeliveryError) as caught:
            await opened.send(DELIVERY, target)
    assert "hunter2" not in str(caught.value)
    return caught.value.fault


async def test_the_service_gets_the_frozen_message() -> None:
    """Title and text as they were composed."""
    service = answering(200)
    async with webhook_server(service) as port, channel(guard_for(f"127.0.0.1:{port}")) as opened:
        await opened.send(DELIVERY, subscriber(port))
    ((_, body),) = service.calls
    taken = json.loads(body)
    assert (taken["title"], taken["message"]) == chat.title_and_text(DELIVERY.message.body)


async def test_a_private_address_is_refused_unless_it_is_allowed() -> None:
    """The address that is dialled counts, by number or name; the service hears nothing."""
    service = answering(200)
    async with webhook_server(service) as port:
        for host in ("127.0.0.1", "localhost"):
            found = await fault_of(guard_for(), subscriber(port, host))
            assert (found.code, found.permanent) == ("egress_refused", False)
            assert "settings.egress.allow" in found.message
        assert service.calls == []
        async with channel(guard_for(f"localhost:{port}")) as opened:
            await opened.send(DELIVERY, subscriber(port, "localhost"))
    assert len(service.calls) == 1, "the control: an allowed name is called"


@pytest.mark.parametrize("host", [*LOOPBACK, *ELSEWHERE])
async def test_no_spelling_reaches_a_private_service(host: str) -> None:
    """Whatever the address is called."""
    service = answering(200)
    async with webhook_server(service) as port:
        found = await fault_of(guard_for(), subscriber(port, host))
    assert found.code in {"egress_refused", "apprise_failed", "apprise_url"}
    assert service.calls == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_never_followed(status: int) -> None:
    """Neither to an internal address nor to one that the guard lets through."""
    inner = answering(200)
    async with webhook_server(inner) as inner_port:
        outer = answering(status, {"Location": f"http://127.0.0.1:{inner_port}/internal"})
        async with webhook_server(outer) as port:
            for allowed in ([f"127.0.0.1:{port}"], [f"127.0.0.1:{port}", f"127.0.0.1:{inner_port}"]):
                found = await fault_of(guard_for(*allowed), subscriber(port))
                assert (found.code, found.permanent) == ("apprise_failed", False)
    assert (len(outer.calls), len(inner.calls)) == (2, 0)


async def test_a_url_can_not_switch_redirects_on() -> None:
    """It is refused at the check and, if it came by all the same, at the send; requests itself follows none."""
    found = await fault_of(guard_for(), subscriber(1, more="?redirect=yes"))
    assert found.code == "apprise_url"
    inner = answering(200)
    async with webhook_server(inner) as inner_port:
        outer = answering(302, {"Location": f"http://127.0.0.1:{inner_port}/internal"})
        async with webhook_server(outer) as port:
            opened = AppriseChannel(guard_for(f"127.0.0.1:{port}", f"127.0.0.1:{inner_port}"))
            words = await _in_thread(opened, f"json://127.0.0.1:{port}/?redirect=yes")
    assert words is not None
    assert (len(outer.calls), len(inner.calls)) == (1, 0)


async def _in_thread(opened: AppriseChannel, url: str) -> str | None:
    return await asyncio.to_thread(opened._notify, url, DELIVERY.message.body)


async def test_without_the_guard_the_redirect_would_be_followed() -> None:
    """The negative control: so Apprise does it by itself, and calls it a success."""
    inner = answering(200)
    async with webhook_server(inner) as inner_port:
        outer = answering(302, {"Location": f"http://127.0.0.1:{inner_port}/internal"})
        async with webhook_server(outer) as port:
            plugin: Any = apprise.Apprise.instantiate(f"json://127.0.0.1:{port}/")
            assert await asyncio.to_thread(plugin.notify, body="x", title="y")
    assert (len(outer.calls), len(inner.calls)) == (1, 1)


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard would judge the proxy's address only."""
    service, proxy = answering(200), answering(200)
    async with webhook_server(service) as port, webhook_server(proxy) as proxy_port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy_port}")
        async with channel(guard_for(f"127.0.0.1:{port}", f"127.0.0.1:{proxy_port}")) as opened:
            await opened.send(DELIVERY, subscriber(port))
    assert (len(service.calls), len(proxy.calls)) == (1, 0)


async def test_a_refusal_of_the_service_is_told_without_the_token() -> None:
    """It is tried again."""
    service = answering(403)
    async with webhook_server(service) as port:
        found = await fault_of(guard_for(f"127.0.0.1:{port}"), subscriber(port))
    assert (found.code, found.permanent) == ("apprise_failed", False)
    assert found.message.startswith("json did not take the message: ")
    assert "403" in found.message


async def test_what_apprise_says_is_heard_by_us_alone(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the program logs errors only; its log has nothing of it, for Apprise may repeat a URL."""
    log = logging.getLogger("apprise")
    monkeypatch.setattr(log, "propagate", True)
    monkeypatch.setattr(log, "level", logging.NOTSET)
    heard: list[logging.LogRecord] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", heard.append)
    monkeypatch.setattr(logging.getLogger(), "level", logging.ERROR)
    logging.getLogger().addHandler(handler)
    service = answering(403)
    try:
        async with webhook_server(service) as port:
            found = await fault_of(guard_for(f"127.0.0.1:{port}"), subscriber(port))
        await fault_of(guard_for(), replace(OWED.subscriber, apprise_url="slack://hunter2"))
    finally:
        logging.getLogger().removeHandler(handler)
    assert "403" in found.message
    assert heard == []
    assert "hunter2" not in "".join(capfd.readouterr())


async def test_a_service_that_hangs_is_left_in_time() -> None:
    """The deadline counts the whole; the thread ends by its own limits."""

    async def respond(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await asyncio.sleep(2)
        return answer

    async with webhook_server(Receiver(respond)) as port, soon():
        found = await fault_of(guard_for(f"127.0.0.1:{port}"), subscriber(port, more="?rto=1"), deadline=0.3)
    assert (found.code, found.permanent) == ("apprise_timeout", False)


async def test_a_url_that_apprise_can_not_use_is_told() -> None:
    """A service that lacks a part of its address."""
    found = await fault_of(guard_for(), replace(OWED.subscriber, apprise_url="slack://hunter2"))
    assert (found.code, found.permanent) == ("apprise_url", False)


async def test_without_the_extra_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which command to run."""
    before = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "apprise":
            raise ImportError(name)
        return before(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    found = await fault_of(guard_for(), subscriber(1))
    assert found.code == "apprise_missing"
    assert "pip install 'storywatch[apprise]'" in found.message
