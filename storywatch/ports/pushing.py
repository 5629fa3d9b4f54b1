"""What WebSub asks of the storage and of the network."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from storywatch.model import (
    Document,
    Outlet,
    Source,
)
from storywatch.push import Change as PushChange
from storywatch.push import Push, PushState


class Pushes(Protocol):
    """The subscriptions to hubs (storage/)."""

    async def due_hubs(self, now: datetime, limit: int) -> Sequence[str]:
        """Return hubs that are to be asked something, longest due first."""
        ...

    async def due(self, hub: str, now: datetime, limit: int) -> Sequence[PushState]:
        """Return what a hub is to be asked, longest due first."""
        ...

    async def find(self, state_id: str) -> PushState | None:
        """Return a subscription."""
        ...

    async def change(self, state_id: str, decide: PushChange) -> PushState | None:
        """Change a subscription as decided on what it is now; return what it becomes, None if it is no more."""
        ...

    async def of_idle_sources(self) -> Sequence[PushState]:
        """Return the subscriptions that still stand, though their sources are no longer polled."""
        ...

    async def made_otherwise(self, made_for: str) -> Sequence[PushState]:
        """Return the subscriptions that were made with another key or address than this mark stands for."""
        ...

    async def promised(self, now: datetime) -> Sequence[str]:
        """Return the sources whose pushes were accepted a while ago and are not stored, and that no poll is near."""
        ...

    async def hasten(self, source_id: str, now: datetime) -> None:
        """Make a source due: now, or a minute after its last poll. One that fails keeps its pause."""
        ...


class Hubs(Protocol):
    """Asks hubs over the network (spiders/)."""

    async def ask(self, hub: str, form: Mapping[str, str]) -> None:
        """Send a request; returning means that the hub took it. Raises `HubError`."""
        ...


class PushReader(Protocol):
    """Reads what was pushed (spiders/)."""

    async def read(self, push: Push, source: Source, outlet: Outlet, elements: bytes) -> Document:
        """Parse it as the document of the source, within the limits. Raises `VisitError`."""
        ...
