"""What a report says, in the form in which reports are compared: telling words by sense, names, numbers, passages.

A text is read once: what was read of it last is remembered, for the past of an event is the same at each poll.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from storywatch.difference import sentences
from storywatch.matching.likeness.common import COMMON
from storywatch.matching.likeness.countries import COUNTRY_OF as MATCHED
from storywatch.matching.likeness.reading import stem
from storywatch.matching.likeness.stopwords import STOPWORDS
from storywatch.matching.words import Word, words
from storywatch.model import Figure, Statement
from storywatch.updates.figures import figures_of
from storywatch.updates.listing import word_set
from storywatch.updates.numbers import numbers
from storywatch.updates.same_sense import IRREGULAR, PAIRS, SENSES
from storywatch.updates.statements import statements_of

READ_TEXTS = 8_192
"""Texts whose reading is remembered: 32 kB for one of 2,500 characters, which makes 260 MB if all are so long."""

MOST_SENTENCES = 12
"""Sentences of a report that are compared, from the top: what is new in a report stands first."""

MOST_TITLE_CHARS, MOST_CHARS = 1_000, 8_000
LEAD_SENTENCES = 3
WINDOW = 5
"""Words in a row that make a passage. Reports that share many were copied."""

SENSE, COUNTRY, NUMBER = "~@#"
"""With what the terms begin that stand for words of one sense, for a country, and for a number."""

COUNTRY_OF = (
    MATCHED | dict.fromkeys(("saudi", "saudis", "riyadh"), "@saudi") | dict.fromkeys(("uae", "emirati"), "@uae")
)
"""The country that a word with a capital stands for; a report that Saudis acted tells nothing of who else did."""

_RARE = 0.004
_COUNTRY = 0.02
_NUMBER_SHARE = 0.006
_SHARES = {stem(word): share for word, share in reversed(COMMON.items())}
_USUAL_SENSE = 0.02
_LOOKING_BACK = re.compile(
    r"\b(?:anniversary|(?:one|two|three|four|five|ten|\d+|a|several) years? (?:ago|on|later|since|after)\b"
    r"|a year (?:ago|on|later|since|after)|(?:twelve|six|\d+) months (?:ago|on|later|since)|years? on\b|looking back"
    r"|on this day|commemorat\w+|remembers|remembered|last year|in (?:19|20)\d\d\b)",
    re.IGNORECASE,
)
_LABEL = (
    r"(?:analysis|comment|editorial|explain(?:er|ed)|factbox|faqs?|in pictures|obituary|opinion|podcast|profile|q&a"
    r"|quiz|recap|timeline)"
)
_EXPLAINING = re.compile(
    rf"^\W*{_LABEL}\b\s*[:|–—-]|[:|–—-]\s*{_LABEL}\W*$"
    r"|\b(?:explain\w*|what (?:we|you|to) (?:know|need)|who killed|frequently asked|at a glance|rise and fall"
    r"|(?:the )?story of)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(r"(?:^\W*|[:|–—] ['\"‘“]?)(?:how|why|what|who|where|when|inside)\s", re.IGNORECASE)
_NARRATING = re.compile(r"^\W*(?:(?:the|an?)\s(?!\d|hague\b)|(?:my|our|we|i)\s)", re.IGNORECASE)
_QUOTING = re.compile(r"^['\"‘“](?:(?:[^\s'\"’”:]|['’](?=\w))+\s+){2}")
_RETELLING = _EXPLAINING, _ASKING, _NARRATING, _QUOTING
"""Signs of a headline that tells again what is known. The headline of news begins with no article."""

MOST_SIGNS = 2
"""Signs that are counted: one manner may show in several."""

_EMPTY = word_set("""
    anniversary ago mark remember memory commemorate later today yesterday monday tuesday wednesday thursday friday
    saturday sunday morning evening night official officials source news spokesman spokeswoman spokesperson statement
    people person time early late video breaking live latest watch read story article what know who why how yes
    january february march april june july august september october november december still back well even way make
    made come came go went get got take took see saw seen use used like part place thing long way own another number
    agency reuters afp ap associated press agence france presse press briefing conference reporter journalist
    correspondent
    """)


@dataclass(frozen=True)
class Telling:
    """What one text says.

    `terms`: each telling word with how prominent it is, 1 for the headline and first sentences. `headline` and `lead`:
    the terms of those. `named`: the terms that are written as names. `passages`: hashes of its words in rows of five.
    `top`: its headline, or its first sentence if it has none. `actor`: the country with which its headline begins.
    `retelling`: how many signs it bears of telling again what is known: it speaks of it as past, explains it, asks
    about it, narrates it, or has somebody's words for a headline.
    """

    terms: Mapping[str, float]
    headline: frozenset[str]
    lead: frozenset[str]
    named: frozenset[str]
    passages: tuple[int, ...]
    figures: tuple[Figure, ...]
    statements: tuple[Statement, ...]
    retelling: int
    top: str = ""
    actor: str = ""

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers it says."""
        return frozenset(term for term in self.terms if term.startswith(NUMBER))


