"""Every limit of a parse, in real worker processes: what is beyond it costs little, and says which limit it was."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from spiders.parsing import ParseLimits, ParsePool, parse_document
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, PageRules, SourceKind
from tests.support.patience import PATIENCE
from tests.support.processes import children, cpu_seconds

ROOT = Path(__file__).parents[3]
NOW = datetime(2021, 9, 1, tzinfo=UTC)
GOOD = "<item><guid>{0}</guid><title>Good {0}</title></item>"
SLOW_ELEMENTS = 110_000
SLOW = "<item><guid>slow</guid><title>Slow</title>" + "<a>b</a>" * SLOW_ELEMENTS + "</item>"
WIDE = "<item><guid>wide</guid><title>Wide</title>" + "<link href='a'/>" * 100_000 + "</item>"
MEBIBYTE = 1024 * 1024


def _feed(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>F</title>{''.join(items)}</channel></rss>".encode()


@pytest.fixture(autouse=True)
def _ample_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside three busy processes a worker takes a minute for a second of CPU, and CPU is what is limited here."""
    monkeypatch.setattr("spiders.parsing.limits._LEAST_WALL", 10 * PATIENCE)


async def _parse(pool: ParsePool, body: bytes, elements: bytes = b"") -> Document:
    return await pool.parse(body, url="https://o.example/f", content_type=None, now=NOW, elements=elements)


async def _fault(pool: ParsePool, body: bytes) -> Fault:
    with pytest.raises(VisitError) as caught:
        await _parse(pool, body)
    return caught.value.fault


