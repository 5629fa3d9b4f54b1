"""The parse pool with real worker processes: limits that hold, errors that cross whole, and nothing left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spiders.parsing import ParseLimits, ParsePool
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, SourceKind
from tests.support.patience import PATIENCE, until
from tests.support.processes import children, cpu_seconds, is_alive

ROOT = Path(__file__).parents[3]
NOW = datetime(2021, 9, 1, tzinfo=UTC)
SMALL = b"<rss version='2.0'><channel><item><guid>1</guid><title>T</title></item></channel></rss>"
_ITEM = b"<item><title>Blast at the airport</title><guid>g</guid><description>Some text of it.</description></item>"
# An honest feed that takes some ten seconds of CPU when all of it is wanted.
LARGE = b"<rss version='2.0'><channel>" + _ITEM * 50_000 + b"</channel></rss>"
ALL = 10**6


@pytest.fixture(autouse=True)
def _ample_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside three busy processes a worker takes a minute for a second of CPU, and CPU is what is limited here."""
    monkeypatch.setattr("spiders.parsing.limits._LEAST_WALL", 10 * PATIENCE)


async def _parse(pool: ParsePool, body: bytes, kind: SourceKind | None = None) -> Document:
    return await pool.parse(body, url="https://o.example/f", content_type=None, kind=kind, now=NOW)


async def _fault(pool: ParsePool, body: bytes, kind: SourceKind | None = None) -> Fault:
    with pytest.raises(VisitError) as caught:
        await _parse(pool, body, kind)
    return caught.value.fault


async def test_documents_and_errors_cross_the_process_border_whole() -> None:
    """Codes, messages and flags too."""
    pool = ParsePool()
    assert [item.title for item in (await _parse(pool, SMALL)).items] == ["T"]
    fault = await _fault(pool, SMALL, SourceKind.NEWS_SITEMAP)
    assert (fault.code, fault.permanent) == ("kind_mismatch", True)
    assert "declare it as that" in fault.message


async def test_a_parse_that_uses_too_much_cpu_ends_with_what_it_read_and_the_pool_goes_on() -> None:
    """The rest is set aside. A slow machine may need the whole time for what it read, and gets nothing."""
    pool, before = ParsePool(ParseLimits(cpu_seconds=1, max_items=ALL), workers=1), children()
    await _parse(pool, SMALL)
    (worker,) = children() - before
    used = cpu_seconds(worker)
    try:
        [*_, aside] = (await _parse(pool, LARGE)).set_aside
        fault = aside.fault
    except VisitError as error:
        fault = error.fault
    if is_alive(worker):
        assert cpu_seconds(worker) - used < 1.1
    assert (fault.code, fault.permanent) == ("parse_limit", False)
    assert "1 seconds of CPU" in fault.message
    assert (await _parse(pool, SMALL)).items


async def test_a_page_is_read_within_the_limits_of_a_worker() -> None:
    """The extra that finds its text included."""
    said = "The ministry of defence says that another report about the attack on the airport has been confirmed"
    texts = [f"{said} by source {number}." for number in range(10)]
    paragraphs = "".join(f"<p>{text}</p>" for text in texts)
    page = f"<html><body><article>{paragraphs}</article></body></html>".encode()
    (item,) = (await _parse(ParsePool(), page, SourceKind.PAGE)).items
    assert item.content.split("\n\n") == texts


async def test_a_page_that_takes_quadratic_time_is_killed_too() -> None:
    """libxml2 compares each attribute of an element with all before it."""
    pool = ParsePool(ParseLimits(cpu_seconds=1), workers=1)
    page = b"<html><body><a " + b" ".join(b"x%d=1" % number for number in range(200_000)) + b">t</a>"
    fault = await _fault(pool, page, SourceKind.PAGE)
    assert fault.code == "parse_limit"


