"""A source's state as a row, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from storywatch.errors import Fault
from storywatch.model import AlarmKind, PartValidators, Validators, Wishes
from storywatch.pacing import Moved, SourceState

FRESH = {
    **dict.fromkeys(
        (
            *("etag", "last_modified", "body_hash", "asked_as", "elements", "parts"),
            *("fault_code", "fault_message", "fault_permanent", "failing_since", "held_until", "wishes", "listed"),
            *("last_success_at", "newest_at", "fresh_until", "current_url", "moved_to", "moved_since", "moved_times"),
        )
    ),
    "failures": 0,
}
"""What a source forgets when it gets another address."""


def state_row(state: SourceState) -> dict[str, Any]:
    """Return the columns that hold a state."""
    fault, validators, moved = state.fault, state.validators, state.moved
    return {
        "next_poll_at": state.next_poll_at,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "body_hash": validators.body_hash,
        "asked_as": validators.asked_as,
        "elements": validators.elements or None,
        "parts": [asdict(part) for part in validators.parts] or None,
        "failures": state.failures,
        "fault_code": fault.code if fault else None,
        "fault_message": fault.message if fault else None,
        "fault_permanent": fault.permanent if fault else None,
        "failing_since": state.failing_since,
        "last_poll_at": state.last_poll_at,
        "last_success_at": state.last_success_at,
        "last_new_at": state.last_new_at,
        "newest_at": state.newest_at,
        "listed": state.listed,
        "held_until": state.held_until,
        "fresh_until": state.fresh_until,
        "wishes": _wishes_object(state.wishes),
        "current_url": state.url,
        "moved_to": moved.url if moved else None,
        "moved_since": moved.since if moved else None,
        "moved_times": moved.times if moved else None,
        "alarms": {kind.value: since.isoformat() for kind, since in state.alarms.items()} or None,
    }


def state_of(row: Row[Any]) -> SourceState:
    """Return the state that a source's row holds."""
    return SourceState(
        source=row.id,
        next_poll_at=row.next_poll_at,
        validators=_validators(row),
        failures=row.failures,
        fault=_fault(row),
        failing_since=row.failing_since,
        last_poll_at=row.last_poll_at,
        last_success_at=row.last_success_at,
        last_new_at=row.last_new_at,
        newest_at=row.newest_at,
        listed=row.listed,
        held_until=row.held_until,
        fresh_until=row.fresh_until,
        wishes=wishes_of(row.wishes or {}),
        moved=Moved(url=row.moved_to, since=row.moved_since, times=row.moved_times) if row.moved_to else None,
        url=row.current_url,
        alarms={AlarmKind(kind): datetime.fromisoformat(since) for kind, since in (row.alarms or {}).items()},
    )


def _validators(row: Row[Any]) -> Validators:
    return Validators(
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        asked_as=row.asked_as,
        elements=row.elements or b"",
        parts=tuple(PartValidators(**part) for part in row.parts or ()),
    )


def _fault(row: Row[Any]) -> Fault | None:
    if row.fault_code is None:
        return None
    return Fault(code=row.fault_code, message=row.fault_message, permanent=row.fault_permanent)


def _wishes_object(wishes: Wishes) -> dict[str, Any] | None:
    said = {
        "ttl": wishes.ttl.total_seconds() if wishes.ttl else None,
        "skip_hours": sorted(wishes.skip_hours),
        "skip_days": sorted(wishes.skip_days),
    }
    return {name: value for name, value in said.items() if value} or None


def wishes_of(said: Mapping[str, Any]) -> Wishes:
    """Return what a feed asks for."""
    return Wishes(
        ttl=timedelta(seconds=said["ttl"]) if "ttl" in said else None,
        skip_hours=frozenset(said.get("skip_hours", ())),
        skip_days=frozenset(said.get("skip_days", ())),
    )
