"""Rule 16: a document is asked for once, however many watches want it."""

from datetime import timedelta
from pathlib import Path

import pytest

from storywatch.model import PageRules, SourceKind
from tests.integration.rules.office import a_feed, office
from tests.support.process import storywatch
from tests.support.watching import LONDON, Desk
from tests.support.web import reply, rss, serving

GOOD = reply(rss("Blast at Kabul airport", "London floods rise"), headers={"ETag": '"1"'})


async def test_rule_16_two_sources_of_one_address_are_one_visit(tmp_path: Path) -> None:
    """The second rests."""
    async with (
        serving({"/feed": GOOD}) as site,
        office(tmp_path, a_feed(site.url(), "one"), a_feed(site.url(), "two"), sites=(site,)) as desk,
    ):
        desk.pass_by(timedelta(minutes=20))
        assert await desk.due() == ["one"]


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "/other"},
        {"drop_urls": ("*/sport/*",)},
        {"kind": SourceKind.NEWS_SITEMAP},
        {"kind": SourceKind.PAGE, "page": PageRules(items="a")},
    ],
)
async def test_rule_16_another_reading_is_another_source(changed: dict[str, object], tmp_path: Path) -> None:
    """The control: what would bring other items is not left out."""
    async with serving({"/feed": GOOD}) as site:
        changes = {**changed, "url": site.url(str(changed.get("url", "/feed")))}
        second = a_feed(str(changes.pop("url")), "two", **changes)
        async with office(tmp_path, a_feed(site.url(), "one"), second, sites=(site,)) as desk:
            desk.pass_by(timedelta(minutes=20))
            assert set(await desk.due()) == {"one", "two"}


async def test_rule_16_one_visit_serves_every_event(tmp_path: Path) -> None:
    """Two events watch the same feed: the real program asks for it once, and alerts of both."""
    async with serving({"/feed": GOOD}) as site:
        desk = Desk(folder=tmp_path / "desk", sites=[site], sources={"first": site.url(), "again": site.url()})
        desk.events.append(LONDON)
        ran = await storywatch("poll", "--config", desk.save(), "--json")
        assert [poll["alerts"] for poll in ran.only["polls"]] == [2]
    assert len(site.visits()) == 1
