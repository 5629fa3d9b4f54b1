"""The egress guard around the crawler: a trap listens where nobody may dial, and nobody does."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from scrapy import Request, signals
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http.request import NO_CALLBACK

from network import Guard, refusal_in
from spiders.crawler import Crawler
from spiders.turns import Budget
from spiders.watcher import WatchSpider, scrapy_settings
from storywatch.egress import EgressPolicy
from storywatch.errors import Fault
from storywatch.model import SitemapPart, SourceKind
from tests.integration.spiders.crawling import NOTHING, SETTINGS, crawling, fault, titles
from tests.integration.spiders.indexes import Indexes
from tests.support.names import NamedLoop, with_names
from tests.support.spellings import ELSEWHERE, LOOPBACK
from tests.support.web import Site, head, moved, raw, reply, rss, serving

BODY = rss("Blast at the airport")
PUBLIC = "93.184.216.34"
SPELLINGS = (*LOOPBACK, *ELSEWHERE)
REFUSED = {"egress_refused", "bad_url", "bad_redirect", "dns", "kind_mismatch"}


@pytest.fixture
async def trap() -> AsyncIterator[Site]:
    """A server that nobody may reach, on every loopback address."""
    async with serving({"/feed": reply(BODY)}, host="0.0.0.0") as site:
        site.host = "127.0.0.1"
        yield site


async def refused(crawler: Crawler, url: str, kind: SourceKind = SourceKind.FEED) -> Fault:
    """Visit what is refused. Who dialled where nobody answers would meet a time-out, which is another fault."""
    seen = await crawler.fetch(url, kind, NOTHING)
    assert seen.fault is not None
    return seen.fault


@pytest.mark.parametrize("host", SPELLINGS)
async def test_a_private_address_is_not_dialled_however_it_is_spelled(host: str, trap: Site) -> None:
    """Neither for the document nor for its robots.txt."""
    async with crawling() as crawler:
        found = await refused(crawler, f"http://{host}:{trap.port}/feed")
    assert found.code in REFUSED
    assert found.code != "egress_refused" or (found.permanent and "settings.egress.allow" in found.message)
    assert trap.connections == 0


@pytest.mark.parametrize("host", ELSEWHERE)
async def test_what_is_plainly_an_address_is_refused_by_the_guard(host: str, trap: Site) -> None:
    """By nothing else: an address that merely nobody answers at would look the same."""
    async with crawling() as crawler:
        found = await refused(crawler, f"http://{host}:{trap.port}/feed")
    assert found.code == "egress_refused"


@pytest.mark.parametrize("host", SPELLINGS)
async def test_a_redirect_to_a_private_address_is_not_followed(host: str, trap: Site) -> None:
    """The guard judges every hop, and so does robots.txt's redirect."""
    away = moved(f"http://{host}:{trap.port}/feed".encode())
    async with serving({"/feed": away}) as site, crawling(site) as crawler:
        found = await refused(crawler, site.url())
        assert found.code in REFUSED
    async with serving({"/feed": reply(BODY), "/robots.txt": away}) as site, crawling(site) as crawler:
        await crawler.fetch(site.url(), SourceKind.FEED, NOTHING)
    assert trap.connections == 0


@pytest.mark.parametrize("host", SPELLINGS)
async def test_a_sitemap_of_an_index_at_a_private_address_is_not_visited(host: str, trap: Site) -> None:
    """What an index lists is as foreign as a redirect."""
    listed = Indexes.write(SitemapPart(url=f"http://{host}:{trap.port}/feed"))
    async with serving({"/feed": reply(listed)}) as site, crawling(site, parser=Indexes()) as crawler:
        found = await refused(crawler, site.url(), SourceKind.NEWS_SITEMAP)
    assert found.code in REFUSED
    assert trap.connections == 0


async def test_without_the_guard_the_trap_is_reached(trap: Site) -> None:
    """The control: the same crawler with Scrapy's own handler. What the guard refuses, that one dials."""
    plain = "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"
    settings = scrapy_settings(SETTINGS, Guard(EgressPolicy()))
    crawler = AsyncCrawlerRunner({**settings, "DOWNLOAD_HANDLERS": {"http": plain}}).create_crawler(WatchSpider)
    started = asyncio.Event()
    crawler.signals.connect(started.set, signal=signals.engine_started)
    crawling_task = asyncio.create_task(crawler.crawl_async())
    await started.wait()
    assert crawler.engine is not None
    reached = 0
    async with serving({"/feed": moved(f"http://localhost:{trap.port}/feed")}) as site:
        for url in (site.url(), trap.url(), f"http://0x7f.0.0.1:{trap.port}/feed"):
            response = await crawler.engine.download_async(
                Request(url, meta={"storywatch_budget": Budget(left=5)}, callback=NO_CALLBACK)
            )
            reached += response.body == BODY
    await crawler.stop_async()
    await crawling_task
    assert (reached, trap.connections > 0) == (3, True)


