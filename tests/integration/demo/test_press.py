"""The outlets' servers: conditional requests, robots.txt, one address for each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from storywatch.cli.demo.press import Newsroom, is_known, open_press
from storywatch.cli.demo.script import Edit, Press
from tests.unit.demo.samples import STORY

AT = datetime(2021, 8, 26, 12, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = AT

    def __call__(self) -> datetime:
        return self.time


async def _get(room: Newsroom, headers: dict[str, str] | None = None) -> tuple[int, bytes, Mapping[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(room.url, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


def _conditional(headers: Mapping[str, str]) -> dict[str, str]:
    names = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
    return {ours: headers[theirs] for ours, theirs in names.items() if theirs in headers}


@pytest.mark.parametrize("press", STORY.outlets, ids=lambda press: press.id)
async def test_a_second_visit_costs_nothing_until_something_changes(press: Press) -> None:
    """Each outlet answers 304 to its own validators; the one that sends none answers the same bytes."""
    clock = Clock()
    async with open_press(STORY.outlets, clock) as rooms:
        room = rooms[press.id]
        article = next(article for article in STORY.articles if article.outlet == room.press.id)
        room.publish(article)
        _, body, headers = await _get(room)
        status, again, _ = await _get(room, _conditional(headers))
        assert (status, again) == ((304, b"") if room.press.validators else (200, body))

        clock.time += timedelta(minutes=1)
        room.correct(Edit(of=article.slug, title="Other words", summary=""))
        status, changed, _ = await _get(room, _conditional(headers))
        assert status == 200
        assert b"Other words" in changed


async def test_the_outlets_are_hosts_of_their_own() -> None:
    """So that they are visited side by side, as in real life."""
    async with open_press(STORY.outlets, Clock()) as rooms:
        assert len({room.target.partition(":")[0] for room in rooms.values()}) == len(rooms)


async def test_every_outlet_has_a_robots_txt() -> None:
    """One of them refuses Scrapy by name, which is not ours."""
    async with open_press(STORY.outlets, Clock()) as rooms, aiohttp.ClientSession() as session:
        for room in rooms.values():
            async with session.get(f"http://{room.target}/robots.txt") as answer:
                assert "User-agent: *" in await answer.text()
        async with session.get(f"http://{rooms['nyt'].target}/robots.txt") as answer:
            assert "User-agent: Scrapy\nDisallow: /" in await answer.text()


async def test_answers_without_a_body_are_counted() -> None:
    """The summary tells how many visits were spared a download."""
    async with open_press(STORY.outlets, Clock()) as rooms:
        room = rooms["nyt"]
        _, _, headers = await _get(room)
        await _get(room, _conditional(headers))
        assert room.not_modified == 1


OLD, NEW = "Thu, 26 Aug 2021 12:00:00 GMT", "Thu, 26 Aug 2021 12:00:01 GMT"


@pytest.mark.parametrize(
    ("none_match", "modified_since", "validators", "known"),
    [
        ('"a"', None, {"ETag": '"a"'}, True),
        ('"b"', None, {"ETag": '"a"'}, False),
        (None, OLD, {"Last-Modified": OLD}, True),
        (None, OLD, {"Last-Modified": NEW}, False),
        ('"b"', NEW, {"ETag": '"a"', "Last-Modified": OLD}, False),
        (None, OLD, {}, False),
        (None, None, {"ETag": '"a"', "Last-Modified": OLD}, False),
    ],
)
def test_an_entity_tag_outranks_a_date(
    none_match: str | None,
    modified_since: str | None,
    validators: dict[str, str],
    known: bool,  # noqa: FBT001 - a parameter by pytest
) -> None:
    """RFC 9110, section 13.2.2."""
    assert is_known(none_match, modified_since, validators) is known
