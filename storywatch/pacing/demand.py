"""How often all sources would be polled in the 24 hours around now, by the price of a poll."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storywatch.pacing import pooling
from storywatch.pacing.arrays import Floats
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.floors import LEAST_PAUSE
from storywatch.pacing.heat import LEAST_WEIGHT, MOST_LIKELY, MOST_WEIGHT, OWN_COOLS_IN, OWN_START, Heat, share
from storywatch.pacing.pace import Pace
from storywatch.pacing.times import HOUR, hour_key
from storywatch.pacing.tolls import pauses
from storywatch.pacing.visits import JITTER
from storywatch.pacing.waiting import LEAST_SHARE, LONGEST_PAUSE, WINDOW_SHARE

HOURS_BACK, HOURS_AHEAD = 12, 12
"""The day whose polls are to be the budget lies around now: else each eve of a quiet day would spend too much."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Demand:
    """By source and hour: `rates`, items a second, and `weighed`, the same by weight and by the minutes of the hour.

    `least`, `most`: the pauses by source that its floors allow, and that it gets at any price. A fixed pause sets both.
    `filled`: the pauses by source and hour after which so much of the document is new as may be.
    """

    rates: Floats
    weighed: Floats
    least: Floats
    most: Floats
    filled: Floats
    patience: float

    @classmethod
    def of(cls, fleet: Fleet, pace: Pace, now: datetime) -> "Demand":
        """Return what the sources would be polled around `now`."""
        keys = [hour_key(now.timestamp() + HOUR * ahead) for ahead in range(-HOURS_BACK, HOURS_AHEAD)]
        rates = pooling.hourly(fleet, pace)[:, keys]
        counts = weights(fleet, pace.heat, now) * pooling.unevenness(fleet, pace) ** 2
        floors = np.maximum(fleet.floors, LEAST_PAUSE.total_seconds())
        fixed = np.maximum(fleet.fixed, floors)
        steered, windows = fleet.fixed <= 0, fleet.rhythms["window"].astype(float)
        return cls(
            rates=rates,
            weighed=rates * counts[:, None],
            least=np.where(steered, floors, fixed)[:, None],
            most=np.where(steered, np.maximum(LONGEST_PAUSE.total_seconds(), floors), fixed)[:, None],
            filled=np.where(steered & (windows > 0), WINDOW_SHARE * windows, np.inf)[:, None] / rates,
            patience=pace.patience,
        )

    def __len__(self) -> int:
        return len(self.rates)

    def of_some(self, members: NDArray[Any]) -> "Demand":
        """Return the demand of some of the sources."""
        return Demand(
            rates=self.rates[members],
            weighed=self.weighed[members],
            least=self.least[members],
            most=self.most[members],
            filled=self.filled[members],
            patience=self.patience,
        )

    def with_patience(self, patience: float) -> "Demand":
        """Return the demand if long waits count otherwise."""
        return replace(self, patience=patience)

    def pauses(self, price: Floats) -> Floats:
        """Return the pauses by source and hour, at each source's price; `next_wait` reckons so for one."""
        priced = np.minimum(pauses(price[:, None] / self.weighed, self.patience), self.most)
        held = np.maximum(np.minimum(priced, self.filled), LEAST_SHARE * priced)
        return np.asarray(np.maximum(held, self.least))

    def hours(self, price: Floats) -> Floats:
        """Return polls by source and hour, at each source's price."""
        return np.asarray(HOUR / (1 + JITTER / 2) / self.pauses(price))

    def polls(self, price: Floats) -> Floats:
        """Return polls a day by source, at each source's price."""
        return np.asarray(self.hours(price).sum(axis=1))

    def spent(self, price: float) -> float:
        """Return polls a day of all, at one price."""
        return float(self.hours(np.full(len(self), price)).sum())


def weights(fleet: Fleet, heat: Heat | None, now: datetime) -> Floats:
    """Return the weights of all sources, as `heat.weight` does for one."""
    if heat is None:
        return np.ones(len(fleet))
    own = {name: fleet.rhythms[name].astype(float) for name in ("matches", "expected", "hot", "shown")}
    kept = np.exp(-np.maximum(now.timestamp() - fleet.rhythms["at"], 0.0) / OWN_COOLS_IN)
    usual = np.minimum(heat.glow(now) * share(own["matches"], own["expected"]), MOST_LIKELY)
    near = (own["hot"] * kept + OWN_START * usual) / (own["shown"] * kept + OWN_START)
    return np.asarray(np.minimum(LEAST_WEIGHT + near, MOST_WEIGHT))
