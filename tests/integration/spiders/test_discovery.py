"""Discovery against outlets on loopback: what works is found, politely and within bounds, whatever they serve."""

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

from network import Guard
from spiders.discovery import Bounds, Discovery, explore, load
from storywatch.egress import EgressPolicy
from storywatch.model import SourceKind
from tests.integration.spiders.crawling import NOW, SETTINGS, InProcess, crawling
from tests.support.web import Answer, Site, moved, reply, serving

RSS_TYPE = "application/rss+xml"
HTML = {"Content-Type": "text/html; charset=utf-8"}
BOUNDS = Bounds(pause=timedelta())


def page(body: str = "", head: str = "") -> Answer:
    named = '<meta property="og:site_name" content="The Wire">'
    text = f'<html lang="en"><head>{named}{head}</head><body>{body}</body></html>'
    return reply(text.encode(), headers=HTML)


def declared(*hrefs: str) -> str:
    return "".join(f'<link rel="alternate" type="{RSS_TYPE}" href="{href}" title="Feed {href}">' for href in hrefs)


def feed(age: timedelta, *, etag: bool = True) -> Answer:
    when = (NOW - age).strftime("%a, %d %b %Y %H:%M:%S +0000")
    item = f"<item><guid>1</guid><title>T</title><link>https://o.example/1</link><pubDate>{when}</pubDate></item>"
    body = f"<rss version='2.0'><channel><title>C</title>{item}</channel></rss>"
    return reply(body.encode(), headers={"ETag": '"1"'} if etag else {})


def news(age: timedelta) -> Answer:
    told = f"<publication_date>{(NOW - age).isoformat()}</publication_date><title>T</title>"
    return reply(f"<urlset><url><loc>https://o.example/1</loc><news>{told}</news></url></urlset>".encode())


CARDS = "".join(
    f"<article><h2><a href='/n/{n}'>Story {n} about the airport of Kabul</a></h2></article>" for n in range(7)
)


async def explored(site: Site, path: str = "/", bounds: Bounds = BOUNDS, told: list[str] | None = None) -> Discovery:
    async with crawling(site, settings=replace(SETTINGS, timeout=timedelta(seconds=2))) as crawler:
        tell = told.append if told is not None else lambda _: None
        return await explore(site.url(path), partial(load, crawler), InProcess(), NOW, bounds=bounds, told=tell)


def found(discovery: Discovery, site: Site) -> list[tuple[SourceKind, str]]:
    return [(each.kind, each.url.removeprefix(site.url(""))) for each in discovery.findings]


async def test_an_outlet_with_everything_is_told_best_first() -> None:
    """Fresh before old, sitemap and feeds before listings; each address is visited once, and no guess is made."""
    hour = timedelta(hours=1)
    pages = {
        "/world": page(CARDS + '<a href="/all-feeds/rss">RSS</a>', declared("/main.rss", "/dead.rss", "/main.rss#x")),
        "/main.rss": feed(2 * hour),
        "/all-feeds/rss": page('<a href="/old.rss">Old</a><a href="/world">World</a>'),
        "/old.rss": feed(timedelta(days=900), etag=False),
        "/robots.txt": reply(b"User-agent: *\nDisallow: /hidden\nSitemap: /index.xml\nSitemap: /hidden/news.xml\n"),
        "/index.xml": reply(
            b"<sitemapindex><sitemap><loc>/maps/news.xml</loc></sitemap>"
            b"<sitemap><loc>/maps/a.xml</loc></sitemap></sitemapindex>"
        ),
        "/maps/news.xml": news(hour),
    }
    async with serving(pages) as site:
        discovery = await explored(site, "/world")
        asked = [each.target for each in site.asked]
    assert found(discovery, site) == [
        (SourceKind.NEWS_SITEMAP, "/maps/news.xml"),
        (SourceKind.FEED, "/main.rss"),
        (SourceKind.PAGE, "/world"),
        (SourceKind.FEED, "/old.rss"),
    ]
    sitemap, main, listing, old = discovery.findings
    assert (sitemap.newest, main.conditional, main.title) == (NOW - hour, True, "Feed /main.rss")
    assert (listing.selector, listing.items, listing.format) == ("article", 7, "page_listing")
    assert (old.conditional, old.is_fresh(NOW), old.title) == (False, False, "Old")
    assert (discovery.name, discovery.language) == ("The Wire", "en")
    assert [(each.url, each.fault.code) for each in discovery.failed] == [(site.url("/dead.rss"), "not_found")]
    # The crawler asks robots.txt before all else, and discovery reads it too; what that forbids is not asked for.
    assert len(set(asked)) == len(asked) - 1 == discovery.requests - 1
    assert not {"/hidden/news.xml", "/maps/a.xml", "/feed/", "/news-sitemap.xml"} & set(asked)


async def test_usual_places_are_tried_where_nothing_is_declared() -> None:
    async with serving(
        {"/": page("Hello"), "/rss.xml": feed(timedelta()), "/sitemap-news.xml": news(timedelta())}
    ) as site:
        discovery = await explored(site)
    assert {path for _, path in found(discovery, site)} == {"/rss.xml", "/sitemap-news.xml"}
    # Nobody guesses any further than to the first that works.
    assert not site.visits("/atom.xml")
    assert not site.visits("/sitemaps/news.xml")
    assert discovery.failed == []


