"""The sounds of a folded word in one alphabet, whatever the script: what keys and comparisons are made of.

A sound is one character. Small letters are what they look like, `c` is ts and `j` is the j of John. Capitals are sounds
that romanisations write with two letters: `X` kh, `Q` gh, `S` sh, `Z` zh, `C` ch, `T` th, `D` dh, `E` ai or ei, `U` and
`I` long u and i. The others are letters that stand for several sounds:

- Arabic script: `A V Y H` long a, w or u, y or i, and the last h; `#` the last y, `@` an alif at the beginning, `'` the
  ayn, `%` the vowel of an article inside a word, `*` the k, `B J F O` the letters for b/p, j/g, f/v, kh/sh/g.
- Cyrillic: `K` the letter for g and h, `+` the one for h and kh.
"""

import re
from functools import lru_cache

_LATIN = {
    "shch": "SC",
    "tsch": "C",
    "dsch": "j",
    "sch": "S",
    "tch": "C",
    "dzh": "j",
    "dj": "j",
    "sh": "S",
    "ch": "C",
    "kh": "X",
    "gh": "Q",
    "zh": "Z",
    "th": "T",
    "dh": "D",
    "ph": "f",
    "ts": "c",
    "tz": "c",
    "cz": "C",
    "ck": "k",
    "que": "ke",
    "qui": "ki",
    "bh": "b",
    "qu": "kw",
    "gue": "ge",
    "gui": "gi",
    "x": "ks",
    "ou": "U",
    "oo": "U",
    "ee": "I",
    "c": "k",
}
_LATIN_SOUND = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_SOFT_C = re.compile(r"c(?=[eiy])|(?<=[cvjlns]i)c$")
_FINAL_IE = re.compile(r"(?<=..)ie$")
_SOFT = "\0"
_MAC = re.compile(r"^mc(?=[^aeiou])")

_CYRILLIC = str.maketrans(
    dict(zip("абвгґдежзиіклмнопрстуфхцчшыэқғҳҷў", "abvKgdeZziiklmnoprstuf+cCSiekQhjw", strict=True))
    | {"щ": "SC", "ю": "yu", "я": "ya", "є": "ye", "ь": None, "ъ": None, "ј": "y", "ђ": "j", "ћ": "C", "џ": "j"}
)
_CYRILLIC_PAIRS = (("бх", "б"), ("оу", "у"), ("дж", "ҷ"), ("кх", "х"), ("гх", "ғ"), ("тс", "ц"))

_ARABIC = str.maketrans(
    dict(
        zip(
            "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنهویټډړڼښږځڅٹڈڑںڤڵڕۆێء",
            "ABptTJChXdDrzZsSsDtD'QFq*glmnhVYtdrnOOcctdrnvlrVY'",
            strict=True,
        )
    )
    | {"ء": None}
)

# Abdul, Abdel, Abdur-, Abd al-: one beginning, but Abdullah is a word of its own.
_SERVANT = re.compile(
    r"^(?:abd[aeiou]{1,2}(?:l(?!l?[aeo]h?$)|(?=(?:[rsntdz]|sh).{3}))"
    r"|абд[уеаио](?:л(?!л?а)ь?|(?=[рснтдзш].{3}))"
    r"|عبدال(?!له$))"
)

_ARABIC_FIRST = re.compile(r"^A(Y|V(?![AVY]))?(?=.)")
_ARABIC_YY = re.compile(r"YY(?=.)")
_LAST_ARABIC = str.maketrans("hY", "H#")
_ARABIC_AI = re.compile(r"AY$|A'Y?(?=.)")
# An article inside a word, the l of which many letters swallow: سراج‌الدین Sirajuddin, نصرالله Nasrallah.
_ARABIC_ARTICLE = re.compile(r"(?<=..)A(?:(l)(?=h$)|l(?=[tdrzsnSDT]..))")
_SERVANT_OF_GOD = re.compile(r"^abd[aou]l+ah?$")

_DIPHTHONG = re.compile(r"a?[aeE][iIy](?![aeiouUI])|ae(?![aeiouUI])")
_LONG_I = re.compile(r"i[iy]+|[yi]i+|ij(?![aeiouUI])")
_FINAL_J = re.compile(r"(?<=[eio])j(?![aeiouUIE])")
_SOUND_Y = re.compile(r"y(?![aeiouUIE])|(?<=[^aeiouUIE])y$")
_DOUBLED = re.compile(r"(.)\1+")
_ARABIC_WORD = re.compile(r"[\u0620-\u06ff]")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]")


def is_arabic(folded: str) -> bool:
    """Tell whether a word is written in Arabic script, which leaves out short vowels."""
    return not folded.isascii() and _ARABIC_WORD.match(folded) is not None


def is_cyrillic(folded: str) -> bool:
    """Tell whether a word is written in Cyrillic script."""
    return not folded.isascii() and _CYRILLIC_WORD.match(folded) is not None


@lru_cache(maxsize=1 << 16)
def sounds(folded: str) -> str:
    """Return the sounds of a folded word. Letters of other scripts stay as they are."""
    if is_arabic(folded):
        return _arabic(_SERVANT.sub("عبد", folded))
    if is_cyrillic(folded):
        return _vowels(_cyrillic(_SERVANT.sub("абд", folded)))
    folded = _SERVANT_OF_GOD.sub("abdullah", folded)
    return _vowels(_latin(_SERVANT.sub("abd", folded)))


def _latin(folded: str) -> str:
    softened = _SOFT_C.sub(_SOFT, _MAC.sub("mak", _FINAL_IE.sub("i", folded)))
    softened = _FINAL_J.sub("i", softened)
    return _LATIN_SOUND.sub(lambda found: _LATIN[found.group()], softened).replace(_SOFT, "c")


def _cyrillic(folded: str) -> str:
    for pair, one in _CYRILLIC_PAIRS:
        folded = folded.replace(pair, one)
    return folded.translate(_CYRILLIC)


def _arabic(folded: str) -> str:
    heard = _ARABIC_FIRST.sub(_first_vowel, folded.translate(_ARABIC)).replace("ll", "l")
    heard = _ARABIC_ARTICLE.sub(lambda found: "%l" if found[1] == "l" else "%", heard)
    heard = _ARABIC_YY.sub("Y", heard)
    heard = _ARABIC_AI.sub("E", heard)
    return heard[:-1] + heard[-1:].translate(_LAST_ARABIC)


def _first_vowel(found: re.Match[str]) -> str:
    """Read an alif at the beginning: it carries a long vowel, or any short one, written @ here."""
    return found[1] or "@"


def _vowels(heard: str) -> str:
    """Give one form to long vowels, diphthongs, the y of other spellings, and doubled letters."""
    heard = _DIPHTHONG.sub("E", _LONG_I.sub("i", _DOUBLED.sub(r"\1", heard)))
    return _DOUBLED.sub(r"\1", _SOUND_Y.sub("i", heard))
