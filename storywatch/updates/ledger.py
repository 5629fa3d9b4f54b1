"""The ledger of an event's figures: who gives which, since when, what it was before, and who disagrees."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storywatch.model import Figure, KnownFigure
from storywatch.updates.agreeing import agree
from storywatch.updates.news import whom


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One value of one count. `given`: everybody who gives it, the first first. `before`: the value that stood before.

    `now`: outlets whose last word it is. `disputed`: others' last word is another one. What a retracted report gave is
    nobody's word any more.
    """

    figure: Figure
    given: tuple[KnownFigure, ...]
    since: datetime
    before: Figure | None
    now: tuple[str, ...]
    disputed: bool


def entries(known: Iterable[KnownFigure], retracted: Collection[str] = ()) -> tuple[Entry, ...]:
    """Return the ledger, each count by itself and its values in the order in which they were first given.

    `retracted`: items whose publishers took them back.
    """
    counts: list[list[KnownFigure]] = []
    for one in sorted(known, key=lambda one: one.since):
        same = next((count for count in counts if _is_same_count(count[0].figure, one.figure)), None)
        if same is None:
            counts.append([one])
        else:
            same.append(one)
    return tuple(entry for count in counts for entry in _entries(count, retracted))


def _is_same_count(one: Figure, other: Figure) -> bool:
    return one.kind is other.kind and (one.of == other.of or bool(whom(one.of) & whom(other.of)))


def _entries(count: Sequence[KnownFigure], retracted: Collection[str]) -> Iterable[Entry]:
    values: list[list[KnownFigure]] = []
    for one in count:
        same = next((some for some in values if agree(one.figure, some[0].figure)), None)
        if same is None:
            values.append([one])
        else:
            same.append(one)
    last = {one.outlet: number for number, some in _in_order(values) for one in some if one.item not in retracted}
    for number, some in enumerate(values):
        now = tuple(outlet for outlet, at in last.items() if at == number)
        yield Entry(
            figure=some[0].figure,
            given=tuple(some),
            since=some[0].since,
            before=values[number - 1][0].figure if number else None,
            now=now,
            disputed=bool(now) and len(now) < len(last),
        )


def _in_order(values: Sequence[Sequence[KnownFigure]]) -> Iterable[tuple[int, Sequence[KnownFigure]]]:
    """Yield each figure with the number of its value, oldest first."""
    given = [(one.since, number, one) for number, some in enumerate(values) for one in some]
    return ((number, (one,)) for _, number, one in sorted(given, key=lambda each: (each[0], each[1])))