async def test_a_feed_that_is_given_itself_is_found() -> None:
    async with serving({"/feed": feed(timedelta())}) as site:
        discovery = await explored(site, "/feed")
    assert found(discovery, site) == [(SourceKind.FEED, "/feed")]
    assert len(site.visits("/feed")) == 1


async def test_an_outlet_with_nothing_gives_nothing() -> None:
    async with serving({"/": page("<p>Nothing here</p>")}) as site:
        discovery = await explored(site)
    assert (discovery.findings, discovery.failed) == ([], [])
    assert discovery.requests <= BOUNDS.requests


async def test_ten_thousand_feed_links_cost_a_handful_of_visits() -> None:
    links = "".join(f"<a href=/rss/{n}>RSS</a>" for n in range(10_000))
    feeds = "".join(f"<link rel=feed href=/f{n}>" for n in range(10_000))
    async with serving({"/": page(links, feeds)}) as site:
        discovery = await explored(site)
        assert len(site.asked) <= BOUNDS.requests + 1
    assert (discovery.requests <= BOUNDS.requests, discovery.findings) == (True, [])
    assert len(discovery.failed) == 8


async def test_a_page_over_the_size_limit_is_refused_and_the_rest_still_found() -> None:
    """The limit of the crawler counts; in these tests a megabyte."""
    async with serving({"/": reply(b"<p>" * 3_400_000, headers=HTML), "/feed/": feed(timedelta())}) as site:
        discovery = await explored(site)
    assert [each.fault.code for each in discovery.failed] == ["too_large"]
    assert found(discovery, site) == [(SourceKind.FEED, "/feed/")]


async def test_private_addresses_are_refused_also_behind_links_and_redirects() -> None:
    """The guard allows the outlet's own port only: the other server is never dialled."""
    async with serving() as inside, serving() as outlet:
        outlet.pages.update(
            {"/": page("", declared("/moved", inside.url("/feed"))), "/moved": moved(inside.url("/feed"))}
        )
        outlet.pages["/robots.txt"] = reply(f"Sitemap: {inside.url('/news.xml')}".encode())
        inside.pages["/feed"] = feed(timedelta())
        discovery = await explored(outlet)
        assert inside.connections == 0
    assert discovery.findings == []
    assert {each.fault.code for each in discovery.failed} == {"egress_refused"}


async def test_where_the_outlet_cannot_be_reached_there_is_one_visit() -> None:
    async with serving({"/": page()}) as site:
        async with crawling(guard=Guard(EgressPolicy())) as crawler:
            discovery = await explore(site.url("/"), partial(load, crawler), InProcess(), NOW, bounds=BOUNDS)
        assert site.connections == 0
    assert [each.fault.code for each in discovery.failed] == ["egress_refused"]
    assert discovery.requests == 1


async def test_who_asks_for_fewer_visits_gets_none_any_more() -> None:
    busy = reply(status=429, headers={"Retry-After": "60"})
    async with serving({"/": page("", declared("/a.rss", "/b.rss")), "/a.rss": busy}) as site:
        discovery = await explored(site)
        assert not site.visits("/b.rss")
    assert [each.fault.code for each in discovery.failed] == ["throttled"]


async def test_robots_txt_is_obeyed() -> None:
    rules = reply(b"User-agent: *\nDisallow: /\nAllow: /feed/\n")
    async with serving({"/": page("", declared("/x.rss")), "/robots.txt": rules, "/feed/": feed(timedelta())}) as site:
        discovery = await explored(site)
        assert {each.target for each in site.asked} == {"/robots.txt", "/feed/"}
    assert found(discovery, site) == [(SourceKind.FEED, "/feed/")]
    assert discovery.failed[0].fault.code == "robots"


async def test_the_pause_that_robots_txt_asks_for_is_kept() -> None:
    """In front of every visit but the first."""
    rules = reply(b"User-agent: *\nCrawl-delay: 0.4\n")
    async with serving({"/": page("", declared("/a.rss")), "/robots.txt": rules, "/a.rss": feed(timedelta())}) as site:
        started = time.monotonic()
        discovery = await explored(site, bounds=replace(BOUNDS, requests=4))
        assert time.monotonic() - started >= 3 * 0.4
    assert discovery.requests == 4


async def test_the_total_time_and_the_number_of_visits_are_bounded() -> None:
    """What was found until then is told."""
    told: list[str] = []
    slow = Bounds(requests=4, pause=timedelta(seconds=0.2), total=timedelta(seconds=20))
    async with serving({"/": page("", declared("/a.rss", "/b.rss", "/c.rss")), "/a.rss": feed(timedelta())}) as site:
        discovery = await explored(site, bounds=slow, told=told)
        assert (discovery.requests, len(told)) == (4, 4)
        assert found(discovery, site) == [(SourceKind.FEED, "/a.rss")]
        short = replace(slow, requests=25, pause=timedelta(seconds=5), total=timedelta(seconds=0.5))
        discovery = await explored(site, bounds=short)
    assert discovery.requests <= 2
