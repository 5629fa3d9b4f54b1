"""The policy: the one object that the daemon, the simulator and the benches drive."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storywatch.pacing.bursts import after_poll
from storywatch.pacing.fleet import Fleet
from storywatch.pacing.heat import Heat, heated, matched, weight
from storywatch.pacing.observing import Seen, observe
from storywatch.pacing.pace import Budgets, Pace
from storywatch.pacing.pricing import refresh
from storywatch.pacing.rates import Rates
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.waiting import Wait, next_wait, overflown


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What a poll decides: rhythm and heat after it, and how long the next poll waits by which weight."""

    rhythm: Rhythm
    heat: Heat | None
    weight: float
    wait: Wait


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """Decides by the pace and the budgets. Pure: `now` and `dice` are arguments."""

    pace: Pace
    budgets: Budgets

    def polled(self, rhythm: Rhythm, seen: Seen, *, outlet: str, host: str, now: datetime, dice: float) -> Planned:
        """Return what follows from a poll that succeeded at `now`."""
        new = 0 if seen.backlog else len(seen.published) + seen.untimed
        heat = self.pace.heat
        burst = after_poll(rhythm, Rates.of(rhythm, self.pace), seen, now)
        learned = observe(matched(burst, heat, new, seen.matched, now), seen, now)
        warmer = None if heat is None else heated(heat, new, seen.matched, rhythm, now)
        weighs = weight(learned, warmer, now)
        price = self.pace.price_for(outlet, host)
        wait = next_wait(learned, self.pace, price=price, weight=weighs, now=now, dice=dice)
        if seen.all_new and not seen.backlog:
            wait = overflown(wait)
        return Planned(rhythm=learned, heat=warmer, weight=weighs, wait=wait)

    def wait(self, rhythm: Rhythm, *, outlet: str, host: str, now: datetime, dice: float) -> Wait:
        """Return how long the next poll waits after one at `now`, by what is known now."""
        price, weighs = self.pace.price_for(outlet, host), weight(rhythm, self.pace.heat, now)
        return next_wait(rhythm, self.pace, price=price, weight=weighs, now=now, dice=dice)

    def first_pause(self, dice: float) -> timedelta:
        """Return when a source is polled first: within a quarter of an hour, at random."""
        return timedelta(minutes=15) * dice

    def refreshed(self, fleet: Fleet, now: datetime) -> "Policy":
        """Return the policy with its pace worked out anew."""
        return replace(self, pace=refresh(fleet, self.pace, self.budgets, now))

    def with_heat(self, heat: Heat | None) -> "Policy":
        """Return the policy at this heat."""
        return replace(self, pace=replace(self.pace, heat=heat))
