"""No alert is lost or told twice, whatever is wished, whoever dies, however clocks change: `storywatch.gathering`."""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch import timing
from storywatch.calendar import day_begin, next_release, quiet_until
from storywatch.gathering import Gathering
from storywatch.model import ChannelKind, Digest, Owed, QuietHours, Severity, Subscription, Update
from storywatch.ports import ReleaseRecord
from storywatch.steps import Step
from storywatch.telling import alert_for
from tests.support.fakes import FakeChannel, FakeClock, FakeGatherings
from tests.support.owed import an_owed
from tests.support.samples import DESK_MAIL, a_config, an_item

ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kabul", "Australia/Lord_Howe", "UTC"])
CHANGES = [
    datetime(2021, month, day, tzinfo=UTC) for month, day in ((3, 12), (3, 26), (4, 2), (10, 1), (10, 29), (11, 5))
]
"""Two days before the clocks change in one of the zones."""

SEVERITIES = st.sampled_from(list(Severity))
BREAKING = st.sampled_from([None, *Severity])
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
HOURS = st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1])


class DiedError(Exception):
    """A worker was killed."""


@st.composite
def wishes(draw: st.DrawFn) -> Subscription:
    """Draw when somebody wants to be told."""
    zone = draw(ZONES)
    at, days, hours = draw(TIMES), draw(st.sampled_from(["*", "mon", "2-6"])), draw(st.none() | HOURS)
    digest = Digest(cron=f"{at.minute} {at.hour} * * {days}", time_zone=zone, break_through=draw(BREAKING))
    quiet = QuietHours(begin=hours[0], end=hours[1], time_zone=zone, break_through=draw(BREAKING)) if hours else None
    cap = draw(st.none() | st.integers(1, 3))
    return replace(DESK_MAIL, digest=draw(st.sampled_from([None, digest])), quiet=quiet, most_a_day=cap, time_zone=zone)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """After some minutes: updates of these severities, then a round of releases, in which a worker may die."""

    minutes: int
    updates: tuple[Severity, ...] = ()
    releases: bool = True
    dies_at: Step | None = None


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        minutes=st.sampled_from([1, 20, 59, 60, 180, 480, 1440]),
        updates=st.lists(SEVERITIES, max_size=3).map(tuple),
        releases=st.booleans(),
        dies_at=st.sampled_from([None, None, Step.DIGEST_COMPOSED, Step.DIGEST_COMMITTED]),
    ),
    max_size=25,
)


MOST_RELEASES = 60
"""More than any of these needs until all is told: one for each day that a cap puts it off."""


@dataclass
class World:
    """One subscription on a virtual clock."""

    wish: Subscription
    clock: FakeClock
    gatherings: FakeGatherings = field(default_factory=FakeGatherings)
    channel: FakeChannel = field(default_factory=FakeChannel)
    dies_at: Step | None = None

    def live(self, happenings: Sequence[Happening]) -> None:
        """Let everything happen, and then pass from one release to the next, for the daemon looks all the time."""
        for one in happenings:
            self.happen(one)
        for _ in range(MOST_RELEASES):
            waiting = self.gatherings.gathered()
            if waiting:
                due = min(alert.release for alert in waiting)
                self.happen(Happening(minutes=max(1, math.ceil((due - self.clock.now).total_seconds() / 60))))

    def happen(self, one: Happening) -> None:
        """Let one thing happen."""
        self.clock.now += timedelta(minutes=one.minutes)
        self.tell(one.updates)
        self.dies_at = one.dies_at
        if one.releases and self.gatherings.gathered():
            asyncio.run(self.release())

    def tell(self, updates: Sequence[Severity]) -> None:
        """Store what is owed for these updates, as one poll does."""
        planned = [self.owed(len(self.gatherings.alerts) + place, urgency) for place, urgency in enumerate(updates)]
        midnight = day_begin(self.wish.time_zone, self.clock.now)
        sent = sum(at >= midnight for at, _ in self.gatherings.messages(self.wish.id))
        for one in timing.timed(planned, {self.wish.id: sent}):
            self.gatherings.keep(alert_for(one, self.channel))

    def owed(self, number: int, severity: Severity) -> Owed:
        """Return what is owed for an update."""
        item = an_item(f"Update {number}", item=f"i{number}", seen=self.clock.now)
        update = Update(
            id=f"u{number}", event="kabul", item=item.id, headline="?", created=self.clock.now, severity=severity
        )
        return an_owed(f"a{number:03}", update=update, item=item, subscription=self.wish, created=self.clock.now)

    async def release(self) -> None:
        """Release what is due, by the wishes in force."""
        channels = {ChannelKind.EMAIL: self.channel}
        gathering = Gathering(gatherings=self.gatherings, channels=channels, clock=self.clock, reached=self.reach)
        config = a_config(subscriptions=(self.wish,))
        await gathering.bring_forward(config)
        for subscription in await gathering.due(10):
            try:
                await gathering.release(subscription, config)
            except DiedError:
                return

    def reach(self, step: Step) -> None:
        """Die where it is wanted."""
        if step is self.dies_at:
            raise DiedError

    def urgency(self, message: str) -> Severity:
        """Return how urgent the most urgent is that a message carries."""
        told = (alert for alert, carrier in self.gatherings.carried.items() if carrier == message)
        return max(self.gatherings.alerts[alert].severity for alert in told)


