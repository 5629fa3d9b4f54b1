"""All the real feeds of the test data, served over loopback and polled by the real program, three times."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.corpus import corpus
from tests.support.process import Ran, storywatch
from tests.support.watching import Desk
from tests.support.web import Answer, Site, reply, serving, validated

HOSTS = 8
"""As many outlets' servers; one host is visited by one connection at a time."""


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    """The files by the id of the source that each becomes."""
    files = sorted(path for path in corpus("real-feeds").iterdir() if path.suffix != ".md")
    return {re.sub(r"[^a-z0-9]+", "-", path.name.lower()).strip("-"): path.read_bytes() for path in files}


def _answer(number: int, body: bytes) -> Answer:
    """Serve in the ways that outlets do: with both validators, with one of them, with none."""
    tag, date = {"ETag": f'W/"{number}"'}, {"Last-Modified": f"Thu, 26 Aug 2021 17:{number % 60:02}:00 GMT"}
    headers: tuple[Mapping[str, str], ...] = ({**tag, **date}, tag, date)
    return reply(body) if number % 4 == 3 else validated(body, headers[number % 4])


def _places(documents: dict[str, bytes], sites: list[Site]) -> Iterator[tuple[str, Site]]:
    for number, (source, body) in enumerate(documents.items()):
        site = sites[number % HOSTS]
        site.pages[f"/{source}"] = _answer(number, body)
        yield source, site


async def test_every_feed_ends_in_items_or_a_clear_error_and_no_item_twice(
    documents: dict[str, bytes], tmp_path: Path
) -> None:
    """Three rounds: all is new; nothing is; one title changed, and that is one revision."""
    async with (
        serving() as a,
        serving(host="127.0.0.2") as b,
        serving(host="127.0.0.3") as c,
        serving(host="127.0.0.4") as d,
        serving(host="127.0.0.5") as e,
        serving(host="127.0.0.6") as f,
        serving(host="127.0.0.7") as g,
        serving(host="127.0.0.8") as h,
    ):
        sites = [a, b, c, d, e, f, g, h]
        homes = dict(_places(documents, sites))
        desk = Desk(
            folder=tmp_path / "watch",
            sites=sites,
            sources={source: site.url(f"/{source}") for source, site in homes.items()},
        )
        desk.save()

        first = await _round(desk)
        assert len(first) == len(documents) >= 200
        _each_is_items_or_a_clear_error(first)
        stored = (await storywatch("status", "--config", desk.folder, "--json")).only["items"]
        assert stored == sum(poll["new"] for poll in first.values())

        asked = {source: len(site.visits(f"/{source}")) for source, site in homes.items()}
        second = await _round(desk)
        _nothing_is_new(first, second)
        good = [source for source, poll in second.items() if poll["outcome"] != "failed"]
        _visits_were_conditional(good, homes, asked)

        source, body = _with_another_title(documents, {source: first[source] for source in good})
        homes[source].pages[f"/{source}"] = reply(body)
        third = await _round(desk)
        assert (third[source]["outcome"], third[source]["revised"], third[source]["new"]) == ("revised", 1, 0)
        assert sum(poll["new"] + poll["revised"] for poll in third.values()) == 1
        rows = (await storywatch("items", "--config", desk.folder, "--json", "--limit", "100000")).lines
    assert len(rows) == stored
    assert [row["title"] for row in rows if row["revision"] == 2] == [CHANGED]


CHANGED = "Corrected: this title was changed by the outlet"


async def _round(desk: Desk) -> dict[str, dict[str, Any]]:
    ran: Ran = await storywatch("poll", "--config", desk.folder, "--json")
    assert ran.code == 1  # some of the files are no feeds, and are meant to fail
    assert ran.only["busy"] == []
    return {poll["source"]: poll for poll in ran.only["polls"]}


def _each_is_items_or_a_clear_error(polls: dict[str, dict[str, Any]]) -> None:
    failed = {source: poll["error"] for source, poll in polls.items() if poll["outcome"] == "failed"}
    assert len(failed) < len(polls) / 20
    for error in failed.values():
        assert error["code"] in {"not_a_feed", "malformed", "empty_body", "nothing_readable"}
        assert len(error["message"]) > 20
        assert error["message"].isprintable()
    empty = {source for source, poll in polls.items() if poll["outcome"] != "failed" and not poll["items"]}
    assert len(empty) < 10, empty
    assert all(polls[source]["outcome"] == "unchanged" for source in empty)


def _is_held(poll: dict[str, Any]) -> bool:
    """Tell whether a feed asks for a pause today, such as by `skipDays`: then it is not visited."""
    return bool(poll["outcome"] == "failed" and poll["error"]["code"] == "held")


def _nothing_is_new(first: dict[str, dict[str, Any]], second: dict[str, dict[str, Any]]) -> None:
    assert sum(poll["new"] + poll["revised"] for poll in second.values()) == 0
    visited = {source: poll for source, poll in second.items() if not _is_held(poll)}
    assert len(visited) > len(second) * 0.9
    outcomes = {(first[source]["outcome"], poll["outcome"]) for source, poll in visited.items()}
    assert outcomes <= {("new", "unchanged"), ("failed", "failed"), ("unchanged", "unchanged")}


def _visits_were_conditional(sources: list[str], homes: dict[str, Site], asked: dict[str, int]) -> None:
    """Every visit of the second round to a source that gave validators and items shows them."""
    conditional = 0
    for source in sources:
        site = homes[source]
        before, after = site.visits(f"/{source}")[: asked[source]], site.visits(f"/{source}")[asked[source] :]
        assert len(after) == 1
        assert not any("If-None-Match" in one or "If-Modified-Since" in one for one in before)
        number = list(homes).index(source)
        assert ("If-None-Match" in after[0]) == (number % 4 in {0, 1})
        assert ("If-Modified-Since" in after[0]) == (number % 4 in {0, 2})
        conditional += number % 4 != 3
    assert conditional > 100


def _with_another_title(documents: dict[str, bytes], polls: dict[str, dict[str, Any]]) -> tuple[str, bytes]:
    """Change the first item's title in the first plain RSS document that has one."""
    pattern = re.compile(rb"(<item>.*?<title>)[^<]{5,200}(</title>)", re.DOTALL)
    for source, body in documents.items():
        poll = polls.get(source)
        if poll and poll["new"] == poll["items"] > 3 and (found := pattern.search(body)):
            return source, body[: found.end(1)] + CHANGED.encode() + body[found.start(2) :]
    raise AssertionError("no document to change")
