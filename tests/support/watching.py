"""A watch config for sites on loopback, written as JSON, which is YAML."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.web import Site

KABUL = {"id": "kabul", "title": "Kabul airport attack", "all": [["Kabul"], ["airport", "drone strike"]]}
LONDON = {"id": "london", "title": "Flood in London", "all": [["London"], ["flood*"]]}


AMPLE = {"budget": 100_000}
"""Tests make the polls of hours in seconds; that hours have a limit is another matter."""


@dataclass(kw_only=True)
class Desk:
    """A folder with a watch config; `save` writes what the fields say now."""

    folder: Path
    sites: list[Site]
    sources: dict[str, str]
    """Addresses by id."""
    events: list[dict[str, Any]] = field(default_factory=lambda: [KABUL])
    settings: dict[str, Any] = field(default_factory=dict)
    wishes: dict[str, Any] = field(default_factory=dict)
    """When the editor is told, and of what."""
    alarms: bool = False
    """Whether the editor also subscribes to alarms."""
    subscribers: list[dict[str, Any]] | None = None
    """Who is told instead of the editor."""

    def save(self) -> Path:
        """Write it."""
        self.folder.mkdir(exist_ok=True)
        self._file.write_text(json.dumps(self._document(), indent=1), encoding="utf-8")
        return self.folder

    @property
    def _file(self) -> Path:
        return self.folder / "watch.yaml"

    def _document(self) -> dict[str, Any]:
        sources = [{"id": name, "url": url} for name, url in self.sources.items()]
        allowed = {"egress": {"allow": [site.place for site in self.sites]}, "polling": AMPLE}
        subscriptions: list[dict[str, Any]] = [{"channel": "file", "corroborations": True, **self.wishes}]
        subscriptions += [{"channel": "file", "id": "alarms", "alarms": True}] if self.alarms else []
        return {
            "settings": {"contact": "desk@example.org", "shutdown_timeout": "1s", **allowed, **self.settings},
            "outlets": [{"id": "wire", "name": "The Wire", "sources": sources}],
            "events": self.events,
            "subscribers": self.subscribers or [{"id": "editor", "name": "The editor", "subscriptions": subscriptions}],
        }

    def spoil(self) -> None:
        """Save what is no watch config."""
        self._file.write_text('{"settings": {"contcat": "desk@example.org"}}', encoding="utf-8")

    @property
    def mails(self) -> list[str]:
        """The alerts that were written as files."""
        return [path.read_text(encoding="utf-8") for path in sorted((self.folder / "outbox").glob("*.*"))]

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "storywatch.db"

    def make_due(self, sources: Iterable[str] = ()) -> None:
        """Let time pass: the sources, by default all, are due now."""
        names = list(sources) or list(self.sources)
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            connection.executemany(
                "UPDATE sources SET next_poll_at = '2020-01-01 00:00:00.000000' WHERE id = ?",
                [[name] for name in names],
            )
