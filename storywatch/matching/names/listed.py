"""Reading a name as operators list it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from storywatch.matching.names.particles import ARTICLES, GLUED_ARTICLES, SERVANTS, SONS, THINGS, TITLES
from storywatch.matching.names.pattern import NamePattern, NameWord
from storywatch.matching.words import Word, words

_ACRONYM_LETTERS = range(2, 7)
_FEWEST_WORDS = 2


def parse_name(text: str) -> NamePattern:
    """Read a listed name. Its articles, titles, initials and middle names are optional where two words remain."""
    found = words(text)
    parts = list(_parts(text, found))
    if len(parts) == 1:
        parts = [replace(parts[0], alone=True)]
    person = _is_person(parts)
    return NamePattern(parts=tuple(_with_optional(parts, person=person)), person=person)


def _parts(text: str, found: Sequence[Word]) -> Iterator[NameWord]:
    at = 0
    while at < len(found):
        if _is_article(text, found, at) or (0 < at < len(found) - 1 and found[at].folded in SONS):
            at += 1
        elif found[at].folded in SERVANTS and at + 1 < len(found):
            after = at + 1 + _is_article(text, found, at + 1)
            yield NameWord(folded=found[at].folded + found[after].folded)
            at = after + 1
        else:
            yield _part(text, found, at)
            at += 1


def _part(text: str, found: Sequence[Word], at: int) -> NameWord:
    word = found[at]
    return NameWord(
        folded=word.folded,
        capitals=word.capitals and len(word.folded) in _ACRONYM_LETTERS,
        proper=word.titled or word.folded in SONS,
        son=at > 1 and found[at - 1].folded in SONS,
        article=_is_article(text, found, at + 1),
    )


def _is_article(text: str, found: Sequence[Word], at: int) -> bool:
    """Tell whether a word is an article or ezafe and no name: al-Sadr, Saif ul Islam, but not Al Gore or El Paso."""
    if at >= len(found) - 1:
        return False
    word = found[at]
    hyphen = not text[word.end : found[at + 1].start].isspace()
    if word.folded in GLUED_ARTICLES and hyphen:
        return len(word.folded) > 1 or not word.titled
    if at and word.folded in GLUED_ARTICLES and not text[found[at - 1].end : word.start].isspace():
        return not word.titled
    return word.folded in ARTICLES and (at > 0 or not word.titled)


def _is_person(parts: Sequence[NameWord]) -> bool:
    if len(parts) < _FEWEST_WORDS or not all(part.proper and not part.capitals for part in parts):
        return False
    first, last = parts[0].folded, parts[-1].folded
    return first not in THINGS and last not in THINGS


def _with_optional(parts: Sequence[NameWord], *, person: bool) -> list[NameWord]:
    """Mark titles, initials and middle names as optional, in this order, as long as two words remain."""
    marked = list(parts)
    for rule in (_is_title, _is_initial, _is_middle_name if person else _is_initial):
        for number, part in enumerate(parts[:-1]):
            left = sum(not each.optional for each in marked)
            if not marked[number].optional and left > _FEWEST_WORDS and rule(number, part):
                marked[number] = replace(part, optional=True, middle=int(rule is _is_middle_name))
    return marked


def _is_title(_number: int, part: NameWord) -> bool:
    return part.folded in TITLES


def _is_initial(_number: int, part: NameWord) -> bool:
    return len(part.folded) == 1


def _is_middle_name(number: int, part: NameWord) -> bool:
    return number > 0 and len(part.folded) > 1
