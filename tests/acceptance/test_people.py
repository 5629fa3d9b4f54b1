"""People as they meet Storywatch: the real daemon, mails through a real server, the pages in a real browser."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.integration.channels.servers import Mailroom, mail_server
from tests.support.browser import browser
from tests.support.hub import free_port
from tests.support.patience import soon, until
from tests.support.process import Daemon, daemon, environment, storywatch
from tests.support.visiting import link_in
from tests.support.watching import Desk
from tests.support.web import Site, reply, rss, serving

EDITOR = {"id": "editor", "name": "The editor", "email": "editor@news.example"}
ATTACK, STRIKE = "Blast at Kabul airport", "Drone strike in Kabul"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as running:
        yield running


@pytest.fixture
async def room() -> AsyncIterator[tuple[Mailroom, int]]:
    """A mail server that keeps what it takes."""
    mailroom = Mailroom()
    async with mail_server(mailroom) as port:
        yield mailroom, port


@pytest.fixture
def desk(site: Site, room: tuple[Mailroom, int], tmp_path: Path) -> Desk:
    """A watch of one feed, with pages and a mailbox for bounces."""
    site.pages["/feed"] = reply(rss(ATTACK))
    listen = f"127.0.0.1:{free_port()}"
    settings: dict[str, Any] = {
        "egress": {"allow": [site.place]},
        "polling": {"obey_robots": False},
        "mail_from": "Alerts <alerts@paper.example>",
        "smtp": {"host": "localhost", "port": room[1], "tls": "none"},
        "bounces": "bounces@paper.example",
        "pages": {"listen": listen, "public_url": f"http://{listen}", "key_file": "pages.key", "open_to_all": True},
    }
    subscribers = [{**EDITOR, "subscriptions": [{"channel": "email"}]}]
    made = Desk(
        folder=tmp_path / "watch",
        sites=[],
        sources={"wire-world": site.url()},
        settings=settings,
        subscribers=subscribers,
    )
    (made.save() / "pages.key").write_text("7" * 64)
    return made


def mails_to(room: Mailroom, address: str) -> list[EmailMessage]:
    """Return the mails that the server took for an address."""
    bodies = [one.content for one in room.taken if one.rcpt_tos == [address]]
    return [message_from_bytes(body, policy=default) for body in bodies if isinstance(body, bytes)]


async def publish(desk: Desk, site: Site, running: Daemon, *titles: str) -> None:
    """Let the outlet publish more, and the daemon see it."""
    seen = len(running.said("poll"))
    site.pages["/feed"] = reply(rss(*titles))
    desk.make_due()
    await running.says("poll", count=seen + 1)


async def test_who_presses_unsubscribe_in_a_browser_gets_no_further_mail(
    desk: Desk, site: Site, room: tuple[Mailroom, int], tmp_path: Path
) -> None:
    """From the link of a mail that was sent. The next report is an update, and nobody is told of it."""
    taken = room[0]
    async with daemon(desk.folder, tmp_path) as running, browser() as page:
        await until(lambda: mails_to(taken, "editor@news.example"))
        link = link_in(str(mails_to(taken, "editor@news.example")[0]["List-Unsubscribe"]), "unsubscribe")
        assert await page.open(link) == "Unsubscribe"
        assert await page.press("No more mail about this") == "You have unsubscribed"
        assert (await page.cookies(), await page.complaints()) == (0, [])
        await publish(desk, site, running, ATTACK, STRIKE)
        await running.says("poll", outcome="new", updates=1, alerts=0)
        assert "subscriber editor has left event kabul" in (await storywatch("status", "--config", desk.folder)).out
        await running.stops()
    assert len(mails_to(taken, "editor@news.example")) == 1


async def test_who_subscribes_in_a_browser_and_confirms_gets_alerts(
    desk: Desk, site: Site, room: tuple[Mailroom, int], tmp_path: Path
) -> None:
    """One mail asks first, and the next report is told."""
    taken, anna = room[0], "anna@news.example"
    async with daemon(desk.folder, tmp_path) as running, browser() as page:
        await running.says("poll", outcome="new")
        await page.open(desk.settings["pages"]["public_url"])
        await page.fill("Your mail address", anna)
        assert await page.press("Subscribe") == "Look into your mail"
        await until(lambda: mails_to(taken, anna))
        [mail] = mails_to(taken, anna)
        assert await page.open(link_in(mail.as_string(), "confirm")) == "Do you want this?"
        assert await page.press("Yes, send me this") == "You will hear of it"
        assert (await page.cookies(), await page.complaints()) == (0, [])
        await publish(desk, site, running, ATTACK, STRIKE)
        await until(lambda: len(mails_to(taken, anna)) == 2)
        assert STRIKE in str(mails_to(taken, anna)[1]["Subject"])
        readers = (await storywatch("readers", "--config", desk.folder, "--json")).only
        assert (readers["email"], readers["subscriptions"]) == (anna, 1)
        await running.stops()
        assert anna not in json.dumps(running.log)


async def test_the_pages_outlive_a_reload_and_end_with_the_daemon(desk: Desk, tmp_path: Path) -> None:
    """Another form is served after it, and nothing after a stop."""
    place = desk.settings["pages"]["public_url"]
    async with daemon(desk.folder, tmp_path) as running, aiohttp.ClientSession() as session:
        await running.says("started")
        async with session.get(place) as answer:
            assert "Kabul airport attack" in await answer.text()
        desk.events = [{**desk.events[0], "title": "The gate"}]
        desk.save()
        await running.says("reloaded")
        async with session.get(place) as answer:
            assert "The gate" in await answer.text()
        await running.stops()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(place)


async def test_a_reload_lets_nobody_send_more_forms(desk: Desk, tmp_path: Path) -> None:
    """Who used up the forms of a client has none left after it."""
    place = desk.settings["pages"]["public_url"]

    async def asks(session: aiohttp.ClientSession) -> int:
        form = {"email": "anna@news.example", "event": desk.events[0]["id"], "pace": "at_once"}
        async with session.post(f"{place}/subscribe", data=form) as answer:
            return answer.status

    async with daemon(desk.folder, tmp_path) as running, aiohttp.ClientSession() as session:
        await running.says("started")
        before = [await asks(session) for _ in range(12)]
        assert (before[0], before[-1]) == (200, 429)
        desk.events = [{**desk.events[0], "title": "The gate"}]
        desk.save()
        await running.says("reloaded")
        assert 429 in [await asks(session) for _ in range(4)]
        await running.stops()


async def test_a_mail_that_comes_back_ends_the_mails_to_its_address(
    desk: Desk, site: Site, room: tuple[Mailroom, int], tmp_path: Path
) -> None:
    """By the return address of the envelope; a forged report is counted and changes nothing."""
    taken = room[0]
    polled = await storywatch("poll", "--config", desk.folder, "--json")
    assert polled.only["deliveries"] == {"sent": 1}
    returned_to = str(taken.taken[0].mail_from)
    assert returned_to.startswith("bounces+")
    forged = await bounce(desk, report("bounces+a1-x@paper.example"))
    assert (forged["outcome"], forged["delivery"]) == ("unproven", None)
    assert (await bounce(desk, b"Subject: I am away\n\nSoon back"))["outcome"] == "ignored"
    assert (await bounce(desk, b"a" * 2_000_000))["outcome"] == "too_large"
    assert not (await storywatch("suppressions", "--config", desk.folder, "--json")).lines
    box = tmp_path / "box"
    (box / "new").mkdir(parents=True)
    (box / "new" / "1").write_bytes(report(returned_to))
    told = (await storywatch("bounce", "--config", desk.folder, "--maildir", box, "--json")).only
    assert (told["mail"], told["outcome"], told["status"]) == ("1", "suppressed", "5.1.1")
    assert [path.name for path in (box / "cur").iterdir()] == ["1:2,S"]
    listed = (await storywatch("suppressions", "--config", desk.folder, "--json")).only
    assert (listed["address"], listed["reason"]) == ("editor@news.example", "bounced")
    site.pages["/feed"] = reply(rss(ATTACK, STRIKE))
    again = await storywatch("poll", "--config", desk.folder, "--json")
    assert (again.code, again.only["polls"][0]["alerts"]) == (0, 0)
    lifted = await storywatch("suppressions", "lift", "Editor@news.example", "--config", desk.folder)
    assert (lifted.code, "lifted" in lifted.out) == (0, True)
    assert not (await storywatch("suppressions", "--config", desk.folder, "--json")).lines


def report(to: str) -> bytes:
    """Return what a mail server sends back."""
    return (
        f"From: <>\nTo: {to}\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.news.example\n\n"
        "Final-Recipient: rfc822; editor@news.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    ).encode()


async def bounce(desk: Desk, mail: bytes) -> dict[str, Any]:
    """Hand a mail in as a mail server does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "storywatch", "bounce", "--config", str(desk.folder), "--json"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment(),
    )
    async with soon():
        out, _ = await process.communicate(mail)
    assert process.returncode == 0
    told: dict[str, Any] = json.loads(out)
    return told


