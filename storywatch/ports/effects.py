"""Effects that every use case needs: the clock, chance, the network in and out, and work by key."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from storywatch.model import (
    AnyNotice,
    Delivery,
    Message,
    Outlet,
    Owed,
    OwedDigest,
    Source,
    Subscriber,
    Visit,
)
from storywatch.pacing import SourceState

Clock = Callable[[], datetime]
"""Tells the time, aware and in UTC."""

Dice = Callable[[], float]
"""Tells a number in 0 to 1, for jitter."""


class Fetcher(Protocol):
    """Visits sources over the network (spiders/)."""

    async def visit(self, source: Source, outlet: Outlet, state: SourceState) -> Visit:
        """Visit once, politely and conditionally. Every failure of the source comes back as the visit's fault."""
        ...


class Channel(Protocol):
    """One way to reach subscribers (channels/): composes messages and sends them."""

    def compose(self, owed: Owed) -> Message:
        """Write the message. The same `owed` gives the same bytes. Raises `ComposeError` when it can't be written."""
        ...

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Write the message about an alarm, or an endpoint switched off, under the same terms as `compose`."""
        ...

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Write one message of what was gathered, under the same terms. What has no room in it is counted in it."""
        ...

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        """Hand over one delivery; returning means that the other side took it. Raises `DeliveryError`."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


class WorkQueue(Protocol):
    """Runs work by key, at least once, with at most one unfinished job per key; a lost job costs nothing.

    The rows say what is due; a job only says where to look.
    """

    async def offer(self, keys: Iterable[str]) -> int:
        """Start work on keys that are idle, as far as there is room. Return how many were taken."""
        ...

    @property
    def free(self) -> int:
        """How many more keys can start now."""
        ...

    @property
    def busy(self) -> int:
        """How many keys run now: to offer these again is in vain."""
        ...

    def resize(self, room: int) -> None:
        """Let so many keys run at once from now on; what runs goes on."""
        ...

    async def idle(self) -> None:
        """Wait until the work that runs now has ended; new work may have begun meanwhile."""
        ...

    async def drain(self, patience: timedelta) -> int:
        """Take nothing more, wait for what runs, then cancel it. Return how many were cancelled."""
        ...


Handle = Callable[[str], Awaitable[None]]
NewQueue = Callable[[str, Handle, int], WorkQueue]
"""Makes a queue: its name, what it does with a key, and how many keys run at once."""
