"""Which groups of an event its hits may meet: what can't be satisfied is told from the hits alone, without a judge."""

from collections.abc import Mapping
from dataclasses import dataclass

from storywatch.matching.language.building import EventTree
from storywatch.matching.language.tree import Leaf, leaves, needs_hit


@dataclass(frozen=True, slots=True)
class Reach:
    """The groups of an event as bits: `every` one of them, those that a `leaf` may help to meet, all for an alias.

    `alone`: groups that may hold without any hit, such as one that asks for an outlet.
    """

    every: int
    alone: int
    of: Mapping[Leaf, int]


def reach_of(tree: EventTree) -> Reach:
    """Return how far each hit of an event's leaves reaches. It may promise too much, never too little."""
    every, alone, of = (1 << len(tree.groups)) - 1, 0, dict.fromkeys(tree.leaves, 0)
    for number, group in enumerate(tree.groups):
        alone |= (not needs_hit(group.node)) << number
        for leaf in leaves(group.node):
            of[leaf] |= 1 << number
    return Reach(every, alone, of | dict.fromkeys(tree.aliases, every))
