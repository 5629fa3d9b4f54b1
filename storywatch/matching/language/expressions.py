"""Regular expressions, through RE2 only: its time grows with the length of the text, whatever the pattern.

The one module that imports `re2`, which ships no types.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import re2

LONGEST = 500
"""Characters of a pattern."""

MOST_MEMORY = 1 << 20
"""Bytes that one compiled pattern may take; `(a{500}){500}` would take more than any text is worth."""

_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*(?:\\[1-9]|\\k<|\(\?P=)")
_ATOMIC = re.compile(r"[*+?}]\+|\(\?>")


class ExpressionError(ValueError):
    """RE2 can't take a pattern; the message says why."""


class Expression:
    """A compiled pattern."""

    def __init__(self, pattern: str, *, ignore_case: bool = False) -> None:
        """Compile. Raises ExpressionError."""
        options = re2.Options()
        options.log_errors = False
        options.max_mem = MOST_MEMORY
        options.case_sensitive = not ignore_case
        options.never_capture = True
        try:
            self._compiled: Any = re2.compile(pattern.encode(), options)
        except re2.error as error:
            raise ExpressionError(_reason(pattern, error)) from None

    def spans(self, encoded: bytes, most: int) -> list[tuple[int, int]]:
        """Return where it matches in a UTF-8 text, in characters; at most `most` places, no empty ones."""
        return list(islice(self._spans(encoded), most))

    def _spans(self, encoded: bytes) -> Iterator[tuple[int, int]]:
        byte = char = 0
        for found in self._compiled.finditer(encoded):
            first, last = found.span()
            if first < last:
                start = char + len(encoded[byte:first].decode())
                byte, char = last, start + len(encoded[first:last].decode())
                yield start, char

    def matches_nothing(self) -> bool:
        """Tell whether it matches the empty text, and so every text."""
        return self._compiled.search(b"") is not None


@lru_cache(maxsize=1 << 12)
def expression(pattern: str, *, ignore_case: bool) -> Expression:
    """Compile a pattern once. Raises ExpressionError."""
    return Expression(pattern, ignore_case=ignore_case)


def _reason(pattern: str, error: Exception) -> str:
    if _LOOK_AROUND.search(pattern):
        return "RE2 has no look-ahead and no look-behind"
    if _BACK_REFERENCE.search(pattern):
        return "RE2 has no references back to a group"
    if _ATOMIC.search(pattern):
        return "RE2 has no possessive quantifiers and no atomic groups"
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
