"""The price of a poll: so high that the polls of a day spend the budget, and those of a cap no more than it allows.

What floors leave unspent falls to the others, for the price that spends the whole budget is sought with them in place:
water that is filled in rises higher where less room is.
"""

import math
from dataclasses import replace
from datetime import datetime

import numpy as np

from storywatch.pacing import pooling, tails
from storywatch.pacing.caps import groups, least_prices, priced
from storywatch.pacing.demand import HOURS_BACK, Demand
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.floors import LEAST_PAUSE
from storywatch.pacing.pace import REFRESHED_EVERY, Budgets, Pace
from storywatch.pacing.solving import price_for
from storywatch.pacing.times import DAY, HOUR

TRIM_POWER = 0.6
TRIM_LEAST, TRIM_MOST = 0.2, 5.0
STEP_MOST = 0.7
"""The most that one refresh learns: a burst of reloads is no reason to believe in another price."""
REPAID_IN, DEBT_MOST = 2.0, 0.2
"""Days in which a debt is paid back, and the most of it, in budgets of a day."""
PATIENCES = (16.0, 4.0, 2.0, 1.4, 1.0, 0.7, 0.5)
"""What may be chosen, in usual pauses."""
LATE_AS_UNIFORM, LATE_WITH_STORIES = 1.02, 0.99
"""How late the late ones may be, by those of a fixed interval. What is left out here adds a twentieth, and
more while weights come and go."""
WEIGHED_AT_MOST = 1000
"""Sources by which patience is chosen: of more, so many."""


def refresh(fleet: Fleet, before: Pace, budgets: Budgets, now: datetime) -> Pace:
    """Return the pace from `now` on."""
    start = pooling.prior(fleet)
    learned = replace(
        _reckoned(fleet, before, budgets.total, now),
        prior=start,
        pool=pooling.pool(fleet, pooling.levels(fleet, start)),
        phase=pooling.phase(fleet),
        refreshed_at=now,
        polls_at=fleet.polls,
        members=len(fleet),
        identity=fleet.identity,
        prices={},
        planned=0.0,
    )
    if not len(fleet):
        return learned
    left = replace(budgets, total=max(budgets.total - learned.debt / REPAID_IN, 0.0))
    return _priced(fleet, learned, left, now)


def _priced(fleet: Fleet, learned: Pace, budgets: Budgets, now: datetime) -> Pace:
    usual = _usual(fleet, budgets)
    latest = LATE_AS_UNIFORM if learned.heat is None else LATE_WITH_STORIES
    demand = Demand.of(fleet, learned, now)
    demand = demand.with_patience(_patience(demand, budgets.total, usual, latest))
    grouped = groups(fleet, budgets)
    price, dearer = priced(demand, grouped, budgets.total)
    hours = demand.hours(np.maximum(price, least_prices(len(fleet), grouped, dearer)))
    return replace(
        learned,
        patience=demand.patience,
        price=price * learned.trim,
        # A cap is a cap: what others spend too little is no reason to go beyond it.
        prices={name: one * max(learned.trim, 1.0) for name, one in dearer.items()},
        planned=float(hours[:, HOURS_BACK : HOURS_BACK + round(REFRESHED_EVERY.total_seconds() / HOUR)].sum()),
    )


def _usual(fleet: Fleet, budgets: Budgets) -> float:
    """Return the mean pause of the sources that are steered, with what the others leave of the budget."""
    fixed = np.maximum(fleet.fixed, fleet.floors)[fleet.fixed > 0]
    left = max(budgets.total - float((DAY / fixed).sum()), 1.0)
    return min(max(DAY * (len(fleet) - len(fixed)) / left, LEAST_PAUSE.total_seconds()), DAY)


def _patience(demand: Demand, total: float, usual: float, latest: float) -> float:
    """Return the patience with the least mean delay of those whose late ones are `latest` by one interval's at most.

    If there is none, the mean counts more the later they are.
    """
    some = demand.of_some(np.arange(0, len(demand), math.ceil(len(demand) / WEIGHED_AT_MOST)))
    share = total * len(some) / len(demand)
    uniform = np.clip(usual, some.least, some.most) + 0 * some.rates
    latest *= tails.late(uniform, some.rates)

    def badness(patience: float) -> float:
        tried = some.with_patience(patience)
        pauses = tried.pauses(np.full(len(tried), price_for(tried.spent, share)))
        return tails.mean(pauses, some.rates) * max(1.0, tails.late(pauses, some.rates) / latest) ** 3

    return min((usual * one for one in PATIENCES), key=badness)


def _reckoned(fleet: Fleet, before: Pace, total: float, now: datetime) -> Pace:
    """Return the pace with what is learned from what was spent: the trim, by what was planned, and the debt.

    The difference to the plan is taken by the budget's mean, not by the plan: else what the busy hours spend too much
    would count less than what the quiet ones spend too little. Nothing is learned where sources came or went, or where
    the plan was slept through.
    """
    if before.refreshed_at is None or before.identity != fleet.identity or before.planned <= 0:
        return before
    elapsed = (now - before.refreshed_at) / REFRESHED_EVERY
    if not 0.5 <= elapsed <= 1.5:
        return before
    spent, usual = fleet.polls - before.polls_at, max(total * REFRESHED_EVERY.total_seconds() / DAY, 1.0)
    step = _bounded((spent - before.planned * elapsed) / usual, STEP_MOST)
    trim = before.trim * math.exp(TRIM_POWER * step)
    debt = _bounded(before.debt + spent - usual * elapsed, DEBT_MOST * total)
    return replace(before, trim=min(max(trim, TRIM_LEAST), TRIM_MOST), debt=debt)


def _bounded(value: float, most: float) -> float:
    return min(max(value, -most), most)