async def test_the_cpu_limit_counts_each_parse_for_itself() -> None:
    """A worker that lives for months is not killed for what it did before."""
    pool = ParsePool(ParseLimits(cpu_seconds=1), workers=1)
    body = b"<rss version='2.0'><channel>" + _ITEM * 300 + b"</channel></rss>"
    before = children()
    await _parse(pool, body)
    (worker,) = children() - before
    while cpu_seconds(worker) < 1.6:
        assert len((await _parse(pool, body)).items) == 300


async def test_a_parse_that_takes_too_long_is_killed_and_the_pool_goes_on() -> None:
    """Waiting for a worker doesn't count, only the parse itself. Three workers are there: each fault costs one."""
    patient = ParsePool(workers=3)
    await asyncio.gather(*(_parse(patient, SMALL) for _ in range(3)))
    pool = ParsePool(ParseLimits(wall_seconds=1, max_items=ALL), workers=1)
    first, second = await asyncio.gather(_fault(pool, LARGE), _fault(pool, LARGE))
    assert (first.code, second.code) == ("parse_limit", "parse_limit")
    assert "more than 1 seconds" in first.message
    assert (await _parse(pool, SMALL)).items


async def test_a_parse_that_takes_too_much_memory_ends_as_a_fault() -> None:
    """The same worker goes on."""
    pool = ParsePool(ParseLimits(memory_bytes=20_000_000, max_items=ALL), workers=1)
    fault = await _fault(pool, LARGE)
    assert fault.code == "parse_limit"
    assert "bytes of memory" in fault.message
    assert (await _parse(pool, SMALL)).items


async def test_the_loop_stays_responsive_and_cancelling_kills_the_worker() -> None:
    """The daemon serves others meanwhile, at little cost, and stops without waiting for a parse."""
    pool, before = ParsePool(ParseLimits(max_items=ALL), workers=1), children()
    await _parse(pool, SMALL)
    (worker,) = children() - before
    task, used = asyncio.create_task(_parse(pool, LARGE)), time.process_time()
    for _ in range(50):
        await asyncio.sleep(0.02)
    assert time.process_time() - used < 2
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not is_alive(worker))
    assert (await _parse(pool, SMALL)).items


async def test_many_documents_share_few_workers() -> None:
    """A hundred at once, on two processes."""
    pool = ParsePool(workers=2)
    documents = await asyncio.gather(*(_parse(pool, SMALL) for _ in range(100)))
    assert len(documents) == 100


DAEMON = """
import asyncio, glob, sys
from datetime import datetime, UTC
from spiders.parsing import ParseLimits, ParsePool

async def main():
    pool = ParsePool(ParseLimits(max_items=10**6, cpu_seconds=1), workers=2)
    small = b"<rss version='2.0'><channel><item><title>T</title></item></channel></rss>"
    large = small.replace(b"</channel>", b"<item><title>T</title></item>" * 50_000 + b"</channel>")
    said = dict(url=None, content_type=None, now=datetime.now(UTC))
    await asyncio.gather(*(pool.parse(small, **said) for _ in range(2)))
    busy = asyncio.create_task(pool.parse(large, **said))
    await asyncio.sleep(0.3)
    children = " ".join(open(path).read() for path in glob.glob("/proc/self/task/*/children"))
    print(children, flush=True)
    await (busy if sys.argv[1:] == ["wait"] else asyncio.sleep(3600))

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_die_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """The idle ones at once, the busy one at the latest at its CPU limit."""
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert len(workers) == 2
        assert all(map(is_alive, workers))
        parent.send_signal(signal.SIGKILL)
    asyncio.run(until(lambda: not any(map(is_alive, workers)), 10 * PATIENCE))


def test_a_worker_loads_nothing_heavy() -> None:
    """Its start costs a fifth of a second; with the crawler or the database in it, more than a second."""
    heavy = {"scrapy", "sqlalchemy", "pydantic", "lxml"}
    code = f"import sys, spiders.parsing.worker; print(*(sys.modules.keys() & {heavy}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
