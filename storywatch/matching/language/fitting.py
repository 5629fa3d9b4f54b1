"""What may stand beside NEAR and after a field."""

from storywatch.matching.language.mistakes import QueryError
from storywatch.matching.language.tree import TEXTS, And, Field, Near, Node, Not, Regex, Scope, below


def check_side(node: Node, at: int) -> None:
    """NEAR compares places, which only words, phrases, regexes and their alternatives have."""
    if isinstance(node, Not):
        remedy = "to exclude the pair, write NOT (a NEAR/5 b)"
        raise QueryError("NEAR can't stand beside NOT, which has no place in a text", at, remedy)
    if isinstance(node, And):
        remedy = 'write "a b" for a phrase, or (a NEAR/5 b) AND c'
        raise QueryError("NEAR can't stand beside AND: its sides are words, phrases or (a OR b)", at, remedy)
    if isinstance(node, Scope) and node.field not in TEXTS:
        raise QueryError(f"NEAR can't stand beside {node.field}:, which has no place in a text", at, "use AND")
    for part in below(node):
        check_side(part, at)


def check_scope(field: Field, node: Node, at: int) -> None:
    """No scope stands in another; where an item comes from is an id or code, not words near others."""
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, Scope):
            raise QueryError(
                f"{each.field}: stands inside {field}:", at, "close the first field's parentheses before it"
            )
        if field not in TEXTS and isinstance(each, Regex | Near):
            wanted = "ids of outlets" if field is Field.OUTLET else "language codes"
            raise QueryError(f"{field}: takes {wanted}", at, f"such as {field}:(a OR b)")
        stack += below(each)
