"""The catalogue's facts at work: what is probed and verified first, left out, filled in, and read in local time."""

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.support.outlets import Double, cnn, opened, washington_post, wion
from tests.support.outlets.desk import desk_of, moment
from tests.support.process import daemon, storywatch


async def test_cnn_and_wion_a_probe_says_which_address_to_keep(tmp_path: Path) -> None:
    """Their rows ask for it; nothing is stored meanwhile, and what is off stays off."""
    async with opened("cnn") as first, opened("wion", first=10) as second:
        desk = desk_of(tmp_path, first, second)
        ran = await storywatch("probe", "--all", "--config", desk.folder, "--json")
        judged = {line["source"]: [one["code"] for one in line["problems"]] for line in ran.lines}
        assert judged == {
            "cnn-sitemap": [],
            "cnn-sitemap-edition": [],
            "cnn-world-rss": ["stale"],
            "wion-world": [],
            "wion-world-xml": ["not_found"],
            "wion-world-news": ["not_a_feed"],
            "wion-world-rss": ["gone"],
            "wion-india": ["not_found"],
            "wion-world-page": ["not_found"],
        }
        assert not desk.database.exists()


async def test_nyt_an_address_that_is_another_outlets_is_not_taken_in(tmp_path: Path) -> None:
    """Lists confuse addresses, and sites answer with others' feeds: all of its items link elsewhere."""
    async with opened("nyt") as nyt, opened("khaama", first=10) as other:
        other.room.publish("late-report", "Kabul airport: what is known now", "A summary.")
        wrong = {"enabled": True, "url": other.local("https://www.khaama.com/feed/")}
        desk = desk_of(tmp_path, nyt, other, entries=[nyt.entry(nyt_world=wrong)])
        poll = (await desk.poll())["nyt-world"]
        assert (poll["outcome"], poll["error"]["code"]) == ("failed", "verification_failed")
        assert desk.addresses == []


async def test_cnn_the_dead_feed_is_stale_from_the_first_visit_and_the_sitemap_is_not(tmp_path: Path) -> None:
    """That some of its items have no date doesn't make it young."""
    async with opened("cnn") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry("cnn-world-rss")])
        polls = await desk.poll()
        assert polls["cnn-world-rss"]["new"] == len(cnn.DEAD)
        assert desk.open_alarms == {("cnn-world-rss", "stale")}
        await desk.poll()
        assert desk.open_alarms == {("cnn-world-rss", "stale")}


async def test_washington_post_items_that_lead_to_the_home_page_are_dropped(tmp_path: Path) -> None:
    """`drop_urls`; two of them would be one item with two texts."""
    async with opened("washington-post") as double:
        for title in ("Live updates", "Subscribe"):
            double.room.publish(washington_post.BARE, title, "", sections=washington_post.SECTIONS)
        desk = desk_of(tmp_path, double)
        polls = await desk.poll("washington-post-world")
        assert polls["washington-post-world"]["new"] == len(washington_post.STORIES)
        assert washington_post.HOME not in {address.rstrip("/") for address in desk.addresses}


async def test_wion_a_time_without_a_zone_is_indian_time_and_says_so(tmp_path: Path) -> None:
    """`time_zone` of the outlet."""
    async with opened("wion") as double:
        article = double.room.publish("late", "Kabul: late", "It is late.", sections=(wion.NO_ZONE,))
        desk = desk_of(tmp_path, double, entries=[double.entry("wion-world")])
        await desk.poll()
        row = (await desk.items())[double.address(article)]
        assert moment(row["published"]) == article.published
        corrections = desk.rows("SELECT time_correction FROM revisions WHERE time_correction IS NOT NULL")
        assert corrections == [("zone_assumed",)]


async def test_al_jazeera_what_the_feed_lost_between_two_polls_comes_from_the_sitemap(tmp_path: Path) -> None:
    """The sitemap is for gaps only: it rests until the feed lists none of the items that it had."""
    async with opened("al-jazeera") as double:
        double.room.feed_length = 3
        desk = desk_of(tmp_path, double)
        async with daemon(desk.folder, tmp_path) as running:
            await running.says("poll", source="al-jazeera-all")
            _publish(double, 1)
            desk.make_due(["al-jazeera-all"])
            await running.says("poll", source="al-jazeera-all", count=2)
            await asyncio.sleep(1.2)  # a tick
            assert not running.said("poll", source="al-jazeera-sitemap")
            _publish(double, 5)
            desk.make_due(["al-jazeera-all"])
            await running.says("poll", source="al-jazeera-all", count=3)
            await running.says("poll", source="al-jazeera-sitemap")
            await running.stops()
        assert desk.open_alarms == {("al-jazeera-all", "gap")}
        assert desk.addresses == double.addresses


def _publish(double: Double, count: int) -> None:
    for _ in range(count):
        number = len(double.room.articles)
        late = double.room.now + timedelta(seconds=number)
        double.room.publish(f"rush-{number}", f"Kabul airport: report {number}", "More.", published=late)


async def test_bbc_an_index_brings_the_items_of_all_its_sitemaps(tmp_path: Path) -> None:
    """A new item stands in one of the two, and only what has changed is asked for."""
    async with opened("bbc") as double:
        desk = desk_of(tmp_path, double)
        assert (await desk.poll("bbc-sitemap-uk"))["bbc-sitemap-uk"]["new"] == 2
        assert (await desk.poll("bbc-sitemap-uk"))["bbc-sitemap-uk"]["outcome"] == "unchanged"
        double.room.publish("c0dddddddd1o", "Kabul airport: a year on", "What is left.")
        assert (await desk.poll("bbc-sitemap-uk"))["bbc-sitemap-uk"]["new"] == 1
        assert desk.addresses == double.addresses
        site = double.sites["www.bbc.co.uk"]
        assert len(site.visits("/sitemaps/https-sitemap-uk-news-1.xml")) == 2
