"""The budget of polls, as a watch config allows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from storywatch.model import Source, WatchConfig
from storywatch.pacing.pace import POLLS_A_DAY, Budgets
from storywatch.twins import twins

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What may be polled a day.

    `total`: by all sources; `paced`: of that, by those that are paced, which the hourly limit goes by. `outlets`: at
    most, by the outlets that have a cap; `per_host`: at most, by any host. `live`: there are events to follow.
    """

    total: float
    paced: float
    outlets: Mapping[str, float] = field(default_factory=dict)
    per_host: float | None = None
    live: bool = True

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
        )

    def budgets(self, hosts: Iterable[str]) -> Budgets:
        """Return it as the price is worked out by, with these hosts."""
        per_host = self.per_host
        return Budgets(
            total=self.total,
            outlets=self.outlets,
            hosts={} if per_host is None else dict.fromkeys(sorted(set(hosts)), per_host),
        )

    def to_object(self) -> dict[str, Any]:
        """Return it as an object of plain values."""
        return {
            "total": self.total,
            "paced": self.paced,
            "outlets": dict(self.outlets),
            "per_host": self.per_host,
            "live": self.live,
        }

    @classmethod
    def of_object(cls, stored: Mapping[str, Any]) -> "Allowance":
        """Read what `to_object` returned."""
        return cls(**stored)


def _fixed(sources: Iterable[Source]) -> float:
    """Return the polls a day of fixed pauses."""
    return sum(DAY / source.every for source in sources if source.every)
