"""Rule 15: one connection a host at a time, kept open; few requests in a row; Crawl-delay between pages.

The crawler's HTTP client has no HTTP/2 (docs/explanation/politeness.md).
"""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from spiders import turns
from storywatch.model import SourceKind
from tests.integration.rules.office import a_feed, office
from tests.integration.spiders.crawling import crawling, visit
from tests.support.web import Answer, in_turn, moved, reply, rss, serving, validated

BODY = rss("Blast at the airport")
PAGE = b"<html><body><article><h1>A statement</h1><p>" + b"Word upon word. " * 40 + b"</p></article></body></html>"
SITEMAP = (
    b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    b"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://nyt.example/a</loc>"
    b"<news:news><news:title>Blast at the airport</news:title></news:news></url></urlset>"
)
SLOWLY = reply(b"User-agent: *\nCrawl-delay: 100")


async def test_rule_15_one_connection_for_all_sources_of_a_host() -> None:
    """Kept open between them."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as crawler:
        await asyncio.gather(*(visit(crawler, site.url(f"/feed?{number}")) for number in range(10)))
    assert (site.connections, len(site.visits())) == (1, 10)


async def test_rule_15_a_host_gets_few_requests_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst, and then so many a second, however many visits wait."""
    monkeypatch.setattr(turns, "BURST", 5)
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as crawler:
        began = time.monotonic()
        await asyncio.gather(*(visit(crawler, site.url(f"/feed?{number}")) for number in range(8)))
        took = time.monotonic() - began
    assert len(site.asked) == 9  # with robots.txt
    assert took >= 0.8


@pytest.mark.parametrize("page", [reply(PAGE), reply(status=404), reply(status=500)], ids=["read", "404", "500"])
async def test_rule_15_crawl_delay_holds_between_pages_and_across_restarts(page: Answer, tmp_path: Path) -> None:
    """Also after a page that failed; feeds, which were made to be polled, are visited."""
    async with serving({"/robots.txt": SLOWLY, "/one": page, "/two": page, "/feed": reply(BODY)}) as site:
        sources = (
            a_feed(site.url("/one"), "one", kind=SourceKind.PAGE),
            a_feed(site.url("/two"), "two", kind=SourceKind.PAGE),
            a_feed(site.url("/feed"), "feed"),
        )
        async with office(tmp_path, *sources, sites=(site,)) as desk:
            await desk.poll("one")
            clock = desk.clock
        clock.now += timedelta(seconds=99)
        async with office(tmp_path, *sources, sites=(site,), clock=clock) as desk:
            assert await desk.due() == ["feed"]
            result = await desk.poll("two")
            assert (result.fault and result.fault.code, len(site.visits("/two"))) == ("held", 0)
            desk.pass_by(timedelta(seconds=1))
            assert set(await desk.due()) == {"two", "feed"}
            await desk.poll("two")
    assert len(site.visits("/two")) == 1


@pytest.mark.parametrize(("ago", "called"), [(timedelta(seconds=59), False), (timedelta(seconds=60), True)])
async def test_rule_15_an_address_is_asked_for_once_a_minute_at_most(
    ago: timedelta,
    called: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
) -> None:
    """A gap calls for the outlet's sitemap at once, unless it was visited just now."""
    feed = in_turn(reply(rss("A", "B")), reply(rss("C", "D").replace(b"item-", b"other-")))
    async with serving({"/feed": feed, "/map": validated(SITEMAP, {"ETag": '"1"'})}) as site:
        sitemap = a_feed(site.url("/map"), "map", kind=SourceKind.NEWS_SITEMAP)
        async with office(tmp_path, a_feed(site.url()), sitemap, sites=(site,)) as desk:
            await desk.poll()
            desk.pass_by(timedelta(hours=1))
            await desk.poll("map")
            desk.pass_by(ago)
            assert (await desk.poll()).raised
            assert ("map" in await desk.due()) is called


async def test_rule_15_a_redirect_is_a_request_too() -> None:
    """Each hop takes its turn at its host."""
    async with serving({"/feed": moved("/new"), "/new": reply(BODY)}) as site, crawling(site) as crawler:
        await asyncio.gather(*(visit(crawler, site.url()) for _ in range(3)))
    assert (site.connections, len(site.visits("/new"))) == (1, 3)
