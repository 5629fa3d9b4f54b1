"""Our policy, as the daemon drives it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.heat import Heat
from storywatch.pacing.observing import Seen, failed
from storywatch.pacing.pace import REFRESHED_EVERY, Budgets, Pace
from storywatch.pacing.policy import Policy
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.simulation.engine import WINDOW
from storywatch.pacing.simulation.schemes import Polled
from storywatch.pacing.simulation.tracks import Track


class Ours:
    """The policy over a fleet of tracks. `stories`: whether sources weigh by what matched lately."""

    refreshed_every = REFRESHED_EVERY.total_seconds()

    def __init__(self, budgets: Budgets, *, stories: bool = False) -> None:
        self.policy = Policy(pace=Pace.first(), budgets=budgets).with_heat(Heat() if stories else None)
        self.rhythms: list[Rhythm] = []
        self._tracks: Sequence[Track] = ()

    def begin(self, tracks: Sequence[Track], now: float) -> None:
        """Begin with what holds before anything is learned."""
        self._tracks = tracks
        self.rhythms = [Rhythm() for _ in tracks]

    def first(self, number: int, dice: float) -> float:
        """Return seconds before the first poll."""
        return self.policy.first_pause(dice).total_seconds()

    def after(self, polled: Polled, dice: float) -> float:
        """Learn from a poll, and return seconds until the next."""
        now, track = _moment(polled.now), self._tracks[polled.number]
        rhythm = self.rhythms[polled.number]
        if polled.refused:
            self.rhythms[polled.number] = failed(rhythm)
            return polled.held
        planned = self.policy.polled(rhythm, seen(polled), outlet=track.outlet, host=track.host, now=now, dice=dice)
        self.rhythms[polled.number] = planned.rhythm
        self.policy = self.policy.with_heat(planned.heat)
        return planned.wait.pause.total_seconds()

    def refresh(self, now: float) -> None:
        """Work out the pace anew."""
        pairs = zip(self.rhythms, self._tracks, strict=True)
        fleet = Fleet.of(Member(rhythm=one.to_bytes(), outlet=track.outlet, host=track.host) for one, track in pairs)
        self.policy = self.policy.refreshed(fleet, _moment(now))

    def hastened(self, now: float) -> Sequence[tuple[int, float]]:
        """Return what is wanted earlier."""
        return ()


def seen(polled: Polled) -> Seen:
    """Return what a poll of the simulation brought, in the policy's words."""
    first = polled.since is None
    return Seen(
        since=None if polled.since is None else _moment(polled.since),
        published=tuple(_moment(float(one)) for one in polled.news[-WINDOW:]),
        backlog=first,
        matched=0 if first else polled.matched,
        listed=min(len(polled.history), WINDOW),
        held=timedelta(seconds=polled.held),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
