"""Polls tracks as a scheme wants it, within floors that always hold, and notes when each item was found."""

import heapq
import random
from bisect import bisect_right
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np

from storywatch.pacing.arrays import Floats
from storywatch.pacing.simulation.schemes import Polled, Scheme
from storywatch.pacing.simulation.tracks import Track

LEAST_PAUSE = 60.0
WINDOW = 25
"""Items of a document: what the first poll finds is history."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Run:
    """What a scheme did, by track: when it polled, when it found each item, and when no poll was allowed before."""

    polls: Sequence[Floats]
    found: Sequence[Floats]
    early: int
    """Polls before a floor: 0, or the engine is wrong."""


@dataclass(slots=True)
class _Place:
    """Where the engine stands at one track."""

    next_item: int = 0
    since: float | None = None
    free_from: float = 0.0
    due: float = 0.0
    polls: list[float] = field(default_factory=list)


def simulate(
    tracks: Sequence[Track], scheme: Scheme, *, begin: float, end: float, seed: int = 0
) -> Generator[float, None, Run]:
    """Simulate from `begin` to `end`, in seconds since 1970. Yields the share that is done; returns the run.

    What is published before the end is found by the first poll after it, which is not counted.
    """
    return (yield from _Engine(tracks, scheme, begin, end, random.Random(seed)).run())  # noqa: S311 - no secret


def finish(steps: Generator[float, None, Run]) -> Run:
    """Run a simulation to its end."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            run: Run = done.value
            return run


class _Engine:
    def __init__(self, tracks: Sequence[Track], scheme: Scheme, begin: float, end: float, dice: random.Random) -> None:
        self._tracks, self._scheme, self._dice = tracks, scheme, dice
        self._begin, self._end = begin, end
        self._visible = [_visible(track) for track in tracks]
        self._moments = [moments.tolist() for moments in self._visible]
        self._found = [np.full(len(track.published), np.nan) for track in tracks]
        self._places = [_Place() for _ in tracks]
        self._queue: list[tuple[float, float, int]] = []
        self._early = 0

    def run(self) -> Generator[float, None, Run]:
        self._scheme.begin(self._tracks)
        for number in range(len(self._tracks)):
            self._plan(number, self._begin + self._scheme.first(number, self._dice.random()))
        for done, stop in self._stretches():
            self._poll_until(stop)
            yield done
        self._poll_rest()
        polls = [np.array(place.polls) for place in self._places]
        return Run(polls=polls, found=self._found, early=self._early)

    def _stretches(self) -> Generator[tuple[float, float], None, None]:
        """Split the time at the scheme's refreshes."""
        step = self._scheme.refreshed_every or (self._end - self._begin) / 100
        now = self._begin
        while now < self._end:
            if self._scheme.refreshed_every:
                self._scheme.refresh(now)
            now = min(now + step, self._end)
            yield (now - self._begin) / (self._end - self._begin), now

    def _plan(self, number: int, due: float, wanted: float | None = None) -> None:
        """Plan a poll. Of those that wait for the bucket, the one that was due first comes first, as in the daemon."""
        self._places[number].due = due
        heapq.heappush(self._queue, (due, due if wanted is None else wanted, number))

    def _poll_until(self, stop: float) -> None:
        while self._queue and self._queue[0][0] < stop:
            due, wanted, number = heapq.heappop(self._queue)
            if due != self._places[number].due:
                continue  # planned anew since
            held_up = self._scheme.held_up(number, due)
            if held_up > 0:
                self._plan(number, _next_moment(due + held_up), wanted)
                continue
            self._poll(number, due)
            for other, wanted in self._scheme.hastened(due):
                place = self._places[other]
                earlier = max(wanted, place.free_from, due)
                if earlier < place.due:
                    self._plan(other, earlier)

    def _poll_rest(self) -> None:
        for number, place in enumerate(self._places):
            late = np.isnan(self._found[number]) & (self._visible[number] < self._end)
            self._found[number][late] = max(place.due, self._end)

    def _poll(self, number: int, now: float) -> None:
        track, place = self._tracks[number], self._places[number]
        self._early += now < place.free_from
        manners = track.manners
        refused = manners.refuses > 0 and self._dice.random() < manners.refuses
        held = manners.retry_after if refused else manners.max_age
        first = place.next_item
        if not refused:
            place.next_item = bisect_right(self._moments[number], now, lo=first)
            if place.next_item > first:
                self._found[number][first : place.next_item] = now
        polled = Polled(
            number=number,
            now=now,
            since=place.since,
            news=track.published[first : place.next_item],
            history=track.published[: place.next_item],
            matched=_hits(track, first, place.next_item),
            held=held,
            refused=refused,
        )
        place.polls.append(now)
        place.since = place.since if refused else now
        place.free_from = now + max(held, LEAST_PAUSE)
        pause = self._scheme.after(polled, self._dice.random())
        self._plan(number, max(now + pause, place.free_from))


def _hits(track: Track, first: int, last: int) -> int:
    return 0 if track.matched is None or first == last else int(np.count_nonzero(track.matched[first:last]))


def _next_moment(seconds: float) -> float:
    """Return the nearest millisecond, so that all who wait for the bucket look at it together, and none is starved."""
    return round(seconds, 3)


def _visible(track: Track) -> Floats:
    """Return when each item can be found; later ones of the list never before earlier ones."""
    if track.seen_from is None:
        return track.published
    return np.maximum.accumulate(np.maximum(track.seen_from, track.published))
