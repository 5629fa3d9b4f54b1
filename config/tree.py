"""A YAML document as values that know where they stand, so that every problem points at a line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from storywatch.errors import Problem

Part = str | int
Scalar = str | int | float | bool | date | None

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One value of a document. `line` counts from 1; `key` is the path of keys; `raw` is a scalar as it was written."""

    value: "dict[str, Node] | list[Node] | Scalar"
    file: str
    line: int
    key: str
    raw: str | None = None

    def plain(self) -> Any:
        """Return the value without its places: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def child(self, part: Part) -> "Node | None":
        """Return the value under a key or a list position, or None."""
        if isinstance(self.value, dict) and isinstance(part, str):
            return self.value.get(part)
        if isinstance(self.value, list) and isinstance(part, int) and part < len(self.value):
            return self.value[part]
        return None

    def at(self, path: Sequence[Part]) -> "Node | None":
        """Return the value at a path below this one, or None."""
        node: Node | None = self
        for part in path:
            node = node.child(part) if node is not None else None
        return node

    def items(self, name: str) -> "list[Node]":
        """Return the list under a key; empty when there is none."""
        node = self.child(name)
        return node.value if node is not None and isinstance(node.value, list) else []

    def text(self, name: str) -> str | None:
        """Return the text under a key; None when there is none or it is no text."""
        node = self.child(name)
        return node.value if node is not None and isinstance(node.value, str) else None

    def problem(self, message: str, path: Sequence[Part] = ()) -> Problem:
        """Place a message at `path` below this value, or at the nearest value above it that exists."""
        node, key = self, self.key
        for part in path:
            below = node.child(part) if key == node.key else None
            node, key = (below, below.key) if below is not None else (node, joined(key, part))
        return Problem(file=self.file, line=node.line, key=key, message=message)

    def placed_at(self, other: "Node") -> "Node":
        """Return this value as if it stood where `other` stands: for what an operator's line brings in.

        Keys go on below `other`; list positions don't, for the operator's file has no such list.
        """
        value = self.value
        if isinstance(value, dict):
            below = {name: replace(other, key=joined(other.key, name)) for name in value}
            value = {name: child.placed_at(below[name]) for name, child in value.items()}
        elif isinstance(value, list):
            value = [child.placed_at(other) for child in value]
        return replace(self, value=value, file=other.file, line=other.line, key=other.key)


def joined(key: str, part: Part) -> str:
    """Append one step to a path of keys: `events`, 0, `title` become `events[0].title`."""
    if isinstance(part, int):
        return f"{key}[{part}]"
    name = part if _BARE.fullmatch(part) else repr(part)
    return f"{key}.{name}" if key else name
