"""How fast mails may go to one domain: large receivers turn away who brings too many at once.

A mail whose turn is later is not sent and not waited for: its delivery is put off until then, so that the lanes of
other domains go on.
"""

from collections import deque
from collections.abc import Callable

WINDOW = 60.0
"""Seconds over which mails are counted."""

_AT_ONCE = 0.05
_FORGET_AFTER = 3600.0


class Pace:
    """Gives each mail its turn: at most `most` to a domain in any minute. `clock`: seconds that never go back."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._turns: dict[str, deque[float]] = {}
        self._promised: dict[str, float] = {}
        self._tidied = clock()

    def pause(self, domain: str, mail: str) -> float:
        """Return how many seconds it is to the turn of `mail`; 0 means now, and that it is taken.

        Asked again about a mail that had to wait, it keeps to what it promised.
        """
        now = self._clock()
        self._tidy(now)
        turn = self._promised.pop(mail, None)
        if turn is None:
            turn = self._next(domain, now)
        if turn <= now + _AT_ONCE:
            return 0.0
        self._promised[mail] = turn
        return turn - now

    def _next(self, domain: str, now: float) -> float:
        turns = self._turns.setdefault(domain, deque(maxlen=self._most))
        turn = now if len(turns) < self._most else max(now, turns[0] + WINDOW)
        turns.append(turn)
        return turn

    def _tidy(self, now: float) -> None:
        """Forget domains that are quiet, and mails that never came back."""
        if now - self._tidied < WINDOW:
            return
        self._tidied = now
        self._turns = {domain: turns for domain, turns in self._turns.items() if turns[-1] + WINDOW > now}
        self._promised = {mail: turn for mail, turn in self._promised.items() if turn + _FORGET_AFTER > now}