async def test_what_the_operator_allowed_is_dialled_and_nothing_beside_it(trap: Site) -> None:
    """A host and a port together: another port of that host is as foreign as before."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url())
        assert (await fault(crawler, trap.url())).code == "egress_refused"
    assert trap.connections == 0


async def test_a_name_can_be_allowed_without_its_address() -> None:
    """By name alone: the same server by its address stays foreign to a crawler that never resolved the name."""
    async with serving({"/feed": reply(BODY)}) as site:
        guard = Guard(EgressPolicy.allowing([f"localhost:{site.port}"]))
        async with crawling(guard=guard) as crawler:
            assert (await fault(crawler, site.url())).code == "egress_refused"
            assert await titles(crawler, f"http://localhost:{site.port}/feed")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "168.63.129.16",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "fe80::1%1",
        "fc00::1",
        "2002:7f00:1::",
    ],
)
@pytest.mark.parametrize("public", [[], [PUBLIC]], ids=["alone", "mixed"])
def test_a_name_that_leads_to_a_private_address_is_not_dialled(address: str, public: list[str]) -> None:
    """Nor is a public address beside it: a mixed answer is an attack or a mistake."""

    async def work(loop: NamedLoop) -> None:
        async with serving({"/feed": reply(BODY)}) as site, crawling(guard=Guard(EgressPolicy())) as crawler:
            found = await fault(crawler, f"http://outlet.example:{site.port}/feed")
            assert found.code == "egress_refused"
            assert "outlet.example" in found.message
        assert (site.connections, loop.dialled) == (0, [])

    with_names({"outlet.example": [[*public, address]]}, [PUBLIC], work)


def test_the_address_that_was_judged_is_the_one_dialled() -> None:
    """One look-up a connection: a second answer, for the dialling, would come from whoever rebinds the name."""

    async def work(loop: NamedLoop) -> None:
        async with serving({"/feed": reply(BODY)}) as site, crawling(guard=Guard(EgressPolicy())) as crawler:
            assert await titles(crawler, f"http://outlet.example:{site.port}/feed")
        assert (loop.looked_up, loop.dialled) == (["outlet.example"], [PUBLIC])

    with_names({"outlet.example": [[PUBLIC], ["127.0.0.1"]]}, [PUBLIC], work)


def test_a_name_that_was_rebound_is_judged_again() -> None:
    """The next connection gets the new answer, and a refusal."""

    async def work(loop: NamedLoop) -> None:
        guard = Guard(EgressPolicy())
        connector = guard.connector(use_dns_cache=False, force_close=True)
        async with serving({"/feed": reply(BODY)}) as site, aiohttp.ClientSession(connector=connector) as session:
            url = f"http://outlet.example:{site.port}/feed"
            async with session.get(url) as response:
                assert await response.read() == BODY
            with pytest.raises(aiohttp.ClientConnectorError) as caught:
                await session.get(url)
            assert "resolves to 127.0.0.1" in str(refusal_in(caught.value))
        assert (site.connections, loop.dialled, len(loop.looked_up)) == (1, [PUBLIC], 2)

    with_names({"outlet.example": [[PUBLIC], ["127.0.0.1"]]}, [PUBLIC], work)


def test_a_crawler_never_dials_what_a_name_was_rebound_to() -> None:
    """Between two visits, each on a connection of its own: the second gets a judged address or none."""

    async def work(loop: NamedLoop) -> None:
        page = raw(head(200, {"Content-Length": str(len(BODY)), "Connection": "close"}) + BODY)
        async with serving({"/feed": page}) as site, crawling(guard=Guard(EgressPolicy())) as crawler:
            for _ in range(3):
                await crawler.fetch(f"http://outlet.example:{site.port}/feed", SourceKind.FEED, NOTHING)
        assert set(loop.dialled) == {PUBLIC}
        assert len(site.visits()) >= 1

    with_names({"outlet.example": [[PUBLIC], ["127.0.0.1"], ["::1"], ["169.254.169.254"]]}, [PUBLIC], work)


async def test_proxies_of_the_environment_are_not_used(trap: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would dial for us, unjudged. The control shows that the variables work for who asks them."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{trap.place}")
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url())
        assert trap.connections == 0
        async with aiohttp.ClientSession(trust_env=True) as session, session.get(site.url()) as response:
            await response.read()
    assert trap.connections == 1
