"""Coarse keys: spellings of one name-word share one, whatever their script, so that an index finds what to compare.

A key is the skeleton of consonants in nine classes. Vowels and the sounds that romanisations write, swap or leave out
(h, kh, v, w, y) are dropped, but at the beginning; equal classes in a row are one.
"""

import re
from functools import lru_cache
from itertools import product

from storywatch.matching.names.english import as_heard
from storywatch.matching.names.forms import said
from storywatch.matching.names.sounds import sounds

LONGEST_WORD = 48
"""Letters of a word that may be a name. What is longer isn't kept in memory."""
_MOST_KEYS = 8
_NO_CONSONANT = "_"

_CLASSES = {
    **dict.fromkeys("aeiouEUIAYyHh'@%#X+wvV", ""),
    **dict.fromkeys("kqgQK*", "K"),
    **dict.fromkeys("szSZCcjJDO", "S"),
    **dict.fromkeys("tdT", "T"),
    **dict.fromkeys("bpBP", "P"),
    **dict.fromkeys("fF", "F"),
    **dict.fromkeys("m", "M"),
    **dict.fromkeys("n", "N"),
    **dict.fromkeys("l", "L"),
    **dict.fromkeys("r", "R"),
}
_FIRST = {**dict.fromkeys("hXH+", "K"), **dict.fromkeys("wvV", "F")}
_TABLE = str.maketrans(_CLASSES)
_ROW = re.compile(r"(.)\1+")

# What else a sound that stands for several may be.
_OTHERWISE = {
    "K": "kh",
    "J": "jk",
    "j": "jk",
    "C": "Ckh",
    "O": "sh",
    "T": "ts",
    "D": "zt",
    "F": "fh",
    "c": "sk",
    "X": "hk",
}
_FIRST_OTHERWISE = {"w": "wa", "V": "va", "j": "jak", "J": "jk", "C": "Ck", "T": "ts", "D": "zt", "c": "sk", "O": "sk"}


def key(folded: str) -> str:
    """Return the coarse key of one folded word; `_` if it has no consonant. Of a long word its beginning counts."""
    return cached_key(folded[:LONGEST_WORD])


def keys(folded: str) -> tuple[str, ...]:
    """Return every key of one folded word, the plain one first: also without ending or article, and as read otherwise.

    A listed word and a word of a text that may be the same share one of theirs.
    """
    return cached_keys(folded[:LONGEST_WORD])


@lru_cache(maxsize=1 << 16)
def cached_key(folded: str) -> str:
    """Return the plain key of a word that is no longer than names are."""
    return _key(sounds(folded))


@lru_cache(maxsize=1 << 16)
def cached_keys(folded: str) -> tuple[str, ...]:
    """Return the keys of a word that is no longer than names are."""
    found = [cached_key(folded)]
    for stem in dict.fromkeys(stem for _, stem in said(folded)):
        found += _readings(sounds(stem))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1 << 14)
def listed_keys(folded: str) -> frozenset[str]:
    """Return every key of a listed word: also as an English reader says it, which is how other scripts write it."""
    return frozenset((*keys(folded), *keys(as_heard(folded))))


def _readings(heard: str) -> list[str]:
    """Return the keys of all that ambiguous sounds may be."""
    choices = [_FIRST_OTHERWISE.get(sound, sound) for sound in heard[:1]]
    choices += [_OTHERWISE.get(sound, sound) for sound in heard[1:]]
    return [_key("".join(read)) for _, read in zip(range(_MOST_KEYS), product(*choices), strict=False)]


def _key(heard: str) -> str:
    first = _FIRST.get(heard[:1]) or heard[:1].translate(_TABLE)
    return _ROW.sub(r"\1", first + heard[1:].translate(_TABLE)) or _NO_CONSONANT
