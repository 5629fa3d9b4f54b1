"""Cuts a query, or a member of a group, into tokens. One pass, no backtracking."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from storywatch.matching.language.mistakes import QueryError
from storywatch.matching.language.tree import Field

FIELDS = {
    **{field.value: field for field in Field},
    "lang": Field.LANGUAGE,
    "headline": Field.TITLE,
}
"""Names of fields, and two that people know from elsewhere."""

DEFAULT_DISTANCE = 10
MOST_DISTANCE = 100


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    PHRASE = "phrase"
    REGEX = "regex"
    FIELD = "field"
    LEFT = "("
    RIGHT = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query; `at` is where it begins. `distance` is for NEAR, `ignore_case` for a regex."""

    kind: Kind
    text: str
    at: int
    distance: int = 0
    ignore_case: bool = False


QUOTES = '"“”„«»'
_SIGNS = {"(": Kind.LEFT, ")": Kind.RIGHT, "|": Kind.OR}
_SPACE = re.compile(r"\s+")
_WORD = re.compile(rf"[^\s()|{QUOTES}]+")
_PHRASE = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)([{QUOTES}]?)")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)(/?)(\w*)", re.DOTALL)
_FIELD = re.compile(r"([^\W\d]\w*):")
_NEAR = re.compile(r"(?:NEAR|W)/(\d{1,9})$|NEAR$")
_WRONG_NEAR = re.compile(r"(?:NEAR|NEXT|ONEAR|W)[/~:]")
_SYMBOLS = {"&": Kind.AND, "&&": Kind.AND, "||": Kind.OR, "AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a query. Raises QueryError."""
    at = 0
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at = space.end()
            continue
        token, at = _token(text, at)
        yield token


def _token(text: str, at: int) -> tuple[Token, int]:
    """Return the token at a place, and where it ends."""
    char = text[at]
    if text.startswith("||", at):
        return Token(Kind.OR, "||", at), at + 2
    if char in _SIGNS:
        return Token(_SIGNS[char], char, at), at + 1
    if char in QUOTES:
        return _phrase(text, at)
    if char == "/":
        return _regex(text, at)
    return _word(text, at)


def _phrase(text: str, at: int) -> tuple[Token, int]:
    found = _PHRASE.match(text, at)
    if found is None or not found[2]:
        raise QueryError("this quotation mark is never closed", at, 'end the phrase with "')
    return Token(Kind.PHRASE, found[1], at), found.end()


def _regex(text: str, at: int) -> tuple[Token, int]:
    found = _REGEX.match(text, at)
    if found is None or not found[2]:
        raise QueryError(
            "this regular expression is never closed", at, "end it with /, and write \\/ for a slash in it"
        )
    if found[3] not in {"", "i"}:
        raise QueryError(f"unknown flag {found[3]!r} after a regular expression", found.start(3), "only i is known")
    return Token(Kind.REGEX, found[1], at, ignore_case=found[3] == "i"), found.end()


def _word(text: str, at: int) -> tuple[Token, int]:
    if text[at] == "-":
        return _minus(text, at)
    field = _FIELD.match(text, at)
    if field:
        return Token(Kind.FIELD, _known_field(field[1], at), at), field.end()
    word = _WORD.match(text, at)
    assert word is not None  # noqa: S101 - a character that is no space, sign or quotation mark
    return _operator_or_word(word.group(), at), word.end()


def _minus(text: str, at: int) -> tuple[Token, int]:
    if not text[at + 1 : at + 2].strip():
        raise QueryError("this - stands alone", at, "write it directly before what it excludes, such as -cricket")
    return Token(Kind.NOT, "-", at), at + 1


def _operator_or_word(word: str, at: int) -> Token:
    if word in _SYMBOLS:
        return Token(_SYMBOLS[word], word, at)
    near = _NEAR.match(word)
    if near:
        return Token(Kind.NEAR, word, at, distance=_distance(near[1], at))
    if _WRONG_NEAR.match(word):
        raise QueryError(f"{word!r} is no operator", at, "write NEAR/5 for at most 5 words between")
    return Token(Kind.WORD, word, at)


def _distance(written: str | None, at: int) -> int:
    distance = int(written) if written else DEFAULT_DISTANCE
    if distance > MOST_DISTANCE:
        raise QueryError(f"NEAR goes up to {MOST_DISTANCE} words", at, "use AND for anywhere in the item")
    return distance


def _known_field(name: str, at: int) -> str:
    if name.lower() in FIELDS:
        return FIELDS[name.lower()].value
    near = get_close_matches(name.lower()[:40], FIELDS, n=1, cutoff=0.6)
    remedy = f"did you mean {near[0]}: ?" if near else f"there are {', '.join(f'{field}:' for field in Field)}"
    raise QueryError(f"unknown field {name[:40]!r}", at, f"{remedy} A colon that belongs to the words needs quotes")
