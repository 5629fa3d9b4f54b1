"""What an event begins with, and what people said of it besides."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from storywatch.matching.likeness import Reading, read, texts_of
from storywatch.model import Event, Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Lessons:
    """What people said of an event besides its declaration: seeds that were fetched, items confirmed and rejected."""

    seeds: tuple[tuple[str, date | None], ...] = ()
    confirmed: tuple[Item, ...] = ()
    rejected: tuple[Item, ...] = ()


NO_LESSONS = Lessons()


def answered_by(lessons: Lessons) -> frozenset[str]:
    """Return the ids of the items that people answered about."""
    return frozenset(item.id for item in (*lessons.confirmed, *lessons.rejected))


def without(lessons: Lessons, item: str) -> Lessons:
    """Return lessons without what was said of one item."""
    confirmed = tuple(one for one in lessons.confirmed if one.id != item)
    rejected = tuple(one for one in lessons.rejected if one.id != item)
    return replace(lessons, confirmed=confirmed, rejected=rejected)


def reading_of(item: Item) -> Reading:
    """Return how an item reads."""
    shown = item.revision
    return _read(texts_of(shown.title, shown.summary, shown.content))


@lru_cache(maxsize=64)
def _read(texts: tuple[str, ...]) -> Reading:
    """Read once what is judged, told and answered about one after the other."""
    return read(texts)


def base_of(event: Event, lessons: Lessons) -> tuple[list[Reading], list[int]]:
    """Return the readings that an event begins with, its title first, and the days of its seeds (ordinals)."""
    seeds = [(seed.text, seed.published) for seed in event.seeds] + list(lessons.seeds)
    texts: Iterable[Iterable[str]] = [(event.title,), *((text,) for text, _ in seeds)]
    return [*map(read, texts)], [day.toordinal() for _, day in seeds if day]
