"""The outlets that the sample event cites: the catalogue's own entries, polled by the real program on loopback.

The doubles have the shapes, headers and quirks that are known of the outlets (`tests.support.outlets`).
"""

from contextlib import AsyncExitStack
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from tests.support.outlets import CITED, Double, bbc, opened, wamu, washington_post
from tests.support.outlets.desk import CatalogueDesk, desk_of, moment
from tests.support.outlets.manners import robots, web_page
from tests.support.outlets.newsroom import Article

OFF = {"nyt": ["nyt-world"], "wamu": ["wamu-feed"], "wion": ["wion-world"]}
"""What the catalogue has switched off and the tests need."""
CONDITIONAL = ("If-None-Match", "If-Modified-Since")
EVERYWHERE = ("World", *washington_post.SECTIONS)
SAYS_AUTHOR = {"nyt", "khaama", "washington-post", "wamu"}


async def test_every_item_is_stored_once_with_its_time_text_and_address(tmp_path: Path) -> None:
    """All at once: all is new, then nothing, not even where readers commented; then one item of each."""
    async with AsyncExitStack() as stack:
        doubles = [await stack.enter_async_context(opened(name, first=10 * n)) for n, name in enumerate(CITED, 1)]
        rooms = {double.twin.outlet: double.room for double in doubles}
        rooms["wamu"].ages(-wamu.SILENT_FOR)
        entries = [double.entry(*OFF.get(double.twin.outlet, [])) for double in doubles]
        desk = desk_of(tmp_path, *doubles, entries=entries)

        await _is_stored(desk, doubles)
        assert {poll["outcome"] for poll in (await desk.poll()).values()} == {"unchanged"}
        for room in rooms.values():
            room.comments += 3
        assert {poll["outcome"] for poll in (await desk.poll()).values()} == {"unchanged"}

        for room in rooms.values():
            room.publish(
                "late-report", "Kabul airport: what is known now", "A summary of the day.", sections=EVERYWHERE
            )
        await _is_stored(desk, doubles)
        assert desk.rows("SELECT count(*) FROM revisions WHERE number > 1") == [(0,)]


async def _is_stored(desk: CatalogueDesk, doubles: list[Double]) -> None:
    polls = await desk.poll()
    assert {poll["outcome"] for poll in polls.values()} <= {"new", "unchanged"}
    stored = await desk.items()
    articles = {double.address(one): (one, double.twin.outlet) for double in doubles for one in double.room.articles}
    assert set(stored) == set(articles)
    for address, (article, outlet) in articles.items():
        _is_told(stored[address], article, outlet)


def _is_told(row: dict[str, Any], article: Article, outlet: str) -> None:
    assert (row["title"], row["outlet"], row["language"][:2]) == (article.title, outlet, "en")
    assert moment(row["published"]) == article.published.astimezone(UTC)
    assert (row["revision"], row["author"]) == (1, article.author if outlet in SAYS_AUTHOR else None)
    # A news sitemap has titles alone.
    assert row["summary"].startswith(article.text) if outlet != "cnn" else not row["summary"]


