"""The daemon as systemd and operators see it: a process, its log, its signals, its config files."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.patience import FOR_EVER, PATIENCE, until
from tests.support.process import Daemon, daemon, storywatch
from tests.support.watching import LONDON, Desk
from tests.support.web import Site, drip, head, in_turn, raw, reply, rss, serving, validated

AT_THE_START = {"config_warning", "old_python", "paced"}
ORDINARY = {*AT_THE_START, "started", "poll", "delivery", "stopping", "stopped"}
OLD = rss("Nothing of interest")
NEWS = rss("Nothing of interest", "Blast at Kabul airport")
MORE = rss("Nothing of interest", "Blast at Kabul airport", "Drone strike in Kabul", "London: floods rise")
LATER = rss("Nothing of interest", "Blast at Kabul airport", "Kabul drone strike: Pentagon admits ten civilians died")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """An outlet with one feed."""
    async with serving({"/feed": validated(NEWS, {"ETag": '"news"'})}) as running:
        yield running


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Desk:
    """A watch of that feed."""
    made = Desk(folder=tmp_path / "watch", sites=[site], sources={"wire-world": site.url()})
    made.save()
    return made


async def test_it_becomes_ready_polls_alerts_and_stops(desk: Desk, site: Site, tmp_path: Path) -> None:
    """What systemd and an operator's log see of an ordinary day. Who has nothing to do stops without waiting."""
    desk.settings["shutdown_timeout"] = f"{4 * PATIENCE:g}s"
    desk.save()
    async with daemon(desk.folder, tmp_path, {"WATCHDOG_USEC": "400000"}) as running:
        await running.notifies("READY=1")
        started = await running.says("started")
        poll = await running.says("poll")
        delivery = await running.says("delivery")
        desk.make_due()
        second = await running.says("poll", count=2)
        await running.notifies("WATCHDOG=1", count=3)
        running.signal(signal.SIGTERM)
        code, _ = await running.ends()
    assert code == 0
    assert running.notices[-1] == "STOPPING=1"
    assert (started["sources"], started["events"]) == (1, 1)
    wanted = {"source": "wire-world", "outcome": "new", "items": 2, "new": 2, "matched": 1, "updates": 1, "alerts": 1}
    assert wanted.items() <= poll.items()
    assert {"outcome": "unchanged", "items": 0, "new": 0, "level": "info"}.items() <= second.items()
    assert {"channel": "file", "state": "sent", "attempt": 1, "subscription": "editor-file"}.items() <= delivery.items()
    (mail,) = desk.mails
    assert "Blast at Kabul airport" in mail
    assert site.visits()[-1]["If-None-Match"] == '"news"'
    assert running.said("stopped", cut_off=0)
    # Nothing but one line a poll and one a delivery between start and stop, each dated.
    work = [line["event"] for line in running.log if line["event"] not in {*AT_THE_START, "stopping"}]
    assert work == ["started", "poll", "delivery", "poll", "stopped"]
    assert all(line["timestamp"].endswith("Z") for line in running.log)


