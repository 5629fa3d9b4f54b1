"""By what an index finds listed names: the keys of a word that a name can begin with, and of one that must follow.

Many names share their first word, and keys are coarse: one word more, the farthest that is near enough, tells most of
them apart before their words are compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from storywatch.matching.names.everyday import EVERYDAY
from storywatch.matching.names.forms import without_article
from storywatch.matching.names.keys import LONGEST_WORD, keys, listed_keys
from storywatch.matching.names.particles import GLUED_ARTICLES
from storywatch.matching.names.sounds import is_arabic, is_cyrillic
from storywatch.matching.patterns import By, Start
from storywatch.matching.words import Word, Words

_LITTLE_WORDS = """
a an and are as at be been but by can did do for from had has have he her here his how i if in into is it its may me
more most my no not of off on one or our out over she so some than that the their them then there these they this those
to two under up us was we were what when where which who why will with would you your
"""
_LITTLE = frozenset(_LITTLE_WORDS.split())
"""Words that are capitals at the beginning of a sentence, and spellings of nothing else."""

_FARTHEST = 3
_WORDS_A_WORD = 3
"""Texts write a word of a name in up to three (Abd al-Rahman), and put articles and middle names between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """How texts may write a word of a name: `words`, and as one with the next word `joined`.

    `exact` is what it may be without a capital.
    """

    words: tuple[str, ...]
    joined: str | None
    exact: tuple[str, ...]
    optional: bool


def text_keys(words: Sequence[Word]) -> list[frozenset[str]]:
    """Return by what each word of a text finds names; an article also by the name that it is written before."""
    read = words.read if isinstance(words, Words) else words  # it is of no interest where they stand
    different = {(word.folded, word.titled) for word in read}
    known = {(folded, titled): _word_keys(folded[:LONGEST_WORD], titled=titled) for folded, titled in different}
    found = [known[word.folded, word.titled] for word in read]
    for position, (word, after) in enumerate(pairwise(read)):
        if word.folded in GLUED_ARTICLES and after.titled:
            found[position] |= _word_keys((word.folded + after.folded)[:LONGEST_WORD], titled=True)
    return found


@lru_cache(maxsize=1 << 16)
def _word_keys(folded: str, *, titled: bool) -> frozenset[str]:
    """Return the keys of a word; itself, letter by letter, if it can be no spelling of anything else."""
    if not titled or folded in _LITTLE:
        return frozenset((folded, without_article(folded)))
    if folded in EVERYDAY:
        return frozenset((folded, folded.removesuffix("s"), folded.removesuffix("es"), *map(_foreign, keys(folded))))
    return frozenset(keys(folded))


def _foreign(key: str) -> str:
    """Return the key for names listed in another script, which everyday words may be spellings of."""
    return f"~{key}"


def starts_of(parts: Sequence[Spelled]) -> tuple[Start, ...]:
    """Return by what a name of these words can begin."""
    found: dict[Start, None] = {}
    for number, part in enumerate(parts):
        found.update(dict.fromkeys(_starts(parts, number)))
        if not part.optional:
            break
    return tuple(found)


def _starts(parts: Sequence[Spelled], number: int) -> Iterator[Start]:
    part = parts[number]
    yield from _pairs((*_keys(part.words), *part.exact), *_further(parts, number + 1))
    if part.joined:
        yield from _pairs(_keys([part.joined]), *_further(parts, number + 2))


def _pairs(beginning: Iterable[str], within: int, further: Sequence[str]) -> Iterator[Start]:
    for key in beginning:
        yield from (Start(By.KEY, key, (then,) if then else (), within) for then in further)


def _further(parts: Sequence[Spelled], begin: int) -> tuple[int, tuple[str, ...]]:
    """Return the keys of the farthest word that every text with the name has, and within how many words it stands.

    Returns 0 and no key if there is none.
    """
    for number in reversed(range(begin, min(begin + _FARTHEST, len(parts)))):
        if not parts[number].optional:
            part = parts[number]
            joined = [parts[number - 1].joined if number > begin else None, part.joined]
            return _WORDS_A_WORD * (number - begin + 2), (*_keys([*part.words, *filter(None, joined)]), *part.exact)
    return 0, ("",)


def _keys(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for word in words for key in _listed(word)))


def _listed(word: str) -> Iterator[str]:
    found = sorted(listed_keys(word))
    yield from found
    if is_arabic(word) or is_cyrillic(word):
        yield from map(_foreign, found)
