"""NEAR: which places of two lists lie close to each other."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from storywatch.matching.language.judged import MOST_PLACES, Place


def near(left: Sequence[Place], right: Sequence[Place], distance: int) -> list[Place]:
    """Return the stretches from one place to another that have at most `distance` words between them.

    Places in different fields, and places that overlap, are no pair. At most MOST_PLACES are returned.
    """
    return list(islice(_stretches(left, right, distance), MOST_PLACES))


def _stretches(left: Sequence[Place], right: Sequence[Place], distance: int) -> Iterator[Place]:
    for field in dict.fromkeys(place.field for place in left):
        others = sorted((place for place in right if place.field is field), key=lambda place: place.first)
        longest = max((place.last - place.first for place in others), default=0)
        firsts = [place.first for place in others]
        for place in left:
            if place.field is field:
                begin = bisect_left(firsts, place.first - distance - longest - 1)
                end = bisect_left(firsts, place.last + distance + 2)
                yield from (_hull(place, other) for other in others[begin:end] if _are_near(place, other, distance))


def _are_near(one: Place, other: Place, distance: int) -> bool:
    between = max(one.first, other.first) - min(one.last, other.last) - 1
    return 0 <= between <= distance


def _hull(one: Place, other: Place) -> Place:
    first, last = (one, other) if one.first <= other.first else (other, one)
    return Place(one.field, first.first, last.last, first.start, last.end)