@cache
def _cost_of_slow() -> float:
    """Return the seconds of CPU that this machine takes for the slow item. A tenth of it is a tenth of the work."""
    tenth = _feed(SLOW.replace("<a>b</a>" * (SLOW_ELEMENTS * 9 // 10), ""))
    before = time.process_time()
    parse_document(tenth, url=None, content_type=None, now=NOW, limits=ParseLimits())
    return 10 * (time.process_time() - before)


def _limited(share: float) -> ParseLimits:
    """Permit so much of what the slow item takes; one item may use a ninth of that."""
    return ParseLimits(cpu_seconds=round(share * _cost_of_slow(), 2))


async def test_an_item_that_takes_too_much_cpu_is_set_aside_and_the_rest_is_read() -> None:
    """And it is no known item afterwards, while the others are."""
    limits = _limited(2)
    pool = ParsePool(limits, workers=1)
    body = _feed(GOOD.format(1), SLOW, GOOD.format(2))
    document = await _parse(pool, body)
    assert [item.title for item in document.items] == ["Good 1", "Good 2"]
    (aside,) = document.set_aside
    assert (aside.item, aside.fault.code) == ("slow", "parse_limit")
    told = f"the {limits.cpu_seconds:g} seconds of CPU permitted (settings.limits.parse_cpu)"
    assert told in aside.fault.message
    again = await _parse(pool, body, document.elements)
    assert (again.items, again.known, len(again.set_aside)) == ((), 2, 1)


async def test_an_item_of_what_is_no_xml_that_takes_too_much_cpu_is_set_aside_too() -> None:
    pool = ParsePool(_limited(1.5), workers=1)
    slow = SLOW.replace("</item>", "<b></item>")
    document = await _parse(pool, _feed(GOOD.format(1), slow, GOOD.format(2)))
    assert {"Good 1", "Good 2"} <= {item.title for item in document.items}
    assert document.set_aside
    assert {aside.fault.code for aside in document.set_aside} <= {"parse_limit", "item_too_large"}


async def test_an_item_that_takes_too_much_memory_is_set_aside_and_the_rest_is_read() -> None:
    limits = ParseLimits(memory_bytes=24 * MEBIBYTE, item_bytes=4 * MEBIBYTE, cpu_seconds=60)
    pool = ParsePool(limits, workers=1)
    document = await _parse(pool, _feed(GOOD.format(1), WIDE, GOOD.format(2)))
    assert [item.title for item in document.items] == ["Good 1", "Good 2"]
    (aside,) = document.set_aside
    assert (aside.item, aside.fault.code) == ("wide", "parse_limit")
    assert "(settings.limits.parse_memory)" in aside.fault.message


async def test_a_document_of_nothing_but_such_items_ends_within_its_limit() -> None:
    """What was read is stored, what wasn't is told of in one line, and the next poll goes on from there."""
    limits, before = _limited(1.5), children()
    pool = ParsePool(limits, workers=1)
    await _parse(pool, _feed())
    (worker,) = children() - before
    used = cpu_seconds(worker)
    document = await _parse(pool, _feed(GOOD.format(1), *[SLOW] * 8, *map(GOOD.format, range(2, 30))))
    assert cpu_seconds(worker) - used < limits.cpu_seconds + 0.1
    assert document.items[0].title == "Good 1"
    assert {aside.fault.code for aside in document.set_aside} == {"parse_limit"}
    assert len(document.set_aside) <= 10


def test_what_no_timer_stops_is_ended_by_the_kernel() -> None:
    """The control stands beside it: without the limit this would run for minutes."""
    code = (
        "from spiders.parsing.worker import _bounded; from spiders.parsing import ParseLimits\n"
        "with _bounded(ParseLimits(cpu_seconds=1)): sum(range(10**11))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=4 * PATIENCE)
    assert run.returncode == -signal.SIGXCPU
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 10


async def test_two_documents_that_burn_cpu_do_not_hold_up_a_third() -> None:
    """They give their places away after a second, and are far from their own ends when it is read."""
    pool = ParsePool(ParseLimits(cpu_seconds=10), workers=2)
    small = _feed(GOOD.format(1))
    await asyncio.gather(_parse(pool, small), _parse(pool, small))
    burning = [asyncio.create_task(_parse(pool, _feed(*[SLOW] * 8))) for _ in range(2)]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(4 * PATIENCE):
        assert (await _parse(pool, small)).items
    assert not any(task.done() for task in burning)
    for task in burning:
        task.cancel()
    await asyncio.gather(*burning, return_exceptions=True)
    assert (await _parse(pool, small)).items


async def test_workers_run_at_a_lower_priority_than_the_daemon() -> None:
    pool = ParsePool(workers=1)
    before = children()
    await _parse(pool, _feed())
    (worker,) = children() - before
    assert os.getpriority(os.PRIO_PROCESS, worker) == max(10, os.getpriority(os.PRIO_PROCESS, 0))


async def test_a_page_can_be_the_first_thing_that_a_worker_reads() -> None:
    """Loading what reads pages takes memory too, and is no fault of the page's."""
    pool = ParsePool(ParseLimits(memory_bytes=24 * MEBIBYTE), workers=1)
    page = b"<html><body><article><h1>Kabul</h1>" + b"<p>Some text of it.</p>" * 1000
    document = await pool.parse(
        page,
        url="https://o.example/a",
        content_type="text/html",
        kind=SourceKind.PAGE,
        now=NOW,
        page=PageRules(region="//article"),
    )
    assert document.items


MEASURE = """
import asyncio, glob, os, sys
from datetime import datetime, UTC
from pathlib import Path
from spiders.parsing import ParseLimits, ParsePool
from storywatch.errors import VisitError
from tests.integration.spiders.test_parse_limits import HOSTILE, normal

def processes():
    children = [Path(path).read_text().split() for path in glob.glob("/proc/self/task/*/children")]
    return [os.getpid(), *(int(word) for words in children for word in words)]

def peak():
    texts = [Path(f"/proc/{process}/status").read_text() for process in processes()]
    return sum(int(text.split("VmHWM:")[1].split()[0]) for text in texts) * 1024

async def main():
    memory = int(sys.argv[2])
    pool = ParsePool(ParseLimits(memory_bytes=memory) if memory else ParseLimits(), workers=1)
    body, usual = HOSTILE[sys.argv[1]](), normal()
    said = dict(url=None, content_type=None, now=datetime.now(UTC))
    for _ in range(3):
        await pool.parse(usual, **said)
    for process in processes():
        Path(f"/proc/{process}/clear_refs").write_text("5")
    await pool.parse(usual, **said)
    before = peak()
    try:
        outcome = len((await pool.parse(body, **said)).items)
    except VisitError as error:
        outcome = error.fault.code
    print(peak() - before, outcome)

if __name__ == "__main__":
    asyncio.run(main())
"""
_WORDS = "Explosions kill scores of people outside the airport of Kabul. " * 40
_ARABIC = "انفجارات تقتل العشرات خارج مطار كابل وفقا لشهود عيان. " * 40
_MOST = 8 * MEBIBYTE - 1000


def normal() -> bytes:
    """Return an everyday feed."""
    return _feed(*(GOOD.format(n).replace("</item>", f"<description>{_WORDS}</description></item>") for n in range(40)))


def _filled(text: str) -> bytes:
    item = f"<item><title>T</title><description>{text}</description></item>"
    return _feed(item * (_MOST // len(item.encode())))


HOSTILE = {
    "honest Latin": lambda: _filled(_WORDS),
    "honest Arabic": lambda: _filled(_ARABIC),
    "four bytes a character": lambda: _filled(_WORDS + "\N{GRINNING FACE}"),
    "no XML, four bytes a character": lambda: _filled(_WORDS + "\N{GRINNING FACE}")[:-20] + b"<b></c>",
    "one item": lambda: _filled("x" * (_MOST - 200)),
    "items": lambda: _feed("<item><a/></item>" * 450_000),
    "what is no item": lambda: _feed("".join(f"<a{n} b='c'/>" for n in range(500_000)), GOOD.format(1)),
    "ampersands": lambda: _feed("<item><title>" + "&" * (_MOST - 100)),
    "JSON": lambda: b'{"version": "1.1", "items": [' + b"{}," * 2_600_000 + b"{}]}",
    "DOCTYPE": lambda: b"<!DOCTYPE rss [" + b"<!ATTLIST rss a CDATA 'x'>" * 300_000 + b"]>" + normal(),
}


def _measured(name: str, memory: int = 0) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", MEASURE, name, str(memory)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=10 * PATIENCE)
    grown, outcome = run.stdout.split()
    return int(grown), outcome


@pytest.mark.parametrize("name", HOSTILE)
def test_no_document_of_the_greatest_size_takes_much_more_memory_than_a_normal_one(name: str) -> None:
    """The daemon's process and the worker's together, at their peaks."""
    grown, outcome = _measured(name)
    assert grown < 64 * MEBIBYTE, outcome
    if name.startswith("honest"):
        assert int(outcome) > 1500


def test_without_the_limit_one_would() -> None:
    """The control."""
    grown, _ = _measured("JSON", memory=1024 * MEBIBYTE)
    assert grown > 128 * MEBIBYTE
