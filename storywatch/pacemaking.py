"""The use case of the pace: work it out anew in time, and bring waiting polls forward when that pays."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from storywatch.pacing.allowance import Allowance
from storywatch.pacing.demand import weights
from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.forward import Waiting, cheaper, heated_up, is_hotter
from storywatch.pacing.heat import Heat
from storywatch.pacing.pace import Pace
from storywatch.pacing.policy import Policy
from storywatch.ports import Clock, Paces

RESTS_A_SOURCE, RESTS_AT_MOST = timedelta(milliseconds=3), timedelta(minutes=1)
"""Pause after a look at what waits, for each source: a look costs a hundredth of that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What a look at the pace did.

    `pace`: worked out anew, for a `budget` in polls a day; None if it holds. `forward`: polls brought forward.
    `glow`: the chance of a match by which waiting polls are planned now. `looked`: when they were looked at last.
    """

    glow: float = 0.0
    looked: datetime | None = None
    pace: Pace | None = None
    budget: float = 0.0
    forward: int = 0


@dataclass(frozen=True, kw_only=True)
class Pacemaking:
    """Decides by pure functions; what runs over all sources runs in a thread, for there may be many."""

    paces: Paces
    clock: Clock

    async def keep(self, glow: float, looked: datetime | None = None) -> Kept:
        """Look at the pace. `glow` and `looked` are what the last look returned, 0 and None at first."""
        pace, allowed = await self.paces.stand()
        now = self.clock()
        if pace.is_old(now):
            return replace(await self._refresh(pace, allowed, now), glow=glow, looked=looked)
        shines = pace.heat.glow(now) if pace.heat else 0.0
        if not is_hotter(pace.heat, glow, now) or _rests(looked, pace, now):
            return Kept(glow=min(glow, shines), looked=looked)
        waiting = await self.paces.waiting(now, pace.heat)
        earlier = await asyncio.to_thread(lambda: list(heated_up(waiting, pace, now)))
        return Kept(glow=shines, looked=now, forward=await self._forward(earlier))

    async def renew(self) -> None:
        """Work the pace out anew if it is old. What an event heats up is left to the daemon."""
        pace, allowed = await self.paces.stand()
        now = self.clock()
        if pace.is_old(now):
            await self._refresh(pace, allowed, now)

    async def _refresh(self, before: Pace, allowed: Allowance, now: datetime) -> Kept:
        fleet = await self.paces.fleet(now)
        policy = Policy(pace=before, budgets=allowed.budgets_of(fleet))
        pace = (await asyncio.to_thread(policy.refreshed, fleet, now)).pace
        if not await self.paces.keep(pace, before, allowed):
            return Kept()
        # Only what the operator changed is worth it: what three hours change, the next polls follow by themselves.
        if before.refreshed_at is not None:
            return Kept(pace=pace, budget=policy.budgets.total)
        waiting = await self.paces.waiting(now)
        earlier = await asyncio.to_thread(lambda: list(cheaper(waiting, pace, now)))
        return Kept(pace=pace, budget=policy.budgets.total, forward=await self._forward(earlier))

    async def _forward(self, earlier: Iterable[Waiting]) -> int:
        listed = list(earlier)
        return await self.paces.bring_forward(listed) if listed else 0


def heavier(rhythms: Sequence[bytes], planned: Sequence[float], heat: Heat, now: datetime) -> Sequence[int]:
    """Return the places of the sources that weigh more by the heat than they were planned with."""
    fleet = Fleet.of(Member(rhythm=one) for one in rhythms)
    return [int(place) for place in np.flatnonzero(weights(fleet, heat, now) > np.array(planned))]


def _rests(looked: datetime | None, pace: Pace, now: datetime) -> bool:
    """Tell whether what waits was looked at just now: the more sources there are, the longer that holds."""
    rest = min(RESTS_A_SOURCE * pace.members, RESTS_AT_MOST)
    return looked is not None and looked <= now < looked + rest
