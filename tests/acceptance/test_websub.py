"""Push as an operator sees it: the real daemon, a hub that calls it, and the log."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.hub import Hub, free_port, running_hub
from tests.support.patience import soon, until
from tests.support.process import Daemon, daemon, storywatch
from tests.support.watching import Desk
from tests.support.web import Site, rss, serving, validated

OLD = rss("Nothing of interest")
NEWS = rss("Nothing of interest", "Blast at Kabul airport")
MORE = rss(
    "Nothing of interest",
    "Blast at Kabul airport",
    "Drone strike in Kabul",
    "Ministers promise an inquiry into the blast at Kabul airport",
)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as running:
        yield running


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as running:
        yield running


@pytest.fixture
def desk(site: Site, hub: Hub, tmp_path: Path) -> Desk:
    """A watch of one feed that offers the hub."""
    serve(site, hub, OLD)
    port = free_port()
    push = {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}", "key_file": "push.key"}
    settings = {"push": push, "egress": {"allow": [site.place, hub.place]}, "polling": {"obey_robots": False}}
    made = Desk(folder=tmp_path / "watch", sites=[], sources={"wire-world": site.url()}, settings=settings)
    (made.save() / "push.key").write_text("5" * 64)
    return made


def serve(site: Site, hub: Hub, body: bytes) -> None:
    """Let the feed say this, and offer the hub."""
    link = f'<{hub.url}>; rel="hub", <{site.url()}>; rel="self"'
    site.pages["/feed"] = validated(body, {"ETag": f'"{len(body)}"', "Link": link})


async def stands(desk: Desk, word: str | None) -> None:
    """Wait until the push stands so."""
    async with soon():
        while (await storywatch("sources", "--config", desk.folder, "--json")).only["push"] != word:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def let_renewal_come(desk: Desk) -> None:
    """Let time pass, as far as the lease is concerned."""
    with closing(sqlite3.connect(desk.database, timeout=30)) as connection, connection:
        connection.execute("UPDATE push_subscriptions SET ask_at = '2020-01-01 00:00:00.000000'")


async def leave(desk: Desk, site: Site, running: Daemon) -> None:
    """Take the source out of the config."""
    desk.sources = {"wire-other": site.url("/other")}
    site.pages["/other"] = validated(OLD, {"ETag": '"other"'})
    desk.save()
    running.signal(signal.SIGHUP)
    await running.says("reloaded")


async def test_the_whole_life_of_a_subscription(desk: Desk, site: Site, hub: Hub, tmp_path: Path) -> None:
    """Subscribed, verified, pushed to, renewed; forged pushes dropped; a silent hub found out; left."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("push_verified", mode="subscribe")
        await hub.push(NEWS)
        await running.says("push", outcome="new", new=1, alerts=1)
        await running.says("delivery", state="sent")
        assert len(site.visits()) == 1
        assert "Blast at Kabul airport" in desk.mails[0]

        let_renewal_come(desk)
        await running.says("push_verified", mode="subscribe", count=2)

        await hub.post(hub.only["hub.callback"], MORE, {"X-Hub-Signature": "sha256=" + "0" * 64})
        await running.says("push_dropped")
        await stands(desk, "proven")

        serve(site, hub, MORE)
        desk.make_due()
        await running.says("poll", new=2)
        await stands(desk, "broken")

        await leave(desk, site, running)
        await running.says("push_verified", mode="unsubscribe")
        await until(lambda: hub.subscribers == {})
        await running.stops()
    assert len(desk.mails) == 3
    assert {
        line["level"] for line in running.log if line["event"] not in {"config_warning", "old_python", "push_dropped"}
    } == {"info"}
    secret = hub.asked[0]["hub.secret"].encode()
    assert secret not in desk.database.read_bytes()
    assert secret.decode() not in str(running.log)
    assert hub.asked[0]["hub.callback"].rpartition("/")[2] not in str(running.log)


async def test_a_reload_misses_no_push(desk: Desk, hub: Hub, tmp_path: Path) -> None:
    """The new config takes over at the same address, and another address may take its place."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("push_verified")
        for count in range(1, 4):
            running.signal(signal.SIGHUP)
            assert (await hub.push(rss(*(f"Title {number}" for number in range(count + 1))))).status == 202
            await running.says("reloaded", count=count)
        await until(lambda: sum(line["new"] for line in running.said("push")) == 3)
        port = free_port()
        desk.settings["push"] |= {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
        desk.save()
        running.signal(signal.SIGHUP)
        await running.says("reloaded", count=4)
        await running.says("push_verified", count=2)
        assert f":{port}/" in hub.asked[-1]["hub.callback"]
        await running.stops()
    assert not [line for line in running.log if line["level"] in {"error", "critical"}]


async def test_an_address_in_use_is_told_at_the_start_and_at_a_reload(desk: Desk, hub: Hub, tmp_path: Path) -> None:
    """At the start it ends the command with what to do; at a reload the old config stays."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("push_verified")
        ran = await storywatch("run", "--config", desk.folder, cwd=tmp_path)
        assert (ran.code, "settings.push.listen" in ran.err) == (1, True)
        desk.settings["push"] = {**desk.settings["push"], "listen": hub.place}
        desk.save()
        running.signal(signal.SIGHUP)
        assert "settings.push.listen" in (await running.says("reload_refused"))["reason"]
        await hub.push(NEWS)
        await running.says("push", outcome="new")
        await running.stops()


def let_minutes_pass(desk: Desk) -> None:
    """Let time pass, as far as the promise and the polls are concerned."""
    with closing(sqlite3.connect(desk.database, timeout=30)) as connection, connection:
        connection.execute("UPDATE push_subscriptions SET promised_at = '2020-01-01 00:00:00.000000'")
        connection.execute("UPDATE sources SET last_poll_at = '2020-01-01 00:00:00.000000'")


@pytest.mark.parametrize("step", ["poll.saved:2", "poll.committed:2"])
async def test_a_push_outlives_the_process_that_took_it(
    desk: Desk, site: Site, hub: Hub, tmp_path: Path, step: str
) -> None:
    """Killed before its commit, the promise brings a poll; killed after it, all is there. One alert either way."""
    async with daemon(desk.folder, tmp_path, {"STORYWATCH_KILL_AT": step}) as running:
        await running.says("push_verified")
        assert (await hub.push(NEWS)).status == 202
        assert (await running.ends())[0] == -signal.SIGKILL
    serve(site, hub, NEWS)
    let_minutes_pass(desk)
    async with daemon(desk.folder, tmp_path) as running:
        if step.startswith("poll.saved"):
            await running.says("poll", new=1, alerts=1)
        await running.says("delivery", state="sent")
        await running.stops()
    assert len(desk.mails) == 1
