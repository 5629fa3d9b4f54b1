"""The real program: one command in a process of its own, or the daemon with its log."""

import asyncio
import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.corpus import ROOT
from tests.support.patience import PATIENCE


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON values on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def only(self) -> dict[str, Any]:
        """The one JSON value on standard output."""
        (value,) = self.lines
        return value


@cache
def environment() -> dict[str, str]:
    """Where nothing may be compiled beside the sources, each start would compile everything again, for seconds."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STORYWATCH_")}
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        folder = tempfile.mkdtemp(prefix="storywatch-bytecode-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        environment.setdefault("PYTHONPYCACHEPREFIX", folder)
    plain = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    # What a process forks must have no threads (tests/support/zygote.py); the program sees to that by itself.
    return {**environment, **plain, "OPENBLAS_NUM_THREADS": "1"}


async def _start(args: Sequence[object], env: Mapping[str, str] | None, cwd: Path | None) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "storywatch",
        *map(str, args),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment(), **(env or {})},
        cwd=cwd or ROOT,
        limit=2**24,
    )


async def storywatch(
    *args: object, env: Mapping[str, str] | None = None, cwd: Path | None = None, fresh: bool = False
) -> Ran:
    """Run a command to its end, forked from a process that has loaded the program, or in a `fresh` interpreter.

    No command may show a traceback.
    """
    ran = await (_run_fresh(args, env, cwd) if fresh else _run_forked(args, env, cwd))
    assert "Traceback" not in ran.err + ran.out
    return ran


async def _run_fresh(args: Sequence[object], env: Mapping[str, str] | None, cwd: Path | None) -> Ran:
    process = await _start(args, env, cwd)
    try:
        out, err = await asyncio.wait_for(process.communicate(), 4 * PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ran(code=process.returncode or 0, out=out.decode(), err=err.decode())


async def _run_forked(args: Sequence[object], env: Mapping[str, str] | None, cwd: Path | None) -> Ran:
    order = {"args": [str(arg) for arg in args], "env": {**environment(), **(env or {})}, "cwd": str(cwd or ROOT)}
    pipes = [os.pipe() for _ in range(3)]
    socket.send_fds(_zygote(), [json.dumps(order).encode()], [writing for _, writing in pipes])
    for _, writing in pipes:
        os.close(writing)
    outs = [await _reader(reading) for reading, _ in pipes]
    command = int(await outs[2].readline())
    try:
        async with asyncio.timeout(4 * PATIENCE):
            out, err, ended = await asyncio.gather(*(one.read() for one in outs))
    except BaseException:
        os.kill(command, signal.SIGKILL)
        raise
    return Ran(code=int(ended), out=out.decode(), err=err.decode())


async def _reader(pipe: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(pipe, "rb"))
    return reader


@cache
def _zygote() -> socket.socket:
    """Start the process that forks commands; it ends with this one, whose end of the socket the kernel closes."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.zygote", str(theirs.fileno())],
            env=environment(),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    def end() -> None:
        ours.close()
        process.wait(PATIENCE)

    atexit.register(end)
    return ours


@dataclass(kw_only=True)
class Daemon:
    """A running daemon: what it logged, one object a line, and what it told systemd."""

    process: asyncio.subprocess.Process
    log: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def said(self, event: str, **wanted: object) -> list[dict[str, Any]]:
        """Return the log lines of an event that have these values."""
        return [line for line in self.log if line["event"] == event and wanted.items() <= line.items()]

    async def says(self, event: str, *, count: int = 1, within: float = PATIENCE, **wanted: object) -> dict[str, Any]:
        """Wait for such a log line, the `count`-th since the start, and return it."""
        end = time.monotonic() + within
        while len(self.said(event, **wanted)) < count:
            assert self.process.returncode is None, f"the daemon died: {self.log[-5:]}"
            assert time.monotonic() < end, f"no {event} {wanted} in {self.log[-20:]}"
            await asyncio.sleep(0.02)
        return self.said(event, **wanted)[count - 1]

    async def notifies(self, state: str, *, count: int = 1) -> None:
        """Wait for a notice to systemd."""
        end = time.monotonic() + PATIENCE
        while self.notices.count(state) < count:
            assert time.monotonic() < end, f"no {state} in {self.notices}"
            await asyncio.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    async def ends(self, within: float = PATIENCE) -> tuple[int, float]:
        """Wait for the end; return the exit code and the seconds that it took."""
        started = time.monotonic()
        code = await asyncio.wait_for(self.process.wait(), within)
        return code, time.monotonic() - started

    async def stops(self) -> None:
        """Stop it as systemd does; nothing goes wrong."""
        self.signal(signal.SIGTERM)
        assert (await self.ends())[0] == 0


async def _read(stream: asyncio.StreamReader, lines: list[dict[str, Any]]) -> None:
    async for line in stream:
        text = line.decode()
        try:
            lines.append(json.loads(text))
        except ValueError:
            lines.append({"event": "NOT JSON", "text": text})


class _Notices(asyncio.DatagramProtocol):
    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self._heard.append(data.decode())


@asynccontextmanager
async def daemon(config: Path, folder: Path, env: Mapping[str, str] | None = None) -> AsyncIterator[Daemon]:
    """Run `storywatch run` until the block ends; `folder` takes the socket of its notices."""
    loop = asyncio.get_running_loop()
    notices: list[str] = []
    address = str(folder / "notify")
    with suppress(FileNotFoundError):
        os.unlink(address)  # noqa: PTH108 - the loop has nothing else to do
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Notices(notices), local_addr=address, family=socket.AF_UNIX
    )
    args = ("run", "--config", config, "--log-format", "json")
    process = await _start(args, {"NOTIFY_SOCKET": address, **(env or {})}, folder)
    running = Daemon(process=process, notices=notices)
    assert process.stderr is not None
    reading = asyncio.create_task(_read(process.stderr, running.log))
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        transport.close()
        await process.wait()
        await reading
        assert process.stdout is not None
        assert await process.stdout.read() == b""
