"""Reads tokens into a tree. NOT binds closest, then NEAR, then AND, then OR.

It calls itself for parentheses only, and those are bounded.
"""

import re
from collections.abc import Callable, Sequence

from storywatch.matching.language.expressions import LONGEST, ExpressionError, expression
from storywatch.matching.language.fitting import check_scope, check_side
from storywatch.matching.language.lexer import Kind, Token
from storywatch.matching.language.mistakes import QueryError
from storywatch.matching.language.terms import words_of
from storywatch.matching.language.tree import Field, Leaf, Near, Node, Regex, Scope, all_of, any_of, negated

MOST_TERMS = 300
MOST_DEPTH = 20
"""Parentheses in parentheses, and NEARs in a row."""

Resolve = Callable[[str], Leaf]
"""Makes a leaf of a phrase: the event's names are known there."""

_STRAY_STAR = re.compile(r"(?<!\w)\*|\*(?=[\w*])")
_BEGINNINGS = (Kind.WORD, Kind.PHRASE, Kind.REGEX, Kind.FIELD, Kind.LEFT, Kind.NOT)
_OPERATORS = (Kind.AND, Kind.OR, Kind.NOT, Kind.NEAR)
_QUOTED = "a word that is spelt like an operator needs quotes"


def leaf_of(phrase: str, at: int, text: str, resolve: Resolve) -> Leaf:
    """Make a leaf of the words that stand at `at` in `text`."""
    stray = _STRAY_STAR.search(text, at, at + len(phrase))
    if stray or _STRAY_STAR.search(phrase):
        remedy = "write flood* for flood, floods, flooding"
        raise QueryError("a * may stand at the end of a word only", stray.start() if stray else at, remedy)
    if not words_of(phrase):
        raise QueryError("expected a word or phrase here", at, "write letters or digits")
    return resolve(phrase)


class Parser:
    """Goes through the tokens once."""

    def __init__(self, text: str, tokens: Sequence[Token], resolve: Resolve) -> None:
        self._text = text
        self._tokens = tokens
        self._resolve = resolve
        self._at = 0
        self._depth = 0
        self._terms = 0

    def whole(self) -> Node:
        """Return the tree of all tokens. Raises QueryError."""
        node = self._or()
        left = self._next()
        if left is not None:  # only a ) ends an expression early
            raise QueryError("this ) closes nothing", left.at, "remove it, or add the ( that is missing")
        return node

    def _next(self, *kinds: Kind) -> Token | None:
        """Return the next token if it is of one of the kinds."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token if token is not None and (not kinds or token.kind in kinds) else None

    def _take(self, *kinds: Kind) -> Token | None:
        token = self._next(*kinds)
        self._at += token is not None
        return token

    def _or(self) -> Node:
        parts = [self._and()]
        while self._take(Kind.OR):
            parts.append(self._and())
        return any_of(parts)

    def _and(self) -> Node:
        parts = [self._near()]
        while self._take(Kind.AND) or self._next(*_BEGINNINGS):
            parts.append(self._near())
        return all_of(parts)

    def _near(self) -> Node:
        begin = self._here()
        node, count = self._not(), 0
        while sign := self._take(Kind.NEAR):
            count += 1
            if count > MOST_DEPTH:
                raise QueryError(f"more than {MOST_DEPTH} NEARs in a row", sign.at)
            second = self._here()
            right = self._not()
            check_side(node, begin)
            check_side(right, second)
            node = Near(sign.distance, node, right)
        return node

    def _here(self) -> int:
        token = self._next()
        return token.at if token else len(self._text)

    def _not(self) -> Node:
        negative = False
        while self._take(Kind.NOT):
            negative = not negative
        node = self._primary()
        return negated(node) if negative else node

    def _primary(self) -> Node:
        token = self._take(Kind.LEFT, Kind.FIELD, Kind.WORD, Kind.PHRASE, Kind.REGEX)
        if token is None:
            raise self._expected_term()
        if token.kind is Kind.LEFT:
            return self._group(token)
        if token.kind is Kind.FIELD:
            return self._scope(token)
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise QueryError(f"more than {MOST_TERMS} terms", token.at, "split the event, or use groups under all")
        return self._regex(token) if token.kind is Kind.REGEX else self._term(token)

    def _group(self, left: Token) -> Node:
        empty = self._next(Kind.RIGHT)
        if empty:
            raise QueryError("these parentheses are empty", left.at, "put words in them, or remove them")
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise QueryError(f"parentheses nested deeper than {MOST_DEPTH}", left.at, "most of them can go")
        node = self._or()
        self._depth -= 1
        if not self._take(Kind.RIGHT):
            raise QueryError("this ( is never closed", left.at, "add )")
        return node

    def _scope(self, field: Token) -> Node:
        if self._next(Kind.FIELD, Kind.NOT):
            raise QueryError(f"{field.text}: needs words after it", self._here(), f"write {field.text}:(a OR b)")
        begin, name = self._here(), Field(field.text)
        node = self._primary()
        check_scope(name, node, begin)
        return Scope(name, node)

    def _term(self, token: Token) -> Leaf:
        at = token.at + (token.kind is Kind.PHRASE)
        return leaf_of(" ".join(token.text.split()), at, self._text, self._resolve)

    def _regex(self, token: Token) -> Regex:
        if len(token.text) > LONGEST:
            raise QueryError(f"a regular expression has at most {LONGEST} characters", token.at)
        try:
            compiled = expression(token.text, ignore_case=token.ignore_case)
        except ExpressionError as error:
            raise QueryError(f"RE2 can't read this regular expression: {error}", token.at) from None
        if compiled.matches_nothing():
            raise QueryError("this regular expression matches nothing at all too, so every text", token.at)
        return Regex(token.text, token.ignore_case)

    def _expected_term(self) -> QueryError:
        token = self._next()
        before = self._tokens[self._at - 1] if self._at else None
        if before is not None and before.kind in _OPERATORS:
            return QueryError(f"{before.text} needs a word or phrase after it", before.at, _QUOTED)
        if token is not None and token.kind in _OPERATORS:
            return QueryError(f"{token.text} needs a word or phrase before it", token.at, _QUOTED)
        if before is not None and before.kind is Kind.FIELD:
            return QueryError(f"{before.text}: needs words after it", before.at)
        if token is not None and token.kind is Kind.RIGHT and before is None:
            return QueryError("this ) closes nothing", token.at, "remove it")
        return QueryError("expected a word or phrase here", self._here())
