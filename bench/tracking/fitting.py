"""Fits the weights that ship: a logistic model under constraints of sign, on the developers' set alone.

Every story counts alike, however many follow-ups it has. What an event learns depends on the weights, so the stream
passes several times, each time by the weights fitted on the pass before.
"""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from bench.tracking.devset import DevSet, Story, load
from bench.tracking.passing import Pair, passed
from storywatch.matching.likeness import Model, Weights
from storywatch.matching.matcher import Models

SIGNS = {"strange_names": -1}
"""The sign that a weight may have where it is not positive: evidence against can't become evidence for by accident."""

WITH_FACETS = ("facets", "breadth", "alike", "contrast", "core", "strange_names", "hot_alike", "hot_names", "hot_words")
WITHOUT = ("alike", "contrast", "core", "strange_names", "fresh_alike", "hot_names", "hot_words")

RIDGE = 20.0
ROUNDS = 4
MOST_FALSE_ALERTS = {True: 0.03, False: 0.04}
"""False alerts per event and week that the threshold may bring on the stories that it is fitted on: by facets."""

BY_HAND = {"people": 2.0}
"""The events of the set declare no people. Chosen on the sample event's stream, where twice as much took others in."""

CAUTION = {True: 2.75, False: 0.0}
"""Chosen by hand: with facets little is lost by waiting for what the background says, without them everything is."""

_ROUGH = Weights(
    bias=-8.0,
    of={
        "facets": 2.0,
        "breadth": 2.0,
        "alike": 8.0,
        "contrast": 0.4,
        "core": 0.7,
        "strange_names": -0.4,
        "hot_alike": 2.0,
        "hot_names": 0.3,
    },
)
START = Models(with_facets=Model(_ROUGH, -0.7), without=Model(_ROUGH, -0.7))
DECLARATIONS = {True: "events.yaml", False: "events-title-only.yaml"}

WEIGHTS = Path(__file__).parents[2] / "storywatch" / "matching" / "likeness" / "weights.json"


def fitted(devset: DevSet, stories: Sequence[Story], *, facets: bool, first: Sequence[Pair] = ()) -> Model:
    """Return the model fitted on some stories; `facets`: for events that declare them.

    `first`: what comes of a pass by `START` for these stories and others, if it is known.
    """
    model = START.with_facets
    names = {story.event.id for story in stories}
    pairs = [pair for pair in first if pair.story in names]
    for number in range(ROUNDS):
        if number or not pairs:
            pairs = passed(devset, stories, both(model))
        model = replace(_fit(pairs, WITH_FACETS if facets else WITHOUT), caution=CAUTION[facets])
    return Model(model.weights, _threshold(model, pairs, stories, MOST_FALSE_ALERTS[facets]), CAUTION[facets])


def both(model: Model) -> Models:
    """Return one model for either kind of event."""
    return Models(with_facets=model, without=model)


def _fit(pairs: Sequence[Pair], names: Sequence[str]) -> Model:
    values = np.array([[pair.features[name] for name in names] for pair in pairs])
    wanted = np.array([pair.positive for pair in pairs], dtype=float)
    counts: dict[str, int] = defaultdict(int)
    for pair in pairs:
        counts[pair.story] += pair.positive
    importance = np.array([1 / math.sqrt(max(1, counts[pair.story])) for pair in pairs])
    importance /= importance.mean()
    means, scales = values.mean(axis=0), values.std(axis=0) + 1e-9
    design = np.hstack([np.ones((len(pairs), 1)), (values - means) / scales])

    def loss(weights: Any) -> tuple[float, Any]:
        scores = design @ weights
        chances = 1 / (1 + np.exp(-scores))
        ridge = RIDGE * np.r_[0, weights[1:]]
        value = float((importance * (np.logaddexp(0, scores) - wanted * scores)).sum() + ridge @ weights)
        return value, design.T @ (importance * (chances - wanted)) + 2 * ridge

    bounds = [(None, None), *((0, None) if SIGNS.get(name, 1) > 0 else (None, 0) for name in names)]
    start = np.r_[-6.0, np.zeros(len(names))]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = found[1:] / scales
    of = {name: float(weight) for name, weight in zip(names, weights, strict=True)} | BY_HAND
    return Model(Weights(bias=float(found[0] - means @ weights), of=of), START.with_facets.threshold)


def _threshold(model: Model, pairs: Sequence[Pair], stories: Sequence[Story], most: float) -> float:
    """Return the threshold of the best macro F1, smoothed, with few false alerts."""
    steps = [number / 10 for number in range(-25, 26)]
    reached = [_macro(model, pairs, stories, step) for step in steps]
    allowed = [number for number in range(2, len(steps) - 2) if reached[number][1] <= most]
    best = max(allowed, key=lambda number: sum(f1 for f1, _ in reached[number - 2 : number + 3]))
    return steps[best]


def _macro(model: Model, pairs: Sequence[Pair], stories: Sequence[Story], threshold: float) -> tuple[float, float]:
    """Return macro F1 and false alerts per event and week at a threshold."""
    hits: dict[str, int] = defaultdict(int)
    alerts: dict[str, int] = defaultdict(int)
    shifted = Model(model.weights, threshold, model.caution)
    for pair in pairs:
        if model.weights.score(pair.features) >= shifted.threshold_at(pair.around):
            alerts[pair.story] += 1
            hits[pair.story] += pair.positive
    names = {story.event.id: len(story.positives) for story in stories}
    f1 = sum(2 * hits[name] / (alerts[name] + wanted) for name, wanted in names.items()) / len(names)
    false = sum(alerts[name] - hits[name] for name in names) / sum(story.weeks for story in stories)
    return f1, false


@dataclass(frozen=True, slots=True)
class _Shipped:
    """The two models as they stand in the file."""

    with_facets: Model
    without: Model

    def text(self) -> str:
        """Return the file's text."""
        parts = {"with_facets": self.with_facets, "without_facets": self.without}
        return json.dumps({name: _plain(model) for name, model in parts.items()}, indent=2) + "\n"


def _plain(model: Model) -> dict[str, Any]:
    weights = {name: round(weight, 4) for name, weight in model.weights.of.items()}
    return {
        "threshold": round(model.threshold, 2),
        "caution": model.caution,
        "bias": round(model.weights.bias, 4),
        "weights": weights,
    }


def refitted() -> str:
    """Fit on all stories and return the text of the file that ships."""
    models = []
    for facets in (True, False):
        devset = load(DECLARATIONS[facets])
        models.append(fitted(devset, devset.stories, facets=facets))
    return _Shipped(*models).text()


def main() -> None:
    """Fit on all stories and write the file that ships."""
    WEIGHTS.write_text(refitted(), encoding="utf-8")
    print(WEIGHTS.read_text(encoding="utf-8"))
