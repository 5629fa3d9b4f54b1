"""Turns what pydantic found into what an operator can act on: what was expected, what was found, what to write.

Nothing of pydantic's own words is passed on, and no value that may be a secret.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from textwrap import indent
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.nearest import did_you_mean
from config.schema import Strict, UnfitError, UnreadError
from config.tree import Node, Part
from storywatch.errors import Problem

_SECRET_KEY = re.compile(r"pass|secret|token|credential|auth|api_?key|database|webhook|username", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"://[^/\s]*@|whsec_|whsk_")
_LONGEST = 60

_EXPECTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "string_type": lambda _: "text",
    "int_type": lambda _: "a whole number",
    "bool_type": lambda _: "true or false",
    "list_type": lambda _: "a list",
    "model_type": lambda _: "keys with values",
    "greater_than_equal": lambda ctx: f"a number from {ctx['ge']} up",
    "less_than_equal": lambda ctx: f"a number up to {ctx['le']}",
    "too_short": lambda ctx: f"at least {ctx['min_length']} entry",
    "literal_error": lambda ctx: str(ctx["expected"]).replace("'", ""),
}


def problems_in(error: ValidationError, node: Node, model: type[Strict]) -> Iterator[Problem]:
    """Say each thing that is wrong with `node`, which was to become a `model`."""
    for details in error.errors(include_url=False):
        path = details["loc"]
        yield node.problem(_message(details, node.at(path), _home(model, path), path), path)


def _home(model: type[Strict], path: Sequence[Part]) -> type[Strict]:
    """Return the model that the last key of a path belongs to."""
    for part in path[:-1]:
        model = model.below(part) or model if isinstance(part, str) else model
    return model


def _message(details: ErrorDetails, node: Node | None, home: type[Strict], path: Sequence[Part]) -> str:
    kind, key = details["type"], str(path[-1]) if path else ""
    if kind == "missing":
        return f"this key is missing; expected: {home.known_keys().get(key, key)}"
    if kind == "extra_forbidden":
        return unknown_key(key, home.known_keys())
    ctx = details.get("ctx", {})
    cause = ctx.get("error")
    if isinstance(cause, UnreadError):
        return cause.said if _SECRET_VALUE.search(cause.shown) else f"{cause.said}\n{indent(cause.shown, '    ')}"
    expected, remedy = (cause.expected, cause.remedy) if isinstance(cause, UnfitError) else (_expected(kind, ctx), "")
    return _sentence(expected, node, path, remedy or _remedy(kind, ctx, node, path))


def _expected(kind: str, ctx: dict[str, Any]) -> str:
    return _EXPECTED[kind](ctx) if kind in _EXPECTED else "another value"


def _sentence(expected: str, node: Node | None, path: Sequence[Part], remedy: str) -> str:
    said = f"expected {expected}, found {found(node, path)}"
    return f"{said}; {remedy}" if remedy else said


def _remedy(kind: str, ctx: dict[str, Any], node: Node | None, path: Sequence[Part]) -> str:
    """Say what to write instead, where that can be told from the value."""
    value = node.value if node is not None else None
    if kind == "literal_error" and isinstance(value, str):
        return did_you_mean(value, re.findall(r"'([^']*)'", str(ctx["expected"]))).removeprefix("; ")
    if kind == "string_type" and not isinstance(value, dict | list) and value is not None:
        raw = node.raw if node is not None and node.raw and not _is_secret(node.raw, path) else None
        return f'put it in quotes: "{raw}"' if raw else "put it in quotes"
    if kind == "list_type" and isinstance(value, str):
        return "write it in brackets, or as lines that begin with -"
    if kind in {"int_type", "bool_type"} and isinstance(value, str):
        return "write it without quotes"
    return ""


def unknown_key(key: str, known: Sequence[str] | dict[str, str]) -> str:
    """Say that a key is unknown, and which one was probably meant."""
    for kept in (f"{key}_file", f"{key}_env"):
        if kept in known:
            return f"a secret has no place in the YAML; use {key}_file (a file) or {key}_env (an environment variable)"
    near = did_you_mean(key, known) or f"; the keys here are {', '.join(known)}"
    return f"unknown key {_short(repr(key))}{near}"


def found(node: Node | None, path: Sequence[Part] = ()) -> str:
    """Say what stands there; the value itself only where it can't be a secret."""
    value = node.value if node is not None else None
    if node is None or value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    raw = node.raw if node.raw is not None else str(value)
    return f"the {_kind(value)}{'' if _is_secret(raw, path) else ' ' + _short(_shown(value, raw))}"


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "truth value"
    if isinstance(value, int | float):
        return "number"
    return "date" if isinstance(value, date) else "text"


def _shown(value: object, raw: str) -> str:
    if isinstance(value, bool):
        return f"{str(value).lower()} (written {raw!r})" if raw.lower() != str(value).lower() else raw
    return repr(raw) if isinstance(value, str) else raw


def _is_secret(raw: str, path: Sequence[Part]) -> bool:
    return bool(_SECRET_VALUE.search(raw)) or any(_SECRET_KEY.search(str(part)) for part in path)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
