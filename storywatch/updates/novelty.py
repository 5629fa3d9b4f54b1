"""New or a repeat: which update of its event an item is likest to, and whether it repeats it.

Both are weighed sums of the same handful of numbers. The weights were fitted on labelled streams
(`bench/novelty_fit.py`), each number in the direction that sense gives it.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from storywatch.model import Figure, FigureKind, Stance
from storywatch.updates.otherwise import (
    acts_for_another,
    counted,
    counts_otherwise,
    is_hasty,
    speaks_first,
    takes_a_stance,
    turning,
    unknown,
)
from storywatch.updates.past import Past, PastUpdate
from storywatch.updates.reading import SENSE, Telling

FEATURES: Mapping[str, int] = {
    "alike": 1,
    "contrast": 1,
    "own": 1,
    "senses": 1,
    "numbers": 1,
    "latest": 1,
    "same_outlet": -1,
    "soon": 1,
    "same_stance": 1,
    "fresh_senses": -1,
    "new_names": -1,
    "new_figures": -1,
    "other_figures": -1,
    "turns": -1,
    "counts": -1,
    "acts": -1,
    "retelling": 1,
    "silence": -1,
}
"""What speaks for a repeat (1) or against (-1).

`contrast`: how much liker it is to this update than to any other, for what is of one event is all alike. `own`: the
logarithm of the shared weight of terms that no other update says. `senses`: how much the update says of what it tells
in words with a sense, which are deeds; `fresh_senses`: how many of its headline nobody said before. `latest`: the
event's last report is of this update. `soon`: near 1 within hours of the update's first report. `turns`, `counts`,
`acts`: it says otherwise than the update (`otherwise.py`). `retelling`: how many signs it bears of an explainer or a
look back. `silence`: for how long nothing came, measured by the event's own pace; an explainer breaks no silence.
"""

_USUAL_LIKENESS = 0.1
"""How alike reports of different updates are at least where there is nothing to compare with."""

_SOON = 1.5
"""Days after which nearness to an update's first report has gone down to 1/e."""

NEARLY_THE_SAME = 0.7
RETOLD = 0.85
COPIED = 0.5
"""From these a text is in the words of an earlier one. It repeats it unless it gives other figures or turns around."""

NAMED_ANEW = 2
"""From so many names that nobody said before, a question or an explanation tells no known thing again."""

LEAST_TERMS = 2
"""Texts that say less can't be compared, nor those that share but the event's declaration with its reports.

Only equal ones are the same.
"""

LEAST_PASSAGES = 12
"""So many passages make two texts one, whatever the headlines."""


Weights = Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An update that an item may repeat: the features of the pair, and the log-odds that it is this one."""

    update: PastUpdate
    features: Mapping[str, float]
    score: float


@cache
def shipped() -> Mapping[str, Weights]:
    """Return the weights of the features, with the `bias`: `which` update it is, and whether the item `repeats` it."""
    weights: Mapping[str, Weights] = json.loads(files(__package__).joinpath("weights.json").read_text("utf-8"))
    return weights


def repeated(telling: Telling, past: Past, *, at: datetime | None, outlet: str = "") -> PastUpdate | None:
    """Return the update that an item repeats; None for one that says something new."""
    copied = past.same_text(telling, least=LEAST_PASSAGES)
    if copied is not None:
        return past.updates[copied.update]
    if len(telling.terms) < LEAST_TERMS or not any(map(past.knows, past.strangers(telling.terms))):
        return None
    return chosen(telling, candidates(telling, past, at=at, outlet=outlet), past)


def chosen(
    telling: Telling, found: Sequence[Candidate], past: Past, weights: Weights | None = None
) -> PastUpdate | None:
    """Return the likeliest update if the item repeats one; None for news. A figure that revises one is always news."""
    if not found:
        return None
    best = found[0]
    repeats = best.features["alike"] >= RETOLD or score(best.features, weights or shipped()["repeats"]) >= 0
    if not repeats or best.features["counts"] or is_hasty(telling, best.update, past):
        return None
    return None if _is_reworded(telling, best, past) else best.update


def candidates(
    telling: Telling, past: Past, *, at: datetime | None, outlet: str = "", weights: Weights | None = None
) -> list[Candidate]:
    """Return the updates that an item may repeat, the likeliest first."""
    shared = _of_item(telling, past, at)
    weighed = past.weights(telling)
    pairs = [(one, _of_pair(telling, weighed, one, past)) for one in past.candidates(telling, at=at)]
    latest = past.timing.latest(at)
    made = []
    for one, pair in pairs:
        others = max((features["alike"] for other, features in pairs if other is not one), default=0.0)
        features = {
            **shared,
            **pair,
            "contrast": pair["alike"] - max(others, _USUAL_LIKENESS),
            "latest": float(one.id == latest),
            "soon": _nearness(at, one.reports[0].at),
            "same_outlet": float(outlet in one.outlets),
        }
        made.append(Candidate(update=one, features=features, score=score(features, weights or shipped()["which"])))
    return sorted(made, key=lambda candidate: -candidate.score)


def score(features: Mapping[str, float], weights: Weights) -> float:
    """Return the log-odds."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())


