"""Prints a tree as a query that parses to the same tree."""

import re

from storywatch.matching.language.lexer import DEFAULT_DISTANCE
from storywatch.matching.language.tree import And, Leaf, NameRef, Near, Node, Not, Or, Regex, Scope, Term

_BARE = re.compile(r"[^\W_][\w'’.]*(?:-[\w'’.]+)*\*?")
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR"})


def to_text(node: Node) -> str:
    """Return the query."""
    match node:
        case Term() | NameRef() | Regex():
            return _leaf(node)
        case Scope(field, inner):
            return f"{field}:{_inside(inner, And, Or, Near, Not)}"
        case Not(inner):
            return f"NOT {_inside(inner, And, Or, Near)}"
        case Near(distance, left, right):
            sign = "NEAR" if distance == DEFAULT_DISTANCE else f"NEAR/{distance}"
            return f"{_inside(left, Or, And, Not)} {sign} {_inside(right, Or, And, Not, Near)}"
        case And(parts):
            return " AND ".join(_inside(part, Or, And) for part in parts)
        case Or(parts):
            return " OR ".join(map(to_text, parts))


def _inside(node: Node, *loose: type) -> str:
    """Print a part, in parentheses if it binds less closely than what is around it."""
    return f"({to_text(node)})" if isinstance(node, loose) else to_text(node)


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Regex):
        return f"/{leaf.pattern}/{'i' if leaf.ignore_case else ''}"
    text = leaf.text if isinstance(leaf, Term) else leaf.name
    return text if _BARE.fullmatch(text) and text not in _OPERATORS else f'"{text}"'
