"""The decision about one item and one event: what the operator's tree and the score say together."""

from dataclasses import dataclass
from enum import StrEnum

from storywatch.matching.language import EventTree, Facets
from storywatch.model import MatchMode

ENOUGH_REPORTS = 2
"""Reports that must be known of an event before its score decides anything."""


class Ground(StrEnum):
    """What a decision rests on.

    `facets`: they are satisfied, and that decides (strict mode, or too little is known of the event for a score) or the
    score agrees. `beyond_facets`: one is lacking, but it reads like the event's next chapter. `held_back`: they are
    satisfied, but it reads like another event. `likeness`: nothing is declared and the score decides alone. `title`:
    nothing is declared and nothing known but the title, whose words decide. `lacking`: not enough of any of these.
    `ruled_out`: `none`, the dates, outlets or languages forbid it.
    """

    FACETS = "facets"
    BEYOND_FACETS = "beyond_facets"
    HELD_BACK = "held_back"
    LIKENESS = "likeness"
    TITLE = "title"
    LACKING = "lacking"
    RULED_OUT = "ruled_out"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an item is accepted, and why. `by_score`: it was the score that decided."""

    accepted: bool
    ground: Ground
    by_score: bool


def decide(tree: EventTree, facets: Facets, *, reports: int, high: bool) -> Decision:
    """Decide. `reports`: how many are known of the event; `high`: the score reaches the threshold."""
    if facets.veto is not None:
        return Decision(accepted=False, ground=Ground.RULED_OUT, by_score=False)
    obeyed = tree.declared or bool(tree.aliases)
    if obeyed and (tree.event.match is MatchMode.STRICT or reports < ENOUGH_REPORTS):
        return Decision(facets.satisfied, Ground.FACETS if facets.satisfied else Ground.LACKING, by_score=False)
    if not obeyed and reports < ENOUGH_REPORTS:
        return Decision(facets.satisfied, Ground.TITLE if facets.satisfied else Ground.LACKING, by_score=False)
    asked = tree.declared or (obeyed and facets.satisfied)  # an alias alone asks for nothing where it isn't said
    return Decision(high, _by_score(satisfied=asked and facets.satisfied, asked=asked, high=high), by_score=True)


def _by_score(*, satisfied: bool, asked: bool, high: bool) -> Ground:
    if not high:
        return Ground.HELD_BACK if satisfied else Ground.LACKING
    if satisfied:
        return Ground.FACETS
    return Ground.BEYOND_FACETS if asked else Ground.LIKENESS
