"""What makes an item news however alike it is to an update: a figure, a stance, or too little that the update says.

The likeness of short texts is that of their topic, and one word of a headline may turn a story around: so these stand
above the weights. In doubt rather new than lost.
"""

from collections.abc import Iterable

from storywatch.model import Figure, FigureKind, Stance, Statement
from storywatch.updates.agreeing import known_among, sums
from storywatch.updates.news import whom
from storywatch.updates.past import Past, PastUpdate
from storywatch.updates.reading import Telling
from storywatch.updates.reversing import is_same_speaker

SHORT = 40.0
"""Telling weight up to which a text is short: a headline, or a sentence."""

MOSTLY = 0.6
"""Share of a short text's telling weight that the only update of an event must say for it to be a repeat."""

SOME = 0.12
"""The same for a longer text."""

TURNING = frozenset({Stance.DENIES, Stance.ADMITS, Stance.WITHDRAWS})
"""Stances that turn a story."""

_GIVES_IN = frozenset({Stance.ADMITS, Stance.WITHDRAWS})
_MOST_FIGURES = 6
_AT_THE_TOP = 3
_FEW_TERMS = 4
"""Texts of fewer terms repeat the only update of an event only if it says all of them."""


def says_otherwise(telling: Telling, one: PastUpdate, past: Past) -> bool:
    """Tell whether an item says what the update that it is like does not."""
    return (
        counts_otherwise(telling, one, past) or takes_a_stance(telling, one) or says_too_little_of(telling, one, past)
    )


def counted(telling: Telling) -> list[Figure]:
    """Return the first figures of an item, without things."""
    return [figure for figure in telling.figures if figure.kind is not FigureKind.OTHER][:_MOST_FIGURES]


def counts_otherwise(telling: Telling, one: PastUpdate, past: Past) -> bool:
    """Tell whether an item gives a figure that no report of the event has, where the update has another of its kind."""
    ours, known = counted(telling), list(past.values.values())
    sums_up = any(known_among(_total(figure, total), known) for figure, total in sums(ours))
    return not sums_up and any(
        not known_among(figure, known) and _revises(figure, one.figures.values()) for figure in ours
    )


def _total(figure: Figure, total: float) -> Figure:
    return Figure(kind=figure.kind, value=total, high=total)


def _revises(figure: Figure, known: Iterable[Figure]) -> bool:
    """Tell whether a figure counts what one of the known ones does. Fewer, of a group, are a part of them."""
    known = list(known)
    return all(one.value != figure.value for one in known) and any(
        one.kind is figure.kind and (not figure.of or figure.value > one.high or bool(whom(figure.of) & whom(one.of)))
        for one in known
    )


def takes_a_stance(telling: Telling, one: PastUpdate) -> bool:
    """Tell whether somebody denies, admits or takes back what nobody does in the update. To give in is one stance."""
    told = one.stances | (_GIVES_IN if one.stances & _GIVES_IN else frozenset())
    return any(statement.stance not in told for statement in turning(telling)[:1])


def turning(telling: Telling) -> list[Statement]:
    """Return the statements at the top of an item that turn a story."""
    return [statement for statement in telling.statements[:_AT_THE_TOP] if statement.stance in TURNING]


def speaks_first(telling: Telling, one: PastUpdate) -> bool:
    """Tell whether a stance of the update is now that of somebody else."""
    return any(
        statement.speaker
        and not any(
            known.stance is statement.stance
            and (not known.speaker or is_same_speaker(known.speaker, statement.speaker))
            for known in one.statements
        )
        for statement in turning(telling)
    )


def says_too_little_of(telling: Telling, one: PastUpdate, past: Past) -> bool:
    """Tell whether a text, a short one above all, is mostly about what the update does not say.

    While the event has one update, nobody knows which words are only its topic. The more updates there are, the more it
    tells that no other one says a word, and the less must be said.
    """
    weights = past.weights(telling)
    whole = sum(weights.values())
    told = sum(weight for term, weight in weights.items() if term in one.terms)
    if len(weights) < _FEW_TERMS:
        return told < whole * 2 / (len(past.updates) + 1)
    return told < (MOSTLY if whole < SHORT else SOME) * whole * 2 / (len(past.updates) + 1)
