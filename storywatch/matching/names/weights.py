"""How much the sounds of two words differ: the weights of sounds put for others, and of sounds left out.

The weights say how often romanisations differ so: u for o is nothing, u for i is another name. They were set by hand
and tuned on pairs of names (`bench/names.py`); two spellings of a long name may differ by some 0.6 in all.
"""

from functools import lru_cache
from itertools import accumulate

_NEVER = 9.0
_LAST_LETTER = 1.2
"""For a vowel at the end that the other word lacks: Karimi is not Karim."""
_TURN = 0.45
"""For a vowel and a consonant that changed places: Nangarhar, Nangrahar."""

_SWAPS = (
    (0.0, "aA iI iY yY iy eY IY EY uU uV UV oV wV vV yI ou hH aH eH bB pB jJ gJ fF vF XO SO gO ZO"),
    (0.0, "kK gK hK QK h+ X+ k* @a @e @i @o @u @E @U @I 'a 'e 'i 'o 'u 'E 'U 'I"),
    (0.0, "#i #I #e #E #y #Y %a %e %i %o %u %U %V"),
    (0.05, "dD"),
    (0.1, "uw Uw gQ vw AH XK iE"),
    (0.12, "a#"),
    (0.15, "ae zD sT ei eI EI eE qQ cs"),
    (0.2, "oA kq gq dT jZ cS Cc zc SC"),
    (0.22, "tT"),
    (0.25, "AE XQ CX SZ eA"),
    (0.3, "hX oU *g jg sS kC C+ Q+ k+ DT fv ZJ zZ cj"),
    (0.4, "sz"),
    (0.43, "jz jy *q"),
    (0.45, "kX X* ao aE"),
    (0.5, "kg eo iA eu"),
    (0.6, "dt"),
    (0.65, "ai au"),
    (0.7, "bp"),
)
_COSTS = {both: cost for cost, pairs in _SWAPS for pair in pairs.split() for both in (pair, pair[::-1])}

VOWELS = frozenset("aeiouEUI")
_LAST_SYLLABLE = {"i": 0.15, "u": 0.15, "a": 0.1}
_SHORT = frozenset("aeiou")
_LONG_LETTERS = {"A": 0.6, "Y": 0.5, "V": 0.5, "'": 0.0, "H": 0.2, "#": 0.5}


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
    return (heard[at] in VOWELS) != (heard[at - 1] in VOWELS) and at < len(heard) - 1


@lru_cache(maxsize=1 << 16)
def _gaps(heard: str, *, loose: bool) -> tuple[float, ...]:
    return tuple(_gap(heard, at, loose=loose) for at in range(len(heard)))


def _gap(heard: str, at: int, *, loose: bool) -> float:
    """Return the weight of a sound that the other word lacks."""
    sound = heard[at]
    if sound in VOWELS:
        return _vowel_gap(heard, at, loose=loose)
    if sound == "h":
        return _gap_of_h(heard, at, loose=loose)
    if sound in _LONG_LETTERS:
        return _last_letter_gap(heard) if at == len(heard) - 1 else _LONG_LETTERS[sound]
    return _glide_gap(heard, at)


def _glide_gap(heard: str, at: int) -> float:
    """Return the weight of y, of w beside u and of r before h, which are hardly heard; others make a name."""
    if heard[at] == "y" and (at or heard[1:2] == "e"):
        return 0.1
    if heard[at] == "w" and at and (heard[at - 1] in "uUo" or heard[at + 1 : at + 2] in {"u", "U"}):
        return 0.15
    return 0.45 if heard[at] == "r" and heard[at + 1 : at + 2] in {"h", "X"} else _NEVER


def _last_letter_gap(heard: str) -> float:
    """Return the weight of a long letter at the end: Karimi is no Karim, but the h of خلیفه is its a."""
    before = heard[-2:-1]
    if heard[-1] in "H#" and before in {"#": ("Y",), "H": ("A", "Y", "V", "%")}[heard[-1]]:
        return 0.2
    return 0.0 if heard[-1] == "'" else _LAST_LETTER


def _gap_of_h(heard: str, at: int, *, loose: bool) -> float:
    if at == 0:
        return 0.5
    if at == len(heard) - 1 and heard[at - 1] in VOWELS:
        return 0.15 if loose else 0.0
    return 0.4


def _vowel_gap(heard: str, at: int, *, loose: bool) -> float:
    sound, beside = heard[at], heard[max(at - 1, 0)] + heard[at + 1 : at + 2]
    if at == len(heard) - 1:
        return _LAST_LETTER
    if at == 0:
        return 0.6
    if loose:
        return _unwritten_gap(sound, closed=at == len(heard) - 2)
    if beside[1] in VOWELS or beside[0] in VOWELS:
        return 0.65
    return 0.31 if "r" in beside or "l" in beside else 0.45


def _unwritten_gap(sound: str, *, closed: bool) -> float:
    """Return the weight of a vowel that Arabic script may not write; in a closed last syllable it is often long."""
    if sound not in _SHORT:
        return 0.35
    return _LAST_SYLLABLE.get(sound, 0.0) if closed else 0.0
