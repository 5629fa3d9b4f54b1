"""What a report adds to its event, in its own words: the sentences that say it, figures, names, statements."""

import math
from collections.abc import Iterable, Iterator, Sequence

from storywatch.difference import sentences
from storywatch.matching.likeness.countries import COUNTRY_OF
from storywatch.matching.likeness.reading import stem
from storywatch.model import (
    Figure,
    FigureChange,
    FigureKind,
    Item,
    KnownFigure,
    KnownStatement,
    News,
    Severity,
    Stance,
    Statement,
)
from storywatch.updates.naming import new_names
from storywatch.updates.past import Past
from storywatch.updates.reading import Telling, read
from storywatch.updates.reversing import against, is_same_speaker

MOST_LEAD_CHARS = 320
"""Of one sentence of the lead; what is longer is cut at a word."""

LEAD_FROM = 8
"""Sentences from the top among which the lead is looked for."""

_SECOND = 0.5
"""Share of the first sentence's news that a second one must add to stand beside it."""

_FIGURE_WEIGHT = 6.0
_STATEMENT_WEIGHT = 4.0
_SHORT_SENTENCE = 60
_SAME_STATEMENT = 0.5
_TAKES_BACK = frozenset({Stance.ADMITS, Stance.WITHDRAWS, Stance.CONFIRMS})


def news_of(item: Item, telling: Telling, past: Past) -> News:
    """Return what an item that opens an update adds to what the event knows."""
    revision = item.revision
    return news_in(revision.title, (revision.summary, revision.content), telling, past)


def news_in(title: str, bodies: Iterable[str], telling: Telling, past: Past, *, item: str = "") -> News:
    """Return what a text adds to what the event knows; `item`: the one whose own figures it revises."""
    figures = tuple(_changes(telling.figures, past, item))
    statements = tuple(statement for statement in telling.statements if not _is_known(statement, past))
    turned = [(statement, earlier) for statement in statements if (earlier := against(statement, past))]
    return News(
        lead=_lead(title, bodies, figures, statements, past),
        names=new_names(bodies, past) if len(past) else (),
        figures=figures,
        statements=statements,
        reverses=turned[0][1] if turned else None,
        severity=_severity(figures, statements, turned),
    )


def _severity(
    figures: Sequence[FigureChange], statements: Iterable[Statement], turned: Iterable[tuple[Statement, KnownStatement]]
) -> Severity:
    deaths = any(change.now.kind is FigureKind.KILLED for change in figures)
    taken_back = any(statement.stance in _TAKES_BACK for statement, _ in turned)
    withdrawn = any(statement.stance is Stance.WITHDRAWS for statement in statements)
    return Severity.HIGH if deaths or taken_back or withdrawn else Severity.NORMAL


def _changes(figures: Iterable[Figure], past: Past, item: str) -> Iterator[FigureChange]:
    own = [known for known in past.figures if known.item == item]
    for figure in figures:
        if not past.counts(figure):
            yield FigureChange(now=figure, before=before(figure, own) or before(figure, past.figures))


def before(figure: Figure, known: Sequence[KnownFigure]) -> KnownFigure | None:
    """Return the last figure of the same kind that counts the same people; None for the first."""
    counted = whom(figure.of)
    for one in reversed(known):
        if one.figure.kind is figure.kind and (whom(one.figure.of) & counted or one.figure.of == figure.of):
            return one
    return None


def whom(of: str) -> frozenset[str]:
    """Return whom a figure counts, in a form that is the same for Americans and US citizens."""
    return frozenset(COUNTRY_OF.get(word) or stem(word) for word in of.split())


def _is_known(statement: Statement, past: Past) -> bool:
    """Tell whether the same speaker took the same stance on the same thing before."""
    return any(
        known.statement.stance is statement.stance
        and (
            known.statement.speaker == statement.speaker or is_same_speaker(known.statement.speaker, statement.speaker)
        )
        and _overlap(known.statement.quote, statement.quote) >= _SAME_STATEMENT
        for known in past.statements[-200:]
    )


def _overlap(one: str, other: str) -> float:
    ours, theirs = (read(f"\n{quote}").terms.keys() for quote in (one, other))
    return len(ours & theirs) / (len(ours | theirs) or 1)


def _lead(
    title: str, bodies: Iterable[str], figures: Sequence[FigureChange], statements: Sequence[Statement], past: Past
) -> tuple[str, ...]:
    """Return the one or two sentences that say what is new, in their order; the headline where there is no text."""
    told = list(dict.fromkeys(sentence for _, sentence in sentences(*bodies)))[:LEAD_FROM]
    if not told:
        return (cut(" ".join(title.split())),) if title.strip() else ()
    new = {change.now.quote for change in figures}, {statement.quote for statement in statements}
    seen: set[str] = set()
    first = max(range(len(told)), key=lambda at: (_adds(told[at], seen, new, past) / (1 + at / LEAD_FROM), -at))
    most = _adds(told[first], seen, new, past)
    seen |= set(read(f"\n{told[first]}").terms)
    rest = [at for at in range(len(told)) if at != first]
    chosen = [first]
    if rest:
        second = max(rest, key=lambda at: (_adds(told[at], seen, new, past) / (1 + at / LEAD_FROM), -at))
        if _adds(told[second], seen, new, past) >= _SECOND * most:
            chosen.append(second)
    return tuple(cut(told[at]) for at in sorted(chosen))


def _adds(sentence: str, seen: set[str], new: tuple[set[str], set[str]], past: Past) -> float:
    """Return how much a sentence says that the event does not know, for its length."""
    terms = read(f"\n{sentence}").terms
    fresh = sum(past.weight(term) * (1.0 if not past.knows(term) else 0.15) for term in terms if term not in seen)
    figures, statements = new
    fresh += _FIGURE_WEIGHT * (sentence in figures) + _STATEMENT_WEIGHT * (sentence in statements)
    return fresh / math.sqrt(max(_SHORT_SENTENCE, len(sentence)))


def cut(sentence: str) -> str:
    """Return a sentence, or as much of it as a message has room for, cut at a word."""
    if len(sentence) <= MOST_LEAD_CHARS:
        return sentence
    return sentence[: MOST_LEAD_CHARS - 1].rsplit(" ", 1)[0].rstrip(" ,;:—–-") + "…"
