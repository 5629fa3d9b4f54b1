"""CPU time as a budget: of a whole parse, and of each piece of it, so that one poisonous item doesn't spend it all."""

import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

# The rest is for putting together what the parts gave, so that it isn't lost when they took all they could.
_FOR_PARTS = 0.8
_LEAST = 0.001
# An exception that is raised where Python can't pass it on is raised again.
_AGAIN = 0.05


class Overrun(BaseException):
    """The CPU time of a piece, or of the whole, is used up."""


class Budget(Protocol):
    """How much CPU time a parse may take."""

    def part(self, share: float) -> AbstractContextManager[None]:
        """Bound what runs inside to a share of the whole, and to what is left. Raises `Overrun` in it."""
        ...

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left for parts."""
        ...


class Unbounded:
    """No bound: for parses in the caller's own process."""

    is_spent = False

    def part(self, _: float) -> AbstractContextManager[None]:
        """Bound nothing."""
        return nullcontext()


class CpuBudget:
    """A bound by a timer of the process's CPU time. Works in the main thread only, as signals do.

    Python runs the signal's handler between two instructions, and regular expressions look for it as well. What never
    looks is ended by the kernel (`spiders.parsing.worker`).
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        now = time.process_time()
        self._end = self._until = now + seconds
        self._end_of_parts = now + seconds * _FOR_PARTS

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left for parts."""
        return time.process_time() >= self._end_of_parts

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Bound all that runs inside. Raises `Overrun` in it."""
        before = signal.signal(signal.SIGPROF, self._ring)
        try:
            self._arm(self._end)
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    @contextmanager
    def part(self, share: float) -> Iterator[None]:
        """Bound what runs inside to a share of the whole, and to what is left. Raises `Overrun` in it."""
        self._arm(min(self._end_of_parts, time.process_time() + self._seconds * share))
        try:
            yield
        finally:
            self._arm(self._end)

    def _arm(self, until: float) -> None:
        self._until = until
        signal.setitimer(signal.ITIMER_PROF, max(until - time.process_time(), _LEAST), _AGAIN)

    def _ring(self, *_: object) -> None:
        # A signal for a piece may arrive when the piece has just ended.
        if time.process_time() >= self._until:
            raise Overrun
