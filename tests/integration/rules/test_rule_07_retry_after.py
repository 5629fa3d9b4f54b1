"""Rule 7: Retry-After holds, in all its forms, for the host where it must, across restarts, and never cut short."""

from datetime import timedelta
from pathlib import Path

import pytest

from storywatch.model import SitemapPart, SourceKind
from storywatch.watch import PollOutcome
from tests.integration.rules.office import QUARTER, a_feed, office
from tests.integration.spiders.indexes import Indexes
from tests.support.process import storywatch
from tests.support.watching import Desk
from tests.support.web import Headers, in_turn, moved, raw, reply, rss, serving

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
FORMS = ["3600", "Thu, 26 Aug 2021 19:00:00 GMT", "Thursday, 26-Aug-21 19:00:00 GMT", "Thu Aug 26 19:00:00 2021"]
GOOD = reply(rss("A"), headers={"ETag": '"1"'})


@pytest.mark.parametrize("said", FORMS, ids=["seconds", "IMF", "RFC 850", "asctime"])
@pytest.mark.parametrize("status", [429, 503, 500, 403, 404, 200, 304, 302])
async def test_rule_07_every_form_on_every_status(said: str, status: int, tmp_path: Path) -> None:
    """The pause is stored, and a poll within it is put off without a request."""
    told = {"Retry-After": said, "Location": "/new"} if status == 302 else {"Retry-After": said}
    asking = reply(b"" if status == 304 else rss("B"), status=status, headers={"ETag": '"2"', **told})
    pages = {"/feed": in_turn(GOOD, asking), "/new": GOOD}
    async with serving(pages) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        await desk.poll()
        assert await desk.pause() >= HOUR
        desk.pass_by(HOUR - timedelta(seconds=1))
        before = len(site.asked)
        result = await desk.poll()
        assert (len(site.asked), result.fault and result.fault.code) == (before, "held")
        assert not site.visits("/new")
        desk.pass_by(timedelta(seconds=1))
        await desk.poll()
        assert len(site.asked) > before  # the control: then it is visited


@pytest.mark.parametrize("said", ["3600", FORMS[1]], ids=["seconds", "date"])
async def test_rule_07_a_redirect_is_followed_when_it_is_later(said: str, tmp_path: Path) -> None:
    """A server that always asks for the pause would otherwise never be read."""
    pages = {"/feed": reply(status=302, headers={"Retry-After": said, "Location": "/new"}), "/new": GOOD}
    async with serving(pages) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        first = await desk.poll()
        assert (first.fault and first.fault.code, site.visits("/new")) == ("redirect_later", [])
        desk.pass_by(HOUR)
        assert (await desk.poll()).outcome is PollOutcome.NEW


@pytest.mark.parametrize(
    ("said", "least"),
    [("99999999999", WEEK), ("Thu, 26 Aug 2031 19:00:00 GMT", WEEK), ("0", QUARTER), ("later", QUARTER)],
)
async def test_rule_07_a_week_is_the_longest(said: str, least: timedelta, tmp_path: Path) -> None:
    """And what asks for nothing leaves our own pause."""
    page = reply(status=503, headers={"Retry-After": said})
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        assert await desk.pause() == least


async def test_rule_07_a_date_is_read_by_the_servers_own_clock(tmp_path: Path) -> None:
    """It is eight hours slow and asks for one: by our clock that would have been over long ago."""
    told = {"Date": "Thu, 26 Aug 2021 10:00:00 GMT", "Retry-After": "Thu, 26 Aug 2021 11:00:00 GMT"}
    page = reply(status=503, headers=told)
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        assert await desk.pause() == HOUR


