"""The catalogue's facts at work: what is verified first, left out, filled in, and read in the outlet's own time."""

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.support.outlets import Double, cnn, opened, washington_post, wion
from tests.support.outlets.desk import desk_of, moment
from tests.support.process import daemon

UNVERIFIED = {"enabled": True, "verify": False}


async def test_cnn_a_feed_that_answers_with_the_news_of_2023_is_not_taken_in(tmp_path: Path) -> None:
    """Switched on against the catalogue's advice, it is verified first, and stays out with the reason."""
    async with opened("cnn") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry("cnn-world-rss")])
        polls = await desk.poll()
        assert polls["cnn-world-rss"]["error"]["code"] == "verification_failed"
        assert "2023-09-18" in polls["cnn-world-rss"]["error"]["message"]
        assert polls["cnn-sitemap"]["new"] == len(double.room.articles)
        assert desk.addresses == double.addresses


async def test_cnn_the_dead_feed_unverified_is_stale_and_the_sitemap_is_not(tmp_path: Path) -> None:
    """Items without a date don't make it young again, at the first visit or at a later one."""
    async with opened("cnn") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry(cnn_world_rss=UNVERIFIED)])
        polls = await desk.poll()
        assert polls["cnn-world-rss"]["new"] == len(cnn.DEAD)
        await desk.poll()
        assert desk.alarms == {("cnn-world-rss", "stale")}


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
        assert desk.alarms == {("al-jazeera-all", "gap")}
        assert desk.addresses == double.addresses


def _publish(double: Double, count: int) -> None:
    for _ in range(count):
        number = len(double.room.articles)
        late = double.room.now + timedelta(seconds=number)
        double.room.publish(f"rush-{number}", f"Kabul airport: report {number}", "More.", published=late)
