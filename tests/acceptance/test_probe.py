"""`storywatch probe`: the real process against servers on loopback."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Ran, storywatch
from tests.support.web import Site, in_turn, moved, reply, serving, validated

FIELDS = {
    "source",
    "outlet",
    "url",
    "enabled",
    "verdict",
    "outcome",
    "problems",
    "warnings",
    "advice",
    "answer",
    "document",
    "error",
}
NOW = datetime.now(UTC)
VALIDATORS = {"ETag": 'W/"1"', "Last-Modified": "Thu, 26 Aug 2021 17:52:00 GMT"}


def feed(*, age: timedelta = timedelta(hours=1), items: int = 5, host: str = "outlet.example", end: str = "") -> bytes:
    """Return a feed whose newest item is so old."""
    entries = "".join(
        f"<item><guid>g{number}</guid><title>Item {number}</title><link>https://{host}/{number}</link>"
        f"<pubDate>{format_datetime(NOW - age - timedelta(hours=number))}</pubDate>"
        f"<description>{'word ' * 20}</description></item>"
        for number in range(items)
    )
    return f"<rss version='2.0'><channel><title>T</title><ttl>60</ttl>{entries}{end or '</channel></rss>'}".encode()


SITEMAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://outlet.example/1</loc><news:news>"
    f"<news:publication_date>{NOW.isoformat()}</news:publication_date><news:title>T</news:title></news:news></url>"
    "</urlset>"
).encode()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as running:
        running.pages |= {
            "/good": validated(feed(), VALIDATORS),
            "/ignores": reply(feed(), headers={"ETag": '"1"', "Cache-Control": "max-age=300"}),
            "/bare": reply(feed()),
            "/stale": validated(feed(age=timedelta(days=900)), VALIDATORS),
            "/empty": validated(feed(items=0), VALIDATORS),
            "/strange": validated(feed(host="parked.example"), VALIDATORS),
            "/cut": validated(feed(end="<item><guid>half"), VALIDATORS),
            "/news.xml": validated(SITEMAP, VALIDATORS),
            "/private/feed": reply(feed()),
            "/moved": moved("/good"),
            "/away": moved(f"http://localhost:{running.port}/good"),
            "/robots.txt": reply(b"User-agent: *\nDisallow: /private/\n"),
        }
        yield running


def watch(folder: Path, site: Site, *sources: dict[str, Any]) -> Path:
    """Write a watch config of one outlet with these sources; `path` stands for `url`."""
    declared = [
        {"id": source["path"].strip("/").partition("/")[0].partition(".")[0], "url": site.url(source["path"])}
        | {key: value for key, value in source.items() if key != "path"}
        for source in sources
    ]
    document = {
        "settings": {
            "contact": "desk@ourpaper.org",
            "egress": {"allow": [site.place, f"localhost:{site.port}"]},
        },
        "outlets": [{"id": "o", "name": "The Outlet", "hosts": ["outlet.example"], "sources": declared}],
        "events": [{"id": "e", "title": "E", "all": [["word"]]}],
        "subscribers": [],
    }
    folder.mkdir(exist_ok=True)
    (folder / "watch.yaml").write_text(json.dumps(document), "utf-8")
    return folder


def found(ran: Ran) -> dict[str, tuple[str, list[str], list[str]]]:
    """Return verdict, problems and warnings by source."""
    return {
        line["source"]: (
            line["verdict"],
            [one["code"] for one in line["problems"]],
            [one["code"] for one in line["warnings"]],
        )
        for line in ran.lines
    }


async def test_probe_says_what_works_and_stores_nothing(site: Site, tmp_path: Path) -> None:
    """Every way of a source to fail or to be worth a word, in one run, in the order of the config."""
    folder = watch(
        tmp_path / "watch",
        site,
        {"path": "/good", "stale_after": "1d"},
        {"path": "/ignores"},
        {"path": "/bare"},
        {"path": "/stale", "stale_after": "1d"},
        {"path": "/empty"},
        {"path": "/strange"},
        {"path": "/cut"},
        {"path": "/news.xml"},
        {"path": "/private/feed"},
        {"path": "/moved"},
        {"path": "/away"},
        {"path": "/absent"},
    )
    ran = await storywatch("probe", "--config", folder, "--json")
    assert (ran.code, ran.err) == (1, "")
    assert all(line.keys() == FIELDS for line in ran.lines)
    verdicts = found(ran)
    assert verdicts == {
        "good": ("works", [], []),
        "ignores": ("works with warnings", [], ["validators_ignored"]),
        "bare": ("works with warnings", [], ["no_validators"]),
        "stale": ("fails", ["stale"], []),
        "empty": ("fails", ["empty"], []),
        "strange": ("fails", ["foreign_items"], []),
        "cut": ("works with warnings", [], ["broken_off"]),
        "news": ("fails", ["kind_mismatch"], []),
        "private": ("fails", ["robots"], []),
        "moved": ("works with warnings", [], ["moved"]),
        "away": ("fails", ["redirected_away"], []),
        "absent": ("fails", ["not_found"], []),
    }
    by_source = {line["source"]: line for line in ran.lines}
    good, private = by_source["good"], by_source["private"]
    assert {"kind": "feed", "format": "rss20", "items": 5, "text": "excerpts", "ttl": 3600}.items() <= good[
        "document"
    ].items()
    assert {"etag": True, "last_modified": True, "validators_work": True, "robots": "allowed"}.items() <= good[
        "answer"
    ].items()
    assert 3600 <= good["document"]["newest_age"] < 7200
    assert good["document"]["newest"].endswith("Z")
    assert by_source["ignores"]["answer"]["fresh_for"] == 300
    assert by_source["ignores"]["answer"]["validators_work"] is False
    assert by_source["bare"]["answer"]["validators_work"] is None
    assert (private["answer"]["robots"], private["error"]["code"]) == ("forbidden", "robots")
    assert by_source["news"]["problems"][0]["remedy"] == "use kind: news_sitemap"
    assert by_source["moved"]["warnings"][0]["remedy"] == f"write url: {site.url('/good')}"
    assert by_source["away"]["answer"]["final_url"] == f"http://localhost:{site.port}/good"
    assert [path.name for path in folder.iterdir()] == ["watch.yaml"]
    await storywatch("poll", "good", "--config", folder)
    assert (folder / "storywatch.db").exists(), "a poll is what opens a database"


async def test_probe_visits_politely(site: Site, tmp_path: Path) -> None:
    """Never what robots.txt forbids; a second time only with validators, exactly as they came."""
    folder = watch(tmp_path / "watch", site, {"path": "/good"}, {"path": "/bare"}, {"path": "/private/feed"})
    await storywatch("probe", "--config", folder, "--json")
    assert not site.visits("/private/feed")
    assert len(site.visits("/bare")) == 1
    first, second = site.visits("/good")
    assert "If-None-Match" not in first
    assert (second["If-None-Match"], second["If-Modified-Since"]) == tuple(VALIDATORS.values())
    assert len(site.visits("/robots.txt")) == 1


async def test_probe_leaves_a_host_alone_that_asks_for_it(site: Site, tmp_path: Path) -> None:
    """A 429 holds the whole host; a short pause is waited for."""
    site.pages["/busy"] = reply(status=429)
    site.pages["/short"] = reply(status=503, headers={"Retry-After": "1"})
    folder = watch(
        tmp_path / "watch", site, {"path": "/short"}, {"path": "/good"}, {"path": "/busy"}, {"path": "/bare"}
    )
    ran = await storywatch("probe", "--config", folder, "--json")
    assert {source: problems for source, (_, problems, _) in found(ran).items()} == {
        "short": ["unavailable"],
        "good": [],
        "busy": ["throttled"],
        "bare": ["held"],
    }
    assert not site.visits("/bare")


async def test_probe_names_what_is_off_only_when_asked(site: Site, tmp_path: Path) -> None:
    """`--all` and names reach it; what works is to be enabled."""
    folder = watch(
        tmp_path / "watch", site, {"path": "/good", "stale_after": "1d"}, {"path": "/bare", "enabled": False}
    )
    usual = await storywatch("probe", "--config", folder, "--json")
    assert (usual.code, list(found(usual))) == (0, ["good"])
    everything = await storywatch("probe", "--config", folder, "--all", "--json")
    assert (everything.code, list(found(everything))) == (0, ["good", "bare"])
    assert [line["advice"] for line in everything.lines] == [None, "enable it: set enabled: true"]
    named = await storywatch("probe", "bare", "bare", "--config", folder, "--json")
    assert list(found(named)) == ["bare"]


async def test_probe_takes_addresses(site: Site, tmp_path: Path) -> None:
    """Read as what they are, or as the kind that is asked for."""
    folder = watch(tmp_path / "watch", site)
    ran = await storywatch("probe", site.url("/news.xml"), site.url("/good"), "--config", folder, "--json")
    assert ran.code == 0
    assert [(line["source"], line["document"]["kind"]) for line in ran.lines] == [
        (site.url("/news.xml"), "news_sitemap"),
        (site.url("/good"), "feed"),
    ]
    assert [line["outlet"] for line in ran.lines] == [None, None]
    assert ran.lines[0]["advice"] == "add it to the watch config, with kind: news_sitemap"
    wrong = await storywatch("probe", site.url("/news.xml"), "--kind", "feed", "--config", folder, "--json")
    assert (wrong.code, found(wrong)[site.url("/news.xml")][1]) == (1, ["kind_mismatch"])
    for misuse in (["no-such-source"], ["--kind", "feed"]):
        refused = await storywatch("probe", *misuse, "--config", folder)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err


async def test_probe_tells_people_the_verdict_and_the_remedy(site: Site, tmp_path: Path) -> None:
    """A line for the verdict, then what was seen, then each finding with what to do."""
    site.pages["/busy"] = in_turn(reply(feed(), headers={"ETag": '"1"'}), reply(status=429))
    folder = watch(
        tmp_path / "watch",
        site,
        {"path": "/good", "stale_after": "1d", "enabled": False},
        {"path": "/news.xml"},
        {"path": "/busy"},
    )
    ran = await storywatch("probe", "--config", folder, "--all")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("good: works (rss20, 5 items, the newest 1 h old)\n")
    assert "ETag and Last-Modified honoured, robots.txt allows it" in ran.out
    assert "next: enable it" in ran.out
    assert "busy: works with warnings (rss20" in ran.out
    assert "a second visit right afterwards failed: HTTP 429" in ran.out
    assert "news: fails (no document)" in ran.out
    assert "use kind: news_sitemap" in ran.out
