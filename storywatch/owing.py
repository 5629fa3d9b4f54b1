"""What is owed as JSON and back, for alerts that are gathered: it outlives the item's next revision and its event.

Who is told stays out of it, for subscribers have secrets: both are looked up by id when it is released. Long texts and
lists are cut. The document names its version; a field that later code adds has its default in what earlier code wrote.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from storywatch.documents import made, plain
from storywatch.model import Event, Outlet, Owed, Subscriber, Subscription

VERSION = 1
MOST_CHARS = 4_000
"""Of one text: more than any channel shows of it."""
ENTRY_CHARS = 1_000
MOST_ENTRIES = 100

_LOOKED_UP = ("subscription", "subscriber")


def document(owed: Owed) -> dict[str, Any]:
    """Return what is owed as plain JSON data, without subscription and subscriber."""
    slim = replace(owed, event=_slim(owed.event), outlet=_slim_outlet(owed.outlet), item=replace(owed.item, keys=()))
    said = {one.name: plain(getattr(slim, one.name)) for one in fields(slim) if one.name not in _LOOKED_UP}
    bounded: dict[str, Any] = _bounded(said)
    return {"version": VERSION, **bounded}


def read(data: object, subscription: Subscription, subscriber: Subscriber) -> Owed:
    """Return what a document says is owed. Raises ValueError when it can't be read."""
    if not isinstance(data, Mapping) or data.get("version") != VERSION:
        raise ValueError(f"expected what is owed in version {VERSION}")
    said = {name: value for name, value in data.items() if name not in _LOOKED_UP}
    try:
        return made(Owed, said, subscription=subscription, subscriber=subscriber)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"it doesn't say all that a message needs: {error!r:.200}") from error


def _slim(event: Event) -> Event:
    """Return the event without what matching alone needs."""
    return Event(id=event.id, title=event.title, tags=event.tags)


def _slim_outlet(outlet: Outlet) -> Outlet:
    return Outlet(id=outlet.id, name=outlet.name, time_zone=outlet.time_zone, language=outlet.language)


def _bounded(data: Any, most: int = MOST_CHARS) -> Any:
    """Return plain data with long texts and lists cut; the texts of lists more than others."""
    if isinstance(data, dict):
        return {name: _bounded(value, most) for name, value in data.items()}
    if isinstance(data, list):
        return [_bounded(one, ENTRY_CHARS) for one in data[:MOST_ENTRIES]]
    return _cut(data, most) if isinstance(data, str) else data


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
