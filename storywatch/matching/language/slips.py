"""Slips in the text of a query or member that mean something, but probably not what was meant."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from storywatch.matching.language.lexer import FIELDS, QUOTES, Kind, Token, tokens_of
from storywatch.matching.language.terms import fold_phrase
from storywatch.matching.language.tree import NameRef, Node, Term

_LOWER = frozenset({"and", "or", "not", "near"})


def slips_in_query(query: str, names: Sequence[NameRef]) -> Iterator[str]:
    """Yield what to say about operators in small letters, signs of other languages, and names without quotes."""
    tokens = list(tokens_of(query))
    for token in tokens:
        if token.kind is Kind.WORD and token.text in _LOWER:
            operator = token.text.upper()
            yield f"column {token.at + 1}: {token.text!r} is a word here; operators are in capitals: {operator}"
        elif token.kind is Kind.WORD and (strange := _strange_sign(token.text, "write -{word}")):
            yield f"column {token.at + 1}: {strange}"
    for name in names:
        if _stands_unquoted(fold_phrase(name.name).split(), tokens):
            yield f'{name.name} are single words here; in quotes, "{name.name}", it is the name with all its spellings'


def _stands_unquoted(wanted: Sequence[str], tokens: Sequence[Token]) -> bool:
    said = [fold_phrase(token.text) if token.kind is Kind.WORD else "" for token in tokens]
    found = (said[at : at + len(wanted)] for at in range(len(said) - len(wanted) + 1))
    return len(wanted) > 1 and list(wanted) in found


def slip_in_member(member: str, node: Node, names: Sequence[NameRef]) -> str | None:
    """Return what to say about signs of a query that are letters or nothing here, and about a name with a `*`.

    `node`: what the member was read as; where that is no plain words, the signs counted.
    """
    if not isinstance(node, Term):
        return None
    if _NEAR.search(member):
        return "NEAR/ is a word here; between words write NEAR/5 for at most 5 words between"
    if minus := _MINUS.search(member):
        return f"the - is not read here, so this asks for {minus[1]}; to exclude it, write it under none"
    return (
        _unclosed(member)
        or next(filter(None, (_strange_sign(word, "write {word} under none") for word in member.split())), None)
        or _date_field(member)
        or _misspelt_field(member)
        or _name_with_star(member, names)
    )


_NEAR = re.compile(r"\bNEAR/")
_MINUS = re.compile(r"(?:^|\s)-(\w+)")
_FIELD = re.compile(r"(\w+):\S")
_DATE_FIELD = re.compile(r"(?:^|\s)(since|until|after|before|date):\S", re.IGNORECASE)
_SIGN = re.compile(r"(?P<sign>[+!])(?P<word>\w\S*)|(?P<spelt>\w\S*)(?P<fuzzy>~[\d.]*)")
_REQUIRED = "the + is nothing here: every word is asked for that no OR makes a choice"


def _strange_sign(word: str, exclude: str) -> str | None:
    """Return what to say about a word with a sign that other languages of queries read. `exclude`: what `!` is here."""
    found = _SIGN.fullmatch(word)
    if found is None:
        return None
    if found["sign"] == "+":
        return _REQUIRED
    if found["sign"] == "!":
        instead = exclude.format(word=found["word"])
        return f"the ! is not read here, so this asks for {found['word']}; to exclude it, {instead}"
    remedy = f"list {found['spelt']} under people, places or organisations, or write {found['spelt']}* for any ending"
    return f"the {found['fuzzy']} is not read here; names are found by all their spellings: {remedy}"


def _unclosed(member: str) -> str | None:
    if sum(member.count(sign) for sign in QUOTES) % 2 == 0:
        return None
    return "a quotation mark is never closed, and means nothing here: the words of a member stand side by side already"


def _date_field(member: str) -> str | None:
    field = _DATE_FIELD.search(member)
    if field is None:
        return None
    return f"{field[1]} is a word here; write since: or until: beside all, as keys of the event"


def _misspelt_field(member: str) -> str | None:
    field = _FIELD.match(member)
    near = get_close_matches(field[1].lower()[:40], FIELDS, n=1) if field else []
    return f"{field[1]} is a word here; did you mean {near[0]}: ?" if field and near else None


def _name_with_star(member: str, names: Sequence[NameRef]) -> str | None:
    if not member.endswith("*"):
        return None
    name = next((name for name in names if fold_phrase(name.name) == fold_phrase(member)), None)
    return f"{member} is a word alone; {name.name} without * stands for all its spellings" if name else None
