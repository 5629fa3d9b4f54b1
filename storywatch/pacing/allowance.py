"""The budget of polls, as a watch config allows it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np

from storywatch.model import Source, WatchConfig
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.pace import POLLS_A_DAY, Budgets
from storywatch.twins import twins

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What may be polled a day.

    `total`: by all sources; `paced`: of that, by those that are paced, which the hourly limit goes by. `outlets`: at
    most, by the outlets that have a cap; `per_host`: at most, by any host. `live`: there are events to follow. `given`:
    the operator said what the total is.
    """

    total: float
    paced: float
    outlets: Mapping[str, float] = field(default_factory=dict)
    per_host: float | None = None
    live: bool = True
    given: bool = True

    @classmethod
    def of(cls, config: WatchConfig) -> "Allowance":
        """Return what a config allows. Of a budget that fixed pauses use up, each paced source keeps a poll a day."""
        polled = [source for source in config.sources.values() if source.enabled]
        repeated = twins(polled)
        polled = [source for source in polled if source.id not in repeated]
        paced, fixed = sum(source.every is None for source in polled), _fixed(polled)
        total = float(config.settings.budget or POLLS_A_DAY * paced + fixed)
        return cls(
            total=total,
            paced=max(total - fixed, float(paced)),
            outlets={one.id: float(one.budget) for one in config.outlets.values() if one.budget},
            per_host=float(config.settings.per_host) if config.settings.per_host else None,
            live=bool(config.events),
            given=bool(config.settings.budget),
        )

    def budgets(self, hosts: Iterable[str]) -> Budgets:
        """Return it as the price is worked out by, with these hosts."""
        per_host = self.per_host
        return Budgets(
            total=self.total,
            outlets=self.outlets,
            hosts={} if per_host is None else dict.fromkeys(sorted(set(hosts)), per_host),
        )

    def budgets_of(self, fleet: Fleet) -> Budgets:
        """Return it as the price of these sources is worked out by, as they stand."""
        budgets = self.budgets(fleet.hosts.tolist())
        return budgets if self.given else replace(budgets, total=_usual(fleet))

    def to_object(self) -> dict[str, Any]:
        """Return it as an object of plain values."""
        return asdict(self)

    @classmethod
    def of_object(cls, stored: Mapping[str, Any]) -> "Allowance":
        """Read what `to_object` returned. What another version wrote says nothing, until this one writes anew."""
        try:
            return cls(**stored)
        except TypeError:
            return NOTHING


NOTHING = Allowance(total=0.0, paced=0.0)
"""Before the first config."""


def _usual(fleet: Fleet) -> float:
    """Return what is polled a day if the operator says nothing.

    A source that fails, or whose news is pushed, takes what its pause takes and leaves nothing to the others: else the
    one that is left of ten would be polled ten times as often.
    """
    fixed = fleet.fixed > 0
    pauses = np.maximum(fleet.fixed, fleet.floors)[fixed]
    return POLLS_A_DAY * int((~fixed).sum()) + float((DAY.total_seconds() / pauses).sum())


def _fixed(sources: Iterable[Source]) -> float:
    """Return the polls a day of fixed pauses."""
    return sum(DAY / source.every for source in sources if source.every)
