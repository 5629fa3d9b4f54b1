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
    "hot_words",
    "fresh_alike",
)
"""What a score is made of. docs/explanation/matching.md says what each means."""

TELLING = 2.0
"""Words that tell less make nothing alike: every seventh item says them."""

_SMOOTH = 1.0
_STRONG = 0.15

_LEAST_MASS = 80.0
"""A text of a few words is as long as one of some four: sharing two of four words is little."""

_MOST_MEMBERS = 4


Weight = tuple[str, float]
"""A stem, and how much it tells."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An item's reading with what the background says of each word: worked out once for all events.

    `stems`: its words; `names`: those that are written as names; `others`: those that are not; `telling`: those that
    make it alike, with the square of how much they tell; `expected`: in what share of items a word stands.
    """

    reading: Reading
    weights: tuple[float, ...]
    length: float
    stems: tuple[Weight, ...]
    names: tuple[Weight, ...]
    others: tuple[Weight, ...]
    telling: tuple[Weight, ...]
    expected: tuple[float, ...]

    @classmethod
    def by(cls, background: Background, reading: Reading) -> "Weighed":
        """Weigh a reading."""
        weights = tuple(background.weight(term.stem) for term in reading.terms)
        pairs = tuple(zip(reading.terms, weights, strict=True))
        return cls(
            reading=reading,
            weights=weights,
            length=math.sqrt(max(_LEAST_MASS, sum(weight * weight for weight in weights))),
            stems=tuple((term.stem, weight) for term, weight in pairs),
            names=tuple((term.stem, weight) for term, weight in pairs if term.name),
            others=tuple((term.stem, weight) for term, weight in pairs if not term.name),
            telling=tuple((term.stem, weight * weight) for term, weight in pairs if weight >= TELLING),
            expected=tuple(_SMOOTH * math.exp(-weight) for weight in weights),
        )


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
        "hot_names": heat * _known(item.names, profile) if heat else 0.0,
        "hot_words": heat * _known(item.others, profile) if heat else 0.0,
        "fresh_alike": (5 - math.log1p(profile.silence(day))) * alike,
    }


def _alike(item: Weighed, profile: Profile, background: Background) -> float:
    counts = profile.counts
    shared = sum([square * math.sqrt(counts[stem]) for stem, square in item.telling if stem in counts])
    return shared / (item.length * profile.norm(background))


def _contrast(item: Weighed, profile: Profile) -> float:
    counts, contrary, total = profile.counts, profile.contrary, 0.0
    share = (profile.others + _SMOOTH) / (profile.documents + _SMOOTH)
    for (stem, _), expected in zip(item.stems, item.expected, strict=True):
        here, there = counts.get(stem, 0), contrary.get(stem, 0)
        if here or there:
            total += math.log(share * (here + expected) / (there + expected))
    return total / math.sqrt(len(item.stems) + 1)


def _core(item: Weighed, profile: Profile, background: Background) -> float:
    """Return the lesser of two shares: of the names, and of the other words, that title and seeds share."""
    said = item.reading.stems
    names, others = profile.core_names & said, profile.core_others & said
    if not names or not others:
        return 0.0
    of_names, of_others = profile.core_masses(background)
    weights = background.weights
    shares = (
        sum(map(weights.__getitem__, names)) / (of_names + 2),
        sum(map(weights.__getitem__, others)) / (of_others + 2),
    )
    return min(shares)


def _strange(item: Weighed, profile: Profile) -> float:
    counts = profile.counts
    return sum([weight for stem, weight in item.names if stem not in counts])


def _known(words: Sequence[Weight], profile: Profile) -> float:
    """Return the share of some words of the item that stand in a fair part of the event's reports."""
    counts, enough = profile.counts, _STRONG * profile.documents
    known = sum([weight * min(1.0, counts.get(stem, 0) / enough) for stem, weight in words])
    return known / (sum([weight for _, weight in words]) + 3)


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
