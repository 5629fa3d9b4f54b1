"""Slips in the text of a query or member that mean something, but probably not what was meant."""

from collections.abc import Iterator, Sequence

from storywatch.matching.language.lexer import Kind, Token, tokens_of
from storywatch.matching.language.terms import fold_phrase
from storywatch.matching.language.tree import NameRef

_LOWER = frozenset({"and", "or", "not", "near"})


def slips_in_query(query: str, names: Sequence[NameRef]) -> Iterator[str]:
    """Yield what to say about operators in small letters and names without quotes."""
    tokens = list(tokens_of(query))
    for token in tokens:
        if token.kind is Kind.WORD and token.text in _LOWER:
            operator = token.text.upper()
            yield f"column {token.at + 1}: {token.text!r} is a word here; operators are in capitals: {operator}"
    for name in names:
        if _stands_unquoted(fold_phrase(name.name).split(), tokens):
            yield f'{name.name} are single words here; in quotes, "{name.name}", it is the name with all its spellings'


def _stands_unquoted(wanted: Sequence[str], tokens: Sequence[Token]) -> bool:
    said = [fold_phrase(token.text) if token.kind is Kind.WORD else "" for token in tokens]
    found = (said[at : at + len(wanted)] for at in range(len(said) - len(wanted) + 1))
    return len(wanted) > 1 and list(wanted) in found


def slip_in_member(member: str, names: Sequence[NameRef]) -> str | None:
    """Return what to say about a name with a `*`, which makes it words alone."""
    if not member.endswith("*"):
        return None
    name = next((name for name in names if fold_phrase(name.name) == fold_phrase(member)), None)
    return f"{member} is a word alone; {name.name} without * stands for all its spellings" if name else None
