"""What is seen of an item beside one event, before anything is decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from storywatch.matching.language import EventTree, Facets
from storywatch.matching.likeness import Profile, Surroundings, Weighed
from storywatch.matching.profiles import HEAT_COUNTS, LIKE
from storywatch.model import Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """An item beside an event: the facets' verdict, the features of likeness. `day`: ordinal, UTC."""

    item: Item
    tree: EventTree
    facets: Facets
    weighed: Weighed
    profile: Profile
    day: int
    features: Mapping[str, float]
    around: Surroundings

    @property
    def reports(self) -> int:
        """How many reports tell how the event reads. Beside facets only those that people gave: they set the scope."""
        return self.profile.examples if self.tree.declared else self.profile.reports

    @property
    def like(self) -> bool:
        """Whether the item may belong at all: it is all that the event asks, or reads at least a little like it.

        Nothing else can be accepted, so that a look at nothing else is needed.
        """
        warm = self.features["alike"] + HEAT_COUNTS * self.features["hot_alike"]
        return self.facets.satisfied or warm >= LIKE
