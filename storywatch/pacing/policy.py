"""The policy: the one object that the daemon, the simulator and the benches drive."""

from dataclasses import dataclass, replace
from datetime import datetime

from storywatch.pacing.bursts import after_poll
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.heat import Heat, counted, heated, matched, weight
from storywatch.pacing.observing import Seen, observe
from storywatch.pacing.pace import Budgets, Pace
from storywatch.pacing.pricing import refresh
from storywatch.pacing.rates import Rates
from storywatch.pacing.reach import within_reach
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.waiting import Wait, next_wait

UNSAID = Budgets(total=0.0)
"""Who never works the pace out anew needs no budgets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What a poll decides: rhythm and heat after it, and how long the next poll waits by which weight.

    `new`, `matched`: its items that heat or cool, and how many of them matched.
    """

    rhythm: Rhythm
    heat: Heat | None
    weight: float
    wait: Wait
    new: float
    matched: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """Decides by the pace, and works that out by the budgets. Pure: `now` and `dice` are arguments."""

    pace: Pace
    budgets: Budgets = UNSAID

    def polled(self, rhythm: Rhythm, seen: Seen, *, outlet: str, host: str, now: datetime, dice: float) -> Planned:
        """Return what follows from a poll that succeeded at `now`."""
        new, matches = counted(seen, now)
        heat, told = self.pace.heat, within_reach(seen, rhythm, now)
        burst = after_poll(rhythm, Rates.of(rhythm, self.pace), told, now)
        learned = observe(matched(burst, heat, new, matches, now), told, now)
        warmer = None if heat is None else heated(heat, new, matches, rhythm, now)
        weighs = weight(learned, warmer, now)
        price = self.pace.price_for(outlet, host)
        overflown = seen.all_new and not seen.backlog
        wait = next_wait(learned, self.pace, price=price, weight=weighs, now=now, dice=dice, overflown=overflown)
        return Planned(rhythm=learned, heat=warmer, weight=weighs, wait=wait, new=new, matched=matches)

    def refreshed(self, fleet: Fleet, now: datetime) -> "Policy":
        """Return the policy with its pace worked out anew."""
        return replace(self, pace=refresh(fleet, self.pace, self.budgets, now))

    def with_heat(self, heat: Heat | None) -> "Policy":
        """Return the policy at this heat."""
        return replace(self, pace=replace(self.pace, heat=heat))
