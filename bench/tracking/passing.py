"""One pass of a stream through the real matcher, with what was seen and decided of each scored pair."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.tracking.devset import DevSet, Story
from storywatch.matching.likeness import Surroundings
from storywatch.matching.matcher import Matcher, Models
from storywatch.model import Item


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
    """Let the stream pass for some of the stories, each item decided before the next is seen."""
    matcher = Matcher((story.event for story in stories), models=models)
    by_id = {story.event.id: story for story in stories}
    last = max(story.places.stop for story in stories)
    found: list[Pair] = []
    for place, (line, item) in enumerate(devset.items[:last]):
        found += _decided(matcher, item, line, place, by_id)
    return found


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
