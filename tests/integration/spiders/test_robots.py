"""robots.txt by RFC 9309: what allows, what forbids, and how often it is asked for."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.spiders.crawling import SETTINGS, crawling, fault, titles, visit
from tests.support.patience import FOR_EVER, SLOWNESS
from tests.support.web import Answer, drip, head, in_turn, moved, raw, reply, rss, serving

BODY = rss("Blast at the airport")


@pytest.mark.parametrize(
    "rules",
    [
        "User-agent: *\nDisallow:",
        "User-agent: *\nDisallow: /other",
        "User-agent: *\nDisallow: /\n\nUser-agent: Storywatch\nAllow: /",
        "User-agent: *\nDisallow: /\nAllow: /feed",
        "User-agent: GoogleBot\nDisallow: /",
        "",
        "<html><body>Not found, said with 200</body></html>",
        "\ufeffUser-agent: *\nDisallow: /other\n\x00\x01garbage: \n:::\n",
    ],
)
async def test_what_allows(rules: str) -> None:
    """The longest rule of our group decides; what is no rule is none."""
    pages = {"/robots.txt": reply(rules.encode()), "/feed": reply(BODY)}
    async with serving(pages) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url()) == ["Blast at the airport"]


@pytest.mark.parametrize(
    "rules",
    [
        "User-agent: *\nDisallow: /",
        "user-agent: STORYWATCH\ndisallow: /f*d$",
        "User-agent: *\nAllow: /\n\nUser-agent: storywatch\nDisallow: /feed",
        "User-agent: *\nAllow: /\n\nUser-agent: Storywatch/0.1.0\nDisallow: /feed",
        "\ufeffUser-agent: *\r\nDisallow: /feed\r\n",
    ],
)
async def test_what_forbids(rules: str) -> None:
    """The address itself is never asked for."""
    pages = {"/robots.txt": reply(rules.encode()), "/feed": reply(BODY)}
    async with serving(pages) as site, crawling(site) as crawler:
        found = await fault(crawler, site.url())
    assert (found.code, found.permanent) == ("robots", True)
    assert not site.visits()


async def test_the_operator_can_turn_it_off() -> None:
    """For outlets that said yes in a letter. It is the control of the test above, too."""
    pages = {"/robots.txt": reply(b"User-agent: *\nDisallow: /"), "/feed": reply(BODY)}
    settings = replace(SETTINGS, obey_robots=False)
    async with serving(pages) as site, crawling(site, settings=settings) as crawler:
        assert await titles(crawler, site.url())
    assert not site.visits("/robots.txt")


@pytest.mark.parametrize("page", [reply(status=404), reply(status=403), reply(status=410), reply(status=429)])
async def test_a_4xx_means_no_rules(page: Answer) -> None:
    """Section 2.3.1.3."""
    async with serving({"/robots.txt": page, "/feed": reply(BODY)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url())


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (reply(status=500), "robots_unreachable"),
        (reply(status=503, headers={"Retry-After": "60"}), "robots_unreachable"),
        (raw(FOR_EVER), "timeout"),
        (drip(head(200), b"#", 0.05), "timeout"),
        (raw(b""), "connection"),
        (drip(head(200), b"#" * 65_536), "too_large"),
        (reply(b"not brotli", headers={"Content-Encoding": "br"}), "bad_encoding"),
    ],
    ids=["500", "503", "silent", "slow", "hung up", "endless", "broken"],
)
async def test_what_can_not_be_read_forbids_for_a_while(page: Answer, code: str) -> None:
    """Section 2.3.1.4: it may say no. The fault names robots.txt, as nobody would think of it."""
    settings = replace(SETTINGS, timeout=timedelta(seconds=1))
    pages = {"/robots.txt": page, "/feed": reply(BODY)}
    async with serving(pages) as site, crawling(site, settings=settings) as crawler:
        found = await fault(crawler, site.url())
        again = await fault(crawler, site.url())
    assert (found.code, found.permanent) == (code, False)
    assert "robots.txt" in found.message
    assert again == found
    assert not site.visits()
    # The HTTP client connects anew, once, when a connection breaks before the answer.
    assert len(site.visits("/robots.txt")) == (2 if code == "connection" else 1)


async def test_it_is_asked_for_once_an_origin() -> None:
    """Also when many visits begin at the same time; another port is another origin."""
    pages = {"/feed": reply(BODY)}
    async with serving(pages) as site, serving(pages) as other, crawling(site, other) as crawler:
        await asyncio.gather(*(visit(crawler, site.url(f"/feed?{number}")) for number in range(10)))
        await visit(crawler, site.url())
        await visit(crawler, other.url())
    assert (len(site.visits("/robots.txt")), len(other.visits("/robots.txt"))) == (1, 1)
    assert (len(site.visits()), len(other.visits())) == (11, 1)


async def test_the_target_of_a_redirect_is_asked_too() -> None:
    """Rules of the outlet that we come from don't bind the one that we go to."""
    forbids = {"/robots.txt": reply(b"User-agent: *\nDisallow: /feed"), "/feed": reply(BODY), "/ok": reply(BODY)}
    async with serving(forbids) as target, serving() as site, crawling(site, target) as crawler:
        site.pages.update({"/feed": moved(target.url()), "/other": moved(target.url("/ok"))})
        assert (await fault(crawler, site.url())).code == "robots"
        assert await titles(crawler, site.url("/other"))
    assert (len(target.visits()), len(target.visits("/ok"))) == (0, 1)


