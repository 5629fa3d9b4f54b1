"""The words of terms, read once: parser, linter and index ask for the same ones."""

from functools import lru_cache

from storywatch.matching.patterns import TermWord, parse_term
from storywatch.matching.words import fold


@lru_cache(maxsize=1 << 14)
def words_of(term: str) -> tuple[TermWord, ...]:
    """Return the words of a term; empty if it has none."""
    return parse_term(term)


def fold_phrase(text: str) -> str:
    """Fold a phrase for comparison: `Islamic State-Khorasan` and `islamic state khorasan` are one."""
    return " ".join(word.folded for word in words_of(text)) or fold(text)
