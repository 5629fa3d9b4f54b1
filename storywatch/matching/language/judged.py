"""The values that judging an item takes and gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from storywatch.matching.language.tree import TEXTS, Field, Leaf
from storywatch.model import Item

MOST_PLACES = 64
"""Places of one leaf that count in one text. A term that stands there more often is met anyway."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: words `first` to `last` of a field, both inclusive, which are `text[start:end]`."""

    field: Field
    first: int
    last: int
    start: int
    end: int


Hits = Mapping[Leaf, Sequence[Place]]
"""The places of each leaf, those of one field in the order of its text, at most MOST_PLACES a field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is judged. What is None is not known, and rules nothing out."""

    title: str = ""
    summary: str = ""
    content: str = ""
    outlet: str | None = None
    language: str | None = None
    day: date | None = None

    def text(self, field: Field) -> str:
        """Return one of the texts."""
        return self.title if field is Field.TITLE else self.summary if field is Field.SUMMARY else self.content

    def texts(self) -> tuple[tuple[Field, str], ...]:
        """Return the texts with their fields, the most prominent first."""
        return tuple((field, self.text(field)) for field in TEXTS)


def subject_of(item: Item) -> Subject:
    """Return what is judged of an item: its current revision."""
    shown = item.revision
    return Subject(
        title=shown.title,
        summary=shown.summary,
        content=shown.content,
        outlet=item.outlet,
        language=(shown.language or "").partition("-")[0].lower() or None,
        day=item.published.date(),
    )


class Part(StrEnum):
    """What a hit counts for."""

    GROUP = "group"
    ALIAS = "alias"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: what was asked, in the operator's words, and the text from `start` to `end` of the field."""

    part: Part
    asked: str
    text: str
    field: Field
    start: int
    end: int
    group: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Facets:
    """The verdict of the tree alone. `groups` is their number, `met` which of them; `lacks` are the others' labels.

    `satisfied`: all groups are met, or an alias stands there. `veto`: why the item can't belong to the event at all.
    """

    groups: int
    met: frozenset[int]
    satisfied: bool
    lacks: tuple[str, ...]
    veto: str | None
    found: tuple[Found, ...]
