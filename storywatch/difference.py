"""What a revision changed, as lines for the editor of a running story.

Sentences are compared as a multiset, so that the time is linear in the text: a liveblog of thousands of paragraphs is
compared at every poll.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Protocol

MOST_CHARS = 20_000
LINE_CHARS = 5_000
REORDERED = "\N{HORIZONTAL ELLIPSIS} the same sentences in another order"

# No sentence ends at these: a name, a day or a number stands on the next line otherwise.
_SHORTENED = (
    *(
        "Mr",
        "Mrs",
        "Ms",
        "Dr",
        "St",
        "Lt",
        "Col",
        "Maj",
        "Sgt",
        "Capt",
        "Gen",
        "Adm",
        "Sen",
        "Rep",
        "Gov",
        "Prof",
        "No",
    ),
    *("Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec"),
)
# A sentence ends at its mark and the quotes that close with it, before white space. Not at an initial (U.S., J. Smith).
_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?\N{HORIZONTAL ELLIPSIS}\N{ARABIC QUESTION MARK}])|(?<=[.!?][\"'”’)\]]))"
    r"(?<!\b[A-Z]\.)" + "".join(rf"(?<!\b{short}\.)" for short in _SHORTENED) + r"\s+"
    # Chinese and Japanese leave no space behind the mark, nor does Hindi always.
    r"|(?:(?<=[\u3002\uff01\uff1f\u0964])|(?<=[\u3002\uff01\uff1f\u0964][\u300d\u300f”’）]))(?![\u300d\u300f”’）])\s*"
)


class Worded(Protocol):
    """What has the words of an item: a revision, or an item as its document gives it."""

    @property
    def title(self) -> str:
        """The headline."""

    @property
    def summary(self) -> str:
        """The excerpt; paragraphs are lines."""

    @property
    def content(self) -> str:
        """The text; paragraphs are lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sentence:
    text: str
    paragraph: int
    changed: bool


def difference(old: Worded, new: Worded) -> str:
    """Return the lines that went (`- `) and those that came (`+ `), in the order of the text; empty for equal words.

    The title comes first, on lines of its own. Sentences of one paragraph that changed together share a line. White
    space doesn't count. At most 20,000 characters: a last line says how many more lines there are.
    """
    return "\n".join(_bounded([*_title(old, new), *_body(old, new)]))


def _title(old: Worded, new: Worded) -> Iterator[str]:
    before, after = _squeezed(old.title), _squeezed(new.title)
    if before != after:
        yield from (f"{sign} {text}" for sign, text in (("-", before), ("+", after)) if text)


def _body(old: Worded, new: Worded) -> Iterator[str]:
    if all(_squeezed(a) == _squeezed(b) for a, b in ((old.summary, new.summary), (old.content, new.content))):
        return
    told = [(each.content,) if _is_part(each) else (each.summary, each.content) for each in (old, new)]
    before, after = sentences(*told[0]), sentences(*told[1])
    removed = list(_stretches(_compared(before, after)))
    added = list(_stretches(_compared(after, before)))
    lines = [
        f"{sign} {line}"
        for gone, come in zip_longest(removed, added, fillvalue=())
        for sign, stretch in (("-", gone), ("+", come))
        for line in _lines(stretch)
    ]
    yield from lines or (REORDERED,)


def _is_part(words: Worded) -> bool:
    """Tell whether the excerpt stands in the text: what changed in both is told once."""
    return _squeezed(words.summary).rstrip(" .\N{HORIZONTAL ELLIPSIS}[]") in _squeezed(words.content)


def sentences(*texts: str) -> list[tuple[int, str]]:
    """Return the sentences of texts, each with the number of its paragraph."""
    paragraphs = (paragraph for text in texts for paragraph in text.splitlines())
    return [
        (number, _squeezed(sentence))
        for number, paragraph in enumerate(paragraphs)
        for sentence in _SENTENCE_END.split(paragraph)
        if sentence.strip()
    ]


def _compared(these: Sequence[tuple[int, str]], those: Sequence[tuple[int, str]]) -> Iterator[_Sentence]:
    """Mark the sentences that the other side doesn't have, or not as often."""
    left = Counter(text for _, text in those)
    for paragraph, text in these:
        left[text] -= 1
        yield _Sentence(text=text, paragraph=paragraph, changed=left[text] < 0)


def _stretches(marked: Iterable[_Sentence]) -> Iterator[tuple[_Sentence, ...]]:
    """Yield what changed before the first sentence that both sides have, before the second, and so on.

    There are as many on both sides: laid side by side they tell in the order of the text what went and what came.
    """
    stretch: list[_Sentence] = []
    for sentence in marked:
        if sentence.changed:
            stretch.append(sentence)
        else:
            yield tuple(stretch)
            stretch = []
    yield tuple(stretch)


def _lines(stretch: Iterable[_Sentence]) -> Iterator[str]:
    for _, together in groupby(stretch, lambda sentence: sentence.paragraph):
        yield " ".join(sentence.text for sentence in together)


def _bounded(lines: Sequence[str]) -> Iterator[str]:
    room = MOST_CHARS
    for number, line in enumerate(lines):
        shown = line if len(line) <= LINE_CHARS else line[: LINE_CHARS - 1] + "\N{HORIZONTAL ELLIPSIS}"
        rest = _rest(len(lines) - number)
        room -= len(shown) + 1
        if room < len(rest):
            yield rest
            return
        yield shown


def _rest(lines: int) -> str:
    return f"\N{HORIZONTAL ELLIPSIS} and {lines} more line{'s' if lines != 1 else ''}"


def _squeezed(text: str) -> str:
    return " ".join(text.split())
