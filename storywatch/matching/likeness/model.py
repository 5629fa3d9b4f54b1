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

_WARINESS, _MOST_WARY = 0.25, 4
"""What a rejection raises the threshold by that is of late or isn't outweighed by two confirmations; how many count."""

_KNOWN_FROM = 400
"""Items from which the background is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What an event's threshold depends on.

    `noise`: how well what doesn't belong has scored of late. `background`: over how many items it is known what
    everybody says. `confirmed` and `rejected`: answers of people; `lately`: rejections of items of about this time.
    """

    noise: float
    background: int
    confirmed: int
    rejected: int
    lately: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """Weights, and the threshold of an event in usual surroundings, in log-odds.

    `caution`: by how much the threshold is higher while nothing is known of the background.
    """

    weights: Weights
    threshold: float
    caution: float = 0.0

    def raised(self, around: Surroundings) -> Mapping[str, float]:
        """Return by what the threshold is raised: `noise`, `background`, `answers`."""
        return {
            "noise": NOISE_SHARE * max(0.0, around.noise - _USUAL_NOISE),
            "background": self.caution * max(0.0, 1 - around.background / _KNOWN_FROM),
            "answers": _WARINESS * min(_MOST_WARY, max(around.lately, around.rejected - around.confirmed / 2)),
        }

    def threshold_at(self, around: Surroundings) -> float:
        """Return the threshold of an event in its surroundings.

        What often comes near must come nearer. So must everything while it isn't known yet what everybody says, and
        while people reject more than they confirm, or did so lately.
        """
        return self.threshold + sum(self.raised(around).values())


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