@lru_cache(maxsize=READ_TEXTS)
def read(text: str, *, english: bool = True) -> Telling:
    """Read a text whose first line is its headline. Cost grows with its length."""
    title, _, body = text.partition("\n")
    title, body = title[:MOST_TITLE_CHARS], body[:MOST_CHARS]
    told = [sentence for _, sentence in sentences(body)][:MOST_SENTENCES]
    terms: dict[str, float] = {}
    named: set[str] = set()
    lead: set[str] = set()
    headline = _add(title or (told[0] if told else ""), 1.0, terms, named)
    for number, sentence in enumerate(told):
        said = _add(sentence, 1.0 if number < LEAD_SENTENCES else 0.5, terms, named)
        if number < LEAD_SENTENCES:
            lead |= said
    return Telling(
        terms=terms,
        headline=frozenset(headline),
        lead=frozenset(lead | headline),
        named=frozenset(named),
        passages=_passages(body or title),
        figures=figures_of(title, body) if english else (),
        statements=statements_of(title, body) if english else (),
        top=(title or (told[0] if told else "")).strip(),
        actor=_actor(title),
        retelling=_retelling(title, told) if english else 0,
    )


def _retelling(title: str, told: Sequence[str]) -> int:
    signs = [bool(_LOOKING_BACK.search(f"{title} {' '.join(told[:2])}")), title.rstrip(" \t\"'’”").endswith("?")]
    return min(MOST_SIGNS, sum(signs) + sum(bool(sign.search(title)) for sign in _RETELLING))


def _actor(title: str) -> str:
    return next((COUNTRY_OF.get(word.folded, "") for word in words(title) if word.titled), "")


def weight(term: str) -> float:
    """Return how much a term tells by itself, before anything is known of the event."""
    if term[0] == NUMBER:
        return -math.log(_NUMBER_SHARE)
    if term[0] == COUNTRY:
        return -math.log(_COUNTRY)
    if term[0] == SENSE:
        return -math.log(_USUAL_SENSE)
    return -math.log(_SHARES.get(term, _RARE))


def _add(text: str, prominence: float, terms: dict[str, float], named: set[str]) -> set[str]:
    said: set[str] = set()
    for term, is_name in _terms(text):
        said.add(term)
        terms[term] = max(prominence, terms.get(term, 0.0))
        if is_name:
            named.add(term)
    return said


def _terms(text: str) -> Iterator[tuple[str, bool]]:
    counted = [(number.digits, number.end, number.value) for number in numbers(text)]
    covered = {at for start, end, _ in counted for at in range(start, end)}
    for start, end, value in counted:
        if value > 1 and not (1900 <= value <= 2100 and text[start:end].isdigit()):
            yield f"#{value:g}", False
    found = [word for word in words(text) if word.start not in covered and not word.folded.isdecimal()]
    titled = sum(word.titled for word in found) > 0.6 * len(found)
    yield from _worded(found, text, in_title_case=titled and len(found) > 3)


def _worded(found: list[Word], text: str, *, in_title_case: bool) -> Iterator[tuple[str, bool]]:
    stems = [IRREGULAR.get(word.folded) or stem(word.folded) for word in found]
    joined = False
    for at, word in enumerate(found):
        if joined:
            joined = False
            continue
        pair = PAIRS.get((stems[at], stems[at + 1])) if at + 1 < len(stems) else None
        if pair:
            joined = True
            yield pair, False
            continue
        country = COUNTRY_OF.get(word.folded) if word.capitals or (word.titled and word.folded != "us") else None
        if country or (len(word.folded) > 1 and word.folded not in STOPWORDS and word.folded not in _EMPTY):
            sense = country or SENSES.get(stems[at]) or SENSES.get(stem(word.folded))
            is_name = not sense and not in_title_case and word.titled and not _begins_sentence(text, word.start)
            yield (sense if sense and not is_name else stems[at]), is_name or bool(country)


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“‘(")
    return not before or before[-1] in ".!?:\n…—"


def _passages(text: str) -> tuple[int, ...]:
    """Return each passage once, sorted: a tuple takes a third of the memory of a set."""
    folded = [word.folded for word in words(text)]
    return tuple(sorted(set(_hashes(folded))))


def _hashes(folded: list[str]) -> Iterable[int]:
    if len(folded) < WINDOW:
        return [hash(tuple(folded))] if folded else []
    return (hash(tuple(folded[at : at + WINDOW])) for at in range(len(folded) - WINDOW + 1))
