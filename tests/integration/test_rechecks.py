"""The daemon's second looks: real pages over loopback, the real crawler and database; only the clock is moved."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler import rechecks
from scheduler.rechecks import RecheckWork
from storage import Store, open_store, tables
from storywatch.cli.articles import PLAIN_TEXT
from storywatch.model import ChannelKind, WatchConfig
from storywatch.second_look import SecondLook
from tests.contract.working import poll, rows
from tests.integration.spiders.crawling import crawling
from tests.support.fakes import FakeChannel, FakeClock
from tests.support.samples import KABUL, NOW, a_config, parsed
from tests.support.web import Answer, Site, reply, serving

HOUR = timedelta(hours=1)
CONFIG: WatchConfig = a_config(events=(KABUL,))
STRIKE = "The Pentagon spoke of a righteous strike on a car in Kabul, after the attack on the airport."
ROBOTS = "User-agent: *\nDisallow: /kabul"


def article(text: str) -> Answer:
    """Return an article's page."""
    html = f"<html><head><title>Kabul airport attack</title></head><body><p>{text}</p></body></html>"
    return reply(html.encode(), headers={"Content-Type": "text/html"})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving({"/kabul": article(STRIKE)}) as opened:
        yield opened


@pytest.fixture
async def store(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A database in which the article is a report."""
    monkeypatch.setattr(rechecks, "PAUSE", timedelta())
    async with open_store(f"sqlite:///{tmp_path / 'storywatch.db'}") as opened:
        await opened.sources.apply(CONFIG, NOW)
        await poll(opened, CONFIG, parsed("Attack at Kabul airport", url=site.url("/kabul")))
        yield opened


async def looked(store: Store, site: Site, *answers: tuple[Answer, timedelta]) -> list[str]:
    """Let the page answer so at these moments, and return the kinds of the changes that are known then."""
    clock = FakeClock()
    async with crawling(site) as crawler:
        channels = {kind: FakeChannel() for kind in ChannelKind}
        look = SecondLook(rechecks=store.rechecks, fetcher=crawler, channels=channels, clock=clock, rules=PLAIN_TEXT)
        work = RecheckWork(lambda: (look, CONFIG))
        await work.enlist()
        for answer, after in answers:
            site.pages["/kabul"] = answer
            clock.now = NOW + after
            await work.look_due()
    return [change["kind"] for change in sorted(await rows(store, tables.changes), key=lambda row: row["seen"])]


async def test_an_edit_a_correction_and_the_end_of_a_page_are_found(store: Store, site: Site) -> None:
    """By its ladder: every six hours, and again an hour after it was missing."""
    edited = STRIKE.replace("a righteous strike", "a tragic mistake that killed ten civilians")
    corrected = f"{edited} Correction: An earlier version misstated the target."
    gone = reply(status=410)
    kinds = await looked(
        store,
        site,
        (article(STRIKE), timedelta()),
        (article(edited), HOUR),  # not due
        (article(edited), 6 * HOUR),
        (article(corrected), 12 * HOUR),
        (gone, 18 * HOUR),
        (gone, 19 * HOUR),
        (article(corrected), 26 * HOUR),
    )
    assert kinds == ["edit", "correction", "vanished", "restored"]
    assert len(site.visits("/kabul")) == 6
    alerts = await rows(store, tables.alerts)
    assert [alert["kind"] for alert in alerts].count("revision") >= 3


async def test_a_page_that_stays_tells_nothing(store: Store, site: Site) -> None:
    """Control."""
    assert await looked(store, site, *((article(STRIKE), at * 6 * HOUR) for at in range(4))) == []
    assert len(site.visits("/kabul")) == 4


async def test_what_a_page_answers_holds_its_host(store: Store, site: Site) -> None:
    """For as long as its 429 says, and for polls too."""
    busy = reply(status=429, headers={"Retry-After": str(3 * 3600)})
    await looked(store, site, (busy, timedelta()))
    (host,) = await rows(store, tables.hosts)
    assert (host["host"], host["held_until"]) == (site.host, NOW + 3 * HOUR)


async def test_robots_are_obeyed(store: Store, site: Site) -> None:
    """As for every page that is visited."""
    site.pages["/robots.txt"] = reply(ROBOTS.encode(), headers={"Content-Type": "text/plain"})
    assert await looked(store, site, (article(STRIKE), timedelta()), (reply(status=410), 6 * HOUR)) == []
    assert not site.visits("/kabul")
