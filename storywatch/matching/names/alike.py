"""Are two words spellings of one name-word? The sounds of both are aligned, and what differs is weighed.

The weights say how often romanisations differ so: u for o is nothing, u for i is another name. Scripts that leave
vowels out are forgiven what they leave out.
"""

import re
from functools import lru_cache
from itertools import accumulate

from storywatch.matching.names.english import as_heard
from storywatch.matching.names.everyday import EVERYDAY
from storywatch.matching.names.forms import named, said
from storywatch.matching.names.keys import keys, listed_keys
from storywatch.matching.names.sounds import is_arabic, is_cyrillic, sounds

_NEVER = 9.0
_LAST_LETTER = 1.2
"""For a vowel at the end that the other word lacks: Karimi is not Karim."""
_TURN = 0.45
"""For a vowel and a consonant that changed places: Nangarhar, Nangrahar."""

_SWAPS = (
    (0.0, "aA iI iY yY iy eY IY EY uU uV UV oV wV vV yI bB pB jJ gJ fF vF hH aH eH k* ou kK gK hK QK XO SO gO ZO"),
    (0.0, "@a @e @i @o @u @E @U @I 'a 'e 'i 'o 'u 'E 'U 'I"),
    (0.05, "hX dD"),
    (0.0, "#i #I #e #E #y #Y %a %e %i %o %u %U %V"),
    (0.1, "uw Uw gQ vw AH XK iE"),
    (0.12, "a#"),
    (0.15, "ae zD sT ei eI EI eE qQ cs"),
    (0.22, "tT"),
    (0.2, "oA kq gq dT jZ cS Cc zc SC"),
    (0.25, "AE XQ CX SZ eA"),
    (0.3, "oU *g jg sS kC DT fv ZJ zZ cj"),
    (0.4, "sz"),
    (0.43, "jz jy *q"),
    (0.45, "kX X* ao aE"),
    (0.5, "kg eo iA eu"),
    (0.6, "dt"),
    (0.65, "ai au"),
    (0.7, "bp"),
)
_COSTS = {both: cost for cost, pairs in _SWAPS for pair in pairs.split() for both in (pair, pair[::-1])}

_VOWELS = frozenset("aeiouEUI")
_SHORT = frozenset("aeiou")
_LONG_LETTERS = {"A": 0.6, "Y": 0.5, "V": 0.5, "'": 0.0, "H": 0.2, "h": 0.3}

_BUDGET = (0, 0, 0, 0, 0.21, 0.42, 0.56, 0.61, 0.71)
_CYRILLIC_BUDGET = (0, 0.16, 0.16, 0.21, 0.28, 0.36, 0.51, 0.61, 0.86)
_ARABIC_BUDGET = (0, 0.11, 0.11, 0.11, 0.16, 0.41, 0.61, 0.61, 0.61)
"""What may differ in all, by the number of sounds of the shorter word: in one script, Cyrillic beside Latin, Arabic."""

_STRICT_LETTERS = 4
_LONG = 8
_OTHER_ENDS = ({"a", "o"}, {"a", "u"}, {"e", "i"})
_SHARED = re.compile(r"abd|'bd|ab[uUo]|@bV")
_PARTICIPLE = re.compile(r"[^aeiouEUI]a[^aeiouEUI]([aeiIE])[^aeiouEUI]")
_PATTERNS = {"a": 0, "e": 1, "i": 1, "I": 2, "E": 2}
"""Arabic words of this shape differ by their last vowel: Salah, Saleh and Saleem; Jamal and Jamil. An i may be long."""


@lru_cache(maxsize=1 << 16)
def same(listed: str, word: str) -> bool:
    """Tell whether a folded word of a text is a spelling or a form of a listed folded word."""
    if listed == word:
        return True
    if _plain(listed) and _plain(word) and (listed in EVERYDAY or word in EVERYDAY):
        return word in {f"{listed}s", f"{listed}es"}
    if listed_keys(listed).isdisjoint(keys(word)):
        return False
    return _alike(listed, word) or (_plain(listed) != _plain(word) and _alike(as_heard(listed), as_heard(word)))


def _alike(listed: str, word: str) -> bool:
    stems = named(listed)
    return any(_close(stem, form) for kind, form in said(word) for each, stem in stems if each is kind)


def _plain(word: str) -> bool:
    return not is_cyrillic(word) and not is_arabic(word)


