"""Names that a report brings: people, places and organisations that no report of the event said before."""

import re
from collections.abc import Iterable

from storywatch.difference import sentences
from storywatch.matching.likeness.countries import COUNTRY_OF
from storywatch.matching.likeness.reading import stem
from storywatch.matching.likeness.stopwords import STOPWORDS
from storywatch.matching.names import keys, same
from storywatch.matching.names.particles import THINGS, TITLES
from storywatch.matching.words import Word, words
from storywatch.updates.listing import word_set
from storywatch.updates.past import Past

MOST_NAMES = 8
MOST_SENTENCES = 12

_DATES = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december jan feb mar apr jun jul aug sep sept oct nov dec
    """)
_JOINERS = word_set("of the al el bin ibn de la del van von and for")
_NO_NAMES = word_set("reuters afp ap associated press copyright")
_BETWEEN = re.compile(r"^[ \-'’.]+$")


def new_names(texts: Iterable[str], past: Past) -> tuple[str, ...]:
    """Return the names of texts that the event did not know, as written. A known name in another spelling is known."""
    found: dict[str, str] = {}
    for _, sentence in list(sentences(*texts))[:MOST_SENTENCES]:
        for phrase in _phrases(sentence):
            told = " ".join(word.folded for word in phrase)
            if told not in found and _is_new(phrase, past):
                found[told] = sentence[phrase[0].start : phrase[-1].end].removesuffix("'s").removesuffix("’s")
    return tuple(_longest(found))[:MOST_NAMES]


def _longest(found: dict[str, str]) -> Iterable[str]:
    """Leave out names that are part of another: Ahmadi beside Zemari Ahmadi."""
    return (
        written
        for told, written in found.items()
        if not any(told != other and f" {told} " in f" {other} " for other in found)
    )


def _phrases(sentence: str) -> Iterable[list[Word]]:
    """Yield the rows of words with capitals; the first word of a sentence only where a name follows it."""
    row: list[Word] = []
    said = words(sentence)
    spelt = [word for word in said if not word.folded.isdecimal()]
    if sum(word.titled for word in spelt) > 0.6 * len(spelt) > 2:
        return  # a headline: capitals say nothing
    for word in (*said, None):
        joined = word is not None and row and _BETWEEN.match(sentence[row[-1].end : word.start])
        begins = word is not None and _may_begin(word)
        if word is not None and begins and (joined or not row):
            row.append(word)
            continue
        if word is not None and row and joined and word.folded in _JOINERS:
            row.append(word)
            continue
        trimmed = _trimmed(row, sentence)
        if trimmed:
            yield trimmed
        row = [word] if word is not None and begins else []


def _may_begin(word: Word) -> bool:
    """Tell whether a word may stand in a name: it has a capital and is no day, month or number."""
    return word.titled and word.folded not in _DATES and not word.folded.isdecimal()


def _trimmed(row: list[Word], sentence: str) -> list[Word]:
    kept = list(row)
    while kept and (kept[-1].folded in _JOINERS | STOPWORDS or not kept[-1].titled):
        kept.pop()
    while kept and (kept[0].folded in (TITLES | STOPWORDS | _JOINERS) - {"al", "el"}):
        kept.pop(0)
    starts = bool(kept) and not sentence[: kept[0].start].strip(" \"'“‘(")
    if starts and len(kept) == 1:
        return []
    return [] if any(word.folded in _NO_NAMES for word in kept) else kept


def _is_new(phrase: list[Word], past: Past) -> bool:
    telling = [word.folded for word in phrase if word.folded not in _JOINERS and word.folded not in STOPWORDS]
    if not telling or all(word in COUNTRY_OF or word in THINGS for word in telling):
        return False
    if telling[-1] in THINGS:
        own = [word for word in telling if word not in THINGS]
        return any(not _knows(word, past) for word in own)
    return not _knows(telling[-1], past) and len(telling[-1]) > 1


def _knows(word: str, past: Past) -> bool:
    if word in COUNTRY_OF or past.says(word) or past.says(stem(word)):
        return True
    return any(same(word, other) for key in keys(word) for other in past.sounding(key))
