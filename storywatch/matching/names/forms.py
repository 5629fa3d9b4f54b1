"""Declined forms: which words a word of a text may be a form of, in Slavic languages, English and Persian.

A form tells its kind of declension, for only forms of one kind are compared: Москвы is Москва, but not Moskov. Only
endings that can't make another name are taken off: no -i of a consonant, which makes Karimi of Karim, and no feminine
forms such as -aya, which make another person of Navalny.
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from storywatch.matching.names.sounds import is_arabic, is_cyrillic


class Kind(Enum):
    """How a stem was cut."""

    WHOLE = 0
    NOUN = 1
    VOWEL = 2
    ADJECTIVE = 3
    GLIDE = 4


Form = tuple[Kind, str]

_SHORTEST_STEM = 3
_SHORTEST_DECLINED = 6

_CONSONANT_END = re.compile(r"[^aeiouyаеиоуыэюяієіїй]$")

_CYRILLIC_SAID = (
    (
        Kind.NOUN,
        re.compile(
            r"(?:ами|ями|ові|еві|ом|ем|єм|еи|ам|ям|ах|ях|(?<=[оеиыі][вн])[ыи]м|а|у|е|ы|я|ю|(?<=л)и|(?<=[лнрт])і)$"
        ),
    ),
    (Kind.VOWEL, re.compile(r"(?:ою|ею|єю|ои|еи|ы|и|і|е|у|ю)$")),
    (Kind.ADJECTIVE, re.compile(r"(?:ыми|ими|ого|его|ому|ему|ым|им|ом|ем|ых|их|ыи|ии|іи|ие|ые|и|і)$")),
    (Kind.GLIDE, re.compile(r"(?<=[аеоу])(?:ем|єм|еві|я|ю|е|є|ї|и)$|(?:ия|ию|ием|ии|ія|ію|ієм)$")),
)
_CYRILLIC_NAMED = (
    (Kind.VOWEL, re.compile(r"(?<=[^аеиоуыэюяії].)[ая]$|(?<=[иі])я$")),
    (Kind.ADJECTIVE, re.compile(r"(?<=[кнв])(?:ыи|ии|іи)$")),
    (Kind.GLIDE, re.compile(r"(?<=[аеоу])и$|(?:ии|іи)$")),
)
_LATIN_SAID = (
    (Kind.NOUN, re.compile(r"(?:ami|ovi|owi|evi|iem|em|om|im(?<=lim|nim)|ach|(?:(?<=[oei][vn])|(?<=.{7}))[au])$")),
    (Kind.VOWEL, re.compile(r"(?<=.{4})(?:ou|oj|[yu])$")),
    (Kind.ADJECTIVE, re.compile(r"(?<=[knv])(?:iego|iemu|eho|ego|emu|oho|ogo|omu|ym|im|iy|yi|yy|ij|yj|ii|y|i)$")),
    (Kind.GLIDE, re.compile(r"(?<=[aeo])[jy]?(?:em|ovi|a|u|e|i)$")),
)
_LATIN_NAMED = (
    (Kind.VOWEL, re.compile(r"(?<=.{4})ah?$")),
    (Kind.ADJECTIVE, re.compile(r"(?<=[knv])(?:iy|yi|yy|ij|yj|ii|y|i)$")),
    (Kind.GLIDE, re.compile(r"(?<=[aeo])[iyj]$|(?<=[rnlgkt])(?:iy|ii|ij|y|i)$")),
)

_PLURAL = re.compile(r"(?<=...[^s])s$|(?<=[sxzh])es$")
_PERSIAN_PLURAL = re.compile(r"(?:هایی|های|ها)$")
_ARABIC_PREFIX = re.compile(r"^(?:[وفبک]?ال|لل|[وبلف])(?=.{3})")
# An article that is one word with its name: alloghri, assadr, эльсиси.
_ARTICLE = re.compile(
    r"^(?:[aeu]l(?=[^aeiou].{4})|[ae](?=([sdrntz])\1.{3})|a(?:sh)(?=sh.{3})|[аэ]ль?(?=[^аеиоуыэюяь].{3}))"
)


def without_article(word: str) -> str:
    """Cut a glued article, and the particles that Arabic script glues to it."""
    return _ARABIC_PREFIX.sub("", word) if is_arabic(word) else _ARTICLE.sub("", word)


@lru_cache(maxsize=1 << 14)
def named(listed: str) -> tuple[Form, ...]:
    """Return the stems of a listed word, itself first."""
    return _unique(listed, _named(listed))


@lru_cache(maxsize=1 << 16)
def said(word: str) -> tuple[Form, ...]:
    """Return the stems that a word of a text may be a form of, itself first."""
    return _unique(word, _said(word))


def _unique(word: str, found: Iterator[Form]) -> tuple[Form, ...]:
    long_enough = (form for form in found if len(form[1]) >= _SHORTEST_STEM)
    return tuple(dict.fromkeys([(Kind.WHOLE, word), *long_enough]))


def _named(listed: str) -> Iterator[Form]:
    bare = without_article(listed)
    yield Kind.WHOLE, bare
    if is_arabic(listed):
        return
    for word in (listed, bare):
        if _CONSONANT_END.search(word):
            yield Kind.NOUN, word
        yield from _cut(word, _CYRILLIC_NAMED if is_cyrillic(word) else _LATIN_NAMED)
    if listed.endswith("is") and len(listed) >= _SHORTEST_DECLINED:
        yield Kind.WHOLE, listed[:-1]


def _said(word: str) -> Iterator[Form]:
    bare = without_article(word)
    yield Kind.WHOLE, bare
    if is_arabic(word):
        yield from ((Kind.WHOLE, _PERSIAN_PLURAL.sub("", each)) for each in (word, bare))
        return
    for each in dict.fromkeys((word, bare)):
        if is_cyrillic(each):
            yield from _cut(each, _CYRILLIC_SAID)
        else:
            yield Kind.WHOLE, _PLURAL.sub("", each)
            if len(each) >= _SHORTEST_DECLINED:
                yield from _cut(each, _LATIN_SAID)


def _cut(word: str, endings: tuple[tuple[Kind, re.Pattern[str]], ...]) -> Iterator[Form]:
    for kind, ending in endings:
        stem = ending.sub("", word)
        if stem != word:
            yield kind, stem
