"""What is owed as JSON and back, for alerts that are gathered: it outlives the item's next revision and its event.

Who is told stays out of it, for subscribers have secrets: both are looked up by id when it is released. Long texts and
lists are cut. The document names its version; a field that later code adds has its default in what earlier code wrote.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, time
from enum import Enum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from storywatch.model import Event, Outlet, Owed, Subscriber, Subscription

VERSION = 1
MOST_CHARS = 4_000
"""Of one text: more than any channel shows of it."""
ENTRY_CHARS = 1_000
MOST_ENTRIES = 100

_LOOKED_UP = ("subscription", "subscriber")
ValueT = TypeVar("ValueT")


def document(owed: Owed) -> dict[str, Any]:
    """Return what is owed as plain JSON data, without subscription and subscriber."""
    slim = replace(owed, event=_slim(owed.event), outlet=_slim_outlet(owed.outlet), item=replace(owed.item, keys=()))
    said = {one.name: _plain(getattr(slim, one.name)) for one in fields(slim) if one.name not in _LOOKED_UP}
    return {"version": VERSION, **said}


def read(data: object, subscription: Subscription, subscriber: Subscriber) -> Owed:
    """Return what a document says is owed. Raises ValueError when it can't be read."""
    if not isinstance(data, Mapping) or data.get("version") != VERSION:
        raise ValueError(f"expected what is owed in version {VERSION}")
    said = {name: value for name, value in data.items() if name not in _LOOKED_UP}
    try:
        return _made(Owed, said, subscription=subscription, subscriber=subscriber)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"it doesn't say all that a message needs: {error!r:.200}") from error


def _slim(event: Event) -> Event:
    """Return the event without what matching alone needs."""
    return Event(id=event.id, title=event.title, tags=event.tags)


def _slim_outlet(outlet: Outlet) -> Outlet:
    return Outlet(id=outlet.id, name=outlet.name, time_zone=outlet.time_zone, language=outlet.language)


def _plain(value: Any, most: int = MOST_CHARS) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name), most) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one, ENTRY_CHARS) for one in value[:MOST_ENTRIES]]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    return _cut(value, most) if isinstance(value, str) else value


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _made(kind: type[ValueT], said: Mapping[str, Any], **given: object) -> ValueT:
    """Return a value of a dataclass; what it doesn't know is left out, what is missing has its default."""
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in said.items() if name in hints}, **given)


def _value(hint: Any, said: Any) -> Any:
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], one) for one in said)
    if get_args(hint):  # X | None is all that there is besides
        return None if said is None else _value(get_args(hint)[0], said)
    if is_dataclass(hint):
        return _made(hint, said)  # type: ignore[arg-type]  # a dataclass is a type here
    if issubclass(hint, date | time):
        return hint.fromisoformat(said)
    if not isinstance(said, float | int if hint is float else hint) and not issubclass(hint, Enum):
        raise TypeError(f"{said!r:.40} is no {hint.__name__}")
    return hint(said)
