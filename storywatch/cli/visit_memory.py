"""What `fetch --state` remembers between calls: the validators of each address, and the pauses that hosts asked for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from storywatch import pacing
from storywatch.cli.output import MISUSE, fail
from storywatch.errors import Fault
from storywatch.model import Source, Validators, Visit, VisitOutcome
from storywatch.urls import host_of


@dataclass(frozen=True, kw_only=True)
class VisitMemory:
    """A folder with a small file for each address and each host; without a folder nothing is remembered."""

    folder: Path | None

    @classmethod
    def of(cls, folder: Path | None) -> "VisitMemory":
        """Open the folder, made if absent; ends the command if that can't be."""
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                fail(f"--state: {error}", code=MISUSE)
        return cls(folder=folder)

    def validators(self, url: str) -> Validators:
        """Return what was kept of an address; a file that can't be read means a first visit."""
        kept = self._read(url)
        return Validators(
            etag=_text(kept, "etag"),
            last_modified=_text(kept, "last_modified"),
            body_hash=_text(kept, "body_hash"),
            asked_as=_text(kept, "asked_as"),
        )

    def wait(self, source: Source, now: datetime) -> Visit | None:
        """Return the failed visit that stands for one that the host does not want yet, or None."""
        host = host_of(source.url)
        kept = self._read(host)
        hold = pacing.HostHold(host=host, until=_moment(kept, "until"), pages_after=_moment(kept, "pages_after"))
        state = pacing.SourceState(
            source=source.id, next_poll_at=now, held_until=_moment(self._read(source.url), "held_until")
        )
        until = pacing.must_wait(state, source, hold, now)
        if until is None:
            return None
        message = f"not visited: the outlet asked for a pause until {until:%Y-%m-%d %H:%M:%S}Z"
        return Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="held", message=message, retry_after=until - now))

    def keep(self, source: Source, visit: Visit, now: datetime) -> None:
        """Remember what a visit said."""
        if visit.fault and visit.fault.code == "held":
            return
        before = pacing.SourceState(source=source.id, next_poll_at=now, validators=self.validators(source.url))
        after = pacing.after(visit, before, source, brought_news=False, now=now, dice=0.0)
        said = after.validators
        self._write(
            source.url,
            {
                "etag": said.etag,
                "last_modified": said.last_modified,
                "body_hash": said.body_hash,
                "asked_as": said.asked_as,
                "held_until": after.held_until.isoformat() if after.held_until else None,
            },
        )
        hold = pacing.host_hold(visit, after, source, now)
        if hold is not None:
            told = {"until": hold.until, "pages_after": hold.pages_after}
            self._write(hold.host, {name: moment.isoformat() for name, moment in told.items() if moment})

    def _file(self, name: str) -> Path | None:
        return self.folder and self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _read(self, name: str) -> Mapping[str, Any]:
        path = self._file(name)
        try:
            kept = json.loads(path.read_text("utf-8")) if path else {}
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, name: str, kept: Mapping[str, Any]) -> None:
        """Keep it whole or not at all."""
        path = self._file(name)
        if path is None:
            return
        fresh = path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(kept), "utf-8")
            fresh.replace(path)
        except OSError as error:
            fail(f"--state: {error}")


def _text(kept: Mapping[str, Any], name: str) -> str | None:
    value = kept.get(name)
    return value if isinstance(value, str) else None


def _moment(kept: Mapping[str, Any], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(kept, name) or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
