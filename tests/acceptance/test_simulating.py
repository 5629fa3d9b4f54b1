"""Simulating polls by the real process: over trace files, and over what an installation has stored."""

import json
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.acceptance.test_cli import fits
from tests.support.process import Ran, storywatch
from tests.support.watching import Desk
from tests.support.web import Site, reply, rss, serving

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""
NAMES = ["uniform", "miniflux", "commafeed", "media_cloud", "storywatch", "storywatch_weighted", "bound"]


def items(days: float, *, source: str = "busy", a_day: int = 60, seed: int = 1) -> list[dict[str, object]]:
    """Return lines of a source that publishes in office hours only."""
    dice, listed = random.Random(seed), list[dict[str, object]]()
    for number in range(int(days * a_day)):
        hour = dice.uniform(8, 18)
        moment = START + timedelta(days=number // a_day, hours=hour)
        if moment < START + timedelta(days=days):
            listed.append({"source": source, "published": moment.isoformat()})
    return listed


def written(path: Path, lines: Sequence[object]) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    return path


async def simulated(path: Path, *options: object) -> Ran:
    return await storywatch("simulate-polling", "--traces", path, *options)


async def test_policies_are_compared_over_a_trace(tmp_path: Path) -> None:
    """At equal polls; a source with nights is seen sooner than by a fixed interval. People get a table that fits."""
    lines = items(6) + items(6, source="quiet", a_day=4, seed=2)
    for line in lines[::40]:
        line["matched"] = True
    random.Random(0).shuffle(lines)
    path = written(tmp_path / "trace.jsonl", [*lines, lines[0]])
    ran = await simulated(path, "--days", 3, "--json")
    assert (ran.code, ran.err) == (0, "")
    told = ran.only
    policies = {one["policy"]: one for one in told["policies"]}
    assert list(policies) == NAMES
    assert (told["sources"], told["budget"], told["compared_at"], told["repeated"]) == (2, 192, 192, 1)
    assert (told["until"][:10], told["warm_up_days"]) == ("2026-03-07", pytest.approx(2.7, abs=0.4))
    assert 150 < told["items"] <= 192
    assert 0 < told["matched_items"] < 10
    assert policies["storywatch"]["mean_of_uniform"] < 0.75
    # It holds on average; of so few items, and with bursts, a policy may be a little sooner.
    assert policies["bound"]["mean"] < 1.1 * policies["storywatch"]["mean"]
    assert policies["bound"]["p95"] is None
    assert {name: one["polls_a_day"] for name, one in policies.items()} == pytest.approx(
        dict.fromkeys(NAMES, 192), rel=0.12
    )
    shown = await simulated(path, "--days", 3)
    assert (shown.code, shown.err, fits(shown)) == (0, "", True)
    assert "2 sources, " in shown.out
    assert "Storywatch by events" in shown.out
    assert "1 line told again of an item" in shown.out


async def test_the_budget_and_the_days_are_as_asked(tmp_path: Path) -> None:
    """Fewer polls, later news. More days than there are is said."""
    path = written(tmp_path / "trace.jsonl", items(4))
    few, many = [(await simulated(path, "--budget", budget, "--json")).only for budget in (24, 288)]
    assert (few["budget"], many["budget"]) == (24, 288)
    assert few["policies"][4]["mean"] > 3 * many["policies"][4]["mean"]
    assert [one["policy"] for one in few["policies"]] == [name for name in NAMES if "weighted" not in name]
    shown = await simulated(path, "--days", 30)
    assert (shown.code, fits(shown)) == (0, True)
    assert "There are only 3." in shown.out
    assert "after 0.0 days to learn from" in shown.out


async def test_floors_of_a_trace_hold_every_policy(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [{**line, "max_age": 3600} for line in items(4)]
    ran = await simulated(written(tmp_path / "trace.jsonl", lines), "--json")
    assert all(one["polls_a_day"] <= 24.01 for one in ran.only["policies"])
    shown = await simulated(tmp_path / "trace.jsonl")
    assert (shown.code, fits(shown)) == (0, True)
    assert "Floors keep Storywatch below the budget" in shown.out


async def test_the_chart_is_svg(tmp_path: Path) -> None:
    """A name that promises something else is refused before anything is simulated, as is a folder that isn't there."""
    path, chart = written(tmp_path / "trace.jsonl", items(2)), tmp_path / "new" / "delays.svg"
    assert (await simulated(path, "--chart", chart)).code == 0
    drawn = ET.fromstring(chart.read_text("utf-8"))
    assert "Storywatch" in "".join(drawn.itertext())
    refused = await simulated(path, "--chart", tmp_path / "delays.png")
    assert (refused.code, refused.out) == (2, "")
    assert "the chart is written as SVG; give it a name that ends in .svg" in refused.err
    unwritable = await simulated(path, "--chart", path / "delays.svg")
    assert unwritable.code == 1
    assert "delays.svg can't be written: " in unwritable.err


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "trace.jsonl: holds no items; write one a line, such as {"),
        (items(2)[:1], "trace.jsonl: holds items of less than an hour; a simulation needs some days of them"),
        (items(2)[:1] * 5, "holds items of less than an hour"),
        (["rubbish", *items(2)], "trace.jsonl:1: no JSON: "),
        ([*items(2)[:3], {"source": "s", "published": "2026-03-02T10:00:00"}], "trace.jsonl:4: `published` is '2026"),
    ],
)
async def test_a_trace_that_cant_be_used_is_told(tmp_path: Path, lines: Sequence[object], told: str) -> None:
    ran = await simulated(written(tmp_path / "trace.jsonl", lines))
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err


