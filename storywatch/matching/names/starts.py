"""By what an index finds listed names: the keys of a word that a name can begin with, and of one that must follow.

Many names share their first word, and keys are coarse: one word more, the farthest that is near enough, tells most of
them apart before their words are compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storywatch.matching.names.keys import listed_keys
from storywatch.matching.patterns import By, Start

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
    return tuple(dict.fromkeys(key for word in words for key in sorted(listed_keys(word))))
