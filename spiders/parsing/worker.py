"""What runs in a worker process: one parse under limits that the kernel keeps."""

import math
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

from spiders.parsing.budget import CpuBudget, Overrun
from spiders.parsing.crossing import Packed, body_of, packed_result
from spiders.parsing.document import parse_within_budget
from spiders.parsing.limits import ParseLimits, too_much_cpu, too_much_memory
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, Outlet, PageRules, SourceKind

# How much of the CPU limit is used before the kernel has to end the process.
_SOFT = 0.9
_NICENESS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """The arguments of one `parse_document`."""

    body: bytes | Packed
    url: str | None
    content_type: str | None
    kind: SourceKind | None
    now: datetime
    limits: ParseLimits
    outlet: Outlet
    page: PageRules
    elements: bytes


def parse_within(job: Job) -> Document | Fault | Packed:
    """Parse under the CPU and memory limits. A failure comes back as a value, which crosses the process border whole.

    A timer stops the item that takes too long, and the kernel the process, for not all code lets itself be stopped.
    """
    _give_way()
    if job.kind is SourceKind.PAGE:
        _load_page_readers()
    budget = CpuBudget(job.limits.cpu_seconds * _SOFT)
    try:
        with _bounded(job.limits), budget.whole():
            document = parse_within_budget(
                body_of(job.body),
                url=job.url,
                content_type=job.content_type,
                kind=job.kind,
                now=job.now,
                limits=job.limits,
                outlet=job.outlet,
                page=job.page,
                elements=job.elements,
                budget=budget,
            )
        return packed_result(document)
    except VisitError as error:
        return error.fault
    except Overrun:
        return too_much_cpu("reading the document", job.limits)
    except MemoryError:
        return too_much_memory("reading the document", job.limits)


def _give_way() -> None:
    """Lower this process's priority below the daemon's: a document can wait longer than a request."""
    if os.getpriority(os.PRIO_PROCESS, 0) < _NICENESS:
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)


def _load_page_readers() -> None:
    """Load before the memory is bounded what is only loaded where it is needed."""
    with suppress(ImportError):
        import_module("spiders.parsing.pages")
        import_module("trafilatura")


@contextmanager
def _bounded(limits: ParseLimits) -> Iterator[None]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The kernel counts whole seconds since the process started.
    cpu = math.ceil(used.ru_utime + used.ru_stime + limits.cpu_seconds)
    memory = _address_space() + limits.memory_bytes
    with _limit(resource.RLIMIT_CORE, 0), _limit(resource.RLIMIT_CPU, cpu), _limit(resource.RLIMIT_AS, memory):
        yield


@contextmanager
def _limit(which: int, value: int) -> Iterator[None]:
    """Lower a soft limit for a while. The hard one stays, because nobody could raise it again."""
    soft, hard = resource.getrlimit(which)
    ceilings = [each for each in (soft, hard) if each != resource.RLIM_INFINITY]
    resource.setrlimit(which, (min([value, *ceilings]), hard))
    try:
        yield
    finally:
        resource.setrlimit(which, (soft, hard))


def _address_space() -> int:
    """Return the bytes of address space that this process holds (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
