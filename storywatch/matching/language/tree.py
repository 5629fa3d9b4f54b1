"""The one tree that facets and queries become.

Nodes are values: equal trees ask the same. Terms, names and regexes are the leaves, which an index finds in texts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Field(StrEnum):
    """What a scope can name. The first three are texts; the others say where an item comes from."""

    TITLE = "title"
    SUMMARY = "summary"
    CONTENT = "content"
    OUTLET = "outlet"
    LANGUAGE = "language"


TEXTS = (Field.TITLE, Field.SUMMARY, Field.CONTENT)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase as it was written, but for its quotes; each word may end in `*`."""

    text: str


@dataclass(frozen=True, slots=True)
class NameRef:
    """A member that names one of the event's people, places or organisations: it stands for all spellings."""

    name: str
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression in RE2's syntax, between slashes in the text."""

    pattern: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where `node` doesn't."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """Holds where all parts do, each in whichever text."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Holds where any part does."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Near:
    """Both sides in one text, in either order, with at most `distance` words between them."""

    distance: int
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Scope:
    """Holds where `node` does in one field alone."""

    field: Field
    node: "Node"


Leaf: TypeAlias = Term | NameRef | Regex
Node: TypeAlias = Leaf | Not | And | Or | Near | Scope


def all_of(parts: "list[Node]") -> Node:
    """Join by AND; nested ANDs become one."""
    flat = tuple(each for part in parts for each in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: "list[Node]") -> Node:
    """Join by OR; nested ORs become one."""
    flat = tuple(each for part in parts for each in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def negated(node: Node) -> Node:
    """Negate; a double negation is none."""
    return node.node if isinstance(node, Not) else Not(node)


def below(node: Node) -> tuple[Node, ...]:
    """Return a node's direct parts."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(inner) | Scope(_, inner):
            return (inner,)
        case Near(_, left, right):
            return (left, right)
        case _:
            return ()


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves that are looked for in texts, in order, as often as they stand there."""
    if isinstance(node, Term | NameRef | Regex):
        yield node
    elif not (isinstance(node, Scope) and node.field not in TEXTS):
        for part in below(node):
            yield from leaves(part)


def has_scope(node: Node) -> bool:
    """Tell whether a node asks for one field anywhere in it."""
    return isinstance(node, Scope) or any(map(has_scope, below(node)))


def needs_hit(node: Node) -> bool:
    """Tell whether a node holds only where one of its leaves is in a text, so that an index can find what to judge."""
    match node:
        case And(parts):
            return any(map(needs_hit, parts))
        case Or(parts):
            return all(map(needs_hit, parts))
        case Not():
            return False
        case Scope(field, inner):
            return field in TEXTS and needs_hit(inner)
        case _:
            return True


def only_excludes(node: Node) -> bool:
    """Tell whether a node holds for an item that nothing is known of: it says only what may not be."""
    match node:
        case And(parts):
            return all(map(only_excludes, parts))
        case Or(parts):
            return any(map(only_excludes, parts))
        case Not(inner):
            return not only_excludes(inner)
        case Scope(_, inner):
            return only_excludes(inner)
        case _:
            return False
