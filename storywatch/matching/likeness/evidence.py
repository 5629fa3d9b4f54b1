"""The evidence that an item belongs to an event: a handful of numbers, each of which can be told in a sentence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storywatch.matching.likeness.background import Background
from storywatch.matching.likeness.profile import Profile
from storywatch.matching.likeness.reading import Reading

FEATURES = (
    "facets",
    "breadth",
    "people",
    "alike",
    "contrast",
    "core",
    "strange_names",
    "hot_alike",
    "hot_names",
    "fresh_alike",
)
"""What a score is made of. docs/explanation/matching.md says what each means."""

_SMOOTH = 1.0
_STRONG = 0.15

_LEAST_MASS = 80.0
"""A text of a few words is as long as one of some four: sharing two of four words is little."""

_MOST_MEMBERS = 4


@dataclass(frozen=True, slots=True)
class Weighed:
    """An item's reading with what the background says of each word: worked out once for all events."""

    reading: Reading
    weights: tuple[float, ...]
    length: float

    @classmethod
    def by(cls, background: Background, reading: Reading) -> "Weighed":
        """Weigh a reading."""
        weights = tuple(background.weight(term.stem) for term in reading.terms)
        return cls(reading, weights, math.sqrt(max(_LEAST_MASS, sum(weight * weight for weight in weights))))


def evidence(
    item: Weighed, profile: Profile, background: Background, day: int, *, satisfied: bool, members: int, people: int
) -> dict[str, float]:
    """Return the value of each feature. Cost grows with the words of the item.

    `alike`: cosine of the item's words and the event's, rare words weighing more. `contrast`: how much likelier its
    words are in this event's reports than in what comes near without belonging. `core`: whether it says the names and
    also the other words that title and seeds share. `strange_names`: the weight of names that the event never had.
    """
    alike = _alike(item, profile, background)
    heat = math.log1p(profile.heat(day))
    return {
        "facets": float(satisfied),
        "breadth": min(members, _MOST_MEMBERS) / _MOST_MEMBERS,
        "people": float(people > 0),
        "alike": alike,
        "contrast": _contrast(item, profile),
        "core": math.log1p(3 * _core(item, profile, background)),
        "strange_names": math.log1p(_strange(item, profile)),
        "hot_alike": heat * alike,
        "hot_names": heat * _known_names(item, profile),
        "fresh_alike": (5 - math.log1p(profile.silence(day))) * alike,
    }


def _alike(item: Weighed, profile: Profile, background: Background) -> float:
    shared = sum(
        math.sqrt(profile.count(term.stem)) * weight * weight
        for term, weight in zip(item.reading.terms, item.weights, strict=True)
    )
    return shared / (item.length * profile.norm(background))


def _contrast(item: Weighed, profile: Profile) -> float:
    total, documents, others = 0.0, profile.documents, profile.others
    for term, weight in zip(item.reading.terms, item.weights, strict=True):
        here, there = profile.count(term.stem), profile.against(term.stem)
        if here or there:
            expected = _SMOOTH * math.exp(-weight)
            likely = (here + expected) / (documents + _SMOOTH)
            total += math.log(likely * (others + _SMOOTH) / (there + expected))
    return total / math.sqrt(len(item.reading.terms) + 1)


def _core(item: Weighed, profile: Profile, background: Background) -> float:
    """Return the lesser of two shares: of the names, and of the other words, that title and seeds share."""
    said = profile.core & item.reading.stems
    names, others = profile.core & profile.names, profile.core - profile.names
    return min(_share(said & names, names, background), _share(said & others, others, background))


def _share(said: frozenset[str], of: frozenset[str], background: Background) -> float:
    return sum(map(background.weight, said)) / (sum(map(background.weight, of)) + 2)


def _strange(item: Weighed, profile: Profile) -> float:
    return sum(
        weight
        for term, weight in zip(item.reading.terms, item.weights, strict=True)
        if term.name and not profile.count(term.stem)
    )


def _known_names(item: Weighed, profile: Profile) -> float:
    """Return the share of the item's names that stand in a fair part of the event's reports."""
    enough = _STRONG * profile.documents
    named = [(term, weight) for term, weight in zip(item.reading.terms, item.weights, strict=True) if term.name]
    known = sum(weight * min(1.0, profile.count(term.stem) / enough) for term, weight in named)
    return known / (sum(weight for _, weight in named) + 3)


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: what each feature adds for one unit, and what stands before any of them."""

    bias: float
    of: Mapping[str, float]

    def score(self, features: Mapping[str, float]) -> float:
        """Return the log-odds that the item belongs to the event."""
        return self.bias + sum(weight * features[name] for name, weight in self.of.items())

    def points(self, features: Mapping[str, float]) -> Sequence[tuple[str, float]]:
        """Return what each feature adds to the score."""
        return [(name, weight * features[name]) for name, weight in self.of.items()]
