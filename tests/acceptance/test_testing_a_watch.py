"""Testing a watch by the real process: backtest, explain, feedback, seed, against what a poll stored."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_cli import fits
from tests.support.process import storywatch
from tests.support.watching import KABUL, Desk
from tests.support.web import Site, reply, rss, serving

BLAST = "Blast at Kabul airport kills dozens as thousands wait to leave"
DRONE = "Pentagon admits that its drone strike in Kabul killed a family"
SCHOOLS = "Schools reopen in Kabul after the winter"
CRICKET = "Kabul cricket team lands at its airport [red]cheered[/red]"
NORWAY = "Elections in Norway bring a change"
ARTICLE = (
    b"<html lang='en'><head><title>Kabul airport attack: what we know</title></head><body><article>"
    b"<p>A suicide bomber of Islamic State Khorasan struck the crowd at Abbey Gate on Thursday, killing 170 people who "
    b"were waiting to be flown out of Afghanistan, and thirteen soldiers.</p>"
    b"<p>General Kenneth McKenzie said that the evacuation would go on until the end of the month.</p>"
    b"</article></body></html>"
)
PAGE = reply(ARTICLE, headers={"Content-Type": "text/html"})
LINKS = {"/first": PAGE, "/secret/x": PAGE}
ROBOTS = reply(b"User-agent: *\nDisallow: /secret/\n", headers={"Content-Type": "text/plain"})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """An outlet with a feed and two articles, one of which robots.txt forbids."""
    feed = reply(rss(BLAST, DRONE, SCHOOLS, CRICKET, NORWAY))
    async with serving({"/feed": feed, "/robots.txt": ROBOTS, **LINKS}) as running:
        yield running


@pytest.fixture
def fresh(site: Site, tmp_path: Path) -> Desk:
    """A watch of it with a strict event, before anything is polled."""
    desk = Desk(folder=tmp_path / "watch", sites=[site], sources={"wire-world": site.url()})
    desk.events = [{**KABUL, "match": "strict", "none": ["cricket"]}]
    desk.save()
    return desk


@pytest.fixture
async def desk(fresh: Desk) -> Desk:
    """The same, after one poll."""
    assert (await storywatch("poll", "--config", fresh.folder)).code == 0
    return fresh


async def item_called(desk: Desk, title: str) -> str:
    """Return the id of a stored item."""
    listed = await storywatch("items", "--config", desk.folder, "--json")
    return next(str(row["id"]) for row in listed.lines if row["title"] == title)


def events_alone(desk: Desk, **changes: Any) -> Path:
    """Write a file with the event alone, changed."""
    path = desk.folder.parent / "new-events.yaml"
    path.write_text(json.dumps({"events": [{**desk.events[0], **changes}]}), "utf-8")
    return path


# backtest ------------------------------------------------------------------------------------------------------------


async def test_backtest_tells_what_would_alert_and_what_is_near(desk: Desk) -> None:
    """The same that the poll alerted; near misses with what they lack; for people within 80 columns."""
    ran = await storywatch("backtest", "--config", desk.folder, "--json")
    assert (ran.code, ran.err) == (0, "")
    told = ran.only
    assert (told["event"], told["items"], told["alerts"], told["new"], told["gone"]) == ("kabul", 5, 2, None, None)
    assert sorted(one["title"] for one in told["matched"]) == sorted([BLAST, DRONE])
    assert {one["title"]: one["lacks"] for one in told["near"]} == {
        SCHOOLS: "lacks (airport | drone strike)",
        CRICKET: "says 'cricket', which `none` forbids",
    }
    shown = await storywatch("backtest", "--config", desk.folder)
    assert (shown.code, fits(shown)) == (0, True)
    assert "5 stored items" in shown.out
    assert "would alert, 2" in shown.out
    assert "lacks (airport | drone strike)" in shown.out
    assert "[red]cheered[/red]" in shown.out


async def test_backtest_compares_two_configs_on_the_live_database(desk: Desk) -> None:
    """The new one may hold events alone; nothing is alerted or stored."""
    mails = desk.mails
    narrower = events_alone(desk, all=[["Kabul"], ["drone strike", "schools"]])
    ran = await storywatch("backtest", "--config", narrower, "--against", desk.folder, "--json")
    told = ran.only
    titles = {one["item"]: one["title"] for one in told["matched"]}
    assert ([titles[item] for item in told["new"]], [one["title"] for one in told["gone"]]) == ([SCHOOLS], [BLAST])
    shown = await storywatch("backtest", "--config", narrower, "--against", desk.folder)
    assert (shown.code, fits(shown)) == (0, True)
    assert shown.out.index("new, 1") < shown.out.index("would no longer match, 1")
    by_variable = await storywatch("backtest", "--config", narrower, env={"STORYWATCH_CONFIG": str(desk.folder)})
    assert (by_variable.code, by_variable.out.count("kabul")) == (0, 2)
    assert desk.mails == mails
    assert len((await storywatch("updates", "--config", desk.folder, "--json")).lines) == 2


async def test_backtest_holds_answers_as_cases(desk: Desk) -> None:
    """One that comes out otherwise is a regression, with exit code 1; revoked it is none."""
    schools = await item_called(desk, SCHOOLS)
    assert (await storywatch("feedback", schools, "kabul", "yes", "--config", desk.folder)).code == 0
    wrong = await storywatch("backtest", "--config", desk.folder)
    assert (wrong.code, fits(wrong)) == (1, True)
    assert "answers that come out wrong, 1" in wrong.out
    assert "you said yes, but no match: lacks (airport | drone strike)" in wrong.out
    wider = await storywatch(
        "backtest", "--config", events_alone(desk, all=[["Kabul"]]), "--against", desk.folder, "--json"
    )
    assert (wider.code, [one["wrong"] for one in wider.only["cases"]]) == (0, [False])
    await storywatch("feedback", schools, "kabul", "--revoke", "--config", desk.folder)
    assert (await storywatch("backtest", "--config", desk.folder)).code == 0


async def test_backtest_without_items_says_how_to_get_some(fresh: Desk) -> None:
    ran = await storywatch("backtest", "--config", fresh.folder)
    assert (ran.code, ran.out) == (0, "")
    assert "storywatch poll" in ran.err


async def test_backtest_of_an_unknown_event_is_misuse(desk: Desk) -> None:
    ran = await storywatch("backtest", "--event", "kabull", "--config", desk.folder)
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'kabul'?" in ran.err
    assert (await storywatch("backtest", "--event", "kabul", "--days", "1", "--config", desk.folder)).code == 0


async def test_backtest_of_a_broken_config_tells_its_problems(desk: Desk) -> None:
    path = events_alone(desk, al=1)
    ran = await storywatch("backtest", "--config", path, "--against", desk.folder)
    assert (ran.code, ran.out) == (1, "")
    assert f"{path}:1: events[0].al: unknown key" in ran.err
    assert "settings" not in ran.err


# explain -------------------------------------------------------------------------------------------------------------


async def test_explain_of_no_item_asks_which(desk: Desk) -> None:
    ran = await storywatch("explain", "", "kabul", "--config", desk.folder)
    assert (ran.code, ran.out) == (2, "")
    assert "which item? Name it by its id" in ran.err


async def test_explain_says_why_and_why_not(desk: Desk) -> None:
    """Places with their words around them, what is lacking, and nothing wider than the terminal."""
    blast, schools = await item_called(desk, BLAST), await item_called(desk, SCHOOLS)
    taken = await storywatch("explain", blast[:8], "kabul", "--config", desk.folder)
    assert (taken.code, fits(taken)) == (0, True)
    assert "matches: your facets are met" in taken.out
    assert "title     Blast at [Kabul] airport kills" in taken.out
    missed = await storywatch("explain", schools, "kabul", "--config", desk.folder)
    assert "no match: not all that is asked is met: it lacks (airport | drone strike)" in " ".join(missed.out.split())
    assert "nothing of this was found" in missed.out

    told = (await storywatch("explain", schools, "kabul", "--config", desk.folder, "--json")).only
    assert (told["matches"], told["ground"], told["why_not"]) == (False, "lacking", "it lacks (airport | drone strike)")
    assert told["groups"] == [{"asked": "Kabul", "met": True}, {"asked": "airport | drone strike", "met": False}]
    assert SCHOOLS[told["found"][0]["start"] : told["found"][0]["end"]] == "Kabul"


async def test_explain_judges_what_never_came_near_and_what_nothing_has_taken_up(desk: Desk) -> None:
    """And tells how it was decided before, where that differs."""
    norway, schools = await item_called(desk, NORWAY), await item_called(desk, SCHOOLS)
    far = await storywatch("explain", norway, "kabul", "--config", desk.folder)
    assert "nothing is stored of a decision" in far.out
    new = events_alone(desk, id="schools", title="Schools", all=[["school*"]])
    live = {"STORYWATCH_CONFIG": str(desk.folder)}
    taken = await storywatch("explain", schools, "schools", "--config", new, "--json", env=live)
    assert (taken.only["matches"], taken.only["stored"]) == (True, None)
    blast = await item_called(desk, BLAST)
    changed = events_alone(desk, all=[["Kandahar"]])
    differs = await storywatch("explain", blast, "kabul", "--config", changed, env=live)
    assert "it matched" in " ".join(differs.out.split())


async def test_events_alone_need_a_config_that_runs(desk: Desk) -> None:
    """They name no database; the message says how to name one."""
    nowhere = desk.folder.parent / "nowhere"
    nowhere.mkdir()
    for words in (["explain", "x", "kabul"], ["backtest"]):
        ran = await storywatch(*words, "--config", events_alone(desk), cwd=nowhere)
        assert (ran.code, ran.out) == (2, "")
        assert "STORYWATCH_CONFIG" in ran.err


async def test_explain_of_an_event_without_facets_shows_its_title(desk: Desk) -> None:
    """What stands there of it, and what doesn't."""
    bare = events_alone(desk, all=[], none=[], match="assisted", title="Blast at Kabul airport and inquiry")
    item = await item_called(desk, BLAST)
    ran = await storywatch("explain", item, "kabul", "--config", bare, env={"STORYWATCH_CONFIG": str(desk.folder)})
    assert (ran.code, fits(ran)) == (0, True)
    assert "not found: inquiry" in ran.out
    assert "nothing of this was found" not in ran.out


