"""Starting processes of the product: the nursery from outside, and the command line as an operator has it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue

from tests.acceptance.crash.orders import Death, Order
from tests.support.corpus import ROOT
from tests.support.patience import PATIENCE
from tests.support.process import environment

SIDE_BY_SIDE = 2


def environ(**more: str) -> dict[str, str]:
    """Return the environment for a process of the product, one in which it starts quickly.

    No certificates: loading them takes a tenth of a run, and the town speaks plain HTTP.
    """
    return environment() | {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull} | more


class Nursery:
    """The fork server, from outside."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process = process
        self._log = log

    def run(self, order: Order) -> Death:
        """Run one child to its end. Raises AssertionError for an end that is neither good nor the kill ordered."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(order.line())
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the nursery died:\n{self._tail()}"
        death = Death.of(line)
        assert death.status in ((0, -signal.SIGKILL) if order.may_be_killed else (0,)), (
            f"{order} ended {death}:\n{self._tail()}"
        )
        assert death.left_behind == 0, f"{order} left {death.left_behind} processes behind"
        return death

    def _tail(self) -> str:
        return self._log.read_text()[-5000:]


@contextmanager
def open_nursery(log: Path) -> Iterator[Nursery]:
    """Start the fork server; its children's words go to the log."""
    command = [sys.executable, "-m", "tests.acceptance.crash.nursery"]
    with (
        log.open("w") as words,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        ) as process,
    ):
        try:
            yield Nursery(process, log)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE)


Lanes = SimpleQueue[Nursery]
"""Nurseries that are free."""


@contextmanager
def open_lanes(folder: Path) -> Iterator[Lanes]:
    """Start as many nurseries as trials run side by side."""
    with ExitStack() as stack:
        lanes = Lanes()
        for lane in range(SIDE_BY_SIDE):
            lanes.put(stack.enter_context(open_nursery(folder / f"nursery-{lane}.log")))
        yield lanes


def command(*arguments: object) -> list[str]:
    """Return the command line of the product with these arguments."""
    return [sys.executable, "-m", "storywatch", *map(str, arguments)]
