"""Rule 4: validators answer one question only, and a restart asks no questions again."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from storywatch.model import PageRules, Settings, Source
from tests.integration.rules.office import SETTINGS, a_feed, office
from tests.support.web import Site, in_turn, moved, reply, rss, serving, validated

PAGE = validated(rss("Blast at the airport"), {"ETag": '"1"'})


async def second_request(folder: Path, site: Site, source: Source, settings: Settings = SETTINGS) -> list[bytes]:
    """Poll, restart with this source and these settings, poll again; return what the second request shows."""
    async with office(folder, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        clock = desk.clock
    async with office(folder, source, sites=(site,), settings=settings, clock=clock) as desk:
        await desk.poll_when_due()
    return site.asked[-1].all("If-None-Match")


async def test_rule_04_a_restart_keeps_validators(tmp_path: Path) -> None:
    """The control of what follows."""
    async with serving({"/feed": PAGE}) as site:
        assert await second_request(tmp_path, site, a_feed(site.url())) == [b'"1"']


@pytest.mark.parametrize(
    "changed",
    [
        {"path": "/other"},
        {"path": "/feed?edition=2"},
        {"contact": "other@example.org"},
        {"page": PageRules(items="article")},
    ],
    ids=["address", "query", "user agent", "reading"],
)
async def test_rule_04_another_question_is_asked_without_validators(changed: dict[str, str], tmp_path: Path) -> None:
    """Another address, who asks under another name, and who reads the answer in another way."""
    changes = dict(changed)
    path = changes.pop("path", "/feed")
    settings = replace(SETTINGS, contact=changes.pop("contact", SETTINGS.contact))
    async with serving({"/feed": PAGE, "/other": PAGE}) as site:
        assert await second_request(tmp_path, site, a_feed(site.url(path), **changes), settings) == []


async def test_rule_04_who_falls_back_to_the_declared_address_asks_it_afresh(tmp_path: Path) -> None:
    """What the address that it had moved to called its versions means nothing here."""
    site_pages = {"/old": moved("/new"), "/new": reply(rss("A"), headers={"ETag": '"of the new address"'})}
    async with serving(site_pages) as site, office(tmp_path, a_feed(site.url("/old")), sites=(site,)) as desk:
        for _ in range(4):
            await desk.poll_when_due()
        assert (await desk.state()).url == site.url("/new")
        site.pages.update({"/old": reply(rss("B")), "/new": reply(status=404)})
        for _ in range(4):
            await desk.poll_when_due()
        assert (await desk.state()).url is None
    assert site.asked[-1].target == "/old"
    assert site.asked[-1].all("If-None-Match") == []


async def test_rule_04_a_restart_is_no_storm(tmp_path: Path) -> None:
    """Ten restarts in a row, and a reload each: nobody is visited before its time."""
    page = in_turn(reply(rss("A"), headers={"ETag": '"1"'}), reply(status=304))
    async with serving({"/feed": page}) as site:
        sources = tuple(a_feed(site.url(f"/feed?{number}"), f"feed-{number}") for number in range(5))
        async with office(tmp_path, *sources, sites=(site,)) as desk:
            clock = desk.clock
            for source in sources:
                await desk.poll(source.id)
        for _ in range(10):
            clock.now += timedelta(minutes=1)
            async with office(tmp_path, *sources, sites=(site,), clock=clock) as desk:
                await desk.store.sources.apply(desk.config, clock(), changed=True)
                await desk.store.sources.spread_overdue(clock())
                assert await desk.due() == []
        clock.now += timedelta(minutes=5)
        async with office(tmp_path, *sources, sites=(site,), clock=clock) as desk:
            assert len(await desk.due()) == 5  # the control: then they are due


async def test_rule_04_first_visits_are_spread(tmp_path: Path) -> None:
    """Four a second at most, and all within a quarter of an hour."""
    sources = tuple(a_feed(f"https://a{number}.example/feed", f"feed-{number:03}") for number in range(200))
    async with office(tmp_path, *sources, sites=()) as desk:
        moments = sorted([(await desk.state(source.id)).next_poll_at for source in sources])
    assert moments[0] == desk.clock.now
    assert min(later - earlier for earlier, later in pairwise(moments)) >= timedelta(seconds=0.25)
    assert moments[-1] - moments[0] <= timedelta(minutes=15)
