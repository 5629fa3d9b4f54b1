"""Pages and discovery on the command line, with the real process."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import config
from config.loader import load_with_warnings
from storywatch.model import PageRules, SourceKind
from tests.support.process import storywatch
from tests.support.web import Site, reply, serving

HTML = {"Content-Type": "text/html; charset=utf-8"}
CARDS = "".join(
    f"<article class='card'><h2><a href='/story/{n}'>Story {n}: “what” <b>we</b> know &amp; don't</a></h2></article>"
    for n in range(6)
)
NAME = "The “Daily”: #1 &amp; more"
HEAD = f"<meta property='og:site_name' content='{NAME}'><link rel='alternate feed' href='/f?a=1&amp;b=x%20y'>"
PAGE = f"<html lang='en-GB'><head>{HEAD}</head><body><main>{CARDS}</main></body></html>"
SETTINGS = "settings:\n  contact: desk@ourpaper.org\n"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """An outlet with a front page, and a feed that it declares."""
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    item = f"<item><title>T</title><link>https://o.example/1</link><pubDate>{now}</pubDate></item>"
    feed = f"<rss version='2.0'><channel><title>F</title>{item}</channel></rss>"
    pages = {"/": reply(PAGE.encode(), headers=HTML), "/f": reply(feed.encode(), headers={"ETag": '"1"'})}
    async with serving(pages) as running:
        yield running


async def test_fetch_reads_a_page_as_a_listing_or_as_one_item(site: Site, tmp_path: Path) -> None:
    allow = ("--allow", site.place, "--json")
    listing = await storywatch("fetch", site.url("/"), "--items", "article", *allow)
    assert (listing.code, listing.only["kind"], listing.only["format"]) == (0, "page", "page_listing")
    assert [item["title"] for item in listing.only["items"]] == [f"Story {n}: “what” we know & don't" for n in range(6)]
    watched = await storywatch("fetch", site.url("/"), "--region", "main", *allow)
    assert watched.only["format"] == "page"
    assert "Story 5" in watched.only["items"][0]["content"]
    wrong = await storywatch("fetch", site.url("/"), "--items", "a[", *allow)
    assert (wrong.code, wrong.only["error"]["code"]) == (1, "bad_selector")

    file = tmp_path / "page.html"
    file.write_text(PAGE, "utf-8")
    parsed = await storywatch("parse", file, "--items", "article", "--url", site.url("/"), "--json")
    assert parsed.only["items"] == listing.only["items"]


def live(*posts: str) -> bytes:
    shown = "".join(f"<div class='post'><p>{post}</p></div>" for post in posts)
    return f"<html><head><title>Kabul airport: live</title></head><body><b>9 readers</b>{shown}</body></html>".encode()


async def test_a_liveblog_is_one_item_whose_revisions_carry_what_came(site: Site, tmp_path: Path) -> None:
    """From the watch config to the database; what stands outside of the region is none of it."""
    first, second = "17:50 Two blasts. Details follow.", "18:10 The Pentagon confirms an attack."
    site.pages["/live"] = reply(live(first), headers=HTML)
    source = {"id": "live", "url": site.url("/live"), "kind": "page", "region": ".post"}
    watch = {
        "settings": {"contact": "desk@ourpaper.org", "egress": {"allow": [site.place]}},
        "outlets": [{"id": "wire", "name": "The Wire", "sources": [source]}],
    }
    (tmp_path / "watch.yaml").write_text(json.dumps(watch), "utf-8")
    outcomes = []
    for page in (live(first), live(first).replace(b"9", b"10"), live(second, first.replace("Two", "Three"))):
        site.pages["/live"] = reply(page, headers=HTML)
        ran = await storywatch("poll", "--config", tmp_path, "--json")
        outcomes.append(ran.only["polls"][0]["outcome"])
    assert outcomes == ["new", "unchanged", "revised"]
    with closing(sqlite3.connect(tmp_path / "storywatch.db")) as connection:
        (row,) = connection.execute("SELECT title, difference FROM revisions WHERE number = 2").fetchall()
    assert row[0] == "Kabul airport: live"
    assert row[1].splitlines() == [
        "- 17:50 Two blasts.",
        "+ 18:10 The Pentagon confirms an attack.",
        "+ 17:50 Three blasts.",
    ]


async def test_options_of_pages_that_contradict_are_misuse(site: Site) -> None:
    for words in (["--kind", "feed", "--items", "a"], ["--items", "a", "--region", "b"]):
        ran = await storywatch("fetch", site.url("/"), *words)
        assert (ran.code, ran.out) == (2, "")
    assert site.asked == []


async def test_what_discover_prints_is_a_watch_config(site: Site, tmp_path: Path) -> None:
    """With nothing but the settings beside it; and every source then works as it says."""
    ran = await storywatch("discover", site.url("/"), "--allow", site.place)
    assert ran.code == 0
    assert f"visit 1: {site.url('/')}" in ran.err
    (tmp_path / "watch.yaml").write_text(SETTINGS + ran.out, "utf-8")
    loaded = load_with_warnings(tmp_path, {})
    assert loaded.warnings == ()
    (outlet,) = loaded.config.outlets.values()
    assert (outlet.name, outlet.hosts, outlet.language) == ("The “Daily”: #1 & more", ("127.0.0.1",), "en-GB")
    feed, listing = loaded.config.sources.values()
    assert (feed.kind, feed.url, feed.enabled) == (SourceKind.FEED, site.url("/f?a=1&b=x%20y"), True)
    assert (listing.kind, listing.enabled, listing.page) == (
        SourceKind.PAGE,
        False,
        PageRules(items="article.card"),
    )
    assert "# rss20, 1 items, the newest" in ran.out
    assert "page_listing, 6 items, without dates; sends no validators" in ran.out


async def test_discover_answers_programs_with_one_object(site: Site, tmp_path: Path) -> None:
    ran = await storywatch("discover", site.url("/"), "--allow", site.place, "--json")
    assert [source["kind"] for source in ran.only["sources"]] == ["feed", "page"]
    (tmp_path / "watch.yaml").write_text(SETTINGS + ran.only["yaml"], "utf-8")
    assert set(config.load(tmp_path, {}).sources) == {source["id"] for source in ran.only["sources"]}


async def test_discover_that_finds_nothing_says_so(site: Site) -> None:
    """On standard error; standard output stays empty, or the one object."""
    site.pages = {"/": reply(b"<p>Hello</p>", headers=HTML)}
    ran = await storywatch("discover", site.url("/"), "--allow", site.place)
    assert (ran.code, ran.out) == (1, "")
    assert "nothing that could be watched" in ran.err
    refused = await storywatch("discover", site.url("/"), "--json")
    assert (refused.code, refused.only["sources"], refused.only["yaml"]) == (1, [], None)
    assert refused.only["failed"][0]["error"]["code"] == "egress_refused"
    assert (await storywatch("discover", site.url("/"), "--allow", "nonsense")).code == 2


async def test_what_an_outlet_calls_itself_breaks_out_of_no_line(site: Site, tmp_path: Path) -> None:
    """Neither of the YAML nor of a comment in it."""
    evil = "x\\&quot;&#10;outlets: []&#10;#&#x2028;&#x85;- {id: y&#0;"
    head = f'<meta property="og:site_name" content="{evil}"><link rel="alternate feed" href="/f" title="{evil}">'
    page = f'<html lang="{evil}"><head>{head}</head></html>'
    site.pages["/"] = reply(page.encode(), headers=HTML)
    ran = await storywatch("discover", site.url("/"), "--allow", site.place)
    (tmp_path / "watch.yaml").write_text(SETTINGS + ran.out, "utf-8")
    loaded = config.load(tmp_path, {})
    assert len(loaded.outlets) == len(loaded.sources) == 1
    assert json.dumps(next(iter(loaded.outlets.values())).name).startswith('"x\\\\\\" outlets: []')
