"""One pass of a stream through the real matcher, with what was seen and decided of each scored pair."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bench.tracking.devset import DevSet, Story
from storywatch.matching.likeness import Surroundings
from storywatch.matching.matcher import Matcher, Models
from storywatch.model import Event, Item


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A scored pair that the matcher looked at. `score` and `threshold` lie in 0 to 1."""

    story: str
    item: str
    positive: bool
    features: Mapping[str, float]
    around: Surroundings
    accepted: bool
    score: float
    threshold: float


def passed(devset: DevSet, stories: Sequence[Story], models: Models) -> list[Pair]:
    """Let the stream pass for some of the stories, each item decided before the next is seen.

    A story is declared as long as it matters: what came before its first day teaches it nothing, and nothing is asked
    of it after its last scored item. Stories learn nothing of each other, so that each fares as if it was alone.
    """
    matcher = Matcher((), models=models)
    by_id = {story.event.id: story for story in stories}
    turns = _turns(devset, stories)
    found: list[Pair] = []
    for place, (line, item) in enumerate(devset.items[: max(turns)]):
        if place in turns:
            matcher.declare(turns[place])
        found += _decided(matcher, item, line, place, by_id)
    return found


def _turns(devset: DevSet, stories: Sequence[Story]) -> Mapping[int, Sequence[Event]]:
    """Return the places in the stream from which other events are declared, with these."""
    watched = {story: range(_first_day(devset, story), story.places.stop) for story in stories}
    turns = {0}.union(*({places.start, places.stop} for places in watched.values()))
    return {turn: [story.event for story in stories if turn in watched[story]] for turn in turns}


def _first_day(devset: DevSet, story: Story) -> int:
    return bisect_left(devset.items, story.event.since or date.min, key=lambda each: each[1].published.date())


def _decided(matcher: Matcher, item: Item, line: str, place: int, stories: Mapping[str, Story]) -> Iterator[Pair]:
    looks = {look.tree.event.id: look for look in matcher.looks(item)}
    matches = [matcher.judge(look) for look in looks.values()]
    for match in matches:
        story = stories[match.event]
        if place in story.places and line not in story.ignored:
            yield Pair(
                story=match.event,
                item=line,
                positive=line in story.positives,
                features=looks[match.event].features,
                around=looks[match.event].around,
                accepted=match.accepted,
                score=match.score,
                threshold=match.threshold,
            )
    matcher.tell(item, matches)
