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
    SHORT,
    counted,
    says_otherwise,
    says_too_little_of,
    speaks_first,
    turning,
    unknown,
)
from storywatch.updates.past import Past, PastReport, PastUpdate
from storywatch.updates.reading import SENSE, Telling

FEATURES: Mapping[str, int] = {
    "alike": 1,
    "headline": 1,
    "contrast": 1,
    "own": 1,
    "senses": 1,
    "numbers": 1,
    "fresh": -1,
    "fresh_senses": -1,
    "new_names": -1,
    "other_figures": -1,
    "new_figures": -1,
    "same_stance": 1,
    "soon": 1,
    "stale": -1,
    "looks_back": 1,
    "brief": 1,
}
"""What speaks for a repeat (1) or against (-1).

`soon`: near 1 within hours. `stale`: the logarithm of the days that lie between, unless the item looks back, which is
never too late to repeat. `contrast`: how much liker it is to this update than to any other, for what is of one event is
all alike. `own`: the logarithm of the shared weight of terms that no other update says. `senses`: how much the update
says of what it tells in words with a sense, which are deeds. `fresh`: how much of its headline nobody said before, and
`fresh_senses`: of its deeds. `brief`: near 1 for a few words, near 0 for a paragraph; rewrites of headlines have little
in common.
"""

_USUAL_LIKENESS = 0.1
"""How alike reports of different updates are at least where there is nothing to compare with."""

_A_DAY = 4.0
"""How fast nearness in time is lost: e^-4 is left after a day."""

NEARLY_THE_SAME = 0.7
RETOLD = 0.85
COPIED = 0.5
"""From these a text is in the words of an earlier one. It repeats it unless it gives other figures or turns around."""

LEAST_TERMS = 2
"""Texts that say less can't be compared: only equal ones are the same."""

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


def repeated(telling: Telling, past: Past, *, at: datetime | None) -> PastUpdate | None:
    """Return the update that an item repeats; None for one that says something new."""
    copied = past.same_text(telling, least=LEAST_PASSAGES)
    if copied is not None:
        return past.updates[copied.update]
    if len(telling.terms) < LEAST_TERMS:
        return None
    found = candidates(telling, past, at=at)
    best = next((one for one in found if not says_too_little_of(telling, one.update, past)), None)
    if best is None or not _repeats(best) or says_otherwise(telling, best.update, past):
        return None
    return None if _is_reworded(telling, best, past) else best.update


def _repeats(one: Candidate) -> bool:
    return one.features["alike"] >= RETOLD or score(one.features, shipped()["repeats"]) >= 0


def candidates(telling: Telling, past: Past, *, at: datetime | None, weights: Weights | None = None) -> list[Candidate]:
    """Return the updates that an item may repeat, the likeliest first."""
    shared = _of_item(telling, past)
    pairs = [(one, _of_pair(telling, one, past)) for one in past.candidates(telling)]
    made = []
    for one, pair in pairs:
        days = _days(at, one.reports)
        others = max((features["alike"] for other, features in pairs if other is not one), default=0.0)
        features = {
            **shared,
            **pair,
            "contrast": pair["alike"] - max(others, _USUAL_LIKENESS),
            "soon": math.exp(-_A_DAY * days),
            "stale": 0.0 if telling.looks_back else math.log1p(days),
        }
        made.append(Candidate(update=one, features=features, score=score(features, weights or shipped()["which"])))
    return sorted(made, key=lambda candidate: -candidate.score)


def score(features: Mapping[str, float], weights: Weights) -> float:
    """Return the log-odds."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())


def _of_item(telling: Telling, past: Past) -> dict[str, float]:
    """Return what an item has that no report of the event has."""
    new = [figure for figure in _people(telling) if not past.counts(figure)]
    strange = sum(term in telling.lead and not past.knows(term) for term in telling.named)
    unheard = {term for term in telling.headline if not past.knows(term)}
    return {
        "fresh": past.share(telling.headline, unheard),
        "fresh_senses": float(min(2, len(_senses(unheard)))),
        "new_figures": float(min(2, len(new))),
        "new_names": float(min(3, strange)),
        "looks_back": float(telling.looks_back),
        "brief": math.exp(-((sum(past.weights(telling).values()) / SHORT) ** 2)),
    }


def _of_pair(telling: Telling, one: PastUpdate, past: Past) -> dict[str, float]:
    """Return what an item and an update have in common."""
    compared = [report.telling for report in one.compared()]
    ours = _people(telling)
    agreeing = any(map(one.counts, ours))
    common = telling.lead & one.terms
    own = sum(weight for term, weight in past.weights(telling).items() if term in one.terms and past.is_own(term))
    return {
        "alike": max(_cosine(telling.terms, other.terms, past) for other in compared),
        "headline": max(_headlines(telling, other, past) for other in compared),
        "own": math.log1p(own),
        "senses": past.share(_senses(telling.lead), one.terms),
        "numbers": sum(past.telling_of(term) for term in telling.numbers & common),
        "other_figures": float(bool(ours) and not agreeing),
        "same_stance": float(bool(decisive(telling) & one.stances)),
    }


def _senses(terms: Iterable[str]) -> set[str]:
    return {term for term in terms if term.startswith(SENSE)}


def _days(at: datetime | None, reports: Sequence[PastReport]) -> float:
    """Return how many days lie between an item and the nearest report of an update."""
    times = [report.at for report in reports if report.at]
    return min(abs((at - time).total_seconds()) for time in times) / 86_400 if at and times else 0.0


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


def _headlines(one: Telling, other: Telling, past: Past) -> float:
    return _cosine(dict.fromkeys(one.headline, 1.0), dict.fromkeys(other.headline, 1.0), past)
