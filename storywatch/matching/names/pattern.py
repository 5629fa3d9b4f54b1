"""A listed name, and whether it stands at a place in a text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storywatch.matching.names.alike import same
from storywatch.matching.names.everyday import EVERYDAY
from storywatch.matching.names.forms import without_article
from storywatch.matching.names.keys import keys, listed_keys
from storywatch.matching.names.particles import ARTICLES, GLUED_ARTICLES, SERVANTS, SONS
from storywatch.matching.names.starts import Spelled, starts_of
from storywatch.matching.patterns import Start
from storywatch.matching.words import Word

_SPACE = 1
_DOT_AND_SPACE = 2
_LOWER_CASE_LETTERS = 4
_MOST_MIDDLE_NAMES = 2
"""Initials, of which a full name counts two and a listed name that is left out one."""
_MOST_PARTICLES = 2
_PARTICLES = GLUED_ARTICLES | SONS
_HALF_LETTERS = 3
_ARTICLE_AT_END = re.compile(r"(?<=...)[aeou]l$|(?<=..)уль?$")
_LATIN_HALVES = r"[aeou]d+[iey]ne?|[aeou]ll?ah?|abad|zai|zad|zadeh?|zada|nejad"
_ARABIC_HALVES = "الدین|الله|اباد|زاده|نژاد|زی"
_SECOND_HALF = re.compile(rf"(?<=...)(?:{_LATIN_HALVES}|{_ARABIC_HALVES})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWord:
    """A word of a listed name, folded.

    `optional`: a text may leave it out; `middle` is 1 if it is a name then, and no title or initial. `capitals`: an
    acronym, which must stand in capitals. `proper`: it was listed with a capital, so that texts may spell it otherwise;
    other words are common nouns, which may only be plural.
    `son`: it stood after bin, `article`: before an article; texts write both as one word: Binladen, Nurul Haq.
    `alone`: it is all of the name.
    """

    folded: str
    optional: bool = False
    middle: int = 0
    capitals: bool = False
    proper: bool = True
    son: bool = False
    article: bool = False
    alone: bool = False

    def fits(self, folded: str, *, titled: bool, capitals: bool = False) -> bool:
        """Tell whether a word of a text is this word. Without a capital it must be the same letters."""
        if self.capitals:
            return capitals and folded == self.folded
        if not self.proper:
            return folded in {self.folded, f"{self.folded}s"}
        if not titled:
            return self._stands_without_capital(folded)
        return same(self.folded, folded, alone=self.alone) or self._fits_glued(folded)

    def _stands_without_capital(self, folded: str) -> bool:
        if len(self.folded) < _LOWER_CASE_LETTERS or self.folded in EVERYDAY:
            return False
        return self.folded in {folded, without_article(folded)}

    def _fits_glued(self, folded: str) -> bool:
        if self.article and _ARTICLE_AT_END.search(folded) and same(self.folded, _ARTICLE_AT_END.sub("", folded)):
            return True
        return self.son and folded[:_HALF_LETTERS] in SONS and same(self.folded, folded[_HALF_LETTERS:])


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePattern:
    """A listed name: its words in order, without articles. `person`: a text may add middle names."""

    parts: tuple[NameWord, ...]
    person: bool

    @property
    def starts(self) -> tuple[Start, ...]:
        """By what an index finds it."""
        return starts_of([self._spelled(number, part) for number, part in enumerate(self.parts)])

    @property
    def whole(self) -> int:
        """0: a key says little of a word."""
        return 0

    def _spelled(self, number: int, part: NameWord) -> Spelled:
        return Spelled(
            words=(part.folded, *_beginnings(part), *([f"bin{part.folded}"] if part.son else [])),
            joined=self.joined(number),
            exact=(part.folded,) if part.proper else (part.folded, f"{part.folded}s"),
            optional=part.optional,
        )

    def match_at(self, words: Sequence[Word], position: int) -> int:
        """Return how many words of a text, from `position` on, are the name; 0 if it doesn't begin there."""
        end = self._end(words, 0, position, middle=0) if self.parts else None
        return 0 if end is None else end - position

    def _end(self, words: Sequence[Word], part: int, at: int, *, middle: int) -> int | None:
        """Return where the name ends if its words from `part` on begin at the text's word `at`."""
        if part == len(self.parts):
            return at
        for parts, taken, passed in self._steps(words, part, at, middle):
            end = self._end(words, part + parts, at + taken, middle=middle + passed)
            if end is not None:
                return end
        return None

    def _steps(self, words: Sequence[Word], part: int, at: int, middle: int) -> Iterator[tuple[int, int, int]]:
        """Yield how many words of the name and of the text go together, and the weight of middle names passed over."""
        listed = self.parts[part]
        if at < len(words):
            word = words[at]
            if listed.fits(word.folded, titled=word.titled, capitals=word.capitals):
                yield 1, 1, 0
            if listed.proper and not listed.capitals:
                yield from ((1, taken, 0) for taken in _glued(listed.folded, words, at))
            if word.titled and self._joined_fits(part, word.folded):
                yield 2, 1, 0
            if self._may_stand_between(words, part, at, middle):
                yield 0, 1, _weight(word.folded)
        if listed.optional and middle + listed.middle <= _MOST_MIDDLE_NAMES:
            yield 1, 0, listed.middle

    def joined(self, part: int) -> str | None:
        """Return a word of the name and the next one as one word: bin Laden as Binladen."""
        pair = self.parts[part : part + 2]
        if len(pair) < 2 or not all(each.proper and not each.capitals for each in pair):
            return None
        return pair[0].folded + pair[1].folded

    def _joined_fits(self, part: int, folded: str) -> bool:
        joined = self.joined(part)
        if joined is None:
            return False
        first, second = self.parts[part].folded, self.parts[part + 1].folded
        for particles in (ARTICLES, SONS):
            if first in particles:
                return folded[: len(first)] in particles and same(second, folded[len(first) :])
        return (joined[0] == folded[0] or not folded.isascii()) and same(joined, folded)

    def _may_stand_between(self, words: Sequence[Word], part: int, at: int, middle: int) -> bool:
        """Tell whether the text's word may stand inside the name though it isn't listed: a particle, a middle name."""
        word = words[at]
        if part == 0 or at + 1 >= len(words) or not _near(words[at - 1], word) or not _near(word, words[at + 1]):
            return False
        if word.folded in _PARTICLES:
            return any(each.folded not in _PARTICLES for each in words[max(at - _MOST_PARTICLES, 0) : at])
        if len(word.folded) == 1 and any(len(each.folded) == 1 for each in self.parts):
            return False  # George H. W. Bush is not George W. Bush
        return self.person and word.titled and middle + _weight(word.folded) <= _MOST_MIDDLE_NAMES