def lived(wish: Subscription, start: datetime, happenings: Sequence[Happening]) -> World:
    """Return a world after all of it."""
    world = World(wish, FakeClock(start))
    world.live(happenings)
    return world


@settings(max_examples=40)
@given(wish=wishes(), start=st.sampled_from(CHANGES), happenings=HAPPENINGS)
def test_every_alert_is_told_once(wish: Subscription, start: datetime, happenings: list[Happening]) -> None:
    """By one message each, none is left, and no message is empty."""
    world = lived(wish, start, happenings)
    told = world.gatherings
    assert set(told.carried) == set(told.alerts)
    assert set(told.carried.values()) == {name for _, name in told.messages(wish.id)}
    assert not told.aside


@settings(max_examples=40)
@given(wish=wishes(), start=st.sampled_from(CHANGES), happenings=HAPPENINGS)
def test_quiet_hours_and_caps_hold(wish: Subscription, start: datetime, happenings: list[Happening]) -> None:
    """In quiet hours comes only what is urgent enough; on no local day come more messages than wanted."""
    world = lived(wish, start, happenings)
    messages = world.gatherings.messages(wish.id)
    for at, name in messages:
        if wish.quiet is not None and quiet_until(wish.quiet, at):
            assert wish.quiet.break_through is not None
            assert world.urgency(name) >= wish.quiet.break_through
    days = Counter(at.astimezone(ZoneInfo(wish.time_zone)).date() for at, _ in messages)
    assert wish.most_a_day is None or max(days.values(), default=0) <= wish.most_a_day


@settings(max_examples=40)
@given(wish=wishes(), start=st.sampled_from(CHANGES), happenings=HAPPENINGS)
def test_a_digest_comes_at_its_times_alone(wish: Subscription, start: datetime, happenings: list[Happening]) -> None:
    """Between two of its times comes at most one, and never before the time after what it carries was seen."""
    if wish.digest is None or wish.digest.break_through is not None:
        return
    world = lived(wish, start, happenings)
    ends = [next_release(wish.digest, at) for at, _ in world.gatherings.messages(wish.id)]
    assert len(ends) == len(set(ends))
    for parcel in world.gatherings.parcels:
        carried = [alert for alert, carrier in world.gatherings.carried.items() if carrier == parcel.id]
        first = min(world.gatherings.alerts[alert].created for alert in carried)
        assert next_release(wish.digest, first) <= parcel.created


@settings(max_examples=40)
@given(data=st.data(), start=st.sampled_from(CHANGES), happenings=HAPPENINGS)
def test_wishes_that_change_lose_nothing(data: st.DataObject, start: datetime, happenings: list[Happening]) -> None:
    """Before each happening the operator may change everything."""
    world = World(data.draw(wishes()), FakeClock(start))
    for one in happenings:
        world.wish = data.draw(st.sampled_from([world.wish, DESK_MAIL]) | wishes())
        world.happen(one)
    world.live(())
    assert set(world.gatherings.carried) == set(world.gatherings.alerts)
    assert set(world.gatherings.carried.values()) == {name for _, name in world.gatherings.messages(DESK_MAIL.id)}


class Forgetful(FakeGatherings):
    """Stores the message and forgets to say what it carries: the negative control."""

    def _commit(self, record: ReleaseRecord, subscription: str) -> None:
        super()._commit(replace(record, carried=()), subscription)


def test_an_alert_that_is_told_twice_would_be_noticed() -> None:
    """The second message has the identity of the first, which the store refuses."""
    daily = replace(DESK_MAIL, digest=Digest(cron="0 7 * * *"))
    world = World(daily, FakeClock(CHANGES[0]), gatherings=Forgetful())
    with pytest.raises(AssertionError):
        world.live([Happening(minutes=1, updates=(Severity.HIGH, Severity.LOW))])
