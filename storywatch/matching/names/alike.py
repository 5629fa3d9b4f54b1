"""Are two words spellings of one name-word? The sounds of both are aligned, and what differs is weighed."""

import re
from functools import lru_cache

from storywatch.matching.names.english import as_heard
from storywatch.matching.names.everyday import EVERYDAY
from storywatch.matching.names.forms import named, said
from storywatch.matching.names.keys import LONGEST_WORD, keys, listed_keys
from storywatch.matching.names.sounds import is_arabic, is_cyrillic, sounds
from storywatch.matching.names.weights import VOWELS, difference

_BUDGET = (0, 0, 0, 0, 0.21, 0.42, 0.56, 0.61, 0.71)
_BUDGET_ALONE = (0, 0, 0, 0, 0.21, 0.11, 0.16, 0.46, 0.71)
_CYRILLIC_BUDGET = (0, 0.16, 0.16, 0.21, 0.23, 0.36, 0.51, 0.61, 0.86)
_ARABIC_BUDGET = (0, 0.11, 0.11, 0.11, 0.16, 0.41, 0.61, 0.61, 0.61)
"""What may differ in all, by the number of sounds of the shorter word: in one script, there where no other word of the
name vouches for this one, Cyrillic beside Latin, Arabic script beside another."""

_STRICT_LETTERS = 4
_LONG = 8
_OTHER_ENDS = ({"a", "o"}, {"a", "u"}, {"e", "i"})
_SHARED = re.compile(r"abd|'bd|ab[uUo]|@bV")
_PARTICIPLE = re.compile(r"[^aeiouEUI]a[^aeiouEUI]([aeiIE])[^aeiouEUI]")
_SAME_SHAPE = (frozenset("a"), frozenset("ei"), frozenset("iIE"))
"""Arabic words of this shape differ by their last vowel: Salah, Saleh and Saleem; Jamal and Jamil. An i may be long."""


def same(listed: str, word: str, *, alone: bool = False) -> bool:
    """Tell whether a folded word of a text is a spelling or a form of a listed folded word.

    `alone`: no other word vouches for this one, so that less may differ.
    """
    return listed == word or (len(word) <= LONGEST_WORD and _same(listed, word, alone=alone))


@lru_cache(maxsize=1 << 16)
def _same(listed: str, word: str, *, alone: bool) -> bool:
    if _plain(listed) and _plain(word) and (listed in EVERYDAY or word in EVERYDAY):
        return word in {f"{listed}s", f"{listed}es"}
    if listed_keys(listed).isdisjoint(keys(word)):
        return False
    if _alike(listed, word, alone=alone):
        return True
    return _plain(listed) != _plain(word) and _alike(as_heard(listed), as_heard(word), alone=alone)


def _alike(listed: str, word: str, *, alone: bool) -> bool:
    stems = named(listed)
    return any(_close(stem, form, alone=alone) for kind, form in said(word) for each, stem in stems if each is kind)


def _plain(word: str) -> bool:
    return not is_cyrillic(word) and not is_arabic(word)


def _close(one: str, other: str, *, alone: bool) -> bool:
    if one == other:
        return True
    first, second = _without_shared_beginning(sounds(one), sounds(other))
    allowed = _allowed(one, other, min(len(first), len(second), len(_BUDGET) - 1), alone=alone)
    if allowed is None or _are_others(first, second):
        return False
    loose = is_arabic(one) != is_arabic(other)
    return difference(first, second, loose=loose, most=allowed) <= allowed


def _allowed(one: str, other: str, short: int, *, alone: bool) -> float | None:
    """Return what two words may differ by, `short` being the sounds of the shorter one; None if by nothing."""
    if is_arabic(one) != is_arabic(other):
        return _ARABIC_BUDGET[short]
    if is_cyrillic(one) != is_cyrillic(other):
        return _CYRILLIC_BUDGET[short]
    shorter, longer = sorted((len(one), len(other)))
    if longer < _STRICT_LETTERS:
        return None
    if shorter <= _STRICT_LETTERS:
        return 0.0
    return _BUDGET_ALONE[short] if alone else _BUDGET[short]


def _without_shared_beginning(one: str, other: str) -> tuple[str, str]:
    """Cut Abdul and Abu from both: that these are shared says nothing of the rest."""
    if _SHARED.match(one) and _SHARED.match(other) and not {one[3:4], other[3:4]} & VOWELS:
        return one[3:], other[3:]
    return one, other


def _are_others(one: str, other: str) -> bool:
    """Tell whether the vowels make two names, however little they differ."""
    if {one[-1:], other[-1:]} in _OTHER_ENDS and min(len(one), len(other)) < _LONG:
        return True
    first, second = _PARTICIPLE.fullmatch(one), _PARTICIPLE.fullmatch(other)
    if first is None or second is None:
        return False
    return not any({first[1], second[1]} <= alike for alike in _SAME_SHAPE)