def _of_item(telling: Telling, past: Past, at: datetime | None) -> dict[str, float]:
    """Return what an item has that no report of the event has."""
    new = [figure for figure in _people(telling) if not past.counts(figure)]
    strange = sum(term in telling.lead and not past.knows(term) for term in telling.named)
    unheard = {term for term in telling.headline if not past.knows(term)}
    silence = past.timing.silence(at)
    retelling = 0 if strange >= NAMED_ANEW else telling.retelling
    return {
        "fresh_senses": float(min(2, len(_senses(unheard)))),
        "new_figures": float(min(2, len(new))),
        "new_names": float(min(3, strange)),
        "silence": min(silence, 0.0) if retelling else silence,
        "retelling": float(retelling),
    }


def _of_pair(telling: Telling, weighed: Weights, one: PastUpdate, past: Past) -> dict[str, float]:
    """Return what an item and an update have in common."""
    compared = [report.telling for report in one.compared()]
    ours = _people(telling)
    agreeing = any(map(one.counts, ours))
    common = telling.lead & one.terms
    own = sum(weight for term, weight in weighed.items() if term in one.terms and past.is_own(term))
    return {
        "alike": max(_cosine(telling.terms, other.terms, past) for other in compared),
        "own": math.log1p(own),
        "senses": past.share(_senses(telling.lead), one.terms),
        "numbers": sum(past.telling_of(term) for term in telling.numbers & common),
        "turns": float(takes_a_stance(telling, one)),
        "acts": float(acts_for_another(telling, one, past)),
        "counts": float(counts_otherwise(telling, one, past)),
        "other_figures": float(bool(ours) and not agreeing),
        "same_stance": float(bool(decisive(telling) & one.stances)),
    }


def _senses(terms: Iterable[str]) -> set[str]:
    return {term for term in terms if term.startswith(SENSE)}


def _nearness(one: datetime | None, other: datetime | None) -> float:
    """Return 1 for the same moment, near 0 after days; 0 if a time is unknown, for then nothing speaks for it."""
    return math.exp(-abs((one - other).total_seconds()) / 86_400 / _SOON) if one and other else 0.0


def _is_reworded(telling: Telling, best: Candidate, past: Past) -> bool:
    """Tell whether an item in the words of an earlier report changes what matters in them."""
    if best.features["alike"] < NEARLY_THE_SAME:
        copy, share = past.copied(telling)
        if copy is None or copy.update != best.update.id or share < COPIED:
            return False
    figures = unknown(_people(telling), best.update, past)
    return any(True for _ in figures) or speaks_first(telling, best.update)


def _people(telling: Telling) -> list[Figure]:
    """Return the first figures of an item that count people."""
    return [figure for figure in counted(telling) if figure.kind is not FigureKind.MONEY]


def decisive(telling: Telling) -> set[Stance]:
    """Return the stances at the top of an item that turn a story: denials, admissions, withdrawals."""
    return {one.stance for one in turning(telling)}


def _cosine(one: Mapping[str, float], other: Mapping[str, float], past: Past) -> float:
    shared = sum(one[term] * other[term] * past.weight(term) ** 2 for term in one.keys() & other.keys())
    return shared / (_norm(one, past) * _norm(other, past) or 1.0)


def _norm(terms: Mapping[str, float], past: Past) -> float:
    return math.sqrt(sum((prominence * past.weight(term)) ** 2 for term, prominence in terms.items()))
