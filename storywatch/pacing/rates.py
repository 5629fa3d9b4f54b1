"""How many items a second a source is expected to publish, at any moment.

The estimate leans on what all sources do at that hour of the day and at those minutes of the hour, the more the less
the source itself has shown.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from storywatch.pacing.pace import Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.times import HOUR, SLOTS, hour_key, slot

SHRINK = 4.0
"""Items that the pool counts for in each hour of a source."""
PHASE_SHRINK = 2.5
"""Items that the pool counts for in each five minutes of the hour."""


@dataclass(slots=True)
class Rates:
    """The rates of one source, worked out where they are asked for."""

    items: list[float]
    exposure: list[float]
    phase: list[float]
    pool: list[float]
    level: float
    _hours: dict[int, float] = field(default_factory=dict)

    @classmethod
    def of(cls, rhythm: Rhythm, pace: Pace) -> "Rates":
        """Return the rates by what is learned of the source and of all."""
        return _rates(rhythm, pace)

    def at(self, moment: float) -> float:
        """Return items a second at a moment, in seconds since 1970."""
        hour = int(moment // HOUR)
        rate = self._hours.get(hour)
        if rate is None:
            rate = self._hours[hour] = self.in_hour(hour_key(moment))
        return rate * self.phase[slot(moment)]

    def in_hour(self, key: int) -> float:
        """Return items a second in an hour, smoothed with those beside it."""
        day, hour = key // 24 * 24, key % 24
        before, after = self._raw(day + (hour - 1) % 24), self._raw(day + (hour + 1) % 24)
        return before / 4 + self._raw(key) / 2 + after / 4

    def _raw(self, key: int) -> float:
        usual = self.level * self.pool[key]
        return (self.items[key] + SHRINK) / (self.exposure[key] + SHRINK / usual)


@lru_cache(maxsize=256)
def _rates(rhythm: Rhythm, pace: Pace) -> Rates:
    """Work them out. Who polls a few sources over and over finds what it needed after the last poll."""
    items, exposure, phase = rhythm.items.tolist(), rhythm.exposure.tolist(), rhythm.phase.tolist()
    pool, shared = _shared(pace)
    scale = SLOTS / (sum(phase) + SLOTS * PHASE_SHRINK)
    return Rates(
        items=items,
        exposure=exposure,
        phase=[scale * (own + pooled) for own, pooled in zip(phase, shared, strict=True)],
        pool=pool,
        level=(sum(items) + 1) / (sum(exposure) + 1 / pace.prior),
    )


@lru_cache(maxsize=4)
def _shared(pace: Pace) -> tuple[list[float], list[float]]:
    return pace.pool.tolist(), (PHASE_SHRINK * pace.phase).tolist()
