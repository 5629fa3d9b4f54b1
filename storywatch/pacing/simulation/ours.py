"""Our policy, as the daemon drives it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from storywatch.pacing.bucket import Bucket, refilled_in, take
from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.forward import HEATED
from storywatch.pacing.heat import Heat, is_story, weight
from storywatch.pacing.observing import Seen, failed
from storywatch.pacing.pace import REFRESHED_EVERY, Budgets, Pace
from storywatch.pacing.policy import Policy
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.simulation.engine import WINDOW
from storywatch.pacing.simulation.schemes import Polled
from storywatch.pacing.simulation.tracks import Track
from storywatch.pacing.visits import FIRST_VISITS_WITHIN
from storywatch.pacing.waiting import next_wait


class Ours:
    """The policy over a fleet of tracks. `stories`: whether sources weigh by what matched lately."""

    refreshed_every = REFRESHED_EVERY.total_seconds()

    def __init__(self, budgets: Budgets, *, stories: bool = False) -> None:
        self.policy = Policy(pace=Pace.first(), budgets=budgets).with_heat(Heat() if stories else None)
        self.rhythms: list[Rhythm] = []
        self.bucket = Bucket()
        self._tracks: Sequence[Track] = ()
        self._weights: list[float] = []
        self._dice: list[float] = []
        self._heated = False

    def begin(self, tracks: Sequence[Track]) -> None:
        """Begin with what holds before anything is learned."""
        self._tracks = tracks
        self.rhythms = [Rhythm() for _ in tracks]
        self._weights, self._dice = [0.0] * len(tracks), [0.0] * len(tracks)

    def first(self, number: int, dice: float) -> float:  # noqa: ARG002 - like every other
        """Return seconds before the first poll."""
        return FIRST_VISITS_WITHIN.total_seconds() * dice

    def after(self, polled: Polled, dice: float) -> float:
        """Learn from a poll, and return seconds until the next."""
        now, track = _moment(polled.now), self._tracks[polled.number]
        rhythm = self.rhythms[polled.number]
        if polled.refused:
            self.rhythms[polled.number] = failed(rhythm)
            return polled.held
        planned = self.policy.polled(rhythm, seen(polled), outlet=track.outlet, host=track.host, now=now, dice=dice)
        self.rhythms[polled.number] = planned.rhythm
        self._weights[polled.number], self._dice[polled.number] = planned.weight, dice
        if planned.heat is not None:
            self.policy = self.policy.with_heat(planned.heat)
            self._heated = polled.matched > 0
        return planned.wait.pause.total_seconds()

    def refresh(self, now: float) -> None:
        """Work out the pace anew."""
        pairs = zip(self.rhythms, self._tracks, strict=True)
        fleet = Fleet.of(Member(rhythm=one.to_bytes(), outlet=track.outlet, host=track.host) for one, track in pairs)
        self.policy = self.policy.refreshed(fleet, _moment(now))

    def held_up(self, number: int, now: float) -> float:
        """Return how long the bucket holds a poll up."""
        moment, story = _moment(now), is_story(self._weights[number])
        taken = take(self.bucket, self.policy.budgets.total, moment, story=story)
        if taken is None:
            return refilled_in(self.bucket, self.policy.budgets.total, moment, story=story).total_seconds() + 0.001
        self.bucket = taken
        return 0.0

    def hastened(self, now: float) -> Sequence[tuple[int, float]]:
        """Return what is wanted earlier: nothing, unless an item has just matched."""
        if not self._heated:
            return ()
        self._heated = False
        moment, heat = _moment(now), self.policy.pace.heat
        found = []
        for number, rhythm in enumerate(self.rhythms):
            weighs = weight(rhythm, heat, moment)
            if rhythm.at is not None and weighs > HEATED * self._weights[number]:
                self._weights[number] = weighs
                found.append((number, self._again(number, rhythm, weighs, rhythm.at)))
        return found

    def _again(self, number: int, rhythm: Rhythm, weighs: float, at: datetime) -> float:
        track, pace = self._tracks[number], self.policy.pace
        price = pace.price_for(track.outlet, track.host)
        wait = next_wait(rhythm, pace, price=price, weight=weighs, now=at, dice=self._dice[number])
        return (at + wait.pause).timestamp()


def seen(polled: Polled) -> Seen:
    """Return what a poll of the simulation brought, in the policy's words."""
    first = polled.since is None
    return Seen(
        since=None if polled.since is None else _moment(polled.since),
        published=tuple(_moment(float(one)) for one in polled.news[-WINDOW:]),
        backlog=first,
        matched=0 if first else polled.matched,
        all_new=not first and len(polled.news) >= WINDOW,
        listed=min(len(polled.history), WINDOW),
        held=timedelta(seconds=polled.held),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
