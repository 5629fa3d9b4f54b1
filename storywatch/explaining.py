"""Why an item belongs to an event, or why not: all that the decision saw, in a form to print."""

from dataclasses import dataclass

from storywatch.matching import Matcher
from storywatch.matching.deciding import ENOUGH_REPORTS
from storywatch.matching.language import Found
from storywatch.matching.likeness import Model, log_odds, probability
from storywatch.matching.looking import Look
from storywatch.matching.saying import in_short
from storywatch.model import Event, Item, Match, MatchMode

SAME = 0.005
"""Thresholds that differ by less are shown by the same two digits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupSeen:
    """One thing that an event asks, as the operator wrote it."""

    asked: str
    met: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """A verdict with what it rests on. `found`: every place where what is asked stands, by fields.

    `declared`: the groups are the operator's, not the words of the title. `usual`: the threshold in usual surroundings;
    `origin` says where this one comes from. `why_not`: what is missing for the item to match. `reports`, `confirmed`
    and `rejected` are how many the event is known by.
    """

    item: Item
    event: Event
    verdict: Match
    declared: bool
    groups: tuple[GroupSeen, ...]
    found: tuple[Found, ...]
    usual: float
    origin: str
    why_not: str | None
    reports: int
    confirmed: int
    rejected: int


def explain(matcher: Matcher, item: Item, event: str) -> Explanation:
    """Judge an item beside one event and say why. Raises KeyError for an unknown event.

    What the event learned from this very item is forgotten meanwhile, for an item is always like itself.
    """
    with matcher.memory.without(item, event):
        return _explained(matcher, item, event)


def _explained(matcher: Matcher, item: Item, event: str) -> Explanation:
    look = matcher.look(item, event)
    verdict = matcher.judge(look, full=True)
    usual = matcher.model(look).threshold
    lessons = matcher.lessons(event)
    return Explanation(
        item=item,
        event=look.tree.event,
        verdict=verdict,
        declared=look.tree.declared,
        groups=_groups(look),
        found=look.facets.found,
        usual=probability(usual),
        origin=_origin(look, verdict, matcher.model(look)),
        why_not=why_not(verdict),
        reports=look.reports,
        confirmed=len(lessons.confirmed),
        rejected=len(lessons.rejected),
    )


def _groups(look: Look) -> tuple[GroupSeen, ...]:
    met = look.facets.met
    return tuple(GroupSeen(asked=group.label, met=number in met) for number, group in enumerate(look.tree.groups))


def _origin(look: Look, verdict: Match, model: Model) -> str:
    if verdict.veto is not None:
        return "no score counts against what rules an item out"
    if verdict.threshold:
        return _moved(look, model)
    if look.tree.event.match is MatchMode.STRICT and (look.tree.declared or look.tree.aliases):
        return "the facets decide alone: `match: strict`"
    basis = "facets decide" if look.tree.declared or look.tree.aliases else "words of the title decide"
    return f"the {basis} alone until {ENOUGH_REPORTS} reports are known; {look.reports} are"


_RAISED = {
    "noise": "much comes near this event without belonging to it",
    "background": "too few items are stored to know what everybody says",
    "answers": "people rejected more than they confirmed",
}


def _moved(look: Look, model: Model) -> str:
    why = [_RAISED[name] for name, points in model.raised(look.around).items() if points >= SAME]
    return f"raised from {share(probability(model.threshold))}, for {', and '.join(why)}" if why else "the usual one"


def share(value: float) -> str:
    """Write a number of 0 to 1 with two digits, such as `.31`; 1 is `1.00`."""
    return f"{value:.2f}".removeprefix("0")


def score_in_words(match: Match) -> str:
    """Say how a score stands to its threshold, such as `.31 of .48`; only the score where that did not decide."""
    return f"{share(match.score)} of {share(match.threshold)}" if match.threshold else share(match.score)


def why_not(verdict: Match) -> str | None:
    """Say the nearest thing that keeps an item out; None for one that matched."""
    if verdict.accepted:
        return None
    if verdict.veto is not None:
        return verdict.veto
    if not verdict.threshold:
        return f"it lacks {missing(verdict.lacks)}" if verdict.lacks else "it says nothing that is asked"
    return f"its score is {log_odds(verdict.threshold) - log_odds(verdict.score):.1f} points short of the threshold"


def missing(lacks: tuple[str, ...]) -> str:
    """Name the groups that are lacking, each by its first members."""
    return " and ".join(f"({in_short(group)})" for group in lacks)
