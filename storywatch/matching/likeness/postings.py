"""Which events say a word."""

import math
from collections.abc import Iterable, Mapping


class Postings:
    """Which events say a word, and how much of it, so that an item meets only the events that it has words of."""

    def __init__(self) -> None:
        self._roots: dict[str, dict[str, float]] = {}

    def put(self, event: str, counts: Mapping[str, float], stems: Iterable[str]) -> None:
        """Say in how many of its reports an event says words now: those of `stems`."""
        for stem in stems:
            count = counts.get(stem)
            if count:
                self._roots.setdefault(stem, {})[event] = _ROOTS.get(count) or math.sqrt(count)
            else:
                self._discard(event, stem)

    def _discard(self, event: str, stem: str) -> None:
        roots = self._roots.get(stem, {})
        if roots.pop(event, None) and not roots:
            del self._roots[stem]

    def __len__(self) -> int:
        """Return how many words are said."""
        return len(self._roots)

    def of(self, stem: str) -> Mapping[str, float]:
        """Return the events that say a word, each with the square root of how many of its reports do."""
        return self._roots.get(stem, _NOBODY)


_NOBODY: Mapping[str, float] = {}
_ROOTS = {float(count): math.sqrt(count) for count in range(1, 33)}
"""Kept, so that each event that says a word once costs no number of its own."""
