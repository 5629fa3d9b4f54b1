"""Rule 9: permanent redirects are followed for good once they last; others never; none leads astray.

Hops, loops, schemes and the guard at each hop: `tests/integration/spiders/test_redirects.py` and `test_egress.py`.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from storywatch.model import AlarmKind
from tests.integration.rules.office import a_feed, office
from tests.support.web import Answer, moved, reply, rss, serving

GOOD = reply(rss("A"), headers={"ETag": '"1"'})
DAY = timedelta(days=1)


@pytest.mark.parametrize("status", [301, 308])
async def test_rule_09_after_three_visits_the_new_address_is_visited(status: int, tmp_path: Path) -> None:
    """The declared one is kept, and the operator is told."""
    async with (
        serving({"/feed": moved("/new", status), "/new": GOOD}) as site,
        office(tmp_path, a_feed(site.url()), sites=(site,)) as desk,
    ):
        for _ in range(2):
            await desk.poll_when_due()
            assert (await desk.state()).url is None
        third = await desk.poll_when_due()
        assert (await desk.state()).url == site.url("/new")
        assert [alarm.kind for alarm in third.raised] == [AlarmKind.MOVED]
        await desk.poll_when_due()
        assert desk.config.sources["feed"].url == site.url("/feed")
    assert (len(site.visits("/feed")), len(site.visits("/new"))) == (3, 4)


async def test_rule_09_or_after_a_day(tmp_path: Path) -> None:
    """For sources that are visited seldom."""
    async with (
        serving({"/feed": moved("/new"), "/new": GOOD}) as site,
        office(tmp_path, a_feed(site.url(), every=DAY), sites=(site,)) as desk,
    ):
        await desk.poll_when_due()
        await desk.poll_when_due()
        assert (await desk.state()).url == site.url("/new")


@pytest.mark.parametrize(
    "pages",
    [
        {"/feed": moved("/new", 302)},
        {"/feed": moved("/new", 303)},
        {"/feed": moved("/new", 307)},
        {"/feed": moved("/hop", 301), "/hop": moved("/new", 302)},
        {"/feed": moved("/hop", 307), "/hop": moved("/new", 308)},
    ],
    ids=["302", "303", "307", "301 then 302", "307 then 308"],
)
async def test_rule_09_one_temporary_hop_keeps_the_declared_address(pages: dict[str, Answer], tmp_path: Path) -> None:
    """However long it lasts."""
    async with serving({**pages, "/new": GOOD}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(5):
            await desk.poll_when_due()
            desk.pass_by(DAY)
        assert (await desk.state()).url is None
    assert len(site.visits("/feed")) == 5


async def test_rule_09_a_chain_of_permanent_hops_is_permanent(tmp_path: Path) -> None:
    """The control of the chains above."""
    pages = {"/feed": moved("/hop", 301), "/hop": moved("/new", 308), "/new": GOOD}
    async with serving(pages) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(3):
            await desk.poll_when_due()
        assert (await desk.state()).url == site.url("/new")


@pytest.mark.parametrize("between", [GOOD, moved("/other"), moved("/new", 302), reply(status=503)])
async def test_rule_09_the_three_must_follow_each_other(between: Answer, tmp_path: Path) -> None:
    """A document, another target, a temporary redirect or a failure between them: the count starts anew."""
    async with (
        serving({"/feed": moved("/new"), "/new": GOOD, "/other": GOOD}) as site,
        office(tmp_path, a_feed(site.url()), sites=(site,)) as desk,
    ):
        for page in (moved("/new"), moved("/new"), between, moved("/new"), moved("/new")):
            site.pages["/feed"] = page
            await desk.poll_when_due()
        assert (await desk.state()).url is None


async def test_rule_09_the_declared_address_is_tried_again_when_the_new_one_fails(tmp_path: Path) -> None:
    """An outlet may redirect by mistake, and mend it."""
    async with (
        serving({"/feed": moved("/new"), "/new": GOOD}) as site,
        office(tmp_path, a_feed(site.url()), sites=(site,)) as desk,
    ):
        for _ in range(3):
            await desk.poll_when_due()
        site.pages.update({"/new": reply(status=404), "/feed": reply(rss("Back again"))})
        for _ in range(4):
            await desk.poll_when_due()
        state = await desk.state()
        assert (state.url, state.failures) == (None, 0)
        assert "Back again" in await desk.titles()


async def test_rule_09_duplicates_are_merged(tmp_path: Path) -> None:
    """A source that moved to where another one is rests; nobody asks for the document twice."""
    async with (
        serving({"/old": moved("/feed"), "/feed": GOOD}) as site,
        office(tmp_path, a_feed(site.url()), a_feed(site.url("/old"), "old"), sites=(site,)) as desk,
    ):
        for _ in range(3):
            await desk.poll_when_due("old")
        desk.pass_by(DAY)
        assert await desk.due() == ["feed"]


async def test_rule_09_a_move_counts_for_the_new_host(tmp_path: Path) -> None:
    """Its pauses hold for the source from then on."""
    async with (
        serving({"/feed": GOOD}, host="127.0.0.2") as new,
        serving({"/feed": moved(new.url(), 308)}) as old,
        office(tmp_path, a_feed(old.url(), verify=False), sites=(old, new)) as desk,
    ):
        for _ in range(3):
            await desk.poll_when_due()
        desk.pass_by(DAY)
        assert await desk.store.sources.due_hosts(desk.clock(), 10) == ["127.0.0.2"]