async def test_explain_names_what_was_meant(desk: Desk) -> None:
    item = await item_called(desk, BLAST)
    unknown = await storywatch("explain", "zz", "kabul", "--config", desk.folder)
    assert (unknown.code, "`storywatch items` lists them" in unknown.err) == (2, True)
    several = await storywatch("explain", "i", "kabul", "--config", desk.folder)
    assert (several.code, several.err.count("\n  i")) == (2, 5)
    event = await storywatch("explain", item, "kabl", "--config", desk.folder)
    assert (event.code, "did you mean 'kabul'?" in event.err) == (2, True)


# feedback ------------------------------------------------------------------------------------------------------------


async def test_feedback_is_stored_seen_replaced_and_revoked(desk: Desk) -> None:
    blast = await item_called(desk, BLAST)
    no = await storywatch("feedback", blast, "kabul", "no", "--by", "ann", "--config", desk.folder)
    assert (no.code, no.out.splitlines()[0]) == (0, f"no, kabul: {BLAST}")
    assert "It matched; it counts as a counter-example from the next poll on." in no.out
    yes = await storywatch("feedback", blast, "kabul", "yes", "--config", desk.folder, "--json")
    assert (yes.only["verdict"]["matched"], yes.only["answer"]) == (True, "yes")
    assert "it now counts as an example" in yes.only["changes"]
    listed = await storywatch("feedback", "--config", desk.folder)
    assert (listed.code, fits(listed), listed.out.count(blast[:10])) == (0, True, 1)
    revoked = await storywatch("feedback", blast, "kabul", "--revoke", "--config", desk.folder)
    assert revoked.code == 0
    [row] = (await storywatch("feedback", "--list", "--json", "--config", desk.folder)).lines
    assert (row["answer"], row["revoked"] is not None) == ("yes", True)
    again = await storywatch("feedback", blast, "kabul", "--revoke", "--config", desk.folder)
    assert (again.code, "nothing was said of" in again.err) == (1, True)


