"""Visits what an outlet may offer, politely and within bounds, and keeps what works."""

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin

from anyio import to_process

from spiders.discovery.places import sitemaps_of_robots, usual_places
from spiders.discovery.surveying import survey
from spiders.discovery.values import Bounds, Candidate, Discovery, Failed, Finding, Promise, Survey
from spiders.parsing import ParsePool
from spiders.parsing.document import PAGE_ALONE
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, PageRules, SourceKind

SURVEY_SECONDS = 30.0
POLITE = Bounds()

# So many of each place at most: none takes the requests that another needs.
_MOST = {
    Promise.DECLARED_FEED: 8,
    Promise.DECLARED_NEWS_SITEMAP: 5,
    Promise.LINKED_FEED: 5,
    Promise.DECLARED_SITEMAP: 3,
    Promise.COMMENTS: 0,
}
_GUESSED = {Promise.USUAL_FEED: SourceKind.FEED, Promise.USUAL_NEWS_SITEMAP: SourceKind.NEWS_SITEMAP}
_NAMED = (Promise.GIVEN, Promise.DECLARED_FEED)
# Where nothing more of the outlet can be reached, and where it asks to be left alone.
_HOPELESS = frozenset({"bad_url", "connection", "dns", "egress_refused", "robots_unreachable", "timeout", "tls"})
_ENOUGH = frozenset({"throttled", "unavailable"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """What an address served. `url`: after redirects. `delay`: what robots.txt asks between two visits."""

    url: str
    body: bytes
    content_type: str | None = None
    conditional: bool = False
    delay: timedelta | None = None


Load = Callable[[str], Awaitable[Served | Fault]]
"""Visits an address once. Fails by a fault, or raises VisitError."""


@dataclass(kw_only=True)
class _Visitor:
    """Visits one address after the other: each once, with pauses, until the bounds are reached."""

    load: Load
    bounds: Bounds
    told: Callable[[str], None]
    until: float
    requests: int = 0
    seen: set[str] = field(default_factory=set)
    pause: float = 0.0
    was_sent_away: bool = False

    @property
    def is_done(self) -> bool:
        return self.was_sent_away or self.requests >= self.bounds.requests or self._left <= 0

    @property
    def _left(self) -> float:
        return self.until - asyncio.get_running_loop().time()

    async def visit(self, url: str) -> Served | Fault:
        """Visit; a redirect to what was visited already is a fault too, for it brings nothing new."""
        await asyncio.sleep(min(self.pause if self.requests else 0, max(self._left, 0)))
        self.requests += 1
        self.seen.add(url)
        self.told(f"visit {self.requests}: {url}")
        try:
            async with asyncio.timeout(max(self._left, 0)):
                served = await self.load(url)
        except VisitError as error:
            served = error.fault
        except TimeoutError:
            return Fault(code="timeout", message="the time for all visits is over")
        if isinstance(served, Fault):
            self.was_sent_away = served.code in _ENOUGH
            return served
        if served.url != url and served.url in self.seen:
            return Fault(code="bad_redirect", message=f"redirects to {served.url}, which was visited already")
        self.seen.add(served.url)
        if served.delay:
            self.pause = max(self.pause, served.delay.total_seconds())
        return served


async def explore(
    url: str,
    load: Load,
    parser: ParsePool,
    now: datetime,
    *,
    bounds: Bounds = POLITE,
    told: Callable[[str], None] = lambda _: None,
) -> Discovery:
    """Return what works of an outlet, the best first. Every failure of the outlet's is told in the result."""
    until = asyncio.get_running_loop().time() + bounds.total.total_seconds()
    visitor = _Visitor(load=load, bounds=bounds, told=told, until=until, pause=bounds.pause.total_seconds())
    return await _Exploration(visitor, parser, now, url).run()


class _Exploration:
    def __init__(self, visitor: _Visitor, parser: ParsePool, now: datetime, url: str) -> None:
        self._visitor = visitor
        self._parser = parser
        self._now = now
        self._found = Discovery(url=url)
        self._queue: list[tuple[Promise, int, Candidate]] = []
        self._queued: set[str] = set()
        self._visited: Counter[Promise] = Counter()

    async def run(self) -> Discovery:
        """Look at the given page, at robots.txt, and then at what they lead to."""
        if await self._see_given():
            await self._see_robots()
        while self._queue and not self._visitor.is_done:
            promise, _, candidate = heapq.heappop(self._queue)
            if self._is_wanted(candidate):
                self._visited[promise] += 1
                await self._try(candidate)
        self._found.findings.sort(key=self._rank)
        self._found.requests = self._visitor.requests
        return self._found

    async def _see_given(self) -> bool:
        """Look at the page that was given; return whether there may be more to find."""
        given = self._found.url
        served = await self._visitor.visit(given)
        if isinstance(served, Fault):
            self._found.failed.append(Failed(url=given, fault=served))
            return served.code not in _HOPELESS and not self._visitor.is_done
        self._found.url = served.url
        await self._look_at_page(served)
        return True

    async def _see_robots(self) -> None:
        robots = await self._visitor.visit(urljoin(self._found.url, "/robots.txt"))
        if isinstance(robots, Served):
            self._add(sitemaps_of_robots(robots.body.decode("utf-8", "replace"), robots.url))
        self._add(usual_places(self._found.url))

    async def _look_at_page(self, served: Served) -> None:
        if await self._keep(served, Candidate(url=served.url, promise=Promise.GIVEN)) is None:
            return
        looked = await _surveyed(served)
        self._found.name, self._found.language = looked.name, looked.language
        self._add(looked.candidates)
        for listing in looked.listings:
            rules = PageRules(items=listing.selector)
            with suppress(VisitError):
                document = await self._parse(served, SourceKind.PAGE, rules)
                self._found.findings.append(
                    replace(_finding(document, served, ""), url=served.url, selector=listing.selector)
                )

    def _add(self, candidates: Iterable[Candidate]) -> None:
        for candidate in candidates:
            if candidate.url not in self._queued:
                self._queued.add(candidate.url)
                heapq.heappush(self._queue, (candidate.promise, len(self._queued), candidate))

    def _is_wanted(self, candidate: Candidate) -> bool:
        """Tell whether a visit is worth it: nobody guesses while something of the kind is known to work."""
        promise = candidate.promise
        if candidate.url in self._visitor.seen or self._visited[promise] >= _MOST.get(
            promise, self._visitor.bounds.requests
        ):
            return False
        guessed = SourceKind.NEWS_SITEMAP if promise is Promise.DECLARED_SITEMAP else _GUESSED.get(promise)
        return guessed is None or all(finding.kind is not guessed for finding in self._found.findings)

    async def _try(self, candidate: Candidate) -> None:
        served = await self._visitor.visit(candidate.url)
        fault = served if isinstance(served, Fault) else await self._keep(served, candidate)
        if fault is None:
            return
        if isinstance(served, Served):
            leads = [
                lead
                for lead in (await _surveyed(served)).candidates
                # A page of feeds is followed, and an index of sitemaps; a page that links to one more is not.
                if lead.promise in (Promise.DECLARED_FEED, Promise.DECLARED_NEWS_SITEMAP)
                or (lead.promise is Promise.LINKED_FEED and candidate.promise is Promise.LINKED_FEED)
            ]
            self._add(leads)
            if leads:
                return
        if candidate.promise in _NAMED:
            self._found.failed.append(Failed(url=candidate.url, fault=fault))

    async def _keep(self, served: Served, candidate: Candidate) -> Fault | None:
        """Keep what is a source and has items; return why it is none."""
        try:
            document = await self._parse(served)
        except VisitError as error:
            return error.fault
        if not document.items:
            return Fault(code="empty", message="a valid document without items")
        self._found.findings.append(_finding(document, served, candidate.title))
        return None

    async def _parse(self, served: Served, kind: SourceKind | None = None, page: PageRules = PAGE_ALONE) -> Document:
        return await self._parser.parse(
            served.body, url=served.url, content_type=served.content_type, kind=kind, now=self._now, page=page
        )

    def _rank(self, finding: Finding) -> tuple[bool, bool, bool, float, int]:
        """Order findings: what is fresh, no listing, dated; then by the newest item, then by their number."""
        newest = finding.newest.timestamp() if finding.newest else 0.0
        is_listing = finding.kind is SourceKind.PAGE
        return (not finding.is_fresh(self._now), is_listing, finding.newest is None, -newest, -finding.items)


def _finding(document: Document, served: Served, title: str) -> Finding:
    times = [time for item in document.items for time in (item.published, item.updated) if time is not None]
    return Finding(
        url=served.url,
        kind=document.kind,
        format=document.format,
        items=len(document.items),
        newest=max(times, default=None),
        conditional=served.conditional,
        title=title,
    )


async def _surveyed(served: Served) -> Survey:
    """Survey in a worker process, which is killed when a hostile page keeps it busy."""
    try:
        async with asyncio.timeout(SURVEY_SECONDS):
            return await to_process.run_sync(survey, served.body, served.url, served.content_type, cancellable=True)
    except TimeoutError:
        return Survey()
