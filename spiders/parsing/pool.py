"""Parses in worker processes, which can be killed, so that no document stops or starves the daemon."""

import math
import os
import time
from datetime import datetime

import anyio
from anyio import to_process

from spiders.parsing.document import PAGE_ALONE, UNKNOWN_OUTLET
from spiders.parsing.limits import ParseLimits
from spiders.parsing.worker import Job, parse_within
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, Outlet, PageRules, SourceKind

_DEFAULTS = ParseLimits()


class ParsePool:
    """Parses as many documents at once as there are workers; the others wait. Workers start when they are first needed.

    They belong to the running event loop and end with it, and with the process, however that ends.
    """

    def __init__(self, limits: ParseLimits = _DEFAULTS, *, workers: int | None = None) -> None:
        self._limits = limits
        self._room = anyio.CapacityLimiter(workers or os.cpu_count() or 1)

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
            body=body,
            url=url,
            content_type=content_type,
            kind=kind,
            now=now,
            limits=self._limits,
            outlet=outlet,
            page=page,
            elements=elements,
        )
        async with self._room:
            result = await self._run(job)
        if isinstance(result, Fault):
            raise VisitError(result.code, result.message, permanent=result.permanent, retry_after=result.retry_after)
        return result

    async def _run(self, job: Job) -> Document | Fault:
        started = time.monotonic()
        # The wait for a worker is over: the limiter given here only keeps the library's own from adding another.
        unlimited = anyio.CapacityLimiter(math.inf)
        try:
            with anyio.fail_after(self._limits.wall_seconds):
                return await to_process.run_sync(parse_within, job, cancellable=True, limiter=unlimited)
        except TimeoutError:
            return _overrun(f"takes more than {self._limits.wall_seconds:g} seconds")
        except anyio.BrokenWorkerProcess:
            return self._death(time.monotonic() - started)

    def _death(self, lasted: float) -> Fault:
        # One thread can't use more CPU than time: a worker that died sooner was killed by something else.
        if lasted >= self._limits.cpu_seconds:
            return _overrun(f"takes more than {self._limits.cpu_seconds} seconds of CPU")
        return _overrun("ended its worker process, as the kernel does when memory runs out")


def _overrun(what: str) -> Fault:
    return Fault(code="parse_limit", message=f"parsing the document {what}")
