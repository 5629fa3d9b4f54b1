"""Ends the process at a named step, for tests of what a crash leaves behind.

`STORYWATCH_KILL_AT=poll.saved` kills at the first time that the step is reached, `poll.saved:3` at the third.
"""

import os
import signal
from collections.abc import Mapping

from storywatch.steps import Reached, Step, ignore

VARIABLE = "STORYWATCH_KILL_AT"


def reached_from(environ: Mapping[str, str]) -> Reached:
    """Return what to do at each step. Raises ValueError for an unknown step."""
    wanted = environ.get(VARIABLE)
    if not wanted:
        return ignore
    name, _, count = wanted.partition(":")
    return _killer(Step(name), int(count or 1))


def _killer(step: Step, count: int) -> Reached:
    left = count

    def reached(now: Step) -> None:
        nonlocal left
        left -= now is step
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached
