"""The words in which a verdict is told to people."""

import math
from collections.abc import Callable, Iterable, Mapping

from storywatch.matching.likeness import Background, Model, Profile, Weighed
from storywatch.matching.looking import Look
from storywatch.model import Contribution, Match, Reason

SHARED_WORDS = "words of this event"
"""What a reason asks for where the operator asked for nothing: the words that title, seeds and reports use."""

_MOST_WORDS, _MOST_MEMBERS = 6, 4

_GROUNDS = {
    "facets": "your facets are met",
    "beyond_facets": "beyond your facets, because it reads like this event's next chapter",
    "held_back": "your facets are met, but it reads like another event",
    "likeness": "it reads like this event",
    "title": "it says every telling word of the title",
    "ruled_out": "ruled out",
    "lacking": "not enough speaks for it",
}

UNPLAIN = frozenset({"beyond_facets", "held_back", "likeness", "title"})
"""Grounds that people must be told of besides what was found: the facets alone don't explain them."""


def ground_in_words(match: Match) -> str:
    """Say what a verdict rests on; with what is lacking or forbidden, if that is it."""
    said = _GROUNDS.get(match.ground, match.ground)
    if match.veto:
        return f"{said}: {match.veto}"
    lacks = " and ".join(f"({in_short(group)})" for group in match.lacks)
    if lacks and match.ground == "lacking" and not match.threshold:  # no score was asked
        return f"not all that is asked is met: it lacks {lacks}"
    return f"{said}; it lacks {lacks}" if lacks and match.ground in {"beyond_facets", "lacking"} else said


def in_short(group: str) -> str:
    """Return a group by its first members: what is lacked by a long list is known by its first words."""
    members = group.split(" | ")
    if len(members) <= _MOST_MEMBERS + 1:
        return group
    return " | ".join([*members[:_MOST_MEMBERS], f"{len(members) - _MOST_MEMBERS} more"])


def shared_words(weighed: Weighed, profile: Profile) -> tuple[str, ...]:
    """Return the words that an item shares with an event, those that tell most first."""
    pairs = zip(weighed.reading.terms, weighed.weights, strict=True)
    shared = [(math.sqrt(profile.count(term.stem)) * weight, term.shown) for term, weight in pairs]
    return tuple(shown for mass, shown in sorted(shared, key=lambda each: -each[0])[:_MOST_WORDS] if mass)


def likeness_reason(look: Look) -> Reason:
    """Return the reason of an item that was taken for how it reads."""
    return Reason(asked=SHARED_WORDS, found=", ".join(shared_words(look.weighed, look.profile)), field="text")


def contributions(model: Model, look: Look) -> tuple[Contribution, ...]:
    """Return the parts of a score in log-odds, the heaviest first, each with what was seen."""
    said = _sayings(look)
    parts = [Contribution(name="start", points=round(model.weights.bias, 2), says="before anything is seen")]
    for name, points in sorted(model.weights.points(look.features), key=lambda part: -abs(part[1])):
        if abs(points) >= 0.005:
            parts.append(Contribution(name=name, points=round(points, 2), says=said[name]()))
    return tuple(parts)


def _sayings(look: Look) -> Mapping[str, Callable[[], str]]:
    words = ", ".join(shared_words(look.weighed, look.profile)) or "none"
    hot, silent = look.profile.heat(look.day), look.profile.silence(look.day)
    return {
        "facets": lambda: "your facets are met",
        "breadth": lambda: "different members of your facets were found",
        "people": lambda: "somebody of this event is named",
        "alike": lambda: f"shared words: {words} (cosine {look.features['alike']:.2f})",
        "contrast": lambda: "its words, compared with what comes near and doesn't belong",
        "core": lambda: "names and words that title and seeds share",
        "strange_names": lambda: f"names new to this event: {_strange(look.weighed, look.profile)}",
        "hot_alike": lambda: f"other items of this event within three days: {hot}",
        "hot_names": lambda: f"known names, with other items of this event within three days: {hot}",
        "hot_words": lambda: f"usual words of this event, with other items of it within three days: {hot}",
        "fresh_alike": lambda: f"{silent} days from the nearest item of this event",
    }


def _strange(weighed: Weighed, profile: Profile) -> str:
    names = [term.shown for term in weighed.reading.terms if term.name and not profile.count(term.stem)]
    return ", ".join(names[:_MOST_WORDS]) or "none"


def understood(profile: Profile, background: Background) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names and the other words by which an event is recognised, those that tell most first.

    What one text alone says and everybody says, such as an office, is left out, and so are that text's numbers.
    """
    shown = {term.stem: term.shown for reading in profile.readings for term in reading.terms}
    telling = (stem for stem in profile.base if stem in profile.core or _is_its_own(stem, background))
    ranked = sorted(telling, key=lambda stem: (-math.sqrt(profile.base[stem]) * background.weight(stem), stem))
    names = tuple(shown[stem] for stem in ranked if stem in profile.names)
    return names[:_UNDERSTOOD], tuple(shown[stem] for stem in ranked if stem not in profile.names)[:_UNDERSTOOD]


def _is_its_own(stem: str, background: Background) -> bool:
    return stem.startswith("@") or (not stem.isdigit() and background.weight(stem) >= _OWN)


def understood_in_words(names: Iterable[str], words: Iterable[str]) -> str:
    """Say by what an event is recognised."""
    return f"I take these as its names: {', '.join(names) or 'none'}; and words: {', '.join(words) or 'none'}"


_UNDERSTOOD, _OWN = 12, 4.5
"""How many names and words are told; how much a word of one text must tell: one item in ninety says it, or fewer."""