async def test_a_database_that_fails_lets_the_mail_server_keep_the_mail(desk: Desk) -> None:
    """Exit code 75: it tries again."""
    desk.settings["database"] = "watch.yaml"
    desk.save()
    ran = await storywatch("bounce", "--config", desk.folder)
    assert (ran.code, "error" in ran.err) == (75, True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("readers", "--remove", "nobody@news.example"), "no such reader"),
        (("suppressions", "lift", "nobody@news.example"), "not suppressed"),
        (("suppressions", "add"), "add ADDRESS"),
        (("suppressions", "add", "editor"), "no mail address"),
        (("suppressions", "list", "a@b.example"), "a list takes no address"),
    ],
)
async def test_what_can_not_be_done_is_said(desk: Desk, args: tuple[str, ...], said: str) -> None:
    ran = await storywatch(*args, "--config", desk.folder)
    assert (ran.code, said in " ".join(ran.err.split())) == (2, True)


async def test_an_operator_suppresses_an_address(desk: Desk, room: tuple[Mailroom, int]) -> None:
    """Nothing is sent there, nor planned."""
    await storywatch(
        "suppressions", "add", "editor@news.example", "--reason", "asked by phone", "--config", desk.folder
    )
    polled = await storywatch("poll", "--config", desk.folder, "--json")
    assert (polled.code, polled.only["deliveries"]) == (0, {})
    listed = (await storywatch("suppressions", "--config", desk.folder, "--json")).only
    assert (listed["reason"], listed["evidence"]) == ("operator", "asked by phone")
