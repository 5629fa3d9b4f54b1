"""What is new, in words. Quotations are a report's own; what stands around them says who, when, and what was before."""

import re
from collections.abc import Iterator, Mapping

from channels.room import Room
from channels.text import plain, utc_day
from storywatch.model import (
    Figure,
    FigureChange,
    FigureKind,
    KnownFigure,
    KnownStatement,
    News,
    Owed,
    Stance,
    Statement,
)

MOST_LEAD = 2
MOST_FIGURES = 8
MOST_STATEMENTS = 3
MOST_NAMES = 6
_UNCOUNTED = {FigureKind.MONEY, FigureKind.OTHER}
_STANCES = {
    Stance.DENIES: "denies",
    Stance.ADMITS: "admits",
    Stance.CONFIRMS: "confirms",
    Stance.WITHDRAWS: "withdraws",
    Stance.CLAIMS: "claims",
    Stance.ACCUSES: "accuses",
}


def names_of(owed: Owed) -> Mapping[str, str]:
    """Return the names of the outlets that the alert may mention, by id."""
    return dict(owed.outlet_names) | {owed.outlet.id: owed.outlet.name}


def lead_of(news: News, room: Room) -> tuple[str, ...]:
    """Return the sentences that say what is new, each as a line; none for a repeat."""
    lines = (room.line(sentence, 400) for sentence in news.lead)
    return room.few([line for line in lines if line], MOST_LEAD)


def facts_of(news: News, names: Mapping[str, str], room: Room) -> tuple[str, ...]:
    """Return figures with what they were before, statements, what they reverse, and new names: a line each.

    What is told in the report's words is left out where the lead says it.
    """
    said = plain(" ".join(news.lead))
    statements = [one for one in news.statements if plain(one.quote) not in said]
    figures = [one for one in news.figures if one.now.kind not in _UNCOUNTED or plain(one.now.quote) not in said]
    words = (
        *(figure_in_words(one, names, room) for one in room.few(figures, MOST_FIGURES)),
        *(_statement(one, room) for one in room.few(statements, MOST_STATEMENTS)),
        *([_reversed(news.reverses, names, room)] if news.reverses else []),
        *_new_names(news, room),
    )
    return tuple(dict.fromkeys(words))


def figure_in_words(change: FigureChange, names: Mapping[str, str], room: Room) -> str:
    """Word a figure, such as `170 killed, before 100 (NYT, 27 August 2021)`."""
    now, before = change.now, change.before
    said_by = f", according to {room.line(now.said_by, 80)}" if now.said_by else ""
    was = f", before {amount(before.figure)} ({_source(before, names, room)})" if before else ""
    return _counted(now, room) + said_by + was


def amount(figure: Figure) -> str:
    """Word the number: `13`, `13 to 20`, `at least 13`, `1,200`, `2.5`."""
    low, high = _number(figure.value), _number(figure.high)
    return ("at least " if figure.least else "") + (low if low == high else f"{low} to {high}")


def _counted(figure: Figure, room: Room) -> str:
    """Say what is counted. Money and the like are told in the report's words, which name the unit."""
    quote = room.line(figure.quote, 200)
    if figure.kind in _UNCOUNTED and quote:
        return f"\u201c{quote}\u201d"
    counted = "" if figure.kind in _UNCOUNTED else f" {figure.kind.value}"
    of = room.line(counted_people(figure), 80)
    return amount(figure) + counted + (f" ({of})" if of else "")


def counted_people(figure: Figure) -> str:
    """Return whom a figure counts, with the capitals of its quote."""
    quoted = re.search(r"\W+".join(map(re.escape, figure.of.split())), figure.quote, re.IGNORECASE)
    return quoted.group() if quoted else figure.of


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def _statement(statement: Statement, room: Room) -> str:
    speaker = room.line(statement.speaker, 80) or "Not said who"
    return f"{speaker} {_STANCES[statement.stance]}: \u201c{room.line(statement.quote, 300)}\u201d"


def _reversed(known: KnownStatement, names: Mapping[str, str], room: Room) -> str:
    speaker = room.line(known.statement.speaker, 80)
    said_by = f"{speaker}; " if speaker else ""
    return f"Reverses: \u201c{room.line(known.statement.quote, 300)}\u201d ({said_by}{_source(known, names, room)})"


def _source(known: KnownFigure | KnownStatement, names: Mapping[str, str], room: Room) -> str:
    return f"{outlet_name(known.outlet, names, room)}, {utc_day(known.since)}"


def outlet_name(outlet: str, names: Mapping[str, str], room: Room) -> str:
    """Return an outlet's name, or its id if the message doesn't know it."""
    return room.line(names.get(outlet, ""), 120) or room.line(outlet, 64)


def _new_names(news: News, room: Room) -> Iterator[str]:
    found = [name for name in (room.line(name, 80) for name in news.names) if name]
    if found:
        shown = room.few(found, MOST_NAMES)
        rest = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
        yield f"Named for the first time: {', '.join(shown)}{rest}"
