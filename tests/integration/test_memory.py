"""Memory under hostile servers: the real `storywatch fetch` stays within 64 MB over what a normal visit takes.

Of the process that visits; those that parse have a limit of their own (settings.limits.parse_memory).
"""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.integration.spiders.test_bodies import packed
from tests.support.patience import PATIENCE
from tests.support.process import environment
from tests.support.web import Answer, drip, head, moved, reply, rss, serving

MB = 1024 * 1024
ALLOWED = 64 * MB
NORMAL = reply(rss(*(f"Report {number} of the blast at the airport" for number in range(50))))
PEAK = """
taken = bytearray({taken})
import atexit, os, re, runpy, sys
def tell():
    with open("/proc/self/status") as status:
        print("PEAK", os.getpid(), re.search(r"VmHWM:\\s+(\\d+)", status.read())[1], file=sys.stderr)
atexit.register(tell)
runpy.run_module("storywatch", run_name="__main__", alter_sys=True)
"""
CHUNKED = head(200, {"Transfer-Encoding": "chunked"})
HOSTILE: dict[str, Answer] = {
    **{f"{name} bomb": packed(bytes(200 * MB), name) for name in ("gzip", "br", "zstd", "deflate")},
    "one line of 8 MB": reply(b"<rss version='2.0'><channel><title>" + b"x" * (8 * MB - 100)),
    "stream without an end": drip(head(200), b"x" * 65_536),
    "chunks without an end": drip(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "chunk without an end": drip(CHUNKED + b"7fffffff\r\n", b"x" * 65_536),
    "trailers without an end": drip(CHUNKED + b"1\r\nx\r\n0\r\n", b"X-Any: thing\r\n" * 1000),
    "headers without an end": drip(b"HTTP/1.1 200 OK\r\n", b"X-Any: thing\r\n" * 1000),
    "header without an end": drip(b"HTTP/1.1 200 OK\r\nX-Any: ", b"x" * 65_536),
    "a thousand redirects": moved("/0"),
    "a long redirect": moved("/" + "x" * 8000),
}
ENDLESS: dict[str, Answer] = {
    "chunk extension": drip(CHUNKED + b"1;", b"x" * 65_536),
    "early hints": drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000),
}
REDIRECTS: dict[str, Answer] = {f"/{number}": moved(f"/{number + 1}") for number in range(1000)}


async def peak(answer: Answer, folder: Path, taken: int = 0) -> int:
    """Visit in a process of its own that takes so many bytes for itself; return the most memory that it had."""
    script = PEAK.replace("{taken}", str(taken))
    async with serving({"/feed": answer, **REDIRECTS}) as site:
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-c",
                script,
                "fetch",
                site.url(),
                "--allow",
                site.place,
                "--json",
            ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
            cwd=folder,
        )
        try:
            _, said = await asyncio.wait_for(process.communicate(), 4 * PATIENCE)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    told = {int(pid): int(kilobytes) for pid, kilobytes in re.findall(rb"PEAK (\d+) (\d+)", said)}
    return told[process.pid] * 1024


@pytest.fixture(scope="module")
def normal(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return the peak of a normal visit."""
    return asyncio.run(peak(NORMAL, tmp_path_factory.mktemp("normal")))


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_servers_cost_little_memory(name: str, normal: int, tmp_path: Path) -> None:
    """At most 64 MB more than a normal visit."""
    assert await peak(HOSTILE[name], tmp_path) - normal <= ALLOWED


async def test_hostile_servers_that_only_the_time_stops_cost_little_memory(normal: int, tmp_path: Path) -> None:
    """Nothing of what they send counts as header or body; side by side, as each takes the whole timeout."""
    used = await asyncio.gather(*(peak(answer, tmp_path) for answer in ENDLESS.values()))
    assert max(used) - normal <= ALLOWED


async def test_the_measure_sees_what_is_taken(normal: int, tmp_path: Path) -> None:
    """The control: a process that takes a little more than that is seen to."""
    assert await peak(NORMAL, tmp_path, taken=ALLOWED + 16 * MB) - normal > ALLOWED
