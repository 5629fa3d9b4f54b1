"""What a daemon knows: the real process, over a kill and a reload."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.process import daemon, storywatch
from tests.support.watching import LONDON, Desk
from tests.support.web import Site, reply, rss, serving

NEWS = rss("Nothing of interest", "Blast at Kabul airport")
MORE = rss("Nothing of interest", "Blast at Kabul airport", "Drone strike in Kabul", "London: floods rise")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """An outlet with one feed."""
    async with serving({"/feed": reply(NEWS)}) as running:
        yield running


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Desk:
    """A watch of that feed."""
    made = Desk(folder=tmp_path / "watch", sites=[site], sources={"wire-world": site.url()})
    made.save()
    return made


async def test_a_daemon_that_is_killed_knows_after_its_start_what_it_had_learned(desk: Desk, tmp_path: Path) -> None:
    """Nothing was saved since it began."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("delivery")
        running.signal(signal.SIGKILL)
        await running.ends()
    async with daemon(desk.folder, tmp_path) as running:
        recalled = await running.says("recalled")
        assert recalled["told"] == 2
        assert recalled["rebuilt"] == 0
        await running.stops()
    async with daemon(desk.folder, tmp_path) as running:
        assert (await running.says("recalled"))["told"] == 0  # the stop has saved it
        await running.stops()
    assert len(desk.mails) == 1


async def test_a_new_event_gets_its_past_without_alerts(desk: Desk, site: Site, tmp_path: Path) -> None:
    """After a reload, by the daemon itself; the command has nothing left to do."""
    site.pages["/feed"] = reply(MORE)
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("delivery", count=2)
        desk.events.append(LONDON)
        desk.save()
        imported = await running.says("imported", story="london")
        assert (imported["matched"], imported["updates"]) == (1, 1)
        await running.stops()
    assert len(desk.mails) == 2
    updates = (await storywatch("updates", "--config", desk.folder, "--json")).lines
    assert [row["headline"] for row in updates if row["event"] == "london"] == ["London: floods rise"]
    assert (await storywatch("backfill", "--config", desk.folder, "--json")).lines == []
    again = (await storywatch("backfill", "london", "--config", desk.folder, "--json")).only
    assert {"event": "london", "matched": 1, "updates": 0}.items() <= again.items()


async def test_a_poll_by_hand_learns_and_imports_too(desk: Desk, site: Site) -> None:
    site.pages["/feed"] = reply(MORE)
    await storywatch("poll", "--config", desk.folder, "--json")
    desk.events.append(LONDON)
    desk.save()
    polled = (await storywatch("poll", "--config", desk.folder, "--json")).only
    assert polled["deliveries"] == {}
    events = (await storywatch("events", "--config", desk.folder, "--json")).lines
    assert {row["id"]: row["updates"] for row in events}["london"] == 1


async def test_an_unknown_event_cant_be_backfilled(desk: Desk) -> None:
    ran = await storywatch("backfill", "nowhere", "--config", desk.folder)
    assert ran.code == 2
    assert "no such event: nowhere" in ran.err
