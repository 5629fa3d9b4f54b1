"""A channel is proven, and its secret rotated, by commands against the real process and real receivers."""

import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.integration.channels.servers import Mailroom, Receiver, mail_server, webhook_server
from tests.support.process import daemon, storywatch
from tests.support.watching import Desk
from tests.support.web import Site, reply, rss, serving

OLD = "whsec_" + "QUFB" * 11
NEWS = rss("Blast at Kabul airport kills dozens")
MORE = rss("Blast at Kabul airport kills dozens", "Pentagon admits a mistake: Kabul drone strike killed ten civilians")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """An outlet."""
    async with serving({"/feed": reply(NEWS)}) as running:
        yield running


@dataclass
class Hook(Receiver):
    """A receiver at a port."""

    port: int = 0

    @property
    def webhook(self) -> dict[str, Any]:
        """The webhook of a subscriber, with a secret in its address."""
        return {"url": f"http://127.0.0.1:{self.port}/hook?key=hunter2", "secret_file": "hook"}


@asynccontextmanager
async def receiving(status: int = 204) -> AsyncIterator[Hook]:
    """Run a receiver that always gives this answer."""

    async def respond(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    hook = Hook(respond)
    async with webhook_server(hook) as hook.port:
        yield hook


def desk_for(site: Site, folder: Path, hook: Hook | None = None) -> Desk:
    """Return a watch of the outlet that may call the receiver."""
    places = [Site(pages={}, port=hook.port)] if hook else []
    return Desk(folder=folder / "watch", sites=[site, *places], sources={"wire": site.url()})


def with_bot(desk: Desk, **keys: Any) -> Path:
    """Save the watch with the bot as its one subscriber, and the file of its webhook secret."""
    folder = desk.save()
    document = json.loads((folder / "watch.yaml").read_text("utf-8"))
    document["subscribers"] = [{"id": "bot", "name": "Bot", **keys}]
    (folder / "watch.yaml").write_text(json.dumps(document), "utf-8")
    (folder / "hook").write_text(OLD + "\n", "utf-8")
    return folder


BY_WEBHOOK = [{"channel": "webhook"}]


async def test_a_webhook_is_proven_step_by_step(site: Site, tmp_path: Path) -> None:
    """With the address, the headers' names and the answer; without a secret."""
    async with receiving() as hook:
        folder = with_bot(desk_for(site, tmp_path, hook), webhook=hook.webhook, subscriptions=BY_WEBHOOK)
        ran = await storywatch("send", "--test", "bot", "--config", folder)
    assert ran.code == 0, ran.out + ran.err
    for step in ("webhook-signature", "signed by v1", "dialling 127.0.0.1", "answered 204", "it was taken"):
        assert step in ran.out
    assert "hunter2" not in ran.out + ran.err
    assert OLD not in ran.out + ran.err
    ((headers, body),) = hook.calls
    assert Webhook(OLD).verify(body, headers)["type"] == "test"


async def test_a_channel_that_fails_says_what_to_do(site: Site, tmp_path: Path) -> None:
    """And the command ends with 1; misuse ends with 2."""
    async with receiving(401) as hook:
        folder = with_bot(desk_for(site, tmp_path, hook), webhook=hook.webhook, subscriptions=BY_WEBHOOK)
        ran = await storywatch("send", "--test", "bot", "--config", folder)
    assert ran.code == 1
    assert "FAILED (webhook_status)" in ran.out
    assert "what to do: look at the receiver's log" in ran.out
    for misuse in (["send", "bot"], ["send", "--test", "nobody"], ["rotate-secret", "nobody"]):
        assert (await storywatch(*misuse, "--config", folder)).code == 2


async def test_mail_chats_and_files_are_proven_too(site: Site, tmp_path: Path) -> None:
    """All of a subscriber's channels, or the one that is named."""
    room = Mailroom()
    async with mail_server(room) as port, receiving() as hook:
        desk = desk_for(site, tmp_path, hook)
        desk.settings = {"smtp": {"host": "127.0.0.1", "port": port, "tls": "none"}}
        folder = with_bot(
            desk,
            email="bot@example.org",
            apprise={"url": f"json://127.0.0.1:{hook.port}/chat"},
            subscriptions=[{"channel": "email"}, {"channel": "apprise"}, {"channel": "file"}],
        )
        ran = await storywatch("send", "--test", "bot", "--config", folder)
        only = await storywatch("send", "--test", "bot", "--channel", "file", "--config", folder)
    assert ran.code == 0, ran.out + ran.err
    assert (ran.out.count("it was taken"), only.out.count("it was taken")) == (3, 1)
    (envelope,) = room.taken
    assert b"Subject: [Storywatch] Test message" in (envelope.original_content or b"")
    assert envelope.rcpt_tos == ["bot@example.org"]
    assert json.loads(hook.calls[0][1])["title"] == "[Storywatch] Test message"
    assert len(list((folder / "outbox").glob("test-*.eml"))) == 2


async def test_a_rotation_takes_effect_in_the_running_daemon(site: Site, tmp_path: Path) -> None:
    """Its next call verifies with either secret."""
    async with receiving() as hook:
        desk = desk_for(site, tmp_path, hook)
        folder = with_bot(desk, webhook=hook.webhook, subscriptions=BY_WEBHOOK)
        async with daemon(folder, tmp_path) as running:
            await running.says("delivery", state="sent")
            rotated = await storywatch("rotate-secret", "bot", "--config", folder)
            assert rotated.code == 0, rotated.err
            await running.says("reloaded")
            site.pages["/feed"] = reply(MORE)
            desk.make_due()
            await running.says("delivery", state="sent", count=2)
            await running.stops()
    new = next(word for word in rotated.out.split() if word.startswith("whsec_"))
    first, second = hook.calls
    assert [verifies(secret, call) for call in (first, second) for secret in (OLD, new)] == [True, False, True, True]


async def test_a_secret_is_rotated_once_within_its_window(site: Site, tmp_path: Path) -> None:
    """The file is for its owner's eyes; --force rotates again, and a key pair shows its public half only."""
    webhook = {"url": "https://bot.example.org/in", "secret_file": "hook"}
    folder = with_bot(desk_for(site, tmp_path), webhook=webhook, subscriptions=BY_WEBHOOK)
    assert (await storywatch("rotate-secret", "bot", "--config", folder)).code == 0
    lines = (folder / "hook").read_text("utf-8").splitlines()
    assert lines[1].startswith(f"{OLD} until ")
    assert stat.S_IMODE((folder / "hook").stat().st_mode) == 0o600
    again = await storywatch("rotate-secret", "bot", "--config", folder)
    assert again.code == 1
    assert "--force" in again.err
    assert (folder / "hook").read_text("utf-8").splitlines() == lines
    forced = await storywatch("rotate-secret", "bot", "--force", "--ed25519", "--config", folder)
    assert "whpk_" in forced.out
    assert "whsk_" not in forced.out
    shown = await storywatch("public-key", "bot", "--config", folder)
    assert shown.out.strip() in forced.out
    assert [path.name for path in folder.glob("*hook*")] == ["hook"], "nothing half-written stays"


async def test_a_secret_in_the_environment_can_not_be_rotated(site: Site, tmp_path: Path) -> None:
    """The remedy is a file."""
    webhook = {"url": "https://bot.example.org/in", "secret_env": "HOOK"}
    folder = with_bot(desk_for(site, tmp_path), webhook=webhook, subscriptions=BY_WEBHOOK)
    ran = await storywatch("rotate-secret", "bot", "--config", folder, env={"HOOK": OLD})
    assert ran.code == 2
    assert "secret_file" in ran.err
    assert OLD not in ran.err


def verifies(secret: str, call: tuple[dict[str, str], bytes]) -> bool:
    """Tell whether the reference library accepts a call by this secret."""
    headers, body = call
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True
