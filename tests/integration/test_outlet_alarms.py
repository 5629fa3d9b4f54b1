"""What the operator hears of the cited outlets when one of them dies, moves, shuts the door or says nothing."""

from datetime import timedelta
from pathlib import Path

from tests.support.outlets import opened, wamu, washington_post
from tests.support.outlets.desk import desk_of
from tests.support.web import moved, serving


async def test_wamu_silent_for_weeks_is_stale_until_it_speaks(tmp_path: Path) -> None:
    """`stale_after` of the catalogue is 7 days."""
    async with opened("wamu") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry("wamu-feed")])
        await desk.poll()
        assert desk.open_alarms == {("wamu-feed", "stale")}
        double.room.publish("kabul-anniversary", "A year after the Kabul airport attack", "What is left.")
        await desk.poll()
        assert desk.open_alarms == set()


async def test_wamu_within_its_age_is_not_stale(tmp_path: Path) -> None:
    """The negative control."""
    async with opened("wamu") as double:
        double.room.ages(timedelta(days=6) - wamu.SILENT_FOR)
        desk = desk_of(tmp_path, double, entries=[double.entry("wamu-feed")])
        await desk.poll()
        assert desk.open_alarms == set()


async def test_washington_post_an_empty_feed_is_an_alarm_until_items_are_back(tmp_path: Path) -> None:
    """Not before it has worked once is it held to be the outlet's fault."""
    async with opened("washington-post") as double:
        desk = desk_of(tmp_path, double)
        await desk.poll("washington-post-world")
        articles, double.room.articles = double.room.articles, []
        await desk.poll("washington-post-world")
        assert desk.open_alarms == {("washington-post-world", "empty")}
        double.room.articles = articles
        await desk.poll("washington-post-world")
        assert desk.open_alarms == set()


async def test_nyt_a_feed_that_is_refused_twice_is_blocked(tmp_path: Path) -> None:
    """Refused once may be a mistake of the hour. The identity stays the same."""
    async with opened("nyt") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry("nyt-world")])
        site = double.sites["rss.nytimes.com"]
        washington_post.refuses(site.pages, "/services/xml/rss/nyt/World.xml")
        await desk.poll()
        assert desk.open_alarms == set()
        await desk.poll()
        assert desk.open_alarms == {("nyt-world", "blocked")}
        assert len({one["User-Agent"] for one in site.asked}) == 1


async def test_khaama_moved_to_another_host_is_told_and_to_its_own_is_not(tmp_path: Path) -> None:
    """Its bare host leads to www: that is one outlet."""
    async with opened("khaama") as double, serving(host="127.0.0.9") as other:
        entry = double.entry()
        bare = {"id": "khaama-bare", "url": double.local("https://khaama.com/feed/")}
        desk = desk_of(tmp_path, double, entries=[{**entry, "sources": [*entry["sources"], bare]}])
        desk.sites.append(other)
        desk.save()
        await desk.poll()
        assert desk.open_alarms == set()
        www = double.sites["www.khaama.com"].pages
        other.pages["/feed/"] = www["/feed/"]
        www["/feed/"] = moved(other.url("/feed/"))
        await desk.poll("khaama-feed")
        assert desk.open_alarms == {("khaama-feed", "moved")}


async def test_wion_addresses_that_are_not_there_are_gone(tmp_path: Path) -> None:
    """404 and 410 are told at once: its row asks to probe them all and keep one."""
    async with opened("wion") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry("wion-world", "wion-world-xml", "wion-world-rss")])
        await desk.poll()
        assert desk.open_alarms == {("wion-world-xml", "gone"), ("wion-world-rss", "gone")}
