"""What changed between two revisions of an item, in lines that an editor can read."""

from collections import Counter
from collections.abc import Iterator, Sequence

from storywatch.model import Revision


def difference(old: Revision, new: Revision) -> str:
    """Return the lines that went, each behind `- `, and those that came, each behind `+ `."""
    before, after = _lines(old), _lines(new)
    return "\n".join((*_missing("-", before, after), *_missing("+", after, before)))


def _lines(revision: Revision) -> Sequence[str]:
    return [line for text in (revision.title, revision.summary, revision.content) for line in text.splitlines() if line]


def _missing(sign: str, lines: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    left = Counter(others)
    for line in lines:
        if left[line]:
            left[line] -= 1
        else:
            yield f"{sign} {line}"