async def test_two_items_of_several_years_make_a_table(tmp_path: Path) -> None:
    """Only the end of what lies between them is simulated."""
    lines = [{"source": "s", "published": f"{year}-01-01T00:00:00Z"} for year in (2019, 2026)]
    shown = await simulated(written(tmp_path / "trace.jsonl", lines))
    assert (shown.code, fits(shown)) == (0, True)
    assert "1 source, 1 item of 2025-12-18" in shown.out
    assert "So few items tell little" in shown.out


# The history ---------------------------------------------------------------------------------------------------------


async def test_an_installation_simulates_its_own_history(tmp_path: Path) -> None:
    """All sources that are polled, with what their servers ask for; before there are items it says so."""
    body = rss(*(f"News {number} of the day" for number in range(20)))
    async with serving({"/feed": reply(body, headers={"ETag": '"a"', "Cache-Control": "max-age=1200"})}) as site:
        desk = _desk(tmp_path, site)
        empty = await storywatch("simulate-polling", "--config", desk.folder)
        assert (empty.code, empty.out) == (1, "")
        assert "No items are stored yet" in empty.err
        assert (await storywatch("poll", "--config", desk.folder)).code in (0, 1)
    young = await storywatch("simulate-polling", "--config", desk.folder)
    assert young.code == 1
    assert "the history since the first poll: holds items of less than an hour" in young.err
    _publish_before_the_first_poll(desk.database)
    old = await storywatch("simulate-polling", "--config", desk.folder)
    assert (old.code, old.err) == (1, young.err)
    _age(desk.database)
    ran = await storywatch("simulate-polling", "--config", desk.folder, "--json")
    assert (ran.code, ran.err) == (0, "")
    told = ran.only
    assert (told["sources"], told["budget"]) == (2, 192)
    assert 5 <= told["items"] <= 20
    uniform = told["policies"][0]
    assert uniform["polls_a_day"] <= 192
    assert (await storywatch("simulate-polling", "--config", desk.folder, "--budget", "48")).code == 0


def _desk(folder: Path, site: Site) -> Desk:
    desk = Desk(folder=folder / "watch", sites=[site], sources={"wire": site.url(), "silent": site.url("/none")})
    desk.settings["polling"] = {"budget": 192}
    desk.save()
    return desk


def _publish_before_the_first_poll(database: Path) -> None:
    """Let the items be of different days, all of them long ago: nobody could have seen them sooner."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        for number, (item,) in enumerate(connection.execute("SELECT id FROM items ORDER BY id").fetchall()):
            published = (START - timedelta(days=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
            connection.execute("UPDATE revisions SET published = ? WHERE item = ?", [published, item])


def _age(database: Path) -> None:
    """Let each item have been seen four hours after the other."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM items ORDER BY id")]
        for number, item in enumerate(ids):
            seen = (START + timedelta(hours=4 * number)).strftime("%Y-%m-%d %H:%M:%S.%f")
            connection.execute("UPDATE items SET first_seen = ? WHERE id = ?", [seen, item])
            connection.execute("UPDATE revisions SET published = ? WHERE item = ?", [seen, item])
