"""The crawler's life: it starts, serves many visits at once, and stops soon and whole, whatever hangs."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from storywatch.model import SourceKind, VisitOutcome
from tests.integration.spiders.crawling import NOTHING, SETTINGS, InProcess, crawling, visit
from tests.support.patience import FOR_EVER, soon, until
from tests.support.web import Answer, Asked, drip, head, moved, raw, reply, rss, serving

BODY = rss("Blast at the airport")


@pytest.fixture(autouse=True)
async def _nothing_left() -> AsyncIterator[None]:
    """No task outlives the crawler. What isn't closed warns as it is collected, and warnings are errors here."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    gc.collect()
    assert not left


async def test_it_starts_and_stops_many_times() -> None:
    """A reload swaps it, for years."""
    async with serving({"/feed": reply(BODY)}) as site:
        for _ in range(10):
            async with crawling(site) as crawler:
                assert (await visit(crawler, site.url())).outcome is VisitOutcome.OK


async def test_two_run_side_by_side() -> None:
    """As they do during a reload, until the old one's visits have ended."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as old, crawling(site) as new:
        seen = await asyncio.gather(visit(old, site.url()), visit(new, site.url()))
    assert {one.outcome for one in seen} == {VisitOutcome.OK}


@pytest.mark.parametrize(
    "pages",
    [
        {"/feed": raw(FOR_EVER)},
        {"/feed": raw(head(200, {"Content-Length": "9"}), FOR_EVER)},
        {"/feed": drip(head(200), b"x", 0.01)},
        {"/robots.txt": raw(FOR_EVER)},
    ],
    ids=["silent", "silent body", "dripping", "robots.txt"],
)
@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "running"])
async def test_it_stops_soon_while_downloads_hang(
    pages: dict[str, Answer],
    cancelled: bool,  # noqa: FBT001 - a table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Scrapy's own stop waits for the slowest server, and leaves its sockets open if it isn't let to."""
    monkeypatch.setattr("spiders.crawler.STOP_SECONDS", FOR_EVER)
    settings = replace(SETTINGS, timeout=timedelta(seconds=FOR_EVER))
    async with serving(pages) as site, AsyncExitStack() as stack:
        crawler = await stack.enter_async_context(crawling(site, settings=settings))
        visits = [asyncio.create_task(visit(crawler, site.url())) for _ in range(3)]
        await until(lambda: site.asked)
        if cancelled:
            for one in visits:
                one.cancel()
        async with soon():
            await stack.aclose()
        ended = await asyncio.gather(*visits, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) is cancelled for one in ended)


async def test_a_host_is_visited_by_one_connection_at_a_time() -> None:
    """Hosts beside each other, the visits of one host one after the other."""
    at_work: list[str] = []
    seen: list[list[str]] = []

    def slow(host: str) -> Answer:
        async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
            at_work.append(host)
            seen.append(sorted(at_work))
            await asyncio.sleep(0.1)
            at_work.remove(host)
            await reply(BODY)(asked, writer)

        return answer

    async with (
        serving({"/feed": slow("one")}) as one,
        serving({"/feed": slow("other")}, host="127.0.0.2") as other,
        crawling(one, other) as crawler,
    ):
        await asyncio.gather(*(visit(crawler, site.url()) for site in (one, other) for _ in range(4)))
    assert (one.connections, other.connections) == (1, 1)
    assert all(len(set(hosts)) == len(hosts) for hosts in seen)
    assert ["one", "other"] in seen


async def test_another_port_of_a_host_is_the_same_host() -> None:
    """A connection's limit counts each port for itself."""
    slow = raw(0.3, head(200, {"Content-Length": str(len(BODY))}) + BODY, hang_up=False)
    async with serving({"/feed": slow}) as one, serving({"/feed": slow}) as other, crawling(one, other) as crawler:
        started = time.monotonic()
        await asyncio.gather(visit(crawler, one.url()), visit(crawler, other.url()))
        assert time.monotonic() - started >= 0.6


async def test_many_hosts_that_redirect_to_one_wait_for_their_turn_there() -> None:
    """Feed hosters serve many outlets. The wait for a turn is no slowness of the server's."""
    slow = raw(0.25, head(200, {"Content-Length": str(len(BODY))}) + BODY, hang_up=False)
    settings = replace(SETTINGS, timeout=timedelta(seconds=1))
    async with AsyncExitStack() as stack:
        hoster = await stack.enter_async_context(serving({"/feed": slow}))
        outlets = [
            await stack.enter_async_context(serving({"/feed": moved(hoster.url())}, host=f"127.0.0.{number}"))
            for number in range(2, 7)
        ]
        crawler = await stack.enter_async_context(crawling(hoster, *outlets, settings=settings))
        seen = await asyncio.gather(*(visit(crawler, site.url()) for site in (hoster, *outlets)))
    assert [one.fault for one in seen] == [None] * 6
    assert hoster.connections == 1


async def test_a_slow_host_holds_up_no_other() -> None:
    """Sixteen of them could: that is the setting."""
    async with (
        serving({"/feed": raw(FOR_EVER)}) as slow,
        serving({"/feed": reply(BODY)}, host="127.0.0.2") as quick,
        crawling(slow, quick) as crawler,
    ):
        hanging = asyncio.create_task(visit(crawler, slow.url()))
        await until(slow.visits)
        assert (await visit(crawler, quick.url())).outcome is VisitOutcome.OK
        assert not hanging.done()
        hanging.cancel()


async def test_a_cancelled_visit_leaves_the_crawler_well() -> None:
    """The daemon cancels what is late when it stops; a test of the part before that."""
    settings = replace(SETTINGS, timeout=timedelta(seconds=1))
    pages = {"/feed": raw(FOR_EVER), "/good": reply(BODY)}
    async with serving(pages) as site, crawling(site, settings=settings) as crawler:
        task = asyncio.create_task(visit(crawler, site.url()))
        await until(site.visits)
        task.cancel()
        assert (await visit(crawler, site.url("/good"))).outcome is VisitOutcome.OK


async def test_the_visit_tells_the_kind_of_source_to_the_parser() -> None:
    """A news sitemap where a feed was declared is a mistake to be told of."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site, parser=InProcess()) as crawler:
        seen = await crawler.fetch(site.url(), SourceKind.NEWS_SITEMAP, NOTHING)
    assert seen.fault is not None
    assert (seen.fault.code, seen.fault.permanent) == ("kind_mismatch", True)
