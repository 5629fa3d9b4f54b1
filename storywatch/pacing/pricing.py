"""The price of a poll: so high that the polls of a day spend the budget, and those of a cap no more than it allows.

A source polls at the rate √(wλ/2c), but not more often than its floor lets it nor less than once a day. What floors
leave unspent falls to the others, for the price that spends the whole budget is sought with them in place: water that
is filled in rises higher where less room is.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from storywatch.pacing import pooling
from storywatch.pacing.arrays import Floats
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.floors import LEAST_PAUSE
from storywatch.pacing.heat import LEAST_WEIGHT, MOST_LIKELY, OWN_COOLS_IN, OWN_START, Heat, share
from storywatch.pacing.pace import REFRESHED_EVERY, Budgets, Pace
from storywatch.pacing.times import DAY, HOUR, hour_key
from storywatch.pacing.tolls import pauses
from storywatch.pacing.visits import JITTER
from storywatch.pacing.waiting import LONGEST_PAUSE

DEAREST, CHEAPEST = 1e12, 1e-9
"""Item-seconds between which the price is sought."""
HALVINGS = 60
TRIM_POWER = 0.6
TRIM_LEAST, TRIM_MOST = 0.2, 5.0
STEP_LEAST, STEP_MOST = 0.5, 2.0
"""Bounds of what one refresh learns: a night's sleep or a burst of reloads is no reason to believe in another price."""
HOURS_AHEAD = 24
PLANNED_HOURS = REFRESHED_EVERY.total_seconds() / HOUR


def refresh(fleet: Fleet, before: Pace, budgets: Budgets, now: datetime) -> Pace:
    """Return the pace from `now` on."""
    start = pooling.prior(fleet)
    pool = pooling.pool(fleet, pooling.levels(fleet, start)) if len(fleet) else before.pool
    learned = replace(
        before,
        prior=start,
        pool=pool,
        phase=pooling.phase(fleet),
        trim=_trimmed(fleet, before, now),
        refreshed_at=now,
        polls_at=fleet.polls,
        members=len(fleet),
        usual=_usual(fleet, budgets),
        prices={},
    )
    if not len(fleet):
        return replace(learned, planned=0.0)
    demand = Demand.of(fleet, learned, now)
    priced = replace(learned, prices=_capped(fleet, demand, budgets))
    floor = _each(fleet, priced.prices)
    price = _solve(lambda c: float(demand.polls(np.maximum(c, floor)).sum()), budgets.total)
    planned = demand.hours(np.maximum(price, floor))[:, : int(PLANNED_HOURS)].sum()
    return replace(
        priced,
        price=price * learned.trim,
        prices={name: value * learned.trim for name, value in priced.prices.items()},
        planned=float(planned),
    )


def _usual(fleet: Fleet, budgets: Budgets) -> float:
    """Return the mean pause of the sources that are steered, with what the others leave of the budget."""
    fixed = np.maximum(fleet.fixed, fleet.floors)[fleet.fixed > 0]
    left = max(budgets.total - float((DAY / fixed).sum()), 1.0)
    return min(max(DAY * (len(fleet) - len(fixed)) / left, LEAST_PAUSE.total_seconds()), DAY)


def _trimmed(fleet: Fleet, before: Pace, now: datetime) -> float:
    """Return what the price is multiplied with, by what was spent of what had been planned.

    Nothing is learned where sources came or went, or where the plan was slept through.
    """
    if before.refreshed_at is None or before.members != len(fleet):
        return before.trim
    elapsed = (now - before.refreshed_at) / REFRESHED_EVERY
    if not 0.5 <= elapsed <= 1.5 or before.planned <= 0:
        return before.trim
    step = float((fleet.polls - before.polls_at) / max(1.0, before.planned * elapsed))
    bounded: float = min(max(step, STEP_LEAST), STEP_MOST)
    return min(max(before.trim * math.pow(bounded, TRIM_POWER), TRIM_LEAST), TRIM_MOST)


