"""Leave one event out: each event is decided by weights and a threshold that were fitted on all the others."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial

from bench.tracking.devset import DevSet, Story, load
from bench.tracking.fitting import DECLARATIONS, both, fitted
from bench.tracking.passing import Pair, passed
from storywatch.matching.likeness import Model


def held_out(*, facets: bool) -> Iterator[tuple[Story, Model, Sequence[Pair]]]:
    """Yield each event, the model of its fold, and what was decided of its pairs."""
    stories = _devset(facets).stories
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        folds = pool.map(partial(_fold, facets), range(len(stories)))
        yield from ((story, *fold) for story, fold in zip(stories, folds, strict=True))


@cache
def _devset(facets: bool) -> DevSet:  # noqa: FBT001 - a key of the cache
    return load(DECLARATIONS[facets])


def _fold(facets: bool, number: int) -> tuple[Model, Sequence[Pair]]:  # noqa: FBT001 - pool.map passes by position
    devset = _devset(facets)
    held = devset.stories[number]
    model = fitted(devset, [story for story in devset.stories if story is not held], facets=facets)
    return model, passed(devset, [held], both(model))