async def test_visits_are_conditional_as_each_server_has_it(tmp_path: Path) -> None:
    """Both validators, a weak tag, a date alone, or none."""
    shown = {
        "nyt": {"If-None-Match", "If-Modified-Since"},
        "al-jazeera": {"If-None-Match"},
        "khaama": {"If-None-Match", "If-Modified-Since"},
        "cnn": set(),
        "wamu": {"If-Modified-Since"},
        "wion": set(),
    }
    async with AsyncExitStack() as stack:
        doubles = [await stack.enter_async_context(opened(name, first=10 * n)) for n, name in enumerate(shown, 1)]
        doubles[4].room.ages(-wamu.SILENT_FOR)
        desk = desk_of(tmp_path, *doubles, entries=[one.entry(*OFF.get(one.twin.outlet, [])) for one in doubles])
        await desk.poll()
        await desk.poll()
        for double in doubles:
            asked = [one for site in double.sites.values() for one in site.asked if "robots" not in one.target]
            assert double.room.not_modified == (len(asked) // 2 if shown[double.twin.outlet] else 0)
            first, second = asked[: len(asked) // 2], asked[len(asked) // 2 :]
            assert [one.target for one in first] == [one.target for one in second]
            assert not any(name in one for one in first for name in CONDITIONAL)
            for one in second:
                assert {name for name in CONDITIONAL if name in one} == shown[double.twin.outlet]


async def test_nyt_one_article_in_three_sources_is_one_item_and_no_page_is_visited(tmp_path: Path) -> None:
    """Each feed hangs other parameters onto the links; the words below the picture are not the summary."""
    async with opened("nyt") as nyt:
        sources = ("nyt-world", "nyt-asia-pacific", "nyt-sitemap")
        desk = desk_of(tmp_path, nyt, entries=[nyt.entry(*sources)])
        polls = await desk.poll(*sources)  # by name: the sitemap waits for gaps
        assert sum(poll["new"] for poll in polls.values()) == len(nyt.room.articles)
        assert {poll["items"] for poll in polls.values()} == {3}
        stored = await desk.items()
        assert set(stored) == {nyt.address(article) for article in nyt.room.articles}
        assert not any("picture" in row["summary"] and "below" in row["summary"] for row in stored.values())
        asked = [one for site in nyt.sites.values() for one in site.asked]
        assert {one.target for one in nyt.sites["www.nytimes.com"].asked} == {
            "/robots.txt",
            "/sitemaps/new/news.xml.gz",
        }
        assert not any("scrapy" in one["User-Agent"].lower() for one in asked)


async def test_nyt_what_robots_txt_forbids_to_all_is_not_visited(tmp_path: Path) -> None:
    """The negative control: the double's own robots.txt shuts out Scrapy by name, and that isn't us."""
    async with opened("nyt") as nyt:
        site = nyt.sites["www.nytimes.com"]
        site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /sitemaps/")
        desk = desk_of(tmp_path, nyt, entries=[nyt.entry("nyt-sitemap")])
        poll = (await desk.poll("nyt-sitemap"))["nyt-sitemap"]
        assert (poll["outcome"], poll["error"]["code"]) == ("failed", "robots")
        assert [one.target for one in site.asked] == ["/robots.txt"]


async def test_al_jazeera_a_liveblog_is_one_item_with_revisions(tmp_path: Path) -> None:
    """Its title changes all day below one address, in the feed and in the sitemap."""
    async with opened("al-jazeera") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry("al-jazeera-sitemap")])
        blog = double.room.publish("kabul-live", "Kabul airport live: gates closed", "The first hours.", live=True)
        await desk.poll()
        for hour, title in enumerate(("Kabul airport live: toll rises", "Kabul airport live: flights go on"), 1):
            changed = double.room.now + timedelta(seconds=hour)
            double.room.edit("kabul-live", title=title, text=f"Hour {hour}.", updated=changed)
            await desk.poll()
        stored = await desk.items()
        assert len(stored) == len(double.room.articles)
        row = stored[double.address(blog)]
        assert "/liveblog/" in row["url"]
        assert (row["title"], row["revision"]) == ("Kabul airport live: flights go on", 3)


async def test_bbc_a_live_page_is_one_item_however_its_edits_are_numbered_and_videos_are_none(tmp_path: Path) -> None:
    """Feed and sitemap name different hosts, and the feed hangs parameters onto its links."""
    async with opened("bbc") as double:
        sources = ("bbc-world", "bbc-sitemap-com")
        desk = desk_of(tmp_path, double, entries=[double.entry(*sources)])
        double.room.publish("c0bbbbbbbb1t", "Kabul airport: gates closed - live", "The first hours.", live=True)
        video = double.room.publish("c0cccccccc1o", "Watch: the runway at dawn", "Pictures.", sections=(bbc.VIDEO,))
        for hour in (0, 1, 2):
            if hour:
                title = f"Kabul airport: hour {hour} - live"
                double.room.edit("c0bbbbbbbb1t", title=title, updated=double.room.now + timedelta(hours=hour))
            await desk.poll(*sources)
        double.room.articles.remove(video)
        assert desk.addresses == double.addresses
        revisions = "SELECT url, number FROM revisions JOIN items ON items.id = revisions.item WHERE number > 1"
        assert sorted(desk.rows(revisions)) == [("https://www.bbc.com/news/live/c0bbbbbbbb1t", n) for n in (2, 3)]


async def test_khaama_the_bare_host_is_the_same_outlet(tmp_path: Path) -> None:
    """A list's bare address leads to www, and brings nothing that the feed on www has not."""
    async with opened("khaama") as double:
        entry = double.entry()
        bare = {"id": "khaama-bare", "url": double.local("https://khaama.com/feed/")}
        desk = desk_of(tmp_path, double, entries=[{**entry, "sources": [*entry["sources"], bare]}])
        assert (await desk.poll("khaama-feed"))["khaama-feed"]["new"] == 3
        assert (await desk.poll("khaama-bare"))["khaama-bare"]["new"] == 0
        assert desk.addresses == double.addresses


