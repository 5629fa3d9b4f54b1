"""Folding text into words that can be compared whatever the script's marks, the case and the punctuation.

`Skrīpal's` and `skripal` are one word; `ISIS-K` and `ISIS K` are the same two words; `U.S.` is `us`, and remembers
that it was written in capitals.
"""

import re
import unicodedata
from typing import NamedTuple

# Accents and vowel signs that stand behind their letter, the joiners of Persian spelling, and soft hyphens.
_MARKS = "".join(chr(point) for point in range(0x300, 0x3100) if unicodedata.category(chr(point))[0] == "M")
_MORE = rf"[^\W_]*+(?:[{_MARKS}\u200c\u200d\u00ad]++[^\W_]*+)*+"
# What stands for an apostrophe, an ayn or a hamza inside a word, as in Qur'an, Ba'ath, Sana'a. Some count as letters.
_APOSTROPHES = "'’‘`´′ʼʻʽʾʿˈʹʹ"
# Two letters or more with a dot each, or letters and digits. All of it is possessive, for no part gives anything back.
_WORD = re.compile(rf"[^\W_](?:(?<=[^\W\d_])\.(?:[^\W\d_]\.)++|{_MORE}(?:[{_APOSTROPHES}][^\W_]{_MORE})*+)")
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


class Word(NamedTuple):
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
    made = tuple.__new__  # half the time of calling the class, and this is most of the time that matching takes
    return tuple(
        [
            made(Word, (folded, match.start(), match.end(), capitals, titled))
            for match in _WORD.finditer(text)
            for folded, capitals, titled in (_KNOWN[match.group()],)
            if folded
        ]
    )


def vocabulary(text: str) -> frozenset[str]:
    """Return the folded words of a text, each once: cheaper than `words` where their places don't matter."""
    return frozenset(_KNOWN[written][0] for written in set(_WORD.findall(text))) - {""}


class _Known(dict[str, tuple[str, bool, bool]]):
    """What words as written are, remembered: `folded`, `capitals` and `titled`. Emptied when full."""

    most, longest = 1 << 16, 64

    def __missing__(self, written: str) -> tuple[str, bool, bool]:
        bare = written if written.isascii() and written.isalnum() else _POSSESSIVE.sub("", written)
        read = fold(written), bare.isupper(), not written.islower()
        if len(written) <= self.longest:
            if len(self) >= self.most:
                self.clear()
            self[written] = read
        return read


_KNOWN = _Known()


def fold(word: str) -> str:
    """Fold one word: no case, no accents, no possessive, no apostrophes, one form for letters that look alike."""
    if word.isascii() and word.isalnum():
        return word.lower()
    bare = _POSSESSIVE.sub("", word)
    if bare.isascii():
        return _DROPPED.sub("", bare).lower()
    # Alike letters first: the decomposition below would tear a hamza or madda off its letter by itself.
    decomposed = unicodedata.normalize("NFKD", bare.casefold().translate(_ALIKE))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _DROPPED.sub("", letters.casefold().translate(_ALIKE))
