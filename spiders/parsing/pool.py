"""Parses in worker processes, which can be killed, so that no document stops or starves the daemon."""

import asyncio
import math
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import anyio
from anyio import to_process

from spiders.parsing.crossing import packed_body, result_of
from spiders.parsing.document import PAGE_ALONE, UNKNOWN_OUTLET
from spiders.parsing.limits import ParseLimits, overrun, too_much_cpu
from spiders.parsing.worker import Job, parse_within
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, Outlet, PageRules, SourceKind

LONG = 1.0
"""Seconds after which a parse is a long one."""

LONG_ONES = 4
"""How many long parses run beside the others at most."""

_DEFAULTS = ParseLimits()


class ParsePool:
    """Parses as many documents at once as there are workers; the others wait. Workers start when they are first needed.

    A parse that runs for more than a second gives its place to the next document and goes on beside it; of these there
    are at most `LONG_ONES`. Workers belong to the running event loop and end with it, and with the process, however
    that ends.
    """

    def __init__(self, limits: ParseLimits = _DEFAULTS, *, workers: int | None = None) -> None:
        self._limits = limits
        self._places = _Places(workers or os.cpu_count() or 1)

    async def parse(
        self,
        body: bytes,
        *,
        url: str | None,
        content_type: str | None,
        kind: SourceKind | None = None,
        now: datetime,
        outlet: Outlet = UNKNOWN_OUTLET,
        page: PageRules = PAGE_ALONE,
        elements: bytes = b"",
    ) -> Document:
        """Do what `parse_document` does, within the limits. Raises VisitError: its codes, and `parse_limit`."""
        job = Job(
            body=packed_body(body),
            url=url,
            content_type=content_type,
            kind=kind,
            now=now,
            limits=self._limits,
            outlet=outlet,
            page=page,
            elements=elements,
        )
        async with self._places.taken():
            result = await self._run(job)
        if isinstance(result, Fault):
            raise VisitError(result.code, result.message, permanent=result.permanent, retry_after=result.retry_after)
        return result

    async def _run(self, job: Job) -> Document | Fault:
        started = time.monotonic()
        patience = self._limits.patience
        # The wait for a worker is over: the limiter given here only keeps the library's own from adding another.
        unlimited = anyio.CapacityLimiter(math.inf)
        try:
            with anyio.fail_after(patience):
                result = await to_process.run_sync(parse_within, job, cancellable=True, limiter=unlimited)
                return result_of(result)
        except TimeoutError:
            return overrun(f"reading the document takes more than {patience:g} seconds", "parse_cpu")
        except anyio.BrokenWorkerProcess:
            return self._death(time.monotonic() - started)

    def _death(self, lasted: float) -> Fault:
        # One thread can't use more CPU than time: a worker that died sooner was killed by something else.
        if lasted >= self._limits.cpu_seconds:
            return too_much_cpu("reading the document", self._limits)
        return overrun(
            "reading the document ended its process, as the kernel does when memory runs out", "parse_memory"
        )


class _Places:
    """The places of a pool. A long parse leaves its place, so that what comes after it needn't wait for its end."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)
        self._among_the_long = asyncio.Semaphore(LONG_ONES)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold a place, or be one of the long ones."""
        await self._free.acquire()
        leaving = asyncio.create_task(self._leave())
        try:
            yield
        finally:
            leaving.cancel()
            if leaving.done():
                self._among_the_long.release()
            else:
                self._free.release()

    async def _leave(self) -> None:
        """Give the place free after a while, if there is room among the long ones."""
        await asyncio.sleep(LONG)
        await self._among_the_long.acquire()
        self._free.release()
