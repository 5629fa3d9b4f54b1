"""The use case of the pace: work it out anew in time, and bring waiting polls forward when that pays."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storywatch.pacing.allowance import Allowance
from storywatch.pacing.forward import Waiting, cheaper, heated_up, is_hotter
from storywatch.pacing.pace import Pace
from storywatch.pacing.policy import Policy
from storywatch.ports import Clock, Paces


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What a look at the pace did.

    `pace`: worked out anew; None if it holds. `forward`: polls brought forward. `glow`: the chance of a match by which
    waiting polls are planned now.
    """

    allowed: Allowance
    glow: float
    pace: Pace | None = None
    forward: int = 0


@dataclass(frozen=True, kw_only=True)
class Pacemaking:
    """Decides by pure functions; what runs over all sources runs in a thread, for there may be many."""

    paces: Paces
    clock: Clock

    async def keep(self, glow: float) -> Kept:
        """Look at the pace. `glow` is what the last look returned, 0 at first."""
        pace, allowed = await self.paces.stand()
        now = self.clock()
        if pace.is_old(now):
            return await self._refresh(pace, allowed, glow, now)
        shines = pace.heat.glow(now) if pace.heat else 0.0
        if not is_hotter(pace.heat, glow, now):
            return Kept(allowed=allowed, glow=min(glow, shines))
        waiting = await self.paces.waiting(now)
        earlier = await asyncio.to_thread(lambda: list(heated_up(waiting, pace, now)))
        return Kept(allowed=allowed, glow=shines, forward=await self._forward(earlier))

    async def _refresh(self, before: Pace, allowed: Allowance, glow: float, now: datetime) -> Kept:
        fleet = await self.paces.fleet(now)
        policy = Policy(pace=before, budgets=allowed.budgets(fleet.hosts.tolist()))
        pace = (await asyncio.to_thread(policy.refreshed, fleet, now)).pace
        if not await self.paces.keep(pace, before, allowed):
            return Kept(allowed=allowed, glow=glow)
        # Only what the operator changed is worth it: what three hours change, the next polls follow by themselves.
        if before.refreshed_at is not None:
            return Kept(allowed=allowed, glow=glow, pace=pace)
        waiting = await self.paces.waiting(now)
        earlier = await asyncio.to_thread(lambda: list(cheaper(waiting, pace, now)))
        return Kept(allowed=allowed, glow=glow, pace=pace, forward=await self._forward(earlier))

    async def _forward(self, earlier: Iterable[Waiting]) -> int:
        listed = list(earlier)
        return await self.paces.bring_forward(listed) if listed else 0