def first_keys(pattern: NamePattern) -> tuple[str, ...]:
    """Return the keys of the words that the name can begin with: a text's word must share one of its `keys`."""
    found: dict[str, None] = {}
    for number, part in enumerate(pattern.parts):
        for word in filter(None, (part.folded, pattern.joined(number), *_beginnings(part))):
            found.update(dict.fromkeys(sorted(listed_keys(word))))
        if not part.optional:
            break
    return tuple(found)


def first_words(pattern: NamePattern) -> tuple[str, ...]:
    """Return the words without a capital that the name can begin with; every other such word begins no name.

    A glued article stands before them still: `alloghri` for `loghri`.
    """
    found: list[str] = []
    for part in pattern.parts:
        found += (part.folded,) if part.proper else (part.folded, f"{part.folded}s")
        if not part.optional:
            break
    return tuple(dict.fromkeys(found))


def _beginnings(part: NameWord) -> Iterator[str]:
    """Yield the first halves that texts may write as a word, and the word with its article."""
    for halves in (SERVANTS, SONS):
        if part.folded[:_HALF_LETTERS] in halves:
            yield from sorted(halves)
    yield _ARTICLE_AT_END.sub("", part.folded)
    yield _SECOND_HALF.sub("", part.folded)
    if part.article:
        yield f"{part.folded}ul"


def _glued(listed: str, words: Sequence[Word], at: int) -> Iterator[int]:
    """Yield how many of the text's next words are the listed one: Abd al-Rahman, Nur ul-, Siraj ud-Din, bin Laden."""
    ahead = words[at + 1 : at + 3]
    if not ahead or not _near(words[at], ahead[0]):
        return
    first, second = words[at].folded, ahead[0].folded
    begins = any(whole.startswith(half) for whole in listed_keys(listed) for half in keys(first))
    if not begins:
        return
    if ahead[0].titled and same(listed, first + second):
        yield 2
    if second not in GLUED_ARTICLES:
        return
    if second in ARTICLES and _ARTICLE_AT_END.search(listed) and same(_ARTICLE_AT_END.sub("", listed), first):
        yield 2
    if len(ahead) == 2 and _near(*ahead) and ahead[1].titled:
        whole = first + ("" if first in SERVANTS else second) + ahead[1].folded
        if same(listed, whole):
            yield 3


def _weight(folded: str) -> int:
    """Weigh a word of a text that isn't listed: a particle is nothing, a full name leaves no room for another."""
    if folded in _PARTICLES:
        return 0
    return 1 if len(folded) == 1 else _MOST_MIDDLE_NAMES


def _near(one: Word, other: Word) -> bool:
    return other.start - one.end <= (_DOT_AND_SPACE if len(one.folded) == 1 else _SPACE)
