"""The crawler: one Scrapy crawler for the life of the process, in the loop that everything shares."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from scrapy import Request, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.crawler import Crawler as ScrapyCrawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from network import Guard
from spiders import answers
from spiders.failures import EXPECTED, fault_of
from spiders.handler import Transfers
from spiders.parsing import ParsePool
from spiders.watcher import WatchSpider, scrapy_settings
from storywatch.errors import Fault, VisitError
from storywatch.model import Settings, Source, SourceKind, Validators, Visit, VisitOutcome
from storywatch.ports import Clock
from storywatch.steps import Reached, Step, ignore
from storywatch.urls import host_of

log = structlog.get_logger()

STOP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Crawler:
    """Implements `storywatch.ports.Fetcher`. Make one by `running_crawler`."""

    engine: ExecutionEngine
    settings: Settings
    parser: ParsePool
    clock: Clock
    reached: Reached = ignore

    async def visit(self, source: Source, validators: Validators) -> Visit:
        """Visit once, politely and conditionally. Every failure of the source comes back as the visit's fault."""
        return await self.fetch(source.url, source.kind, validators)

    async def fetch(self, url: str, kind: SourceKind | None, validators: Validators) -> Visit:
        """Visit an address; without a kind it is read as what it turns out to be."""
        try:
            response = await self._download(url, validators)
            self.reached(Step.POLL_FETCHED)
            return await self._read(response, kind, validators)
        except VisitError as error:
            return Visit(outcome=VisitOutcome.FAILED, fault=error.fault)
        except EXPECTED as error:
            return Visit(outcome=VisitOutcome.FAILED, fault=fault_of(error))
        except Exception as error:  # the border of one source: what its answer breaks must not stop the others
            log.exception("visit_broke", host=host_of(url))
            message = f"a bug that this source brings out, please report it: {error!r:.200}"
            return Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="internal", message=message))

    async def _download(self, url: str, validators: Validators) -> Response:
        """Download within a total time: Scrapy's own limit is for one hop."""
        if not url.lower().startswith(("http://", "https://")) or not host_of(url):
            raise VisitError(
                "bad_url", "only addresses that begin with http:// or https:// can be visited", permanent=True
            )
        request = Request(url, headers=answers.conditional_headers(validators), callback=NO_CALLBACK)
        whole = self.settings.timeout.total_seconds() * 2
        try:
            async with asyncio.timeout(whole):
                return await self.engine.download_async(request)
        except TimeoutError:
            message = f"robots.txt, redirects and the answer together took longer than {whole:.0f} seconds"
            raise VisitError("timeout", message) from None

    async def _read(self, response: Response, kind: SourceKind | None, old: Validators) -> Visit:
        now = self.clock()
        headers = _headers(response)
        answers.check_status(response.status, headers, now)
        seen = Visit(
            outcome=VisitOutcome.UNCHANGED,
            validators=answers.refreshed(headers, old),
            fresh_for=answers.fresh_for(headers),
            status=response.status,
            final_url=response.url,
        )
        if response.status == 304:
            if not answers.conditional_headers(old):
                raise VisitError("no_document", "HTTP 304: the server says that nothing changed since a first visit")
            return seen
        fresh = answers.validators(headers, response.body)
        if fresh.body_hash == old.body_hash:
            return replace(seen, validators=fresh)
        document = await self.parser.parse(
            response.body,
            url=response.url,
            content_type=headers.get("content-type"),
            kind=kind,
            now=now,
        )
        self.reached(Step.POLL_PARSED)
        return replace(seen, outcome=VisitOutcome.OK, document=document, validators=fresh)


def _headers(response: Response) -> answers.Headers:
    """Return the header fields by lower-case name; of repeated ones the values, joined (RFC 9110, section 5.3).

    Bytes that are not UTF-8 become lone surrogates.
    """
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("utf-8", "surrogateescape")
        for name, values in response.headers.items()
    }


@asynccontextmanager
async def running_crawler(
    settings: Settings, guard: Guard, parser: ParsePool, clock: Clock, reached: Reached = ignore
) -> AsyncIterator[Crawler]:
    """Run the crawler until the block ends; then stop it within a few seconds, whatever hangs."""
    scrapy_crawler = AsyncCrawlerRunner(scrapy_settings(settings, guard)).create_crawler(WatchSpider)
    # Scrapy copies what it is given in its settings: these are the ones that the handler uses.
    transfers: Transfers = scrapy_crawler.settings["STORYWATCH_TRANSFERS"]
    opened = asyncio.Event()
    scrapy_crawler.signals.connect(opened.set, signal=signals.engine_started)
    crawling = asyncio.create_task(scrapy_crawler.crawl_async())
    await _first(opened.wait(), crawling)
    engine = scrapy_crawler.engine
    assert engine is not None  # noqa: S101 - the engine that has just started
    try:
        yield Crawler(engine=engine, settings=settings, parser=parser, clock=clock, reached=reached)
    finally:
        transfers.end()
        await _stopped(scrapy_crawler, crawling)


async def _first(opened: Coroutine[Any, Any, Any], crawling: asyncio.Task[None]) -> None:
    """Wait until the crawler runs; raise what it died of if it never does."""
    waiting = asyncio.create_task(opened)
    await asyncio.wait({waiting, crawling}, return_when=asyncio.FIRST_COMPLETED)
    if crawling.done():
        waiting.cancel()
        crawling.result()


async def _stopped(crawler: ScrapyCrawler, crawling: asyncio.Task[None]) -> None:
    """Stop the crawler: its downloads have ended, so it is soon done. If not, it is left behind."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await crawler.stop_async()
            await crawling
    except TimeoutError:
        log.warning("crawler_stuck", seconds=STOP_SECONDS)
        crawling.cancel()
