"""Are two words spellings of one name-word? The sounds of both are aligned, and what differs is weighed.

The weights say how often romanisations differ so: u for o is nothing, u for i is another name. Scripts that leave
vowels out are forgiven what they leave out.
"""

from functools import lru_cache

from storywatch.matching.names.everyday import EVERYDAY
from storywatch.matching.names.forms import Kind, named, said
from storywatch.matching.names.sounds import is_arabic, is_cyrillic, sounds

_NEVER = 9.0
_LAST_LETTER = 1.2
"""For a vowel at the end that the other word lacks: Karimi is not Karim."""
_TURN = 0.45
"""For a vowel and a consonant that changed places: Nangarhar, Nangrahar."""

_SWAPS = (
    (0.0, "aA iI iY yY iy eY IY EY uU uV UV oV wV vV yI bB pB jJ gJ fF vF hH aH eH kK gK hK QK XO SO gO ZO"),
    (0.0, "@a @e @i @o @u @E @U @I 'a 'e 'i 'o 'u 'E 'U 'I"),
    (0.1, "ou oU uw Uw gQ hX vw eA oA EA AH XK"),
    (0.15, "ae tT dD zD sT ei eI Ei EI eE qQ cs iE"),
    (0.2, "kq gq dT jZ cS Cc zc SC sz kg"),
    (0.25, "aE XQ jy kX CX"),
    (0.3, "jg sS hC kC DT fv ZJ zZ"),
    (0.35, "ao"),
    (0.4, "dt jz"),
    (0.45, "ai"),
    (0.5, "au eo iA eu"),
    (0.7, "bp"),
)
_COSTS = {frozenset(pair): cost for cost, pairs in _SWAPS for pair in pairs.split()}

_VOWELS = frozenset("aeiouEUI")
_SHORT = frozenset("aeiou")
_LONG_LETTERS = {"A": 0.6, "Y": 0.5, "V": 0.5, "'": 0.0, "H": 0.2, "h": 0.3}

_BUDGET = (0, 0, 0, 0, 0, 0.35, 0.6, 0.6, 0.85)
_CYRILLIC_BUDGET = (0, 0.15, 0.15, 0.2, 0.2, 0.35, 0.5, 0.6, 0.85)
_ARABIC_BUDGET = (0, 0.1, 0.1, 0.1, 0.15, 0.4, 0.6, 0.6, 0.6)
"""What may differ in all, by the number of sounds of the shorter word: in one script, Cyrillic beside Latin, Arabic."""

_STRICT_LETTERS = 4
_SERVANT = ("abd", "'bd")


@lru_cache(maxsize=1 << 16)
def same(listed: str, word: str) -> bool:
    """Tell whether a folded word of a text is a spelling or a form of a listed folded word."""
    if listed == word:
        return True
    if _plain(listed) and _plain(word) and (listed in EVERYDAY or word in EVERYDAY or len(listed) <= _STRICT_LETTERS):
        return word in {f"{listed}s", f"{listed}es"}
    forms = {kind: [stem for each, stem in named(listed) if each is kind] for kind in Kind}
    return any(_close(stem, form) for kind, form in said(word) for stem in forms[kind])


def _plain(word: str) -> bool:
    return not is_cyrillic(word) and not is_arabic(word)


def _close(one: str, other: str) -> bool:
    if one == other:
        return True
    if _plain(one) and _plain(other) and len(other) <= _STRICT_LETTERS:
        return False
    first, second = _without_shared_beginning(sounds(one), sounds(other))
    short = min(len(first), len(second), len(_BUDGET) - 1)
    arabic = is_arabic(one), is_arabic(other)
    if any(arabic):
        allowed = _BUDGET[short] if all(arabic) else _ARABIC_BUDGET[short]
    else:
        allowed = _BUDGET[short] if is_cyrillic(one) == is_cyrillic(other) else _CYRILLIC_BUDGET[short]
    loose = arabic[0] != arabic[1]
    return difference(first, second, loose=loose) <= allowed + 1e-9


def _without_shared_beginning(one: str, other: str) -> tuple[str, str]:
    """Cut Abdul from both: that it is shared says nothing of the rest."""
    if one[:3] in _SERVANT and other[:3] in _SERVANT:
        return one[3:], other[3:]
    return one, other


def difference(one: str, other: str, *, loose: bool) -> float:
    """Return the weight of what differs between two rows of sounds; `loose` where one of them lacks short vowels."""
    before: list[float] = []
    row = [0.0]
    for column in range(len(other)):
        row.append(row[-1] + _gap(other, column, loose=loose))
    for line, sound in enumerate(one):
        left_out = _gap(one, line, loose=loose)
        last, row = row, [row[0] + left_out]
        for column, heard in enumerate(other):
            costs = [
                last[column] + _swap(sound, heard),
                last[column + 1] + left_out,
                row[-1] + _gap(other, column, loose=loose),
            ]
            if line and column and sound == other[column - 1] and heard == one[line - 1] and _turns(sound, heard):
                costs.append(before[column - 1] + _TURN)
            row.append(min(costs))
        before = last
    return row[-1]


def _turns(sound: str, heard: str) -> bool:
    return (sound in _VOWELS) != (heard in _VOWELS)


def _swap(sound: str, heard: str) -> float:
    return 0.0 if sound == heard else _COSTS.get(frozenset((sound, heard)), _NEVER)


def _gap(heard: str, at: int, *, loose: bool) -> float:
    """Return the weight of a sound that the other word lacks."""
    sound = heard[at]
    last = at == len(heard) - 1
    if sound in _VOWELS:
        return _vowel_gap(heard, at, loose=loose)
    if sound == "h":
        return 0.15 if last else 0.5 if at == 0 else 0.4
    if sound == "y":
        return 0.1
    if sound == "w" and at and heard[at - 1] in "uUoa":
        return 0.15
    if sound == "r" and heard[at + 1 : at + 2] in {"h", "X"}:
        return 0.45
    return _LAST_LETTER if last and sound in "AYV" else _LONG_LETTERS.get(sound, _NEVER)


def _vowel_gap(heard: str, at: int, *, loose: bool) -> float:
    sound, beside = heard[at], heard[max(at - 1, 0)] + heard[at + 1 : at + 2]
    if at == len(heard) - 1:
        return _LAST_LETTER
    if at == 0:
        return 0.5
    if loose:
        return 0.35 if sound not in _SHORT else 0.15 if sound in "iu" and at == len(heard) - 2 else 0.0
    if beside[1] in _VOWELS or beside[0] in _VOWELS:
        return 0.65
    return 0.25 if "r" in beside or "l" in beside else 0.45
