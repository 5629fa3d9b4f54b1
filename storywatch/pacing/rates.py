"""How many items a second a source is expected to publish, at any moment.

The estimate leans on what all sources do at that hour of the day and at those minutes of the hour, the more the less
the source itself has shown.
"""

from dataclasses import dataclass, field

from storywatch.pacing.pace import Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.times import SLOTS, hour_key, slot

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
        items, exposure, phase = rhythm.items.tolist(), rhythm.exposure.tolist(), rhythm.phase.tolist()
        seen = sum(phase) + SLOTS * PHASE_SHRINK
        return cls(
            items=items,
            exposure=exposure,
            phase=[
                SLOTS * (own + PHASE_SHRINK * pooled) / seen
                for own, pooled in zip(phase, pace.phase.tolist(), strict=True)
            ],
            pool=pace.pool.tolist(),
            level=(sum(items) + 1) / (sum(exposure) + 1 / pace.prior),
        )

    def at(self, moment: float) -> float:
        """Return items a second at a moment, in seconds since 1970."""
        return self.in_hour(hour_key(moment)) * self.phase[slot(moment)]

    def in_hour(self, key: int) -> float:
        """Return items a second in an hour, smoothed with those beside it."""
        known = self._hours.get(key)
        if known is None:
            day, hour = key // 24 * 24, key % 24
            before, after = self._raw(day + (hour - 1) % 24), self._raw(day + (hour + 1) % 24)
            known = self._hours[key] = before / 4 + self._raw(key) / 2 + after / 4
        return known

    def _raw(self, key: int) -> float:
        usual = self.level * self.pool[key]
        return (self.items[key] + SHRINK) / (self.exposure[key] + SHRINK / usual)
