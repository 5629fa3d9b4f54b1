"""What the pages and bounces ask of the storage."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from storywatch.model import (
    Bounce,
    LeftBy,
    Message,
    Reader,
    Suppression,
    Wanted,
    Wish,
)
from storywatch.timing import Releases


class People(Protocol):
    """Readers with what they want, and who wants no more of what (storage/).

    `key` names somebody as `storywatch.audience.key_of` does; an empty `event` is everything.
    """

    async def find(self, reader: str) -> Reader | None:
        """Return a reader by id."""
        ...

    async def find_address(self, email: str) -> Reader | None:
        """Return the reader with an address, however it is written."""
        ...

    async def wanted(self, reader: str) -> Sequence[Wanted]:
        """Return what a reader ever asked for, in the order of events."""
        ...

    async def ask(self, reader: Reader, wanted: Sequence[Wanted], confirmation: str, message: Message) -> None:
        """Store what is to be confirmed, with the mail that asks for it; what stands stays as it is.

        `confirmation`: the id of the mail's delivery.
        """
        ...

    async def agree(self, reader: str, subscriptions: Collection[str], words: str, now: datetime) -> Sequence[Wanted]:
        """Let subscriptions stand that wait for it, and return them. `words`: what was agreed to."""
        ...

    async def change(self, reader: str, wishes: Mapping[Wish, Releases]) -> None:
        """Let the standing subscriptions of a reader be as wished; events without one are passed over.

        What is gathered for them is released no later than the wish would have it.
        """
        ...

    async def leave(self, key: str, event: str, by: LeftBy, now: datetime) -> None:
        """Send nothing more of an event."""
        ...

    async def rejoin(self, key: str, event: str, words: str, now: datetime) -> None:
        """Take back that somebody left an event."""
        ...

    async def left(self, key: str) -> Mapping[str, datetime]:
        """Return the events that somebody has left, each with the time."""
        ...

    async def last_address(self, subscription: str) -> str | None:
        """Return where the last mail of a subscription went, for one that the watch config no longer has."""
        ...


class Bounces(Protocol):
    """Mails that came back, and the addresses that nothing is sent to because of them (storage/)."""

    async def take(self, bounce: Bounce) -> Suppression | None:
        """Count a bounce once, and return the suppression that follows from it."""
        ...

    async def suppress(self, suppression: Suppression) -> None:
        """Send nothing more to an address."""
        ...

    async def lift(self, address: str, now: datetime) -> bool:
        """Let an address get mails again. Return whether it was suppressed."""
        ...
