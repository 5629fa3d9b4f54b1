"""What is new, as members of a webhook call: the same facts that mails word, as values."""

from collections.abc import Mapping
from typing import Any

from channels.news import MOST_FIGURES, MOST_LEAD, MOST_NAMES, MOST_STATEMENTS, figure_in_words, outlet_name
from channels.room import Room
from channels.text import iso
from storywatch.model import Figure, FigureChange, KnownStatement, News, Statement


def news_data(news: News, names: Mapping[str, str], room: Room) -> dict[str, Any]:
    """Return what a report adds to its event; empty lists for a repeat."""
    return {
        "lead": [room.packed(sentence, 500) for sentence in room.few(news.lead, MOST_LEAD)],
        "names": [room.packed(name, 100) for name in room.few(news.names, MOST_NAMES)],
        "figures": [figure_data(one, names, room) for one in room.few(news.figures, MOST_FIGURES)],
        "statements": [_statement(one, room) for one in room.few(news.statements, MOST_STATEMENTS)],
        "reverses": _known(news.reverses, names, room) if news.reverses else None,
    }


def figure_data(change: FigureChange, names: Mapping[str, str], room: Room) -> dict[str, Any]:
    """Return a figure with what it was before, and the words that mails use for it."""
    before = change.before
    return {
        "text": room.packed(figure_in_words(change, names, room), 300),
        "kind": change.now.kind.value,
        **_values(change.now),
        "of": room.packed(change.now.of, 100) or None,
        "said_by": room.packed(change.now.said_by or "", 100) or None,
        "before": {
            **_values(before.figure),
            "outlet": {"id": before.outlet, "name": outlet_name(before.outlet, names, room)},
            "item": before.item,
            "since": iso(before.since),
        }
        if before
        else None,
    }


def _values(figure: Figure) -> dict[str, float | bool]:
    return {"value": figure.value, "high": figure.high, "least": figure.least}


def _statement(statement: Statement, room: Room) -> dict[str, str | None]:
    return {
        "stance": statement.stance.value,
        "speaker": room.packed(statement.speaker, 100) or None,
        "quote": room.packed(statement.quote, 400),
    }


def _known(known: KnownStatement, names: Mapping[str, str], room: Room) -> dict[str, Any]:
    return {
        **_statement(known.statement, room),
        "outlet": {"id": known.outlet, "name": outlet_name(known.outlet, names, room)},
        "item": known.item,
        "since": iso(known.since),
    }
