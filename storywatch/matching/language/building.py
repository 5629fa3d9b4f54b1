"""The tree of an event: what its facets and its query ask, as groups, each of which an item must satisfy."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from storywatch.matching.language.queries import parse_member, parse_query
from storywatch.matching.language.terms import fold_phrase
from storywatch.matching.language.text import to_text
from storywatch.matching.language.tree import And, Leaf, NameRef, Node, Not, Or, Term, any_of, leaves
from storywatch.matching.words import words
from storywatch.model import Event

_STOPWORDS = "a an and are as at be by for from has have in into is it its of on or over that the their to was with"
TITLE_STOPWORDS = frozenset(_STOPWORDS.split())
"""Words of a title that tell nothing about an event, for events without facets."""


@dataclass(frozen=True, slots=True)
class Group:
    """One thing that an item must satisfy, and how the operator wrote it."""

    label: str
    node: Node


@dataclass(frozen=True, slots=True)
class Ban:
    """What an item may not say, and the key that says so."""

    node: Node
    key: str


@dataclass(frozen=True, kw_only=True)
class EventTree:
    """What an event asks. `groups`: its facets, then what its query joins by AND; `declared`: they are the operator's.

    Where nothing is declared the groups are the telling words of the title. `bans` come from `none` and from NOT in the
    query. An alias stands for all groups; `names` decide nothing but are reasons.
    """

    event: Event
    groups: tuple[Group, ...]
    bans: tuple[Ban, ...]
    aliases: tuple[Term, ...]
    names: tuple[NameRef, ...]
    declared: bool

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """All that is looked for in texts, each once."""
        asked = [group.node for group in self.groups] + [ban.node for ban in self.bans]
        found = [leaf for node in asked for leaf in leaves(node)]
        return tuple(dict.fromkeys([*found, *self.aliases, *self.names]))

    @cached_property
    def members(self) -> Mapping[Leaf, tuple[int, ...]]:
        """The groups that a leaf meets by itself, so that judging costs by what was found and not by what is asked."""
        found: dict[Leaf, dict[int, None]] = defaultdict(dict)
        for number, part in self._parts():
            if isinstance(part, Leaf):
                found[part][number] = None
        return {leaf: tuple(numbers) for leaf, numbers in found.items()}

    @cached_property
    def compounds(self) -> tuple[tuple[int, Node], ...]:
        """The other members, each with the number of its group."""
        return tuple((number, part) for number, part in self._parts() if not isinstance(part, Leaf))

    def _parts(self) -> Iterator[tuple[int, Node]]:
        for number, group in enumerate(self.groups):
            for part in group.node.parts if isinstance(group.node, Or) else (group.node,):
                yield number, part


def tree_of(event: Event) -> EventTree:
    """Return the tree of an event. Raises QueryError for what the configuration would have refused."""
    names = tuple(_names(event))
    resolve = resolver(names)
    asked = _query_parts(event, resolve)
    groups = (*_facets(event, resolve), *(Group(to_text(part), part) for part in asked if not isinstance(part, Not)))
    forbidden = [Ban(parse_member(member, resolve), "none") for member in event.none_of]
    return EventTree(
        event=event,
        groups=groups or tuple(_of_title(event, resolve)),
        bans=(*forbidden, *(Ban(part.node, "query") for part in asked if isinstance(part, Not))),
        aliases=tuple(map(Term, event.aliases)),
        names=names,
        declared=bool(groups),
    )


def resolver(names: tuple[NameRef, ...]) -> Callable[[str], Leaf]:
    """Return what makes a leaf of a phrase: the name that it is the first spelling of, else a term."""
    if not names:
        return Term
    known = {fold_phrase(name.name): name for name in names}

    def resolve(phrase: str) -> Leaf:
        return Term(phrase) if phrase.endswith("*") else known.get(fold_phrase(phrase)) or Term(phrase)

    return resolve


def _names(event: Event) -> Iterator[NameRef]:
    for name in (*event.people, *event.places, *event.organisations):
        yield NameRef(name.spellings[0], name.spellings)


def _facets(event: Event, resolve: Callable[[str], Leaf]) -> Iterator[Group]:
    for members in event.all_of:
        yield Group(" | ".join(members), any_of([parse_member(member, resolve) for member in members]))


def _query_parts(event: Event, resolve: Callable[[str], Leaf]) -> tuple[Node, ...]:
    if event.query is None:
        return ()
    node = parse_query(event.query, resolve)
    return node.parts if isinstance(node, And) else (node,)


def _of_title(event: Event, resolve: Callable[[str], Leaf]) -> Iterator[Group]:
    for word in words(event.title):
        if word.folded not in TITLE_STOPWORDS:
            text = event.title[word.start : word.end]
            yield Group(text, resolve(text))
