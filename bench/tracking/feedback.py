"""Simulated feedback: the operator answers yes or no to each alert, by the labels, before the next item is seen."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bench.tracking.devset import DevSet, load
from bench.tracking.fitting import DECLARATIONS
from storywatch.matching.matcher import Matcher
from storywatch.matching.memory import Lessons
from storywatch.model import Item


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of one event."""

    hits: int
    alerts: int
    wanted: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.hits / (self.alerts + self.wanted)


def tallied(devset: DevSet, *, answered: bool) -> Mapping[str, Tally]:
    """Return what comes of each event, with or without answers."""
    matcher = Matcher([story.event for story in devset.stories])
    stories = {story.event.id: story for story in devset.stories}
    hits: dict[str, int] = defaultdict(int)
    alerts: dict[str, int] = defaultdict(int)
    said: dict[str, tuple[list[Item], list[Item]]] = defaultdict(lambda: ([], []))
    for place, (line, item) in enumerate(devset.items):
        matches = matcher.match(item)
        matcher.tell(item, matches)
        for match in matches:
            story = stories[match.event]
            if match.accepted and place in story.places and line not in story.ignored:
                right = line in story.positives
                hits[match.event] += right
                alerts[match.event] += 1
                said[match.event][not right].append(item)
                if answered:
                    confirmed, rejected = map(tuple, said[match.event])
                    matcher.teach(match.event, Lessons(confirmed=confirmed, rejected=rejected))
    return {name: Tally(hits[name], alerts[name], len(story.positives)) for name, story in stories.items()}


def main() -> None:
    """Print F1 without and with answers, event by event, with facets and with title and seeds only."""
    for declarations in DECLARATIONS.values():
        devset = load(declarations)
        without, with_them = tallied(devset, answered=False), tallied(devset, answered=True)
        print(f"\n{declarations:<26}{'F1':>6}{'with answers':>14}{'change':>8}")
        for name in without:
            before, after = without[name].f1, with_them[name].f1
            print(f"{name:<26}{before:6.3f}{after:14.3f}{after - before:+8.3f}")
        means = [sum(tally.f1 for tally in all_.values()) / len(all_) for all_ in (without, with_them)]
        print(f"{'mean':<26}{means[0]:6.3f}{means[1]:14.3f}{means[1] - means[0]:+8.3f}")
