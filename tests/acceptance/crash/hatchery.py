"""Parse workers that are forked from the run that asks for one: half of a run's CPU was their start.

Each is a process of its own all the same, which talks through the same pipes and outlives whom a kill hits. That the
program starts fresh interpreters well is shown by the tests of the command line and of the daemon.
"""

import io
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from anyio import to_process
from anyio._backends._asyncio import AsyncIOBackend  # anyio's own function takes no `preexec_fn`
from anyio.abc import Process

FIRST_BEHIND_STDERR = 3


def fork_parse_workers() -> None:
    """Let the library fork its workers in this process and its forks. All that a worker imports is imported first."""
    import_module("spiders.parsing.worker")
    to_process.open_process = _open_process  # type: ignore[attr-defined, assignment]  # no place for it is meant


async def _open_process(command: Sequence[str], *, stdin: int, stdout: int) -> Process:
    """Take the place of `anyio.open_process`: what would run before the new program takes over never lets it."""
    return await AsyncIOBackend.open_process(
        command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, preexec_fn=_work_to_the_end
    )


def _work_to_the_end() -> None:
    """Be a worker: standard input and output are its pipes, and nothing else is left open."""
    try:
        signal.set_wakeup_fd(-1)
        os.closerange(FIRST_BEHIND_STDERR, os.sysconf("SC_OPEN_MAX"))
        sys.stdin = os.fdopen(0)
        sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", buffering=0), write_through=True)  # as `python -u` has it
        to_process.process_worker()
    except BaseException:  # noqa: BLE001 - the border of a process that must not go on as a copy of its parent
        traceback.print_exc()
    finally:
        os._exit(0)
