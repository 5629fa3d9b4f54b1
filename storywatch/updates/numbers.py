"""Numbers as news write them: in digits and in English words, with what qualifies them, and ranges."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_UNITS += " seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = {word: float(value) for value, word in enumerate(_UNITS.split())}
WORDS |= {word: 10.0 * value for value, word in enumerate(_TENS.split(), 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "m": 1e6, "mn": 1e6, "bn": 1e9, "k": 1e3}
_VAGUE = {"dozens": 24.0, "scores": 40.0, "hundreds": 200.0, "thousands": 2000.0, "tens of thousands": 20_000.0}
"""The least that a vague number says: dozens are two dozen or more."""

_SMALL = "|".join(sorted(WORDS, key=len, reverse=True))
_WORDED = rf"(?:(?:{_SMALL})(?:[- ](?:{_SMALL}))?\b|an?(?= (?:dozen|hundred|thousand|million|billion)\b))"
_WORDED += rf"(?: (?:hundred|thousand|million|billion|dozen)\b(?: (?:and )?(?:{_SMALL})(?:[- ](?:{_SMALL}))?\b)?)*"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d,.]\d|\d)|\d+(?:\.\d+)?"
_AFTER_DIGITS = r"(?: ?(?:hundred|thousand|million|billion|mn|bn|[mk](?![a-z]))\b)?"
_LEAST = "at least|no fewer than|no less than|a minimum of|more than|over|above|upwards of|in excess of|exceeding"
_ABOUT = "up to|as many as|at most|no more than|fewer than|less than|nearly|almost|close to|about|around|some|roughly"
_ABOUT += "|approximately|an estimated|estimated|under"
_MOST = frozenset({"at most", "no more than", "fewer than", "less than", "under"})
_ONE = rf"(?:(?<![\w.,/:-])(?:{_DIGITS})(?![\d/:]){_AFTER_DIGITS}|\b{_WORDED}|\b(?:{'|'.join(_VAGUE)})\b)"
_OTHER = _ONE.replace(r"(?<![\w.,/:-])", "", 1)
"""The upper end of a range may stand right behind a dash."""

_NUMBER = re.compile(
    rf"(?:\b(?P<least>{_LEAST}) |\b(?P<about>{_ABOUT}) |\b(?P<between>between) )?(?P<money>(?:US|A|C)?[$£€] ?)?"
    rf"(?P<one>{_ONE})(?:(?: to | ?[-–] ?| and )(?P<other>{_OTHER}))?",
    re.IGNORECASE,
)
_SEPARATORS = re.compile("[, \u00a0\u202f]")
_LONGEST = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A number in a text: `text[start:end]`, its qualifiers included; `digits` is where the bare number begins.

    `high`: the upper end of a range. `least`: a lower bound. `most`: an upper one. `vague`: about so many, or a word
    such as dozens.
    """

    value: float
    high: float
    start: int
    digits: int
    end: int
    written: str
    least: bool = False
    most: bool = False
    vague: bool = False
    money: bool = False
    changed: bool = False


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text in order, whatever they count. Cost grows with its length."""
    at, text = 0, text[:_LONGEST]
    while match := _NUMBER.search(text, at):
        at = match.end()
        number = _number(match, text)
        if number is not None:
            at = number.end
            yield number


def _number(match: re.Match[str], text: str) -> Number | None:
    one, other = match["one"], match["other"]
    low = value_of(one)
    high, end = low, match.end("one")
    changed = False
    if low is None or high is None:
        return None
    if other is not None and (upper := value_of(other)) is not None:
        joined = text[match.end("one") : match.start("other")].strip().lower()
        before = text[max(0, match.start() - 5) : match.start()].lower()
        if joined == "to" and before.endswith(("from ", " by ")):
            low = high = upper
            end, changed = match.end("other"), True
        elif (joined == "and") == bool(match["between"]) and upper > low:
            high, end = upper, match.end("other")
    return Number(
        value=low,
        high=high,
        start=match.start(),
        digits=match.start("one"),
        end=end,
        written=one,
        least=bool(match["least"]) or one.lower() in _VAGUE,
        most=(match["about"] or "").lower() in _MOST,
        vague=bool(match["about"]) or one.lower() in _VAGUE,
        money=bool(match["money"]),
        changed=changed,
    )


def value_of(written: str) -> float | None:
    """Return what a number says, None for what is none. `two hundred and five` is 205, `1.5m` a million and a half."""
    lowered = written.lower().strip()
    if lowered in _VAGUE:
        return _VAGUE[lowered]
    if lowered[:1].isdigit():
        return _of_digits(lowered)
    return _of_words(re.split(r"[ -]+", lowered))


def _of_digits(lowered: str) -> float | None:
    match = re.fullmatch(r"(\d[\d,. \u00a0\u202f]*?) ?([a-z]*)", lowered)
    if match is None or len(match[1]) > 15 or (match[2] and match[2] not in _SCALES):
        return None
    return float(_SEPARATORS.sub("", match[1])) * _SCALES.get(match[2], 1.0)


def _of_words(words: list[str]) -> float | None:
    total = part = 0.0
    for word in words:
        if word == "and":
            continue
        if word in {"a", "an"}:
            part = 1.0
        elif word == "dozen":
            part = 12.0 * (part or 1.0)
        elif word in _SCALES:
            scale = _SCALES[word]
            part = (part or 1.0) * scale
            if scale > 100:
                total, part = total + part, 0.0
        elif word in WORDS:
            if part % 100 and WORDS[word] >= 10:  # "twenty twenty" is no number
                return None
            part += WORDS[word]
        else:
            return None
    return total + part
