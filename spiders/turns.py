"""Turns: one download a host at a time, not too many in a row, and an end to all of them when the crawler stops."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError

BURST = 30
A_SECOND = 4.0
"""So many requests a host gets at once and then each second: an outlet has a handful of sources, a hoster thousands."""


@dataclass(slots=True, weakref_slot=True)
class Bucket:
    """A host's turn, and how many requests it may get now (a token bucket)."""

    lock: asyncio.Lock
    left: float = BURST
    filled: float = 0.0

    def pause(self, now: float) -> float:
        """Take one token and return the seconds to wait for it. `now` is monotonic time."""
        self.left = min(self.left + (now - self.filled) * A_SECOND, BURST) - 1
        self.filled = now
        return max(-self.left / A_SECOND, 0.0)


@dataclass(slots=True)
class Budget:
    """The seconds that one visit may keep servers busy: robots.txt, redirects and the answer together."""

    left: float

    @asynccontextmanager
    async def spending(self) -> AsyncIterator[float]:
        """Give what is left, and take off what the block uses. Raises `DownloadTimeoutError` if nothing is left."""
        if self.left <= 0:
            raise DownloadTimeoutError("no time is left")
        began = time.monotonic()
        try:
            yield self.left
        finally:
            self.left -= time.monotonic() - began


class Transfers:
    """The downloads under way: one a host at a time, and so that a stop can end them all.

    Scrapy's slots let through together what waited together (2.19 without a reactor: what starts is counted too late),
    and its stop waits until the slowest server is done. Waiting for a turn is no slowness of the server's: it costs the
    visit nothing.
    """

    def __init__(self) -> None:
        self._scopes: set[asyncio.Timeout] = set()
        self._buckets: WeakValueDictionary[str, Bucket] = WeakValueDictionary()
        self._recent: dict[str, Bucket] = {}
        self._ended = False

    @asynccontextmanager
    async def one(self, host: str, *, paced: bool = True) -> AsyncIterator[None]:
        """Run one download in its host's turn. Raises `DownloadFailedError` in it when all are ended.

        `paced` is False for servers of the operator's own, which may be asked as fast as they answer.
        """
        bucket = self._bucket(host)
        try:
            async with asyncio.timeout(0 if self._ended else None) as scope:
                self._scopes.add(scope)
                try:
                    async with bucket.lock:
                        if paced:
                            await asyncio.sleep(bucket.pause(time.monotonic()))
                        yield
                finally:
                    self._scopes.discard(scope)
        except TimeoutError:
            raise DownloadFailedError("the crawler stops") from None

    def _bucket(self, host: str) -> Bucket:
        found = self._buckets.get(host)
        if found is None:
            found = Bucket(asyncio.Lock(), filled=time.monotonic())
            self._buckets[host] = found
        self._keep(host, found)
        return found

    def _keep(self, host: str, bucket: Bucket) -> None:
        """Keep buckets alive until they are full again; the oldest go first."""
        self._recent.pop(host, None)
        self._recent[host] = bucket
        full_since = time.monotonic() - BURST / A_SECOND
        while (oldest := next(iter(self._recent))) != host and self._recent[oldest].filled < full_since:
            del self._recent[oldest]

    def end(self) -> None:
        """End all that run and all that still start."""
        self._ended = True
        now = asyncio.get_running_loop().time()
        for scope in tuple(self._scopes):
            scope.reschedule(now)
