"""The machine itself: its rules are what may happen, its invariants what is promised."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storywatch.steps import Step
from tests.contract.promise.receivers import Mood
from tests.contract.promise.world import DAY, HOOK, SUBSCRIBERS, WIRE, World, opened

ResultT = TypeVar("ResultT")

STARTS = (datetime(2021, 10, 29, 22, tzinfo=UTC), datetime(2022, 3, 26, 9, tzinfo=UTC))
"""Shortly before the clocks of Berlin change, back and forth."""

PAUSES = (timedelta(seconds=6), timedelta(minutes=6), timedelta(hours=3), timedelta(hours=13), timedelta(days=2))
ASKED = (timedelta(), timedelta(seconds=30), timedelta(hours=2), timedelta(hours=24))
FEED_STEPS = (Step.POLL_SAVED, Step.POLL_COMMITTED, Step.DIGEST_COMPOSED, Step.DIGEST_COMMITTED)
SEND_STEPS = (Step.DELIVERY_CLAIMED, Step.DELIVERY_SENT, Step.DELIVERY_SETTLED)


class Promise(RuleBasedStateMachine):
    """Ingest, tick, crash, jump, flip, leave, rotate, in any order. `prepare` lets a subclass break something."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._folder = tempfile.TemporaryDirectory()
        self.world: World

    def prepare(self, world: World) -> None:
        """Change nothing."""

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run to the end."""
        return self._runner.run(work)

    @initialize(start=st.sampled_from(STARTS))
    def open(self, start: datetime) -> None:
        """Begin with an empty database."""
        place = Path(self._folder.name) / "storywatch.db"
        self.world = self.run(self._stack.enter_async_context(opened(place, start)))
        self.prepare(self.world)

    @rule(reports=st.integers(1, 3))
    def ingest(self, reports: int) -> None:
        """Publish, poll, release and send."""
        for _ in range(reports):
            self.world.publish()
        self.run(self.world.work())

    @rule(pause=st.sampled_from(PAUSES))
    def tick(self, pause: timedelta) -> None:
        """Let time pass, then work."""
        self.world.clock.now += pause
        self.run(self.world.work())

    @rule(step=st.sampled_from((*FEED_STEPS, *SEND_STEPS, *SEND_STEPS)), count=st.integers(1, 3))
    def crash(self, step: Step, count: int) -> None:
        """Publish, and die while that is worked on."""
        self.world.publish()
        self.world.kill = (step, count)
        self.run(self.world.work())

    @rule(by=st.sampled_from((DAY, -DAY)))
    def jump(self, by: timedelta) -> None:
        """Set the clock by a day."""
        self.world.jump(by)
        self.run(self.world.work())

    @rule(name=st.sampled_from(SUBSCRIBERS), mood=st.sampled_from((Mood.OK, Mood.BROKEN, Mood.HANGS)))
    def flip(self, name: str, mood: Mood) -> None:
        """Let a receiver answer otherwise."""
        self.world.receiver(name).mood = mood

    @rule(name=st.sampled_from((WIRE, HOOK)), asks=st.sampled_from(ASKED))
    def throttle(self, name: str, asks: timedelta) -> None:
        """Let a webhook's receiver ask for pauses."""
        self.world.receiver(name).mood, self.world.receiver(name).asks = Mood.BUSY, asks

    @rule(name=st.sampled_from((WIRE, HOOK)))
    def vanish(self, name: str) -> None:
        """Let a webhook's receiver be gone."""
        self.world.receiver(name).mood = Mood.GONE

    @rule(name=st.sampled_from((WIRE, HOOK)))
    def enable(self, name: str) -> None:
        """Switch an endpoint on again."""
        self.run(self.world.enable(name))

    @rule()
    def replay(self) -> None:
        """Send again what failed."""
        self.run(self.world.replay())

    @precondition(lambda self: sum(one.left for one in self.world.post.receivers.values()) < 2)
    @rule(name=st.sampled_from(SUBSCRIBERS))
    def leave(self, name: str) -> None:
        """Unsubscribe."""
        self.run(self.world.leave(name))

    @rule()
    def rotate(self) -> None:
        """Change the webhooks' key."""
        self.world.rotate()

    @invariant()
    def nothing_is_sent_that_must_not_be(self) -> None:
        """After an unsubscribe, before its time, beside the table, under a key that was taken back."""
        if hasattr(self, "world"):
            assert not self.world.post.breaches, self.world.post.breaches[0]

    @invariant()
    def nothing_shows_twice(self) -> None:
        """A receiver that keys on the id shows each headline once, and finds one body under each id."""
        if hasattr(self, "world"):
            assert not self.world.duplicates(), self.world.duplicates()[0]

    def teardown(self) -> None:
        """When all is well again everybody who stayed has everything."""
        try:
            if hasattr(self, "world"):
                lost = self.run(self.world.finish())
                assert not self.world.post.breaches, self.world.post.breaches[0]
                assert not self.world.duplicates(), self.world.duplicates()[0]
                assert not lost, f"{len(lost)} lost: {lost[0]}"
        finally:
            self._close()

    def _close(self) -> None:
        self.run(self._stack.aclose())
        self._runner.close()
        self._folder.cleanup()
