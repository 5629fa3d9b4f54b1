"""Pace: what holds for all sources together, worked out anew every three hours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from storywatch.pacing.arrays import Floats
from storywatch.pacing.heat import Heat
from storywatch.pacing.times import HOURS, SLOTS
from storywatch.pacing.tolls import waiting

REFRESHED_EVERY = timedelta(hours=3)
POLLS_A_DAY = 96.0
"""The budget of each source, if the operator says nothing."""
FIRST_PRIOR = 0.5 / 21600
"""Items a second of a source of which nothing is known: two a day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budgets:
    """Polls a day: of all sources together, and at most of single outlets (by id) and hosts (by name)."""

    total: float
    outlets: Mapping[str, float] = field(default_factory=dict)
    hosts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pace:
    """`pool`: how much busier than its mean the fleet is, by hour; `phase`: by five minutes of the hour, 1 on average.

    `prior`: items a second of a source that nothing is known of. `patience`: seconds from which on waiting counts
    double; see `tolls`. `price`: the waiting, in item-seconds, that is worth
    a poll; `prices`: where a cap asks for more, by "outlet:ID" and "host:NAME". `trim`: what the price is multiplied
    with to spend what was planned. `planned`: polls from `refreshed_at` to the next refresh; `polls_at`: how many
    there had ever been then, by so many `members`, and `identity` which. `debt`: polls that were spent
    beyond the budget. `heat`: None while there are no live events.
    """

    pool: Floats
    phase: Floats
    prior: float
    price: float
    patience: float = 86400.0 / POLLS_A_DAY
    prices: Mapping[str, float] = field(default_factory=dict)
    trim: float = 1.0
    refreshed_at: datetime | None = None
    planned: float = 0.0
    polls_at: int = 0
    members: int = 0
    identity: int = 0
    debt: float = 0.0
    heat: Heat | None = None

    @classmethod
    def first(cls) -> "Pace":
        """Return what holds before anything is learned: every hour like the other, `POLLS_A_DAY` for each source."""
        pause = 86400.0 / POLLS_A_DAY
        return cls(
            pool=np.ones(HOURS), phase=np.ones(SLOTS), prior=FIRST_PRIOR, price=FIRST_PRIOR * waiting(pause, pause)
        )

    def price_for(self, outlet: str = "", host: str = "") -> float:
        """Return the price of a poll: the highest of those that bind it."""
        dearer = (self.prices.get(f"outlet:{outlet}", 0.0), self.prices.get(f"host:{host}", 0.0))
        return max(self.price, *dearer)

    def is_old(self, now: datetime) -> bool:
        """Tell whether it is to be worked out anew; one from the future is of a wrong clock."""
        return self.refreshed_at is None or not timedelta() <= now - self.refreshed_at < REFRESHED_EVERY

    def to_json(self) -> str:
        """Return it as JSON."""
        heat = self.heat and {"x": self.heat.x, "y": self.heat.y, "at": self.heat.at and self.heat.at.isoformat()}
        plain = {name: getattr(self, name) for name in _PLAIN}
        moment = self.refreshed_at.isoformat() if self.refreshed_at else None
        arrays = {"pool": self.pool.tolist(), "phase": self.phase.tolist()}
        return json.dumps(
            {**plain, **arrays, "prices": dict(self.prices), "refreshed_at": moment, "heat": heat}, allow_nan=False
        )

    @classmethod
    def of_json(cls, stored: str) -> "Pace":
        """Read what `to_json` wrote; what can't be read is forgotten."""
        try:
            return _read(json.loads(stored))
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls.first()


_PLAIN = ("prior", "price", "patience", "trim", "planned", "polls_at", "members", "identity", "debt")


def _read(raw: Mapping[str, Any]) -> Pace:
    pool, phase = np.array(raw["pool"], dtype=float), np.array(raw["phase"], dtype=float)
    heat = raw["heat"]
    pace = Pace(
        pool=pool,
        phase=phase,
        prices={str(name): float(price) for name, price in raw["prices"].items()},
        refreshed_at=_moment(raw["refreshed_at"]),
        heat=heat and Heat(x=float(heat["x"]), y=float(heat["y"]), at=_moment(heat["at"])),
        prior=float(raw["prior"]),
        price=float(raw["price"]),
        patience=float(raw["patience"]),
        trim=float(raw["trim"]),
        planned=float(raw["planned"]),
        polls_at=int(raw["polls_at"]),
        members=int(raw["members"]),
        identity=int(raw["identity"]),
        debt=float(raw["debt"]),
    )
    sizes = pool.shape == (HOURS,) and phase.shape == (SLOTS,)
    if not (
        sizes and np.all(pool > 0) and np.all(phase > 0) and pace.prior > 0 and pace.price > 0 and pace.patience > 0
    ):
        raise ValueError("not a pace")
    return pace


def _moment(raw: str | None) -> datetime | None:
    return datetime.fromisoformat(raw) if raw else None
