"""What is gathered and released, as an operator sees it: the real commands and the real daemon."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from email import message_from_string, policy
from pathlib import Path

import pytest

from tests.support.process import daemon, storywatch
from tests.support.watching import Desk
from tests.support.web import Site, reply, rss, serving

BLAST = "Blast at Kabul airport kills dozens"
STRIKE = "Drone strike in Kabul destroys the car of an aid worker"
SELDOM = {"digest": {"cron": "0 0 1 1 *"}}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """An outlet with one feed."""
    async with serving({"/feed": reply(rss("Nothing of interest", BLAST))}) as running:
        yield running


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Desk:
    """A watch of that feed, for an editor who is told once a year."""
    made = Desk(folder=tmp_path / "watch", sites=[site], sources={"wire-world": site.url()}, wishes=SELDOM)
    made.save()
    return made


def let_it_be_due(desk: Desk) -> None:
    """Let time pass: what is gathered is to be released now."""
    with closing(sqlite3.connect(desk.database, timeout=30)) as connection, connection:
        connection.execute("UPDATE alerts SET release_at = '2020-01-01 00:00:00.000000' WHERE delivery IS NULL")


async def test_what_is_gathered_is_listed_and_told_when_it_is_due(desk: Desk) -> None:
    """By one round of polls too, for those who run no daemon."""
    place = ("--config", desk.folder)
    gathered = await storywatch("poll", *place, "--json")
    assert (gathered.code, gathered.only["polls"][0]["alerts"], gathered.only["deliveries"]) == (0, 1, {})
    assert desk.mails == []
    alert = (await storywatch("alerts", *place, "--json")).only
    assert (alert["state"], alert["delivery"], alert["kind"]) == ("gathered", None, "update")
    listed = (await storywatch("subscriptions", *place, "--json")).only
    assert (listed["gathered"], listed["release_at"]) == (1, alert["release_at"])
    assert listed["next_digest_at"] == alert["release_at"]
    assert alert["release_at"].endswith("-01-01T00:00:00Z")
    status = (await storywatch("status", *place, "--json")).only
    assert (status["alerts_gathered"], status["alerts_set_aside"]) == (1, 0)
    for_people = await storywatch("subscriptions", *place)
    assert for_people.code == 0
    for said in ("editor-file (file): every event; further outlets", "told by cron 0 0 1 1 * UTC", "1 gathered"):
        assert said in for_people.out

    let_it_be_due(desk)
    released = await storywatch("poll", *place, "--json")
    assert (released.code, released.only["deliveries"]) == (0, {"sent": 1})
    [mail] = desk.mails
    assert BLAST in mail
    told = (await storywatch("alerts", *place, "--json")).only
    assert (told["state"], told["delivery"]) == ("sent", alert["id"])
    assert (await storywatch("poll", *place, "--json")).only["deliveries"] == {}


async def test_a_digest_carries_several_updates_in_one_mail(desk: Desk, site: Site) -> None:
    """Written by the real channel: each update once, in one delivery to which all alerts point."""
    place = ("--config", desk.folder)
    site.pages["/feed"] = reply(rss("Nothing of interest", BLAST, STRIKE))
    assert (await storywatch("poll", *place, "--json")).only["polls"][0]["alerts"] == 2
    let_it_be_due(desk)
    assert (await storywatch("poll", *place, "--json")).only["deliveries"] == {"sent": 1}
    [mail] = desk.mails
    read = message_from_string(mail, policy=policy.default)
    text = read.get_body(("plain",))
    assert text is not None
    assert [text.get_content().count(headline) for headline in (BLAST, STRIKE)] == [1, 1]
    alerts = (await storywatch("alerts", *place, "--json")).lines
    [delivery] = {row["delivery"] for row in alerts}
    assert str(read["Message-ID"]).startswith(f"<{delivery}@")
    assert {row["state"] for row in alerts} == {"sent"}


async def test_the_daemon_releases_what_is_due(desk: Desk, tmp_path: Path) -> None:
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("poll", alerts=1)
        assert not running.said("delivery")
        let_it_be_due(desk)
        release = await running.says("release")
        await running.says("delivery", state="sent")
        await running.stops()
    assert (release["subscription"], release["kind"], release["alerts"]) == ("editor-file", "alert", 1)
    assert len(desk.mails) == 1


async def test_who_wants_no_digest_any_more_is_told_at_once(desk: Desk, tmp_path: Path) -> None:
    """As soon as the config is saved."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("poll", alerts=1)
        desk.wishes = {}
        desk.save()
        await running.says("brought_forward", subscriptions=1)
        await running.says("delivery", state="sent")
        await running.stops()
    assert len(desk.mails) == 1
