"""A process that has imported everything and forks one child for each run: a real process in milliseconds.

Parse workers, forks of its forks, load its main module once more, so this one imports nothing heavy at its top.
"""

import asyncio
import contextlib
import ctypes
import functools
import gc
import json
import os
import random
import signal
import sys
import time
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.acceptance.crash.orders import Death, Order
from tests.support.patience import PATIENCE

PR_SET_CHILD_SUBREAPER = 36
LONGEST_RUN = 2 * PATIENCE
LONGEST_FAREWELL = PATIENCE


def main() -> None:
    """Read orders from standard input, answer each on standard output, until the input ends."""
    rounds = _ready()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a child prints is no answer
    for line in sys.stdin:
        answers.write(_run(Order.of(line), rounds).line())


def _ready() -> Any:
    """Import everything, and make sure that a fork takes nothing half-done along."""
    from storywatch.cli.log import configure  # noqa: PLC0415 - see above
    from tests.acceptance.crash.hatchery import fork_parse_workers  # noqa: PLC0415 - see above
    from tests.acceptance.crash.workers import ROUNDS, warm_up  # noqa: PLC0415 - see above

    configure(level=40)
    fork_parse_workers()
    warm_up()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans of the killed come to us
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads == 1, f"{threads} threads: a fork would copy the locks that they hold"
    gc.freeze()
    return ROUNDS


def _run(order: Order, rounds: Any) -> Death:
    watched = _config(order.config)
    reading, writing = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live(order, watched, rounds[order.worker], writing)
    os.close(writing)
    status = _end_of(child, order.kill_after)
    with os.fdopen(reading) as report:
        said = report.read()
    return Death(status=status, seconds=time.monotonic() - began, report=said, left_behind=_left_behind())


def _live(order: Order, watched: Any, round_: Any, report: int) -> None:
    """Be the child: never return."""
    status = 70
    try:
        os.environ.pop("STORYWATCH_KILL_AT", None)
        if order.kill:
            os.environ["STORYWATCH_KILL_AT"] = order.kill
        random.seed(order.seed)
        ahead = timedelta(seconds=order.ahead)
        done = asyncio.run(round_(watched, lambda: datetime.now(UTC) + ahead, order.replay))
        os.write(report, json.dumps(_report(done)).encode())
        status = 0
    except BaseException:  # noqa: BLE001 - the border of a process that must not go on as a copy of the nursery
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


@functools.cache
def _config(folder: str) -> Any:
    """Read the config here, once: that takes as long as all the rest of a run."""
    import config  # noqa: PLC0415 - see above

    return config.load(Path(folder), {})


def _report(done: Any) -> dict[str, Any]:
    failed = [f"{result.source}: {result.fault.message}" for result in done.polls if result.fault]
    return {"busy": list(done.busy), "failed": failed, "deliveries": dict(done.deliveries)}


def _end_of(child: int, kill_after: float | None) -> int:
    """Wait for the child, and kill it when its time has come; a child that hangs counts as exit code 71."""
    limit = LONGEST_RUN if kill_after is None else kill_after
    status = _waited(child, limit)
    if status is not None:
        return status
    os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    return 71 if kill_after is None else os.waitstatus_to_exitcode(ended)


def _waited(child: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


def _left_behind() -> int:
    """Wait for the processes that the dead child had started, and count those that don't end by themselves."""
    end = time.monotonic() + LONGEST_FAREWELL
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < end:
            found, _ = os.waitpid(-1, os.WNOHANG)
            if not found:
                time.sleep(0.002)
        return len(Path("/proc/self/task", str(os.getpid()), "children").read_text().split())
    return 0


if __name__ == "__main__":
    main()
