"""What the seeds say of the facets: an event should take its own examples."""

from collections.abc import Iterator, Sequence

from storywatch.matching.language.building import EventTree
from storywatch.matching.language.evaluating import evaluate
from storywatch.matching.language.finding import Finder
from storywatch.matching.language.judged import Facets, Subject
from storywatch.matching.language.tree import has_scope
from storywatch.model import Event, Seed

_ENOUGH_SEEDS = 2

_Path = tuple[str | int, ...]


def on_seeds(tree: EventTree) -> Iterator[tuple[_Path, str]]:
    """Yield what is wrong between an event's seeds and what it asks."""
    event = tree.event
    yield from _on_days(event)
    if not tree.declared and len(event.seeds) < _ENOUGH_SEEDS:
        yield (), _ALONE if tree.groups else _NOTHING
    if not tree.declared or not event.seeds:
        return
    finder = Finder()
    finder.add(tree)
    judged = [_judged(seed, tree, finder) for seed in event.seeds]
    yield from ((("seeds", number), f"this seed {one.veto}") for number, one in enumerate(judged) if one.veto)
    if not any(one.satisfied for one in judged):
        yield from _on_failing_groups(tree, judged)


_NOTHING = (
    "has neither all nor query, and its title has no telling word: nothing can match; "
    "add two seeds (early reports with their text), or groups under all"
)
_ALONE = (
    "has neither all nor query, and fewer than two seeds: the title is all there is to decide by; "
    "add two seeds (early reports with their text), or groups under all"
)


def _on_days(event: Event) -> Iterator[tuple[_Path, str]]:
    days = [seed.published for seed in event.seeds if seed.published]
    if days and event.until and min(days) > event.until:
        yield ("until",), f"is before every seed; the first was published {min(days)}"
    if days and event.since and max(days) < event.since:
        yield ("since",), f"is after every seed; the last was published {max(days)}"


def _judged(seed: Seed, tree: EventTree, finder: Finder) -> Facets:
    """Judge a seed. Where fields matter its text stands in all, for nobody knows which part of it is the title."""
    asked = [group.node for group in tree.groups] + [ban.node for ban in tree.bans]
    every = seed.text if any(map(has_scope, asked)) else ""
    subject = Subject(title=seed.text, summary=every, content=every)
    return evaluate(tree, finder.find(subject).get(tree.event.id, {}), subject)


def _on_failing_groups(tree: EventTree, judged: Sequence[Facets]) -> Iterator[tuple[_Path, str]]:
    missed = frozenset(range(len(tree.groups))).difference(*(one.met for one in judged))
    for number in sorted(missed):
        label = tree.groups[number].label
        yield (
            _path(tree, number),
            f"no seed has a hit for {_short(label)}: it may be too narrow for the story's own reports",
        )
    if not missed:
        lacked = "; ".join(f"seed {number + 1} lacks {_short(one.lacks[0])}" for number, one in enumerate(judged))
        path: _Path = ("all",) if tree.event.all_of else ("query",)
        yield path, f"no seed satisfies all of it: {lacked}"


def _path(tree: EventTree, group: int) -> _Path:
    return ("all", group) if group < len(tree.event.all_of) else ("query",)


def _short(label: str) -> str:
    return label if len(label) <= 60 else f"{label[:57]}..."
