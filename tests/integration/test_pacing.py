"""Pacing in the running daemon: sources are learned, budgets reloaded, and waiting polls brought forward."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storywatch.pacing.rhythm import Rhythm
from tests.support.process import daemon, storywatch
from tests.support.watching import Desk
from tests.support.web import Site, reply, rss, serving, validated

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SOURCES = ("hot", "matters", "held", "other")
HEATED = (
    "Opera singers rehearse at Kabul airport",
    "Volcano ash over Kabul airport",
    "Bakery of Kabul airport wins",
    "Beekeepers at Kabul airport",
)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """An outlet with four feeds."""
    pages = {f"/{name}": validated(rss(f"Nothing in {name}"), {"ETag": f'"{name}"'}) for name in SOURCES}
    async with serving(pages) as running:
        yield running


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Desk:
    """A watch of the four, none with a pause of its own."""
    made = Desk(
        folder=tmp_path / "watch",
        sites=[site],
        sources={name: site.url(f"/{name}") for name in SOURCES},
        settings={"polling": {}},
    )
    made.save()
    return made


def change(desk: Desk, statement: str, *values: Any) -> None:
    """Change the database under the daemon."""
    with closing(sqlite3.connect(desk.database, timeout=30)) as connection, connection:
        connection.execute(statement, values)


def asked(desk: Desk, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the database."""
    with closing(sqlite3.connect(desk.database, timeout=30)) as connection:
        return connection.execute(query, values).fetchall()


def stored(moment: datetime) -> str:
    """Write a time as SQLite has it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def wait_for_hours(desk: Desk, name: str, *, matches: float, held: datetime | None = None) -> None:
    """Let a source have been polled an hour ago, and wait for five more; `matches`: of six that were expected."""
    now = datetime.now(UTC)
    fresh = Rhythm()
    learned = replace(
        fresh,
        items=fresh.items + 20,
        exposure=fresh.exposure + 36_000,
        at=now - HOUR,
        matches=matches,
        expected=6.0,
        polls=1,
    )
    change(desk, "UPDATE rhythms SET learned = ?, weight = 0.04 WHERE source = ?", learned.to_bytes(), name)
    plan = "UPDATE sources SET last_poll_at = ?, last_success_at = ?, next_poll_at = ?, fresh_until = ? WHERE id = ?"
    ago, ahead = stored(now - HOUR), stored(now + 5 * HOUR)
    change(desk, plan, ago, ago, ahead, stored(held) if held else ago, name)


async def test_an_event_that_heats_up_brings_the_polls_of_those_forward_that_report_it(
    desk: Desk, site: Site, tmp_path: Path
) -> None:
    """At once, and none before its publisher allows it; one that never reported the event stays where it was."""
    held_until = datetime.now(UTC) + 2 * HOUR
    async with daemon(desk.folder, tmp_path) as running:
        for name in SOURCES:
            await running.says("poll", source=name)
        for name in SOURCES:
            wait_for_hours(desk, name, matches=0.0 if name == "other" else 30.0)
        wait_for_hours(desk, "held", matches=30.0, held=held_until)

        site.pages["/hot"] = reply(rss("Nothing in hot", *HEATED))
        desk.make_due(["hot"])
        hot = await running.says("poll", source="hot", count=2)
        assert hot["matched"] == len(HEATED)
        assert (await running.says("polls_brought_forward"))["polls"] == 2
        await running.says("poll", source="matters", count=2)
        await running.stops()
    assert [len(site.visits(f"/{name}")) for name in SOURCES] == [2, 2, 1, 1]
    planned = dict(asked(desk, "SELECT id, next_poll_at FROM sources"))
    assert planned["held"] == stored(held_until)
    assert planned["other"] > stored(datetime.now(UTC) + 4 * HOUR)


async def test_a_source_is_learned_and_a_restart_forgets_nothing(desk: Desk, site: Site, tmp_path: Path) -> None:
    """Each poll writes its rhythm; the next process goes on from it, and an operator sees it."""
    async with daemon(desk.folder, tmp_path) as running:
        paced = await running.says("paced")
        for name in SOURCES:
            await running.says("poll", source=name)
        await running.stops()
    assert (paced["sources"], paced["budget"]) == (4, 4 * 96)
    before = dict(asked(desk, "SELECT id, next_poll_at FROM sources"))
    async with daemon(desk.folder, tmp_path) as running:
        await running.says("started")
        await running.stops()
    assert not running.said("paced")  # the pace of a minute ago still holds
    assert dict(asked(desk, "SELECT id, next_poll_at FROM sources")) == before
    assert all(Rhythm.of_bytes(blob).polls == 1 for (blob,) in asked(desk, "SELECT learned FROM rhythms"))

    told = (await storywatch("explain-poll", "hot", "--config", desk.folder, "--json")).only
    assert (told["steered_by"], told["polls"]["ever"], told["cost"]["budget"]) == ("pace", 1, 4 * 96)
    assert told["next_poll_at"][:19] == before["hot"][:19].replace(" ", "T")
    assert [floor["name"] for floor in told["floors"]] == ["least"]
    shown = await storywatch("explain-poll", "hot", "--config", desk.folder)
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    assert {"next poll", "why then", "cost", "gain", "floors", "seen"} <= {
        line[:9].strip() for line in shown.out.splitlines()
    }
    rows = (await storywatch("sources", "--config", desk.folder, "--json")).lines
    assert {(row["id"], row["every"], row["polls"]) for row in rows} == {(name, None, 1) for name in SOURCES}


async def test_a_budget_is_reloaded_at_once(desk: Desk, tmp_path: Path) -> None:
    """What waits comes sooner by a larger one; a poll by hand counts like any other."""
    desk.settings["polling"] = {"budget": 20}
    desk.save()
    async with daemon(desk.folder, tmp_path) as running:
        assert (await running.says("paced"))["budget"] == 20
        for name in SOURCES:
            await running.says("poll", source=name)
            wait_for_hours(desk, name, matches=0.0)
        desk.settings["polling"] = {"budget": 4000}
        desk.save()
        await running.says("reloaded")
        assert (await running.says("paced", count=2))["budget"] == 4000
        assert (await running.says("polls_brought_forward"))["polls"] == len(SOURCES)
        for name in SOURCES:
            await running.says("poll", source=name, count=2)
        await running.stops()
    await storywatch("poll", "hot", "--config", desk.folder)
    (row,) = asked(desk, "SELECT learned FROM rhythms WHERE source = 'hot'")
    assert Rhythm.of_bytes(row[0]).polls == 3
