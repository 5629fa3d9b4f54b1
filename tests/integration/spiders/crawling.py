"""A crawler against sites on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from network import Guard
from spiders.crawler import Crawler, running_crawler
from spiders.parsing import ParseLimits, ParsePool, parse_document
from storywatch.egress import EgressPolicy
from storywatch.errors import Fault
from storywatch.model import Document, Settings, SourceKind, Validators, Visit, VisitOutcome
from tests.support.web import Site

NOW = datetime(2021, 9, 1, 12, tzinfo=UTC)
NOTHING = Validators()
SETTINGS = Settings(database="", contact="desk@example.org", timeout=timedelta(seconds=5), max_bytes=1_000_000)


class InProcess(ParsePool):
    """Parses at once, where no worker process is what a test is about, and counts."""

    parses = 0

    async def parse(
        self,
        body: bytes,
        *,
        url: str | None,
        content_type: str | None,
        kind: SourceKind | None = None,
        now: datetime,
        **about: Any,
    ) -> Document:
        """Parse here."""
        self.parses += 1
        limits = ParseLimits()
        return parse_document(body, url=url, content_type=content_type, kind=kind, now=now, limits=limits, **about)


@asynccontextmanager
async def crawling(
    *sites: Site, parser: ParsePool | None = None, settings: Settings = SETTINGS, guard: Guard | None = None
) -> AsyncIterator[Crawler]:
    """Run a crawler that may dial these sites, by their addresses."""
    allowed = replace(settings, allow=tuple(site.place for site in sites))
    guard = guard or Guard(EgressPolicy.allowing(allowed.allow))
    async with running_crawler(allowed, guard, parser or InProcess(), lambda: NOW) as crawler:
        yield crawler


async def visit(crawler: Crawler, url: str, validators: Validators = NOTHING) -> Visit:
    """Visit a feed."""
    return await crawler.fetch(url, SourceKind.FEED, validators)


async def fault(crawler: Crawler, url: str, validators: Validators = NOTHING) -> Fault:
    """Visit what fails."""
    seen = await visit(crawler, url, validators)
    assert seen.outcome is VisitOutcome.FAILED
    assert seen.document is None
    assert seen.fault is not None
    return seen.fault


async def titles(crawler: Crawler, url: str) -> list[str]:
    """Visit what works, and return what the items are called."""
    seen = await visit(crawler, url)
    assert (seen.outcome, seen.fault) == (VisitOutcome.OK, None)
    assert seen.document is not None
    return [item.title for item in seen.document.items]