def _close(one: str, other: str) -> bool:
    if one == other:
        return True
    if _plain(one) and _plain(other) and min(len(one), len(other)) <= _STRICT_LETTERS:
        return max(len(one), len(other)) >= _STRICT_LETTERS and difference(sounds(one), sounds(other), loose=False, most=0) == 0
    first, second = _without_shared_beginning(sounds(one), sounds(other))
    if _are_others(first, second):
        return False
    short = min(len(first), len(second), len(_BUDGET) - 1)
    arabic = is_arabic(one), is_arabic(other)
    if any(arabic):
        allowed = _BUDGET[short] if all(arabic) else _ARABIC_BUDGET[short]
    else:
        allowed = _BUDGET[short] if is_cyrillic(one) == is_cyrillic(other) else _CYRILLIC_BUDGET[short]
    loose = arabic[0] != arabic[1]
    return difference(first, second, loose=loose, most=allowed) <= allowed


def _without_shared_beginning(one: str, other: str) -> tuple[str, str]:
    """Cut Abdul and Abu from both: that these are shared says nothing of the rest."""
    if _SHARED.match(one) and _SHARED.match(other) and not {one[3:4], other[3:4]} & _VOWELS:
        return one[3:], other[3:]
    return one, other


def _are_others(one: str, other: str) -> bool:
    """Tell whether the vowels make two names, however little they differ."""
    if {one[-1:], other[-1:]} in _OTHER_ENDS and min(len(one), len(other)) < _LONG:
        return True
    first, second = _PARTICIPLE.fullmatch(one), _PARTICIPLE.fullmatch(other)
    if first is None or second is None or "i" in {first[1], second[1]} - {"a"} and "a" not in {first[1], second[1]}:
        return False
    return _PATTERNS[first[1]] != _PATTERNS[second[1]]


def difference(one: str, other: str, *, loose: bool, most: float) -> float:
    """Return the weight of what differs between two rows of sounds, or some weight above `most`.

    `loose`: one of the words lacks its short vowels. Cost grows with the product of their lengths, and ends early.
    """
    left_out, added = _gaps(one, loose=loose), _gaps(other, loose=loose)
    before: list[float] = []
    row = [0.0, *accumulate(added)]
    for line, sound in enumerate(one):
        last, row = row, [row[0] + left_out[line]]
        for column, heard in enumerate(other):
            swapped = last[column] + (0.0 if sound == heard else _COSTS.get(sound + heard, _NEVER))
            cost = min(swapped, last[column + 1] + left_out[line], row[-1] + added[column])
            if line and column and sound == other[column - 1] and heard == one[line - 1] and _turns(one, line):
                cost = min(cost, before[column - 1] + _TURN)
            row.append(cost)
        if min(row) > most and min(last) > most:
            return _NEVER
        before = last
    return row[-1]


def _turns(heard: str, at: int) -> bool:
    """Tell whether a vowel and a consonant end at `at`, and the word goes on."""
    return (heard[at] in _VOWELS) != (heard[at - 1] in _VOWELS) and at < len(heard) - 1


@lru_cache(maxsize=1 << 16)
def _gaps(heard: str, *, loose: bool) -> tuple[float, ...]:
    return tuple(_gap(heard, at, loose=loose) for at in range(len(heard)))


def _gap(heard: str, at: int, *, loose: bool) -> float:
    """Return the weight of a sound that the other word lacks."""
    sound = heard[at]
    last = at == len(heard) - 1
    if sound in _VOWELS:
        return _vowel_gap(heard, at, loose=loose)
    if sound == "h":
        return 0.15 * loose if last and heard[at - 1] in _VOWELS else 0.5 if at == 0 else 0.4
    if sound == "y":
        return 0.1
    if sound == "w" and at and heard[at - 1] in "uUoa":
        return 0.15
    if sound == "r" and heard[at + 1 : at + 2] in {"h", "X"}:
        return 0.45
    if last and sound == "#" and heard[at - 1] == "Y":
        return 0.2
    if last and (sound in "AYV#" or (sound == "H" and heard[at - 1] not in "AYV%")):
        return _LAST_LETTER
    return _LONG_LETTERS.get(sound, _NEVER)


def _vowel_gap(heard: str, at: int, *, loose: bool) -> float:
    sound, beside = heard[at], heard[max(at - 1, 0)] + heard[at + 1 : at + 2]
    if at == len(heard) - 1:
        return _LAST_LETTER
    if at == 0:
        return 0.6
    if loose:
        return 0.35 if sound not in _SHORT else 0.15 if sound in "iu" and at == len(heard) - 2 else 0.0
    if beside[1] in _VOWELS or beside[0] in _VOWELS:
        return 0.65
    return 0.31 if "r" in beside or "l" in beside else 0.45