# What is polled at a price --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Demand:
    """What each source would poll in each of the next 24 hours: `rates` is wλ by the hour.

    `least`, `most`: the pauses that its floors allow, and that it gets at any price. A fixed pause sets both.
    """

    rates: Floats
    usual: float
    least: Floats
    most: Floats

    def of_some(self, members: NDArray[np.bool_]) -> "Demand":
        """Return the demand of some of the sources."""
        return Demand(rates=self.rates[members], usual=self.usual, least=self.least[members], most=self.most[members])

    @classmethod
    def of(cls, fleet: Fleet, pace: Pace, now: datetime) -> "Demand":
        """Return what the sources would poll from `now` on."""
        keys = [hour_key(now.timestamp() + HOUR * ahead) for ahead in range(HOURS_AHEAD)]
        rates = pooling.hourly(fleet, pace)[:, keys] * weights(fleet, pace.heat, now)[:, None]
        rates *= pooling.unevenness(fleet, pace)[:, None] ** 2
        floors = np.maximum(fleet.floors, LEAST_PAUSE.total_seconds())
        fixed = np.maximum(fleet.fixed, fleet.floors)
        least = np.where(fleet.fixed > 0, fixed, floors)
        most = np.where(fleet.fixed > 0, fixed, np.maximum(LONGEST_PAUSE.total_seconds(), floors))
        return cls(rates=rates, usual=pace.usual, least=least[:, None], most=most[:, None])

    def hours(self, price: Floats) -> Floats:
        """Return polls by source and hour, at each source's price."""
        pause = np.clip(pauses(price[:, None] / self.rates, self.usual), self.least, self.most)
        return np.asarray(HOUR / (pause * (1 + JITTER / 2)))

    def polls(self, price: Floats) -> Floats:
        """Return polls a day by source, at each source's price."""
        return np.asarray(self.hours(price).sum(axis=1))


def weights(fleet: Fleet, heat: Heat | None, now: datetime) -> Floats:
    """Return the weights of all sources, as `heat.weight` does for one."""
    if heat is None:
        return np.ones(len(fleet))
    own = {name: fleet.rhythms[name].astype(float) for name in ("matches", "expected", "hot", "shown")}
    kept = np.exp(-np.maximum(now.timestamp() - fleet.rhythms["at"], 0.0) / OWN_COOLS_IN)
    usual = np.minimum(heat.glow(now) * share(own["matches"], own["expected"]), MOST_LIKELY)
    near = (own["hot"] * kept + OWN_START * usual) / (own["shown"] * kept + OWN_START)
    return np.asarray(LEAST_WEIGHT + near)


def _solve(spent: Callable[[float], float], budget: float) -> float:
    """Return the price at which the budget is spent; what is spent falls as the price rises."""
    low, high = CHEAPEST, DEAREST
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if spent(middle) > budget else (low, middle)
    return high


def _capped(fleet: Fleet, demand: Demand, budgets: Budgets) -> Mapping[str, float]:
    """Return the price at which each capped group spends its cap."""
    found: dict[str, float] = {}
    for name, members, cap in _groups(fleet, budgets):
        own = demand.of_some(members)
        found[name] = _solve(lambda c, own=own: float(own.polls(np.full(len(own.rates), c)).sum()), cap)  # type: ignore[misc]
    return found


def _groups(fleet: Fleet, budgets: Budgets) -> Iterator[tuple[str, NDArray[np.bool_], float]]:
    for kind, names, caps in (("outlet", fleet.outlets, budgets.outlets), ("host", fleet.hosts, budgets.hosts)):
        for name, cap in caps.items():
            members = names == name
            if members.any():
                yield f"{kind}:{name}", members, cap


def _each(fleet: Fleet, prices: Mapping[str, float]) -> Floats:
    """Return the price that caps ask of each source."""
    outlets = np.array([prices.get(f"outlet:{name}", 0.0) for name in fleet.outlets])
    hosts = np.array([prices.get(f"host:{name}", 0.0) for name in fleet.hosts])
    return np.asarray(np.maximum(outlets, hosts))
