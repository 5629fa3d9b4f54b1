"""The model: weights fitted by `python -m bench fit` on the developers' set, and the threshold of an event."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from storywatch.matching.likeness.evidence import Weights

NOISE_SHARE = 0.6
"""How far the threshold follows the noise around an event."""

_USUAL_NOISE = -4.5

_KNOWN_FROM = 400
"""Items from which the background is known."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights, and the threshold of an event in usual surroundings, in log-odds.

    `caution`: by how much the threshold is higher while nothing is known of the background.
    """

    weights: Weights
    threshold: float
    caution: float = 0.0

    def threshold_at(self, noise: float, background: int) -> float:
        """Return the threshold of an event with this noise around it, and of a background of so many items.

        What often comes near must come nearer. So must everything while it isn't known yet what everybody says.
        """
        unknown = max(0.0, 1 - background / _KNOWN_FROM)
        return self.threshold + NOISE_SHARE * max(0.0, noise - _USUAL_NOISE) + self.caution * unknown


def model_from(data: Mapping[str, Any]) -> Model:
    """Read one model of the file."""
    return Model(Weights(bias=data["bias"], of=dict(data["weights"])), data["threshold"], data["caution"])


@cache
def shipped() -> tuple[Model, Model]:
    """Return the models that ship: for events with facets, and for those without."""
    text = files("storywatch.matching.likeness").joinpath("weights.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return model_from(data["with_facets"]), model_from(data["without_facets"])


def probability(score: float) -> float:
    """Return log-odds as a number in 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def log_odds(probability: float) -> float:
    """Return the inverse of `probability`."""
    return math.log(probability / (1 - probability))