@pytest.mark.parametrize(
    "words",
    [["ITEM"], ["ITEM", "kabul"], ["ITEM", "kabul", "yes", "--revoke"], ["ITEM", "kabul", "maybe"], ["--revoke"]],
)
async def test_feedback_that_says_too_little_is_misuse(fresh: Desk, words: list[str]) -> None:
    ran = await storywatch("feedback", *words, "--config", fresh.folder)
    assert (ran.code, ran.out) == (2, "")


async def test_feedback_on_an_event_that_nothing_has_taken_up_says_what_to_do(desk: Desk) -> None:
    blast = await item_called(desk, BLAST)
    desk.events.append({**KABUL, "id": "new"})
    desk.save()
    ran = await storywatch("feedback", blast, "new", "yes", "--config", desk.folder)
    assert (ran.code, "`storywatch poll`" in ran.err) == (1, True)


# seed ----------------------------------------------------------------------------------------------------------------


async def test_seeds_are_fetched_politely_and_understood(desk: Desk, site: Site) -> None:
    """Each failure says why and the others go on; what is stored as an item needs no visit."""
    known = next(row["url"] for row in (await storywatch("items", "--config", desk.folder, "--json")).lines)
    urls = [site.url("/first"), site.url("/none"), site.url("/secret/x"), known]
    ran = await storywatch("seed", "kabul", *urls, "--config", desk.folder)
    assert (ran.code, fits(ran)) == (1, True)
    lines = " ".join(ran.out.split())
    assert "fetched Kabul airport attack: what we know" in lines
    assert f"failed {site.url('/none')}: HTTP 404" in lines
    assert "robots.txt forbids" in lines
    assert "known " in lines
    assert "I take these as the names and words of this event: names " in lines
    assert "McKenzie" in lines
    assert not site.visits("/secret/x")

    listed = (await storywatch("seed", "kabul", "--list", "--json", "--config", desk.folder)).lines
    assert {row["url"] for row in listed} == {urls[0], known}
    shown = await storywatch("seed", "--config", desk.folder)
    assert (shown.code, "Kabul airport attack: what we know" in shown.out) == (0, True)
    removed = await storywatch("seed", "kabul", "--remove", urls[0], "--config", desk.folder)
    assert removed.code == 0
    again = await storywatch("seed", "kabul", "--remove", urls[0], "--config", desk.folder)
    assert (again.code, "has no seed at" in again.err) == (1, True)


async def test_seed_as_json_ends_with_what_is_understood(desk: Desk, site: Site) -> None:
    ran = await storywatch("seed", "kabul", site.url("/first"), "--config", desk.folder, "--json")
    first, last = ran.lines
    assert (ran.code, first["outcome"], first["error"]) == (0, "fetched", None)
    assert "Khorasan" in last["names"]


async def test_seed_without_addresses_is_misuse(fresh: Desk) -> None:
    for words in (["kabul"], ["kabul", "--remove"], ["kabull", "http://127.0.0.1/"], ["--list", "kabul", "http://x/"]):
        ran = await storywatch("seed", *words, "--config", fresh.folder)
        assert (ran.code, ran.out) == (2, ""), words
