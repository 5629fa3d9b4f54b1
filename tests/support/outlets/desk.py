"""A watch of outlets as the catalogue has them, and what the real program makes of it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.outlets import Double
from tests.support.process import storywatch
from tests.support.watching import Desk

ABOUT_KABUL = {"id": "kabul", "title": "Kabul airport attack", "all": [["Kabul"], ["airport", "drone strike", "gate"]]}


@dataclass(kw_only=True)
class CatalogueDesk(Desk):
    """A desk whose outlets are entries of the catalogue."""

    outlets: list[dict[str, Any]]

    def _document(self) -> dict[str, Any]:
        return {**super()._document(), "outlets": self.outlets}

    async def poll(self, *sources: str) -> dict[str, dict[str, Any]]:
        """Poll now; return what each source gave."""
        ran = await storywatch("poll", *sources, "--config", self.folder, "--json")
        assert ran.only["busy"] == []
        return {poll["source"]: poll for poll in ran.only["polls"]}

    async def items(self) -> dict[str, dict[str, Any]]:
        """Return the stored items by address; no address may have two."""
        rows = (await storywatch("items", "--config", self.folder, "--json", "--limit", "1000")).lines
        found = {row["url"]: row for row in rows}
        assert len(found) == len(rows)
        return found

    @property
    def addresses(self) -> list[str]:
        """The addresses of all stored items."""
        return [address for (address,) in self.rows("SELECT url FROM items ORDER BY url")]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            return connection.execute(query).fetchall()

    @property
    def open_alarms(self) -> set[tuple[str, str]]:
        """The open alarms: source and kind."""
        return {(source, kind) for source, kind in self.rows("SELECT source, kind FROM alarms WHERE ended_at IS NULL")}


def desk_of(folder: Path, *doubles: Double, entries: list[dict[str, Any]] | None = None) -> CatalogueDesk:
    """Write the watch config of these doubles; `entries` replaces the catalogue's plain ones."""
    desk = CatalogueDesk(
        folder=folder / "watch",
        sites=[site for double in doubles for site in double.sites.values()],
        sources={},
        events=[ABOUT_KABUL],
        outlets=entries or [double.entry() for double in doubles],
    )
    desk.save()
    return desk


def moment(text: str | None) -> datetime | None:
    """Read a time of the JSON output."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
