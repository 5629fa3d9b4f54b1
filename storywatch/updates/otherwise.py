"""What speaks for news however alike an item is to an update: another figure, another stance, another who acts.

The likeness of short texts is that of their topic, and one word of a headline may turn a story around.
"""

from collections.abc import Iterable, Iterator, Sequence

from storywatch.model import Figure, FigureKind, Stance, Statement
from storywatch.updates.agreeing import sums
from storywatch.updates.news import whom
from storywatch.updates.past import Past, PastUpdate
from storywatch.updates.reading import Telling
from storywatch.updates.reversing import is_same_speaker

YOUNG = 3
"""Updates until which nobody knows which words are only an event's topic."""

SHORT = 40.0
"""Telling weight up to which a text is short: a headline, or a sentence."""

MOST = 0.75
"""Share of a short text that the only update of an event must say; of two updates one half of that, and so on."""

MOST_OF_LONG = 0.3
"""Share of a longer text that the only update must say."""

TURNING = frozenset({Stance.DENIES, Stance.ADMITS, Stance.WITHDRAWS})
"""Stances that turn a story."""

_GIVES_IN = frozenset({Stance.ADMITS, Stance.WITHDRAWS})
_MOST_FIGURES = 6
_AT_THE_TOP = 3


def counted(telling: Telling) -> list[Figure]:
    """Return the first figures of an item, without things."""
    return [figure for figure in telling.figures if figure.kind is not FigureKind.OTHER][:_MOST_FIGURES]


def counts_otherwise(telling: Telling, one: PastUpdate, past: Past) -> bool:
    """Tell whether an item gives a figure that no report of the event has, where the update has another of its kind.

    Where it repeats one of the update, what is less is a part of that.
    """
    ours = counted(telling)
    added = sums(ours)
    if added and any((known.kind, known.value) in added for known in past.values.values()):
        return False
    return any(_revises(figure, one.figures.values()) for figure in unknown(ours, one, past))


def unknown(ours: Sequence[Figure], one: PastUpdate, past: Past) -> Iterator[Figure]:
    """Yield the figures that no report of the event gives, without what is a part of one that the update gives."""
    wholes = [figure for figure in ours if one.counts(figure)]
    for figure in ours:
        if not past.counts(figure) and not any(_is_part(figure, whole) for whole in wholes):
            yield figure


def _is_part(figure: Figure, whole: Figure) -> bool:
    return figure.kind is whole.kind and figure.value < whole.value


def _revises(figure: Figure, known: Iterable[Figure]) -> bool:
    """Tell whether a figure counts what one of the known ones does. Fewer, of a group, are a part of them."""
    known = list(known)
    return all(one.value != figure.value for one in known) and any(
        one.kind is figure.kind and (not figure.of or figure.value > one.high or bool(whom(figure.of) & whom(one.of)))
        for one in known
    )


def takes_a_stance(telling: Telling, one: PastUpdate) -> bool:
    """Tell whether somebody at the top denies, admits or takes back what nobody does in the update.

    To give in is one stance.
    """
    told = one.stances | (_GIVES_IN if one.stances & _GIVES_IN else frozenset())
    return any(statement.stance not in told for statement in turning(telling)[:1] if statement.quote == telling.top)


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


def is_hasty(telling: Telling, one: PastUpdate, past: Past) -> bool:
    """Tell whether too little is known of a young event to say that an item repeats its update.

    All that is known is what a few reports said, within hours: whatever comes then is soon, and of the latest update.
    """
    updates = len(past.updates)
    if updates > YOUNG:
        return False
    is_short = sum(past.weights(telling).values()) < SHORT
    least = MOST / updates if is_short else MOST_OF_LONG if updates == 1 else 0.0
    return past.share(telling.lead, one.terms) < least or (updates == 1 and takes_a_stance(telling, one))


def acts_for_another(telling: Telling, one: PastUpdate, past: Past) -> bool:
    """Tell whether a headline has another country do what the update has one do: France evacuates, Spain evacuates."""
    actor = telling.actor
    return bool(actor and actor not in one.terms and past.strangers(one.actors))