async def test_cnn_one_article_on_two_hosts_is_one_item(tmp_path: Path) -> None:
    """The sitemap of edition names edition, that of www names www."""
    async with opened("cnn") as double:
        desk = desk_of(tmp_path, double, entries=[double.entry("cnn-sitemap-edition")])
        polls = await desk.poll()
        assert sorted(poll["new"] for poll in polls.values()) == [0, 3]
        assert {poll["items"] for poll in polls.values()} == {3}
        assert desk.addresses == double.addresses
        assert not double.sites["rss.cnn.com"].asked  # dead, and off


async def test_cnn_without_its_hosts_one_article_would_be_two(tmp_path: Path) -> None:
    """The negative control of `hosts`."""
    async with opened("cnn") as double:
        entry = {**double.entry("cnn-sitemap-edition"), "hosts": ["www.cnn.com"]}
        polls = await desk_of(tmp_path, double, entries=[entry]).poll()
        assert [poll["new"] for poll in polls.values()] == [3, 3]


async def test_washington_post_an_empty_feed_is_a_failure_and_mends_by_itself(tmp_path: Path) -> None:
    """Nobody takes the emptiness for quiet; the other feeds go on, also when one is refused."""
    async with opened("washington-post") as double:
        desk = desk_of(tmp_path, double)
        feeds = double.sites["feeds.washingtonpost.com"].pages
        for article in list(double.room.articles):
            double.room.edit(article.slug, sections=("national", "politics"))
        washington_post.refuses(feeds, "/rss/politics")
        polls = await desk.poll("washington-post-world", "washington-post-national", "washington-post-politics")
        codes = {source: poll["error"] and poll["error"]["code"] for source, poll in polls.items()}
        assert codes == {
            "washington-post-world": "empty",
            "washington-post-national": None,
            "washington-post-politics": "blocked",
        }
        double.room.publish("late-report", "Kabul airport: what is known now", "A summary of the day.")
        polls = await desk.poll("washington-post-world")
        assert (polls["washington-post-world"]["outcome"], polls["washington-post-world"]["new"]) == ("new", 1)


async def test_washington_post_the_sitemap_that_says_gzip_twice_is_read(tmp_path: Path) -> None:
    """The one of all pages is a clear error: it names no titles."""
    async with opened("washington-post") as double:
        sources = ("washington-post-news-sitemap", "washington-post-sitemap")
        desk = desk_of(tmp_path, double, entries=[double.entry(*sources)])
        polls = await desk.poll(*sources)
        assert polls[sources[0]]["new"] == len(double.room.articles)
        assert polls[sources[1]]["error"]["code"] == "not_a_feed"


async def test_wamu_is_left_alone_until_the_operator_switches_it_on(tmp_path: Path) -> None:
    """Nobody has shown that its feed is alive."""
    async with opened("wamu") as double:
        desk = desk_of(tmp_path, double)
        assert await desk.poll() == {}
        assert not any(site.asked for site in double.sites.values())


async def test_wion_of_the_addresses_in_lists_one_works_and_the_others_say_why_not(tmp_path: Path) -> None:
    """Indian times are read right in all three forms (`_is_told` above); an answer with status 200 may be no feed."""
    async with opened("wion") as double:
        feeds = ("wion-world", "wion-world-xml", "wion-world-news", "wion-world-rss", "wion-india")
        desk = desk_of(tmp_path, double, entries=[double.entry(*feeds)])
        polls = await desk.poll(*feeds)
        codes = [polls[source]["error"] and polls[source]["error"]["code"] for source in feeds]
        assert codes == [None, "not_found", "not_a_feed", "gone", "not_found"]
        times = {address: moment(row["published"]) for address, row in (await desk.items()).items()}
        assert times == {double.address(one): one.published for one in double.room.articles}
        # The working one turns into a web page, with status 200: no item is lost, and nothing is taken for quiet.
        double.sites["www.wionews.com"].pages["/feeds/world/rss.xml"] = web_page("WION")
        poll = (await desk.poll("wion-world"))["wion-world"]
        assert (poll["outcome"], poll["error"]["code"]) == ("failed", "not_a_feed")
        assert desk.addresses == double.addresses