@pytest.mark.parametrize(
    ("status", "told", "holds"),
    [(429, {"Retry-After": "3600"}, True), (429, {}, True), (503, {"Retry-After": "3600"}, True), (503, {}, False)],
)
async def test_rule_07_a_429_holds_the_whole_host(status: int, told: Headers, holds: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a table
    """Its other sources too, those at another port included; another host is visited as before."""
    async with (
        serving({"/feed": reply(status=status, headers=told), "/second": GOOD}) as site,
        serving({"/feed": GOOD}) as other_port,
        serving({"/feed": GOOD}, host="127.0.0.2") as other_host,
        office(
            tmp_path,
            a_feed(site.url()),
            a_feed(site.url("/second"), "second"),
            a_feed(other_port.url(), "port"),
            a_feed(other_host.url(), "other"),
            sites=(site, other_port, other_host),
        ) as desk,
    ):
        await desk.poll()
        desk.pass_by(timedelta(seconds=5))
        assert set(await desk.due()) == ({"other"} if holds else {"second", "port", "other"})
        result = await desk.poll("second")
        assert result.outcome is (PollOutcome.FAILED if holds else PollOutcome.NEW)
        assert (await desk.poll("other")).outcome is not PollOutcome.FAILED


async def test_rule_07_the_host_that_answered_is_held(tmp_path: Path) -> None:
    """An outlet that redirects to its hoster: the hoster asks, so the hoster's other sources rest."""
    async with (
        serving({"/feed": reply(status=429, headers={"Retry-After": "3600"}), "/b": GOOD}, host="127.0.0.2") as hoster,
        serving({"/feed": moved(hoster.url(), 302), "/c": GOOD}) as site,
        office(
            tmp_path,
            a_feed(site.url()),
            a_feed(hoster.url("/b"), "hosted"),
            a_feed(site.url("/c"), "at-home"),
            sites=(site, hoster),
        ) as desk,
    ):
        await desk.poll()
        desk.pass_by(timedelta(seconds=5))
        assert await desk.due() == ["at-home"]


async def test_rule_07_a_pause_is_never_cut_short(tmp_path: Path) -> None:
    """Two visits were under way when the first asked for an hour: the second's minute does not count."""
    pages = {
        "/feed": reply(status=429, headers={"Retry-After": "3600"}),
        "/second": reply(status=429, headers={"Retry-After": "60"}),
    }
    async with (
        serving(pages) as site,
        office(tmp_path, a_feed(site.url()), a_feed(site.url("/second"), "second"), sites=(site,)) as desk,
    ):
        claim = await desk.store.sources.claim_named("second", now=desk.clock(), lease=timedelta(minutes=2))
        assert claim is not None
        await desk.poll()
        await desk.take_turn(claim)
        desk.pass_by(timedelta(minutes=59))
        assert await desk.due() == []


async def test_rule_07_robots_txt_may_ask_for_a_pause_too(tmp_path: Path) -> None:
    """It speaks for the host."""
    pages = {"/robots.txt": reply(status=503, headers={"Retry-After": FORMS[1]}), "/feed": GOOD}
    async with (
        serving(pages) as site,
        office(tmp_path, a_feed(site.url()), a_feed(site.url("/second"), "second"), sites=(site,)) as desk,
    ):
        await desk.poll()
        assert await desk.pause() == HOUR
        desk.pass_by(HOUR - timedelta(seconds=1))
        assert await desk.due() == []


@pytest.mark.parametrize("part", [429, 503])
async def test_rule_07_a_sitemap_of_an_index_may_ask_for_a_pause(part: int, tmp_path: Path) -> None:
    """No other one is asked for then; what was read by then is not lost."""
    asking = reply(status=part, headers={"Retry-After": "3600"})
    async with serving({"/1": reply(NEWS), "/2": asking, "/3": asking}) as site:
        site.pages["/feed"] = reply(Indexes.write(*(SitemapPart(url=site.url(path)) for path in ("/1", "/2", "/3"))))
        source = a_feed(site.url(), kind=SourceKind.NEWS_SITEMAP)
        second = a_feed(site.url("/x"), "second")
        async with office(tmp_path, source, second, sites=(site,), parser=Indexes()) as desk:
            assert (await desk.poll()).outcome is PollOutcome.NEW
            assert await desk.pause() == HOUR
            assert await desk.due() == []
    assert (len(site.visits("/2")), len(site.visits("/3"))) == (1, 0)


async def test_rule_07_without_a_time_the_pause_doubles_to_a_day(tmp_path: Path) -> None:
    """From a quarter of an hour."""
    async with (
        serving({"/feed": reply(status=429)}) as site,
        office(tmp_path, a_feed(site.url()), sites=(site,)) as desk,
    ):
        pauses = []
        for _ in range(9):
            await desk.poll_when_due()
            pauses.append(await desk.pause())
    assert pauses == [min(QUARTER * 2**number, timedelta(days=1)) for number in range(9)]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
async def test_rule_07_no_status_is_asked_for_again_at_once(status: int, tmp_path: Path) -> None:
    """A broken connection may be, once."""
    async with (
        serving({"/feed": reply(status=status), "/broken": raw(b"")}) as site,
        office(tmp_path, a_feed(site.url()), a_feed(site.url("/broken"), "broken"), sites=(site,)) as desk,
    ):
        await desk.poll()
        desk.pass_by(timedelta(days=8))
        await desk.poll("broken")
    assert len(site.visits()) == 1
    assert len(site.visits("/broken")) <= 2


async def test_rule_07_pauses_hold_in_a_new_process(tmp_path: Path) -> None:
    """The real program, twice: the second knows from the database what the first was told."""
    async with serving({"/feed": reply(status=429, headers={"Retry-After": "3600"}), "/second": GOOD}) as site:
        desk = Desk(
            folder=tmp_path / "desk", sites=[site], sources={"first": site.url(), "second": site.url("/second")}
        )
        folder = desk.save()
        await storywatch("poll", "first", "--config", folder, "--json")
        before = len(site.asked)
        ran = await storywatch("poll", "--config", folder, "--json")
        assert [poll["error"]["code"] for poll in ran.only["polls"]] == ["held", "held"]
    assert len(site.asked) == before


@pytest.mark.parametrize("status", [200, 503])
@pytest.mark.parametrize(("seconds", "told"), [(86_400, False), (86_401, True)])
async def test_rule_07_a_pause_of_more_than_a_day_is_logged(
    status: int,
    seconds: int,
    told: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
) -> None:
    """Nobody would think of it when nothing comes."""
    page = reply(rss("A"), status=status, headers={"Retry-After": str(seconds)})
    async with serving({"/feed": page}) as site:
        desk = Desk(folder=tmp_path / "desk", sites=[site], sources={"first": site.url()})
        ran = await storywatch("poll", "--config", desk.save(), "--json")
    assert ("long_pause" in ran.err) is told


@pytest.mark.parametrize("status", [200, 429])
async def test_rule_07_pauses_hold_between_two_calls_of_fetch(status: int, tmp_path: Path) -> None:
    """Which has no database, but a folder."""
    async with serving({"/feed": reply(rss("A"), status=status, headers={"Retry-After": "3600"})}) as site:
        args = ("fetch", site.url(), "--allow", site.place, "--state", tmp_path, "--json")
        await storywatch(*args)
        before = len(site.asked)
        second = await storywatch(*args)
        assert second.only["error"]["code"] == "held"
    assert len(site.asked) == before


NEWS = (
    b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    b"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://nyt.example/a</loc>"
    b"<news:news><news:title>Blast at the airport</news:title></news:news></url></urlset>"
)
