"""The crawler: one Scrapy crawler for the life of the process, in the loop that everything shares."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from scrapy import Request, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.crawler import Crawler as ScrapyCrawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from network import Guard
from spiders import answers, sitemaps
from spiders.asking import Asked, Trail
from spiders.failures import EXPECTED, fault_of
from spiders.identity import asked_as
from spiders.parsing import ParsePool
from spiders.sitemaps import PartRead
from spiders.turns import Budget, Transfers
from spiders.watcher import WatchSpider, scrapy_settings
from spiders.websub.links import push_offer
from storywatch.errors import Fault, VisitError
from storywatch.model import (
    Document,
    Outlet,
    PartValidators,
    Settings,
    SitemapPart,
    Source,
    SourceKind,
    Validators,
    Visit,
    VisitOutcome,
)
from storywatch.pacing import SourceState, address
from storywatch.ports import Clock
from storywatch.steps import Reached, Step, ignore
from storywatch.urls import host_of

log = structlog.get_logger()

STOP_SECONDS = 5.0


PERMANENT_REDIRECTS = (301, 308)
MOST_WAITS = 2


@dataclass(frozen=True, kw_only=True)
class Crawler:
    """Implements `storywatch.ports.Fetcher`. Make one by `running_crawler`."""

    engine: ExecutionEngine
    settings: Settings
    parser: ParsePool
    clock: Clock
    reached: Reached = ignore

    async def visit(self, source: Source, outlet: Outlet, state: SourceState) -> Visit:
        """Visit once, politely and conditionally. Every failure of the source comes back as the visit's fault."""
        asked = Asked(
            kind=source.kind,
            outlet=outlet,
            page=source.page,
            drop_urls=source.drop_urls,
            own=source.own,
            waited=state.fault is not None and state.fault.code == "redirect_later",
        )
        return await self.fetch(address(source, state), source.kind, state.validators, asked)

    async def fetch(
        self, url: str, kind: SourceKind | None, validators: Validators, asked: Asked | None = None
    ) -> Visit:
        """Visit an address; without a kind it is read as what it turns out to be."""
        asked = asked or Asked(kind=kind)
        if validators.asked_as not in (None, asked_as(self.settings.contact, asked)):
            validators = Validators()  # they are about what was shown to another user agent, or read in another way
        budget, trail = self.budget(), Trail()
        try:
            response = await self.download(url, validators, asked, budget, trail)
            trail.status = response.status
            self.reached(Step.POLL_FETCHED)
            trail.retry_after = answers.asked_pause(headers_of(response), self.clock())
            seen = await self._read(response, asked, validators, budget)
        except VisitError as error:
            seen = _failed(error.fault)
        except EXPECTED as error:
            seen = _failed(fault_of(error))
        except Exception as error:  # the border of one source: what its answer breaks must not stop the others
            log.exception("visit_broke", host=host_of(url))
            message = f"a bug that this source brings out, please report it: {error!r:.200}"
            seen = _failed(Fault(code="internal", message=message))
        if seen.fault and seen.fault.retry_after is None and trail.retry_after is not None:
            seen = _failed(replace(seen.fault, retry_after=trail.retry_after))
        status = seen.status or trail.status
        return replace(seen, status=status, final_url=trail.url, crawl_delay=trail.crawl_delay)

    @property
    def _seconds(self) -> float:
        return self.settings.timeout.total_seconds()

    async def download(
        self, url: str, validators: Validators, asked: Asked, budget: Budget, trail: Trail | None = None
    ) -> Response:
        """Download within the budget. Raises VisitError and what `spiders.failures` knows."""
        if not url.lower().startswith(("http://", "https://")) or not host_of(url):
            raise VisitError(
                "bad_url", "only addresses that begin with http:// or https:// can be visited", permanent=True
            )
        about = {
            "storywatch_budget": budget,
            "storywatch_own": asked.own,
            "storywatch_waited": asked.waited,
            "storywatch_trail": trail,
        }
        headers = answers.conditional_headers(validators)
        request = Request(url, headers=headers, meta=about, callback=NO_CALLBACK)
        # The budget is what servers may use; this bounds the waits for turns at them too.
        whole = self._seconds * MOST_WAITS
        try:
            async with asyncio.timeout(whole):
                return await self.engine.download_async(request)
        except TimeoutError:
            message = f"robots.txt, redirects, the answer and the waits for them took longer than {whole:.0f} seconds"
            raise VisitError("timeout", message) from None

    async def _read(self, response: Response, asked: Asked, old: Validators, budget: Budget) -> Visit:
        now = self.clock()
        headers = headers_of(response)
        answers.check_status(response.status, headers, now)
        seen = self._seen(response, headers, old, now)
        if response.status == 304:
            if not answers.conditional_headers(old):
                raise VisitError("no_document", "HTTP 304: the server says that nothing changed since a first visit")
            return await self._with_parts(seen, sitemaps.index_of(old.parts), asked, budget)
        fresh = answers.validators(headers, response.body, asked_as(self.settings.contact, asked))
        conditional = bool(answers.conditional_headers(old))
        seen = replace(seen, validates=answers.validates(fresh, old, conditional=conditional))
        if fresh.body_hash == old.body_hash:
            seen = replace(seen, validators=replace(fresh, elements=old.elements, parts=old.parts))
            return await self._with_parts(seen, sitemaps.index_of(old.parts), asked, budget)
        document = await self._parsed(response, headers, asked, old.elements, now)
        self.reached(Step.POLL_PARSED)
        # A document of only what is new does not take the place of the whole one.
        elements = old.elements if seen.partial else document.elements
        known = replace(fresh, elements=elements, parts=old.parts if document.parts else ())
        if document.broken_off:
            # A 304 would keep what stood behind from us for good. If it ends there again, that is all there is.
            known = replace(known, etag=None, last_modified=None)
        offer = push_offer(headers.get("link"), response.url, document.push)
        seen = replace(seen, validators=known, push=offer)
        if document.parts:
            return await self._with_parts(seen, document, asked, budget)
        return replace(seen, outcome=VisitOutcome.OK, document=document)

    async def _with_parts(self, seen: Visit, index: Document | None, asked: Asked, budget: Budget) -> Visit:
        """Add what the sitemaps of an index brought; without one that was read anew nothing has changed."""
        if index is None:
            return seen
        brought = await sitemaps.follow(self, index, seen.validators.parts, asked, budget)
        seen = replace(seen, validators=replace(seen.validators, parts=brought.parts))
        if brought.throttled is not None:
            seen = replace(seen, status=429, retry_after=max(brought.throttled, seen.retry_after or timedelta()))
        document = brought.document
        if brought.partial and not document.items and not document.set_aside:
            return seen
        return replace(seen, outcome=VisitOutcome.OK, document=document, partial=brought.partial)

    def _seen(self, response: Response, headers: answers.Headers, old: Validators, now: datetime) -> Visit:
        """Return what the answer says beside its body."""
        skew = answers.skew(headers, now)
        if skew is not None:
            log.warning("clock_skew", host=host_of(response.url), seconds=round(skew.total_seconds()))
        return Visit(
            outcome=VisitOutcome.UNCHANGED,
            validators=answers.refreshed(headers, old),
            fresh_for=answers.fresh_for(headers),
            retry_after=answers.asked_pause(headers, now),
            status=response.status,
            permanent_url=_permanent_url(response),
            partial=response.status == 226,
            push=push_offer(headers.get("link"), response.url, None),
        )

    def budget(self) -> Budget:
        """Return the time that one visit may take."""
        return Budget(self._seconds)

    async def read_part(self, part: SitemapPart, old: PartValidators | None, asked: Asked, budget: Budget) -> PartRead:
        """Visit one sitemap of an index, conditionally. Raises VisitError and what `spiders.failures` knows."""
        known = Validators(etag=old.etag, last_modified=old.last_modified) if old else Validators()
        response = await self.download(part.url, known, asked, budget)
        now, headers = self.clock(), headers_of(response)
        answers.check_status(response.status, headers, now)
        fresh = answers.validators(headers, response.body)
        if old and response.status == 304:
            return PartRead(
                validators=_of_part(part, replace(answers.refreshed(headers, known), body_hash=old.body_hash))
            )
        if old and fresh.body_hash == old.body_hash:
            return PartRead(validators=_of_part(part, fresh))
        document = await self._parsed(response, headers, asked, b"", now)
        if document.broken_off:
            part, fresh = replace(part, lastmod=None), replace(fresh, etag=None, last_modified=None)
        return PartRead(validators=_of_part(part, fresh), document=document)

    async def _parsed(
        self, response: Response, headers: answers.Headers, asked: Asked, elements: bytes, now: datetime
    ) -> Document:
        return await self.parser.parse(
            response.body,
            url=response.url,
            content_type=headers.get("content-type"),
            kind=asked.kind,
            now=now,
            outlet=asked.outlet,
            page=asked.page,
            elements=elements,
        )


def _of_part(part: SitemapPart, known: Validators) -> PartValidators:
    return PartValidators(
        url=part.url,
        lastmod=part.lastmod,
        etag=known.etag,
        last_modified=known.last_modified,
        body_hash=known.body_hash,
    )


def _failed(fault: Fault) -> Visit:
    return Visit(outcome=VisitOutcome.FAILED, fault=fault)


def _permanent_url(response: Response) -> str | None:
    """Return where a chain of redirects led if every hop is for good."""
    hops = response.meta.get("redirect_reasons", ())
    return response.url if hops and all(status in PERMANENT_REDIRECTS for status in hops) else None


def headers_of(response: Response) -> answers.Headers:
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
    scrapy_crawler = AsyncCrawlerRunner(scrapy_settings(settings, guard, clock)).create_crawler(WatchSpider)
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
