"""Reads one YAML document into a tree of located values.

Only plain data: no tags, no merge keys, a bounded number of aliases, a bounded depth, and no key twice.
"""

from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, ScalarNode, SequenceNode
from yaml.nodes import Node as YamlNode
from yaml.resolver import Resolver

from config.bounded import MAX_DEPTH, compose
from config.files import WHOLE_FILE
from config.syntax import explain
from config.tree import Node, Scalar, joined
from storywatch.errors import ConfigError, Problem

MAX_COPIES = 1000

_TAG = "tag:yaml.org,2002:"
_TEXTUAL = {_TAG + "str", _TAG + "value", _TAG + "merge"}

_resolved: Any = Resolver().resolve  # PyYAML ships no type for it


def read_document(text: str, file: str) -> tuple[Node, list[Problem]]:
    """Return the document's tree, and what is wrong with it as YAML though it can be read, such as a key twice.

    An empty document is an empty mapping. Raises ConfigError with every problem when too little could be read.
    """
    root = _composed(text, file)
    if root is None:
        return Node(value={}, file=file, line=1, key=""), []
    builder = _Builder(file)
    node = builder.build(root, "", 1)
    if builder.lost:
        raise ConfigError(builder.problems)
    return node, builder.problems


def _composed(text: str, file: str) -> YamlNode | None:
    try:
        return compose(text)
    except yaml.YAMLError as error:
        line, message = explain(error, text)
        raise ConfigError([Problem(file=file, line=line, key=WHOLE_FILE, message=message)]) from None


class _Builder:
    """Turns YAML's node graph into a tree, and gathers what is wrong on the way. `lost`: keys had to be left out."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self.lost = False
        self._file = file
        self._seen: set[int] = set()
        self._open: set[int] = set()
        self._copies = 0
        self._alias: tuple[str, int] | None = None
        self._scalars = SafeConstructor()

    def build(self, node: YamlNode, key: str, line: int) -> Node:
        """Build one value. Raises ConfigError at once when aliases multiply or refer to themselves."""
        outermost = self._alias is None and id(node) in self._seen
        if outermost:
            self._alias = (key, line)
        self._count(node, key, line)
        self._open.add(id(node))
        value = self._value(node, key, line)
        self._open.discard(id(node))
        if outermost:
            self._alias = None
        raw = node.value if isinstance(node, ScalarNode) else None
        return Node(value=value, file=self._file, line=line, key=key, raw=raw)

    def _count(self, node: YamlNode, key: str, line: int) -> None:
        self._copies += id(node) in self._seen
        self._seen.add(id(node))
        if id(node) in self._open:
            self._stop(key, line, "an alias refers to a value that holds it; write the value out")
        if self._copies > MAX_COPIES or len(self._open) > MAX_DEPTH:
            self._stop(key, line, f"aliases repeat more than {MAX_COPIES} values or {MAX_DEPTH} levels; write them out")

    def _stop(self, key: str, line: int, message: str) -> None:
        self._note(*(self._alias or (key, line)), message)
        raise ConfigError(self.problems)

    def _note(self, key: str, line: int, message: str) -> None:
        self.problems.append(Problem(file=self._file, line=line, key=key or WHOLE_FILE, message=message))

    def _value(self, node: YamlNode, key: str, line: int) -> "dict[str, Node] | list[Node] | Scalar":
        if node.tag not in _tags(node):
            self._note(key, _line(node), "a YAML tag stands here; text that begins with ! must stand in quotes")
        if isinstance(node, MappingNode):
            return self._mapping(node, key)
        if isinstance(node, SequenceNode):
            return [self.build(child, joined(key, n), self._line(child, line)) for n, child in enumerate(node.value)]
        return self._scalar(node)

    def _line(self, node: YamlNode, above: int) -> int:
        """Return where a list's entry stands. An alias knows only its anchor's place: take the list's."""
        return above if id(node) in self._seen else _line(node)

    def _scalar(self, node: YamlNode) -> Scalar:
        if node.tag in _TEXTUAL or node.tag not in _tags(node):
            return str(node.value)
        try:
            value: Scalar = self._scalars.construct_object(node)
        except (ValueError, OverflowError):
            return str(node.value)  # such as 2021-13-45: what is expected there says what is wrong
        return value

    def _mapping(self, node: MappingNode, key: str) -> dict[str, Node]:
        children: dict[str, Node] = {}
        for name, key_node, value in self._pairs(node, key):
            path = joined(key, name)
            if name in children:
                first = children[name].line
                self._note(path, _line(key_node), f"this key stands twice, first on line {first}; remove one of them")
            else:
                children[name] = self.build(value, path, _line(key_node))
        return children

    def _pairs(self, node: MappingNode, key: str) -> Iterator[tuple[str, YamlNode, YamlNode]]:
        for key_node, value in node.value:
            self.lost |= not isinstance(key_node, ScalarNode) or key_node.tag == _TAG + "merge"
            if not isinstance(key_node, ScalarNode):
                self._note(key, _line(key_node), "expected a key, found a list or braces; text with {} needs quotes")
            elif key_node.tag == _TAG + "merge":
                self._note(key, _line(key_node), "merge keys (<<) are not supported; write the keys out")
            else:
                yield key_node.value, key_node, value


def _line(node: YamlNode) -> int:
    return int(node.start_mark.line) + 1


def _tags(node: YamlNode) -> set[str]:
    if not isinstance(node, ScalarNode):
        return {_TAG + ("map" if isinstance(node, MappingNode) else "seq")}
    # `!!str 39` is how YAML spells a quoted scalar without quotes; every other explicit tag is refused.
    return {_TAG + "str", str(_resolved(ScalarNode, node.value, (not node.style, True)))}
