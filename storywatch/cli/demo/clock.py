"""The story's clock: a minute of the story passes each second, and between two scenes it leaps over days and months.

Nothing but the daemon's clock differs from a real run. At this speed a pause of 60 s, the shortest that a watch config
can ask for, is a second, and every time that is stored or sent is the story's own. A lease (330 s with the settings of
`stage`) is five and a half seconds, a hundred times what a visit on loopback takes. A leap may still end the lease of a
visit under way: that harms nobody, because the queue of the one process never starts a second job for a host, and a
lease is lost only when another worker has taken the row.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

SPEED = 60
"""Seconds of the story in one real second."""


class StoryClock:
    """Tells the story's time, aware and in UTC. It never goes back. `ticks` gives real seconds."""

    def __init__(self, start: datetime, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._at = start
        self._since = ticks()

    def now(self) -> datetime:
        """Tell the time."""
        return self._at + timedelta(seconds=SPEED * (self._ticks() - self._since))

    def leap(self, to: datetime) -> None:
        """Go on from `to`, or from now if that is later."""
        self._at, self._since = max(self.now(), to), self._ticks()
