"""The daemon of the demo: what `storywatch run` runs, on the story's clock.

The clock is told over standard input: each line is a time to leap to, in ISO 8601, the first one the time to start at.
The end of the input means that the demo is over, or dead: the daemon then stops as at SIGTERM.
"""

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from storywatch.cli.compose import run_daemon
from storywatch.cli.demo.clock import StoryClock
from storywatch.cli.log import LogFormat, configure


async def watch(folder: Path) -> None:
    """Watch with the config in `folder` until SIGTERM or the end of standard input."""
    configure(LogFormat.JSON)
    told = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    clock = StoryClock(_time(await told.readline()))
    following = asyncio.create_task(_follow(clock, told))
    try:
        await run_daemon(folder, clock.now)
    finally:
        following.cancel()
        pipe.close()


async def _follow(clock: StoryClock, told: asyncio.StreamReader) -> None:
    async for line in told:
        clock.leap(_time(line))
    os.kill(os.getpid(), signal.SIGTERM)


def _time(line: bytes) -> datetime:
    return datetime.fromisoformat(line.decode().strip())
