"""Values of ours as plain JSON data, and back, by their annotations."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

ValueT = TypeVar("ValueT")


def plain(value: Any) -> Any:
    """Return a value as plain data: dataclasses as objects, tuples as lists, enums and times as their values."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


def made(kind: type[ValueT], said: Mapping[str, Any], **given: object) -> ValueT:
    """Return a value of a dataclass; what it doesn't know is left out, what is missing has its default.

    Raises TypeError, ValueError, KeyError or AttributeError for what `plain` never wrote.
    """
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in said.items() if name in hints}, **given)


def _value(hint: Any, said: Any) -> Any:
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], one) for one in said)
    if get_args(hint):  # X | None is all that there is besides
        return None if said is None else _value(get_args(hint)[0], said)
    if is_dataclass(hint):
        return made(hint, said)  # type: ignore[arg-type]  # a dataclass is a type here
    if issubclass(hint, date | time):
        return hint.fromisoformat(said)
    if not isinstance(said, float | int if hint is float else hint) and not issubclass(hint, Enum):
        raise TypeError(f"{said!r:.40} is no {hint.__name__}")
    return hint(said)
