"""Reads queries and members of groups into trees.

The two differ in one thing: words side by side are joined by AND in a query, and are a phrase in a member.
"""

import re
from collections.abc import Iterator, Sequence

from storywatch.matching.language.lexer import FIELDS, QUOTES, Kind, Token, tokens_of
from storywatch.matching.language.mistakes import QueryError
from storywatch.matching.language.parser import Parser, Resolve, leaf_of
from storywatch.matching.language.tree import Node, Term, needs_hit, only_excludes

LONGEST_QUERY = 4000
"""Characters of a query."""

_OPERATOR = re.compile(r"(?<!\S)\(*(?:AND|OR|NOT|NEAR(?:/\d+)?|W/\d+)\)*(?!\S)|\|")
_FIELD_OR_REGEX = re.compile(rf"\s*(?:/|(?:{'|'.join(FIELDS)}):)", re.IGNORECASE)
_MARKS = str.maketrans(dict.fromkeys(QUOTES, " "))


def parse_query(text: str, resolve: Resolve = Term) -> Node:
    """Read a one-line query. Raises QueryError."""
    node = Parser(text, list(tokens_of(_checked(text))), resolve).whole()
    if only_excludes(node):
        raise QueryError("this only excludes, so nearly everything would match", 0, "say also what must be there")
    if not needs_hit(node):
        remedy = "add a word that must be there: every alternative needs one"
        raise QueryError("this can match without any word", 0, remedy)
    return node


def parse_member(text: str, resolve: Resolve = Term) -> Node:
    """Read a member of a group: a word or phrase, or a small query in which side by side means a phrase.

    Raises QueryError.
    """
    if not is_plain(text):
        return _parsed_member(text, resolve)
    return leaf_of(" ".join(text.translate(_MARKS).split()), 0, text, resolve)


def is_plain(text: str) -> bool:
    """Tell whether a member is a word or phrase alone, in which punctuation means nothing."""
    return not (_FIELD_OR_REGEX.match(text) or _OPERATOR.search(text))


def _parsed_member(text: str, resolve: Resolve) -> Node:
    tokens = list(_phrases(list(tokens_of(_checked(text)))))
    first = tokens[0]
    fields = sum(token.kind is Kind.FIELD for token in tokens)
    if first.kind is Kind.FIELD and fields == 1 and len(tokens) > 1:  # it holds for all that follows
        tokens = [first, Token(Kind.LEFT, "", first.at), *tokens[1:], Token(Kind.RIGHT, "", len(text))]
    node = Parser(text, tokens, resolve).whole()
    if only_excludes(node):
        raise QueryError("this only excludes, so nearly everything would match", 0, "write it under none, without NOT")
    return node


def _checked(text: str) -> str:
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"a query has at most {LONGEST_QUERY} characters", LONGEST_QUERY, "split the event in two")
    if not text.strip():
        raise QueryError("there is nothing here", 0)
    return text


def _phrases(tokens: Sequence[Token]) -> Iterator[Token]:
    """Join the words that stand side by side."""
    held: list[Token] = []
    for token in tokens:
        if token.kind is Kind.WORD:
            held.append(token)
            continue
        yield from _joined(held)
        held = []
        yield token
    yield from _joined(held)


def _joined(held: Sequence[Token]) -> Iterator[Token]:
    if held:
        yield Token(Kind.WORD, " ".join(token.text for token in held), held[0].at)
