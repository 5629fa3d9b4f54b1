"""The background: how many of the items that came by say a word. What everybody says tells little of an event."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from storywatch.matching.likeness.common import COMMON
from storywatch.matching.likeness.reading import stem as stem_of

RENEWED_EVERY = 200
"""Items after which what was counted takes effect, so that decisions in between rest on the same numbers."""

_PRIOR_ITEMS = 100
_PRIOR_SHARE = 0.004
_COUNTRY_SHARE = 0.02
_PRIOR = {stem_of(word): share for word, share in COMMON.items()}
"""Before anything came by, a word is taken to be in such a share of so many items."""

MOST_WORDS = 400_000
"""Words that are counted. Beyond, those that came once are forgotten."""


class Background:
    """Counts of words over items. `generation` changes when what was counted takes effect.

    `weights`: how much each word tells, for loops over many words.
    """

    def __init__(self) -> None:
        self.items = 0
        self.generation = 0
        self._counts: Counter[str] = Counter()
        self._pending: Counter[str] = Counter()
        self._waiting = 0
        self.weights: Mapping[str, float] = _Weights(self._weigh)
        self._renewed: Counter[str] = Counter()

    @property
    def known(self) -> int:
        """How many items were counted, those included whose words have yet to take effect."""
        return self.items + self._waiting

    def add(self, stems: Iterable[str]) -> None:
        """Count one item."""
        self._pending.update(stems)
        self._waiting += 1
        if self._waiting >= RENEWED_EVERY:
            self._renew()

    def take_back(self, stems: Iterable[str]) -> None:
        """Count the item no longer that was counted last. What took effect with it is undone, as it was just done."""
        if not self._waiting and self._renewed:
            self._counts.subtract(self._renewed)
            self.items -= RENEWED_EVERY
            self._pending, self._waiting, self._renewed = self._renewed, RENEWED_EVERY, Counter()
            self._changed()
        self._pending.subtract(stems)
        self._waiting -= 1

    def _renew(self) -> None:
        self._counts.update(self._pending)
        self.items += self._waiting
        self._renewed = self._pending if self._waiting == RENEWED_EVERY else Counter()
        self._pending, self._waiting = Counter(), 0
        if len(self._counts) > MOST_WORDS:
            self._counts = Counter({word: count for word, count in self._counts.items() if count > 1})
        self._changed()

    def _changed(self) -> None:
        self.weights = _Weights(self._weigh)
        self.generation += 1

    def share(self, stem: str) -> float:
        """Return the share of items that say a word, above 0 and at most 1."""
        return math.exp(-self.weight(stem))

    def weight(self, stem: str) -> float:
        """Return how much a word tells: the negative logarithm of its share."""
        return self.weights[stem]

    def _weigh(self, stem: str) -> float:
        usual = _PRIOR.get(stem, _COUNTRY_SHARE if stem.startswith("@") else _PRIOR_SHARE)
        share = (self._counts.get(stem, 0) + _PRIOR_ITEMS * usual) / (self.items + _PRIOR_ITEMS)
        return -math.log(min(1.0, share))

    def saved(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        counts, pending = dict(self._counts), dict(self._pending)
        return {"items": self.items, "counts": counts, "pending": pending, "waiting": self._waiting}

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> "Background":
        """Return what `saved` gave."""
        made = cls()
        made.items, made._waiting = data["items"], data["waiting"]
        made._counts, made._pending = Counter(data["counts"]), Counter(data["pending"])
        return made


class _Weights(dict[str, float]):
    """The weights of the words that were asked for. They stand until what was counted takes effect."""

    def __init__(self, weigh: Callable[[str], float]) -> None:
        super().__init__()
        self._weigh = weigh

    def __missing__(self, stem: str) -> float:
        weight = self[stem] = self._weigh(stem)
        return weight