async def test_a_changed_config_takes_effect_at_once_and_a_broken_one_never(
    desk: Desk, site: Site, tmp_path: Path
) -> None:
    """Saving the file is enough; SIGHUP does the same. What is refused is named by file and line."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("delivery")

        desk.events.append(LONDON)
        desk.save()
        await running.says("reloaded", events=2)
        await running.notifies("READY=1", count=2)

        desk.spoil()
        refused = await running.says("reload_refused")
        assert any("watch.yaml:1" in problem and "contact" in problem for problem in refused["problems"])
        site.pages["/feed"] = reply(MORE)
        desk.make_due()
        poll = await running.says("poll", outcome="new", items=4)
        assert (poll["matched"], poll["alerts"]) == (2, 2)  # the new event too: the config before the broken one holds
        await running.says("delivery", count=3)

        running.signal(signal.SIGHUP)
        await running.says("reload_refused", count=2)
        desk.sources["wire-second"] = site.url("/second")
        site.pages["/second"] = reply(OLD)
        desk.save()
        running.signal(signal.SIGHUP)
        await running.says("reloaded", sources=2)
        await running.says("poll", source="wire-second")

        del desk.sources["wire-world"]
        desk.save()
        running.signal(signal.SIGHUP)
        await running.says("reloaded", sources=1, count=2)
        before = len(site.visits())
        desk.make_due(["wire-world", "wire-second"])
        await running.says("poll", source="wire-second", count=2)
        await asyncio.sleep(1.2)  # a tick
        assert len(site.visits()) == before

        desk.settings["database"] = "other.db"
        desk.save()
        running.signal(signal.SIGHUP)
        assert "restart" in (await running.says("reload_refused", count=3))["reason"]
        await running.stops()
    assert len(desk.mails) == 3
    assert any("London: floods rise" in mail for mail in desk.mails)
    assert not (desk.folder / "other.db").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_within_the_bound_while_a_server_hangs(
    desk: Desk, site: Site, tmp_path: Path, number: signal.Signals
) -> None:
    """A visit under way gets the time that the settings give, and no more. The next start visits at once."""
    desk.settings["polling"] = {"timeout": f"{2 * PATIENCE:g}s"}
    desk.save()
    site.pages["/feed"] = in_turn(drip(head(200), b"<!-- -->", 0.05), reply(NEWS))
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("started")
        await until(site.visits)
        running.signal(number)
        code, took = await running.ends()
    assert code == 0
    assert took > 0.9
    assert running.said("stopped", cut_off=1)
    assert not running.said("poll")
    if number is signal.SIGTERM:
        async with daemon(desk.folder, tmp_path) as running:
            await running.says("delivery")
            await running.stops()


async def test_a_server_that_hangs_delays_neither_reload_nor_stop(desk: Desk, site: Site, tmp_path: Path) -> None:
    """The old crawler ends with its visits; the new one works beside it, and a stop comes through."""
    site.pages["/feed"] = raw(FOR_EVER)
    desk.settings["polling"] = {"timeout": f"{2 * PATIENCE:g}s"}
    desk.save()
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("started")
        await until(site.visits)
        async with serving({"/feed": reply(NEWS)}, host="127.0.0.2") as other:
            desk.sites.append(other)
            desk.sources["other-world"] = other.url()
            desk.save()
            await running.says("poll", source="other-world", outcome="new")
            for count in (2, 3):
                running.signal(signal.SIGHUP)
                await running.says("reloaded", count=count)
            running.signal(signal.SIGTERM)
            code, _ = await running.ends()
    assert code == 0
    assert not [line for line in running.log if line["level"] in {"error", "critical"}]


async def test_an_outage_is_told_and_survived(desk: Desk, site: Site, tmp_path: Path) -> None:
    """The feed's server goes and comes back; nothing is lost, and each failure is one line with its reason."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("poll", outcome="new")
        site.pages["/feed"] = reply(status=503)
        desk.make_due()
        failed = await running.says("poll", outcome="failed")
        assert (failed["code"], failed["level"]) == ("unavailable", "warning")
        site.pages["/feed"] = raw(b"")
        desk.make_due()
        await running.says("poll", code="connection")
        site.pages["/feed"] = drip(head(200), b"x" * 65_536)
        desk.make_due()
        await running.says("poll", code="too_large")
        (source,) = (await storywatch("sources", "--config", desk.folder, "--json")).lines
        assert (source["failures"], source["fault_code"]) == (3, "too_large")
        site.pages["/feed"] = reply(MORE)
        desk.make_due()
        await running.says("poll", outcome="new", items=4, alerts=1)
        await running.says("alarm_over", source="wire-world", kind="failing")
        await running.says("delivery", count=2)
        await running.stops()
    assert {line["event"] for line in running.log} <= ORDINARY | {"alarm", "alarm_over"}


