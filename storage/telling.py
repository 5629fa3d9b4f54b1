"""What the transactions have in common in which something becomes known that subscribers may have to hear of."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import alerts, history, ledger, openings, tables
from storage.people import audience_for
from storywatch.calendar import Span
from storywatch.developments import KnownUpdate
from storywatch.model import Audience
from storywatch.openings import Opening, Place
from storywatch.updates import PastReport


class StoredTelling:
    """Implements `storywatch.ports.TellingTransaction`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def history(self, event: str) -> tuple[PastReport, ...]:
        """Return the reports of an event, oldest first, and hold the event so that no other poll adds one."""
        await history.hold(self._connection, tables.events, event)
        return await history.reports_of(self._connection, event)

    async def differences(self, event: str, items: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return what the changes of items were that the event knows of, oldest first."""
        return await ledger.differences(self._connection, event, items)

    async def last_number(self, event: str) -> int:
        """Return the highest number that an update of the event ever had, 0 without one."""
        return await history.last_number(self._connection, event)

    async def known_updates(self, updates: Iterable[str]) -> Mapping[str, KnownUpdate]:
        """Return stored updates with their reports, oldest first, and who was told of them, by id."""
        return await alerts.known_updates(self._connection, updates)

    async def openings(self, reports: Collection[Place]) -> Mapping[Place, Opening]:
        """Return stored reports with their items as they stand now."""
        return await openings.openings(self._connection, reports)

    async def sent_within(self, spans: Mapping[str, Span]) -> Mapping[str, int]:
        """Count the messages that each subscription had in its span, and hold it until the transaction ends."""
        return await alerts.sent_within(self._connection, spans)

    async def audience(self, events: Collection[str], keys: Collection[str]) -> Audience:
        """Return who is told of events besides the subscribers of the watch config, and who is told no more."""
        return await audience_for(self._connection, events, keys)
