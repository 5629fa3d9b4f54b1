"""Folding text into words that can be compared whatever the script's marks, the case and the punctuation.

`Skrīpal's` and `skripal` are one word; `ISIS-K` and `ISIS K` are the same two words; `U.S.` is `us`, and remembers
that it was written in capitals.
"""

import re
import unicodedata
from dataclasses import dataclass

# Accents and vowel signs that stand behind their letter, the joiners of Persian spelling, and soft hyphens.
_MARKS = "".join(chr(point) for point in range(0x300, 0x3100) if unicodedata.category(chr(point))[0] == "M")
_LETTERS = rf"[^\W_]+(?:[{_MARKS}\u200c\u200d\u00ad]+[^\W_]*)*"
# What stands for an apostrophe, an ayn or a hamza inside a word, as in Qur'an, Ba'ath, Sana'a. Some count as letters.
_APOSTROPHES = "'’‘`´′ʼʻʽʾʿˈʹʹ"
_WORD = re.compile(rf"(?:[^\W\d_]\.){{2,}}|{_LETTERS}(?:[{_APOSTROPHES}]{_LETTERS})*")
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}][sS]$")
_DROPPED = re.compile(rf"[.{_APOSTROPHES}\u0640\u200c\u200d\u00ad]")

# Letters that Unicode does not decompose, the Arabic letters that Persian, Pashto and Urdu write with other code
# points, and the accent that Unicode decomposes into a space and a mark.
_ALIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    | {
        "ي": "ی",
        "ى": "ی",
        "ې": "ی",
        "ۍ": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ګ": "گ",
        "ة": "ه",
        "ۀ": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ے": "ی",
        "ە": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "´": "'",
    }
)


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and where it stood: `text[start:end]`.

    `capitals`: it was written in capitals, but for its 's. `titled`: it has a capital, or its script knows none.
    """

    folded: str
    start: int
    end: int
    capitals: bool
    titled: bool = True


def words(text: str) -> tuple[Word, ...]:
    """Split a text into folded words. Cost grows with the length of the text."""
    return tuple(
        Word(
            folded,
            match.start(),
            match.end(),
            capitals=_POSSESSIVE.sub("", match.group()).isupper(),
            titled=not match.group().islower(),
        )
        for match in _WORD.finditer(text)
        if (folded := fold(match.group()))
    )


def fold(word: str) -> str:
    """Fold one word: no case, no accents, no possessive, no apostrophes, one form for letters that look alike."""
    bare = _POSSESSIVE.sub("", word)
    if bare.isascii():
        return _DROPPED.sub("", bare).lower()
    # Alike letters first: the decomposition below would tear a hamza or madda off its letter by itself.
    decomposed = unicodedata.normalize("NFKD", bare.casefold().translate(_ALIKE))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _DROPPED.sub("", letters.casefold().translate(_ALIKE))
