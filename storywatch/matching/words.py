"""Folding text into words that can be compared whatever the script's marks, the case and the punctuation.

`Skrīpal's` and `skripal` are one word; `ISIS-K` and `ISIS K` are the same two words; `U.S.` is `us`, and remembers
that it was written in capitals.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, overload

# Accents and vowel signs that stand behind their letter, the joiners of Persian spelling, and soft hyphens.
_MARKS = "".join(chr(point) for point in range(0x300, 0x3100) if unicodedata.category(chr(point))[0] == "M")
_MORE = rf"[^\W_]*+(?:[{_MARKS}\u200c\u200d\u00ad]++[^\W_]*+)*+"
# What stands for an apostrophe, an ayn or a hamza inside a word, as in Qur'an, Ba'ath, Sana'a. Some count as letters.
_APOSTROPHES = "'’‘`´′ʼʻʽʾʿˈʹʹ"
# Two letters or more with a dot each, or letters and digits. All of it is possessive, for no part gives anything back.
_WORD = re.compile(rf"[^\W_](?:(?<=[^\W\d_])\.(?:[^\W\d_]\.)++|{_MORE}(?:[{_APOSTROPHES}][^\W_]{_MORE})*+)")
_AROUND = ".,:;!?$%()[]\"'’‘“”…–—-_"
"""What may stand around a word and is no part of it."""
POSSESSIVE = re.compile(rf"[{_APOSTROPHES}][sS]$")
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


class Words(Sequence[Word]):
    """The folded words of a text. Where they stand is found when it is asked for: of most texts it never is.

    No word goes over white space, so that what stands between is read once for all texts. `read`: the words with their
    places in that.
    """

    __slots__ = ("_each", "_pieces", "_placed", "_text", "folded", "read")

    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces = text.split()
        self._each = list(map(_READ.__getitem__, self._pieces))
        self.read = list(chain.from_iterable(self._each))
        self.folded = list(map(_FOLDED, self.read))
        self._placed: tuple[Word, ...] | None = None

    def __len__(self) -> int:
        return len(self.folded)

    @overload
    def __getitem__(self, asked: int, /) -> Word: ...
    @overload
    def __getitem__(self, asked: slice, /) -> tuple[Word, ...]: ...
    def __getitem__(self, asked: int | slice, /) -> Word | tuple[Word, ...]:
        return self._words()[asked]

    def __iter__(self) -> Iterator[Word]:
        return iter(self._words())

    def _words(self) -> tuple[Word, ...]:
        if self._placed is None:
            self._placed = tuple(_placed(self._text, zip(self._pieces, self._each, strict=True)))
        return self._placed


def _placed(text: str, pieces: Iterable[tuple[str, Iterable[Word]]]) -> list[Word]:
    """Return the words of the pieces of a text, which stand there in this order."""
    found: list[Word] = []
    at, add, made = 0, found.append, tuple.__new__  # which takes half the time of calling the class
    for piece, read in pieces:
        at = text.index(piece, at)
        for folded, start, end, capitals, titled in read:
            add(made(Word, (folded, at + start, at + end, capitals, titled)))
        at += len(piece)
    return found


@lru_cache(maxsize=16)
def words(text: str) -> Words:
    """Split a text into folded words. Cost grows with the length of the text, which several ask for one by one."""
    return Words(text)


def vocabulary(text: str) -> frozenset[str]:
    """Return the folded words of a text, each once: cheaper than `words` where their places don't matter."""
    return frozenset(map(_FOLDED, chain.from_iterable(map(_READ.__getitem__, set(text.split())))))


class _Read(dict[str, tuple[Word, ...]]):
    """The words of what stands between white space, remembered. Emptied when full."""

    most, longest = 1 << 16, 64

    def __missing__(self, piece: str) -> tuple[Word, ...]:
        bare = piece.strip(_AROUND)
        read = (_plain(bare, piece.index(bare)),) if bare.isascii() and bare.isalnum() else tuple(_read(piece))
        if len(piece) <= self.longest:
            if len(self) >= self.most:
                self.clear()
            self[piece] = read
        return read


def _plain(written: str, start: int) -> Word:
    """Read a word of ASCII letters and digits, as most are."""
    folded = sys.intern(written.lower())
    return Word(folded, start, start + len(written), written.isupper(), not written.islower())


def _read(piece: str) -> Iterator[Word]:
    for found in _WORD.finditer(piece):
        written = found.group()
        folded = sys.intern(fold(written))
        capitals = POSSESSIVE.sub("", written).isupper()
        if folded:
            yield Word(folded, found.start(), found.end(), capitals, not written.islower())


_READ = _Read()
_FOLDED = itemgetter(0)


def fold(word: str) -> str:
    """Fold one word: no case, no accents, no possessive, no apostrophes, one form for letters that look alike."""
    if word.isascii() and word.isalnum():
        return word.lower()
    bare = POSSESSIVE.sub("", word)
    if bare.isascii():
        return _DROPPED.sub("", bare).lower()
    # Alike letters first: the decomposition below would tear a hamza or madda off its letter by itself.
    decomposed = unicodedata.normalize("NFKD", bare.casefold().translate(_ALIKE))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _DROPPED.sub("", letters.casefold().translate(_ALIKE))
