"""Caps of outlets and hosts: a higher price for what would go beyond one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storywatch.pacing.arrays import Floats
from storywatch.pacing.demand import Demand
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.pace import Budgets
from storywatch.pacing.solving import price_for

ROUNDS = 5
"""What one cap leaves unspent falls to the others, and may bring another one to its cap."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Group:
    """Sources with one cap, in polls a day. `name`: "outlet:ID" or "host:NAME"."""

    name: str
    members: NDArray[np.int_]
    cap: float


def groups(fleet: Fleet, budgets: Budgets) -> list[Group]:
    """Return the groups that have a cap and members."""
    return [
        *_groups("outlet", fleet.outlets, budgets.outlets),
        *_groups("host", fleet.hosts, budgets.hosts),
    ]


def _groups(kind: str, names: NDArray[np.str_], caps: Mapping[str, float]) -> Iterator[Group]:
    if not caps or not len(names):
        return
    order = np.argsort(names, kind="stable")
    known, starts = np.unique(names[order], return_index=True)
    for name, members in zip(known.tolist(), np.split(order, starts[1:]), strict=True):
        if name in caps:
            yield Group(name=f"{kind}:{name}", members=members, cap=caps[name])


def priced(demand: Demand, grouped: list[Group], total: float) -> tuple[float, dict[str, float]]:
    """Return the price for all, and the higher ones of groups that would go beyond their caps at it."""
    dearer: dict[str, float] = {}
    for _ in range(ROUNDS):
        least = least_prices(len(demand), grouped, dearer)
        price = price_for(lambda c, least=least: float(demand.polls(np.maximum(c, least)).sum()), total)  # type: ignore[misc]
        polls = demand.polls(np.maximum(price, least))
        over = [one for one in grouped if one.name not in dearer and float(polls[one.members].sum()) > one.cap]
        if not over:
            break
        dearer |= {one.name: price_for(demand.of_some(one.members).spent, one.cap) for one in over}
    return price, dearer


def least_prices(count: int, grouped: list[Group], dearer: Mapping[str, float]) -> Floats:
    """Return the price that caps ask of each source at least."""
    least = np.zeros(count)
    for one in grouped:
        if one.name in dearer:
            least[one.members] = np.maximum(least[one.members], dearer[one.name])
    return least