async def test_a_locked_database_delays_and_kills_nothing(desk: Desk, site: Site, tmp_path: Path) -> None:
    """A backup may hold it for longer than we wait: that is told with its remedy, and then all goes on."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("delivery")
        site.pages["/feed"] = reply(MORE)
        desk.make_due()
        with closing(sqlite3.connect(desk.database, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            failed = await running.says("job_failed")
            holder.execute("ROLLBACK")
        assert "another process holds the database" in failed["reason"]
        assert "exception" not in failed
        await running.says("poll", outcome="new", items=4)
        await running.says("delivery", count=2)
        await running.stops()


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_database_that_is_moved_away_is_missed_and_not_made_anew(
    desk: Desk, site: Site, tmp_path: Path, *, replaced: bool
) -> None:
    """Daemon and commands say so, whether or not there is another file. When it is back, all goes on from there."""
    away = tmp_path / "away"
    away.mkdir()
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("delivery")
        site.pages["/feed"] = reply(MORE)
        desk.make_due()
        await running.says("delivery", count=2)
        site.pages["/feed"] = reply(LATER)
        files = [path for path in desk.folder.glob("storywatch.db*") if path.suffix != ".lock"]
        for path in files:
            path.rename(away / path.name)
        if replaced:
            desk.database.touch()
        failed = await running.says("job_failed")
        status = await storywatch("status", "--config", desk.folder)
        poll = await storywatch("poll", "--config", desk.folder)
        assert desk.database.exists() == replaced
        assert not replaced or not desk.database.read_bytes()
        for path in files:
            (away / path.name).replace(desk.folder / path.name)
        desk.make_due()
        await running.says("delivery", count=3)
        back = (await storywatch("status", "--config", desk.folder, "--json")).only
        await running.stops()
    assert "was moved or replaced while it was open: put it back" in failed["reason"]
    assert [(ran.code, ran.out) for ran in (status, poll)] == [(1, "")] * 2
    assert "moved or replaced while another process, such as the daemon, works on it" in " ".join(status.err.split())
    assert not [line for line in running.log if "exception" in line or "no such table" in line.get("reason", "")]
    assert (back["running"], back["trouble"]) == (True, [])
    assert len(desk.mails) == 3


async def test_a_daemon_stops_well_while_its_database_is_away(desk: Desk, tmp_path: Path) -> None:
    """And makes no new one. What it had stored is in the file, which can come back."""
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("delivery")
        aside = desk.database.rename(tmp_path / "aside.db")
        await running.says("job_failed")
        await running.stops()
    assert not desk.database.exists()
    aside.rename(desk.database)
    assert len((await storywatch("alerts", "--config", desk.folder, "--json")).lines) == 1


async def test_two_daemons_share_one_file(desk: Desk, site: Site, tmp_path: Path) -> None:
    """By mistake or at a handover: each poll and each alert happens once, and either may go."""
    site.pages["/feed"] = reply(OLD)
    second_folder = tmp_path / "second"
    second_folder.mkdir()
    async with daemon(desk.folder, tmp_path) as first, daemon(desk.folder, second_folder) as second:
        await asyncio.gather(first.says("started"), second.says("started"))
        await _either_says(first, second, "poll")
        site.pages["/feed"] = reply(NEWS)
        desk.make_due()
        await _either_says(first, second, "delivery")
        await first.stops()
        site.pages["/feed"] = reply(MORE)
        desk.make_due()
        await second.says("delivery", count=1 + len(second.said("delivery")))
        await second.stops()
    levels = {line["level"] for line in (*first.log, *second.log) if line["event"] not in AT_THE_START}
    assert levels == {"info"}
    assert len(desk.mails) == len(first.said("delivery")) + len(second.said("delivery")) == 2


async def _either_says(first: Daemon, second: Daemon, event: str) -> None:
    waiting = [asyncio.create_task(one.says(event)) for one in (first, second)]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    assert [task.result() for task in done]


async def test_a_config_that_is_broken_at_the_start_ends_it_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    """As `check` would say it; systemd then tells the operator."""
    desk.spoil()
    ran = await storywatch("run", "--config", desk.folder, cwd=tmp_path)
    assert ran.code == 1
    assert "watch.yaml:1: settings.contcat" in ran.err
