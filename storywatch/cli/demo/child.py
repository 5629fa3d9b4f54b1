"""The daemon's process, seen from the demo: started, told the time, listened to by its log, and stopped for certain."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

STOP_SECONDS = 10.0
"""How long the daemon may take to stop; its settings ask for 5."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """The running daemon."""

    process: asyncio.subprocess.Process

    def leap(self, to: datetime) -> None:
        """Tell the daemon's clock to leap."""
        if self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(f"{to.isoformat()}\n".encode())

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.returncode is not None


@asynccontextmanager
async def running_daemon(folder: Path, log: Path) -> AsyncIterator[Child]:
    """Run the daemon until the block ends, however it ends."""
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "storywatch.cli.demo", str(folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=out,
            stderr=out,
            # It finds what we found, installed or not.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Ctrl-C is for us: we stop it in good order.
            start_new_session=True,
        )
    try:
        yield Child(process=process)
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if process.stdin is not None:
        process.stdin.close()
        with suppress(ConnectionError):
            await process.stdin.wait_closed()


@dataclass(kw_only=True)
class DaemonLog:
    """What the daemon's log has said so far. `new` and `revised` count items by source."""

    path: Path
    outcomes: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    revised: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    _read: int = 0

    def follow(self) -> None:
        """Take in the lines that were written since the last call."""
        for line in self._lines():
            self._take(line)

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self._read)
            written = file.read()
        whole = written[: written.rfind(b"\n") + 1]
        self._read += len(whole)
        yield from whole.splitlines()

    def _take(self, line: bytes) -> None:
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:  # what the interpreter itself says when it dies
            self.complaints.append(line.decode(errors="replace").strip())
            return
        if entry.get("event") == "poll":
            self.outcomes[entry["outcome"]] += 1
            self.new[entry["source"]] += entry["new"]
            self.revised[entry["source"]] += entry["revised"]
        if entry.get("level") in {"warning", "error", "critical"}:
            said = entry.get("message") or entry.get("reason") or entry.get("exception") or ""
            self.complaints.append(f"{entry.get('event')}: {said}".rstrip(": "))
