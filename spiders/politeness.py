"""Downloader middlewares: robots.txt by RFC 9309, and redirects that can't lead astray."""

import asyncio
import re
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from spiders.answers import asked_pause
from spiders.asking import Trail
from spiders.failures import EXPECTED, RefusedVisit, fault_of
from spiders.identity import ROBOT
from spiders.turns import Budget
from storywatch.errors import Fault
from storywatch.ports import Clock

RULES_KEPT_SECONDS = 24 * 3600.0
UNREACHABLE_KEPT_SECONDS = 15 * 60.0
LONGEST_DELAY_SECONDS = 24 * 3600.0
REDIRECTS = (301, 302, 303, 307, 308)
MAX_ROBOTS_BYTES = 512 * 1024
MOST_HOSTS = 10_000

# Who copies a name from a log gets its version too; the product token ends before it (section 2.2.1).
_VERSIONED = re.compile(r"^(\s*user-agent\s*:\s*[a-z_-]+)/\S*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What one robots.txt allows, and until when we believe it (seconds of the monotonic clock).

    `spent`: the seconds that asking for it took, which the visits that waited for it pay for.
    """

    until: float
    parser: Protego | None = None
    unreachable: Fault | None = None
    spent: float = 0.0

    @property
    def crawl_delay(self) -> timedelta | None:
        """The pause between two pages that is asked for, at most a day."""
        seconds = self.parser.crawl_delay(ROBOT) if self.parser else None
        return None if not seconds or seconds < 0 else timedelta(seconds=min(seconds, LONGEST_DELAY_SECONDS))

    def verdict(self, url: str) -> Fault | None:
        """Return why the address may not be visited, or None."""
        if self.unreachable is not None:
            return self.unreachable
        if self.parser is not None and not self.parser.can_fetch(url, ROBOT):
            return Fault(code="robots", message="the outlet's robots.txt forbids this address", permanent=True)
        return None


class RobotsMiddleware:
    """Asks robots.txt before every other request: once a day per origin, with the status rules of RFC 9309."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._clock: Clock = crawler.settings["STORYWATCH_CLOCK"]
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """Build the middleware, as Scrapy asks."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass or raise `RefusedVisit`."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        trail: Trail = request.meta.get("storywatch_trail") or Trail()
        trail.url = request.url
        began = time.monotonic()
        rules = await self._rules_for(request.url, own=request.meta.get("storywatch_own", False))
        budget: Budget = request.meta["storywatch_budget"]
        budget.left -= min(rules.spent, time.monotonic() - began)
        trail.crawl_delay = rules.crawl_delay
        fault = rules.verdict(request.url)
        if fault is not None:
            raise RefusedVisit(fault)

    async def _rules_for(self, url: str, *, own: bool) -> Rules:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        asked = self._rules.get(origin)
        if asked is None or (asked.done() and asked.result().until <= time.monotonic()):
            asked = self._rules[origin] = asyncio.create_task(self._ask(origin, _result(asked), own=own))
            self._forget_oldest()
        return await asyncio.shield(asked)

    def _forget_oldest(self) -> None:
        if len(self._rules) > MOST_HOSTS:
            self._rules.pop(next(iter(self._rules)))

    async def _ask(self, origin: str, old: Rules | None, *, own: bool) -> Rules:
        """Ask anew. Without an answer the old rules hold on, as RFC 9309 permits (section 2.4)."""
        allowed = self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        budget = Budget(left=allowed)
        fresh = await self._asked(origin, budget, own=own)
        if fresh.unreachable is not None and old is not None and old.parser is not None:
            fresh = replace(old, until=fresh.until)
        return replace(fresh, spent=allowed - budget.left)

    async def _asked(self, origin: str, budget: Budget, *, own: bool) -> Rules:
        about = {"dont_obey_robotstxt": True, "storywatch_budget": budget, "storywatch_own": own}
        request = Request(f"{origin}/robots.txt", meta=about, callback=NO_CALLBACK)
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 - a request passes only while the engine runs
        try:
            return _rules_from(await engine.download_async(request), self._clock())
        except EXPECTED as error:
            return _unreachable(fault_of(error))
        except Exception as error:  # the border of one origin: what its answer breaks must not stay broken  # noqa: BLE001
            message = f"a bug that its robots.txt brings out, please report it: {error!r:.200}"
            return _unreachable(Fault(code="internal", message=message))


def _result(asked: asyncio.Task[Rules] | None) -> Rules | None:
    return asked.result() if asked is not None and asked.done() and not asked.cancelled() else None


def _rules_from(response: Response, now: datetime) -> Rules:
    """Sections 2.3.1.2 to 2.3.1.4: 4xx means no rules, 5xx no visits; nor does a pause that is asked for."""
    asked = _asked_pause(response, now)
    if response.status >= 500 or (response.status == 429 and asked):
        message = f"HTTP {response.status}: the server wants no visit now"
        return _unreachable(Fault(code="robots_unreachable", message=message, retry_after=asked))
    body = response.body if response.status == 200 else b""
    text = body[:MAX_ROBOTS_BYTES].decode("utf-8-sig", "replace")
    return Rules(until=time.monotonic() + RULES_KEPT_SECONDS, parser=Protego.parse(_VERSIONED.sub(r"\1", text)))


def _asked_pause(response: Response, now: datetime) -> timedelta | None:
    said = {name: (response.headers.get(name) or b"").decode("latin-1") for name in ("retry-after", "date", "age")}
    return asked_pause(said, now)


def _unreachable(fault: Fault) -> Rules:
    of_the_host = fault.code in {"bad_url", "dns", "egress_refused"}
    told = fault if of_the_host else replace(fault, message=f"robots.txt can't be read: {fault.message}")
    return Rules(until=time.monotonic() + UNREACHABLE_KEPT_SECONDS, unreachable=told)


class RedirectsMiddleware(RedirectMiddleware):
    """Follows a few redirects, never from https to http. Every hop passes the guard and robots.txt again."""

    def _engine_started(self) -> None:
        """Skip the parent's search for the middleware that would set a Referer."""

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002
        """Send no Referer."""
        request.headers.pop("Referer", None)

    def process_response(  # type: ignore[override]  # the parent's third argument is deprecated
        self, request: Request, response: Response
    ) -> Request | Response:
        """Follow, or raise `RefusedVisit`; what is no redirect passes."""
        clock: Clock = self.crawler.settings["STORYWATCH_CLOCK"]
        asked = _asked_pause(response, clock())
        if asked and response.status in REDIRECTS and not request.meta.get("storywatch_waited"):
            message = f"HTTP {response.status}: the server redirects, and asks to come later"
            raise RefusedVisit(Fault(code="redirect_later", message=message, retry_after=asked))
        try:
            return super().process_response(request, response)
        except ValueError as error:
            fault = Fault(code="bad_redirect", message=f"the server redirects to a malformed address: {error}"[:300])
            raise RefusedVisit(fault) from error

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        if redirected.url in (request.url, *request.meta.get("redirect_urls", ())):
            fault = Fault(code="bad_redirect", message="the server redirects in a circle")
            raise RefusedVisit(fault)
        if request.url.startswith("https:") and redirected.url.startswith("http:"):
            fault = Fault(code="bad_redirect", message="the server redirects from https to http", permanent=True)
            raise RefusedVisit(fault)
        if request.meta.get("redirect_times", 0) >= self.max_redirect_times:
            fault = Fault(code="bad_redirect", message=f"more than {self.max_redirect_times} redirects in a row")
            raise RefusedVisit(fault)
        return super()._redirect(redirected, request, reason)
