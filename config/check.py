"""Checks each entry of a watch config by itself, so that one that is wrong doesn't hide the others' mistakes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from config.prose import problems_in
from config.rules import Clash, event_clashes, outlet_clashes, settings_clashes, subscriber_clashes
from config.schema import EventSpec, OutletSpec, SettingsSpec, Strict, SubscriberSpec
from config.sections import Sections
from config.tree import Node
from storywatch.errors import Problem

SpecT = TypeVar("SpecT", bound=Strict)
Clashes = Callable[[dict[str, Any]], Iterator[Clash]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked(Generic[SpecT]):
    """An entry that is right by itself, and where it stands."""

    node: Node
    spec: SpecT


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """The entries that are right by themselves, and what is wrong with the others."""

    settings: Checked[SettingsSpec] | None
    outlets: list[Checked[OutletSpec]]
    events: list[Checked[EventSpec]]
    subscribers: list[Checked[SubscriberSpec]]
    problems: list[Problem] = field(default_factory=list)


def check(sections: Sections) -> Draft:
    """Check all entries."""
    problems: list[Problem] = []
    settings = [sections.settings] if sections.settings is not None else []
    return Draft(
        settings=next(iter(checked(settings, SettingsSpec, settings_clashes, problems)), None),
        outlets=checked(sections.outlets, OutletSpec, outlet_clashes, problems),
        events=check_events(sections.events, problems),
        subscribers=checked(sections.subscribers, SubscriberSpec, subscriber_clashes, problems),
        problems=problems,
    )


def check_events(nodes: Iterable[Node], problems: list[Problem]) -> list[Checked[EventSpec]]:
    """Check events alone. Adds what is wrong to `problems`."""
    return checked(nodes, EventSpec, event_clashes, problems)


def checked(
    nodes: Iterable[Node], model: type[SpecT], clashes: Clashes, problems: list[Problem]
) -> list[Checked[SpecT]]:
    """Return the entries that fit the model. Adds what is wrong to `problems`."""
    right = []
    for node in nodes:
        data = node.plain()
        if isinstance(data, dict):
            problems += [node.problem(clash.message, clash.path) for clash in clashes(data)]
        try:
            right.append(Checked(node=node, spec=model.model_validate(data)))
        except ValidationError as error:
            problems += problems_in(error, node, model)
    return right