async def test_robots_txt_itself_may_be_redirected() -> None:
    """Section 2.3.1.2: its rules are those of the origin that redirected."""
    async with (
        serving({"/robots.txt": reply(b"User-agent: *\nDisallow: /feed")}) as rules,
        serving({"/feed": reply(BODY)}) as site,
        crawling(site, rules) as crawler,
    ):
        site.pages["/robots.txt"] = moved(rules.url("/robots.txt"))
        assert (await fault(crawler, site.url())).code == "robots"


async def test_a_huge_one_is_read_as_far_as_the_rfc_asks() -> None:
    """Section 2.5: at least 500 kibibytes. What stands behind them binds nobody, and costs no time."""
    filler = b"# nothing to see here, move along, move along, move along.....\n" * 7000
    early = reply(b"User-agent: *\nDisallow: /feed\n" + filler + filler)
    late = reply(b"User-agent: *\nDisallow: /other\n" + filler + filler + b"Disallow: /feed\n")
    async with serving({"/robots.txt": early, "/feed": reply(BODY)}) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).code == "robots"
    async with serving({"/robots.txt": late, "/feed": reply(BODY)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url())


async def test_hostile_patterns_cost_no_time() -> None:
    """Forty stars would take a backtracking matcher years."""
    rules = b"User-agent: *\nDisallow: /" + b"*a" * 40 + b"$\n"
    pages = {"/robots.txt": reply(rules), "/" + "a" * 200 + "b": reply(BODY)}
    async with serving(pages) as site, crawling(site) as crawler:
        started = time.process_time()
        assert await titles(crawler, site.url("/" + "a" * 200 + "b"))
        assert time.process_time() - started < 2 * SLOWNESS


async def test_rules_are_believed_for_a_day_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 2.4. The unreachable ones for a quarter of an hour, so that a hiccup costs no day."""
    clock = time.monotonic
    pages = {
        "/robots.txt": in_turn(reply(status=500), reply(b""), reply(b"User-agent: *\nDisallow: /")),
        "/feed": reply(BODY),
    }
    async with serving(pages) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).code == "robots_unreachable"
        monkeypatch.setattr("spiders.politeness.time.monotonic", lambda: clock() + 16 * 60)
        assert await titles(crawler, site.url())
        monkeypatch.setattr("spiders.politeness.time.monotonic", lambda: clock() + 23 * 3600)
        assert await titles(crawler, site.url())
        monkeypatch.setattr("spiders.politeness.time.monotonic", lambda: clock() + 25 * 3600)
        assert (await fault(crawler, site.url())).code == "robots"
