"""Leave one event out: each event is decided by weights and a threshold that were fitted on all the others.

The first pass of a fit doesn't depend on what is fitted, and stories learn nothing of each other: all folds share it.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial

from bench.tracking.devset import DevSet, Story, load
from bench.tracking.fitting import DECLARATIONS, START, both, fitted
from bench.tracking.passing import Pair, passed
from storywatch.matching.likeness import Model


def held_out(*, facets: bool) -> Iterator[tuple[Story, Model, Sequence[Pair]]]:
    """Yield each event, the model of its fold, and what was decided of its pairs."""
    stories = devset_of(facets=facets).stories
    _first_pass(facets=facets)  # once, before processes are forked off
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        folds = pool.map(partial(_fold, facets), range(len(stories)))
        yield from ((story, *fold) for story, fold in zip(stories, folds, strict=True))


@cache
def devset_of(*, facets: bool) -> DevSet:
    """Return the set with facets or without, read once by each process."""
    return load(DECLARATIONS[facets])


@cache
def _first_pass(*, facets: bool) -> Sequence[Pair]:
    devset = devset_of(facets=facets)
    return passed(devset, devset.stories, START)


def _fold(facets: bool, number: int) -> tuple[Model, Sequence[Pair]]:  # noqa: FBT001 - pool.map passes by position
    devset = devset_of(facets=facets)
    held = devset.stories[number]
    others = [story for story in devset.stories if story is not held]
    model = fitted(devset, others, facets=facets, first=_first_pass(facets=facets))
    return model, passed(devset, [held], both(model))
