"""The use case of push: ask hubs, answer what they ask back, and promise to store what they push."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from storywatch import callbacks, push
from storywatch.errors import Fault, HubError
from storywatch.model import PushSettings
from storywatch.ports import Clock, Hubs, Pushes
from storywatch.push import HubMode, Push, PushState


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One request to a hub, for the log. `fault`: why the hub did not take it."""

    state: PushState
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True)
class Subscribing:
    """Keeps the subscriptions to hubs. Holds the effects; every decision is a pure function called from here."""

    settings: PushSettings
    pushes: Pushes
    hubs: Hubs
    clock: Clock

    async def tidy(self) -> None:
        """End what is no longer wanted, and have sources polled whose pushes a process that died had taken."""
        now = self.clock()
        await remake(self.pushes, callbacks.made_for(self.settings), now)
        for state in await self.pushes.of_idle_sources():
            await self.pushes.change(state.id, partial(push.ended, now=now))
        for source in await self.pushes.promised(now):
            await self.pushes.hasten(source, now)

    async def ask(self, state: PushState) -> Asked | None:
        """Ask the hub what is due; None if another worker has done so, or if there is nothing left to ask."""
        now = self.clock()
        # Written before anything is sent: the hub may ask back before it answers.
        asked = await self.pushes.change(state.id, partial(push.on_asking, now=now))
        if asked is None or not push.is_asked(asked, now):
            return None
        try:
            await self.hubs.ask(asked.hub, callbacks.request(self.settings, asked))
        except HubError as error:
            await self.pushes.change(state.id, partial(push.after_refusal, fault=error.fault, now=self.clock()))
            return Asked(state=asked, fault=error.fault)
        return Asked(state=asked)

    async def find(self, presented: str) -> PushState | None:
        """Return the subscription whose callback ends so; None if there is none, for whatever reason."""
        state_id = callbacks.id_in(presented)
        state = await self.pushes.find(state_id) if state_id else None
        return state if state and callbacks.is_ours(self.settings, presented, state) else None

    async def verify(self, state: PushState, mode: HubMode, topic: str, lease: timedelta | None) -> PushState | None:
        """Confirm to the hub what it asks about; None if we don't mean it. Returns the subscription as it was asked of.

        Decided on the stored row and written before the hub gets its challenge back: its pushes may follow at once.
        """
        now = self.clock()
        meant: list[PushState] = []

        def confirmed(stored: PushState) -> PushState | None:
            if not push.is_meant(stored, mode, topic):
                return stored
            meant.append(stored)
            return push.after_verification(stored, mode, lease, now)

        await self.pushes.change(state.id, confirmed)
        return meant[0] if meant else None

    async def deny(self, state: PushState, topic: str, reason: str) -> None:
        """Note that the hub denies the subscription."""
        await self.pushes.change(state.id, partial(push.after_denial, topic=topic, reason=reason, now=self.clock()))

    async def promise(self, state: PushState, body: bytes, content_type: str | None) -> Push:
        """Note that a push is accepted, so that it outlives this process; return it."""
        now = self.clock()
        await self.pushes.change(state.id, partial(push.on_push, now=now))
        return Push(subscription=state.id, source=state.source, promised_at=now, body=body, content_type=content_type)

    async def due_hubs(self, limit: int) -> Sequence[str]:
        """Return hubs that are to be asked something."""
        return await self.pushes.due_hubs(self.clock(), limit)

    async def due(self, hub: str, limit: int) -> Sequence[PushState]:
        """Return what a hub is to be asked."""
        return await self.pushes.due(hub, self.clock(), limit)

    def secret(self, state: PushState) -> str:
        """Return what the hub signs with."""
        return callbacks.secret(self.settings, state)


async def remake(pushes: Pushes, made_for: str, now: datetime) -> None:
    """Begin those anew that were made with another key or address; with an empty mark they rest."""
    for state in await pushes.made_otherwise(made_for):
        await pushes.change(state.id, partial(push.remade, made_for=made_for, now=now))


def granted_lease(seconds: str | None) -> timedelta | None:
    """Read `hub.lease_seconds` as a hub writes it; None if it says nothing that can be read."""
    if not seconds or not seconds.isascii() or not seconds.isdecimal():
        return None
    return min(timedelta(seconds=int(seconds[:10])), push.LONGEST_LEASE)
