"""Edits that turn a sentence round: `the dam was inspected` becomes `the dam was not inspected`."""

import re

from storywatch.difference import sentences
from storywatch.matching.words import fold, words
from storywatch.updates.listing import word_set

_WORDS = word_set("""
    not never no nor neither nobody none nothing cannot without
    nicht nie niemals kein keine keinen keiner pas jamais aucun aucune no nunca ningún ninguna não nunca
    не нет ні нет никогда ніколи لم لا لن ليس ليست नहीं न
    """)
_NOT = frozenset(map(fold, _WORDS))
_SHORTENED = re.compile(r"n[’']t\b", re.IGNORECASE)
_SAME = 0.6
"""Share of words that a sentence keeps when only its sense is turned: `was` may become `did`."""

MOST_SENTENCES = 40


def turned(difference: str) -> tuple[str, ...]:
    """Return the sentences that came and say of the same what one that went said, with or without a `not`."""
    lines = difference.splitlines()
    went, came = ([line.removeprefix(sign) for line in lines if line.startswith(sign)] for sign in ("- ", "+ "))
    before = [_told(sentence) for _, sentence in sentences(*went)][:MOST_SENTENCES]
    after = [sentence for _, sentence in sentences(*came)][:MOST_SENTENCES]
    return tuple(sentence for sentence in after if any(_turns(_told(sentence), one) for one in before))


def _told(sentence: str) -> tuple[frozenset[str], bool]:
    said = {word.folded for word in words(_SHORTENED.sub(" not", sentence))}
    return frozenset(said - _NOT), bool(said & _NOT)


def _turns(one: tuple[frozenset[str], bool], other: tuple[frozenset[str], bool]) -> bool:
    return one[1] != other[1] and len(one[0] & other[0]) >= _SAME * (len(one[0] | other[0]) or 1)
