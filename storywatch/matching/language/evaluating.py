"""What an event's tree says of an item: groups met and lacked, a veto, and where everything stands.

Cost grows with the tree and with the places that were found, which are bounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storywatch.matching.language.building import Ban, EventTree
from storywatch.matching.language.judged import Facets, Found, Hits, Part, Place, Subject
from storywatch.matching.language.near import near
from storywatch.matching.language.text import to_text
from storywatch.matching.language.tree import (
    TEXTS,
    And,
    Field,
    Leaf,
    NameRef,
    Near,
    Node,
    Not,
    Or,
    Regex,
    Scope,
    Term,
    below,
)
from storywatch.matching.language.vetoes import veto_of

_RANKS = {field: number for number, field in enumerate(TEXTS)}

Evidence = list[tuple[str, Place]]
"""What was asked, and where it stands."""


def evaluate(tree: EventTree, hits: Hits, subject: Subject) -> Facets:
    """Judge an item by the places where the tree's leaves were found in it."""
    judge = Judge(hits, subject)
    met = _met(tree, judge) if hits or tree.compounds else {}
    named = any(hits.get(alias) for alias in tree.aliases)
    return Facets(
        groups=len(tree.groups),
        met=frozenset(met),
        satisfied=named or len(met) == len(tree.groups) > 0,
        lacks=tuple(group.label for number, group in enumerate(tree.groups) if number not in met),
        veto=_forbidden(tree.bans, judge) or veto_of(tree.event, subject),
        found=tuple(_found(tree, met, hits, subject)) if hits else (),
    )


def _met(tree: EventTree, judge: "Judge") -> Mapping[int, Evidence]:
    """Return the groups that are met, with what stands for them."""
    met: dict[int, Evidence] = {}
    for leaf, places in judge.hits.items():
        for number in tree.members.get(leaf, ()) if places else ():
            met.setdefault(number, []).extend((asked_for(leaf), place) for place in places)
    for number, node in tree.compounds:
        evidence = judge.holds(node)
        if evidence is not None:
            met.setdefault(number, []).extend(evidence)
    return met


@dataclass(frozen=True, slots=True)
class Judge:
    """One item's hits, asked node by node."""

    hits: Hits
    subject: Subject

    def holds(self, node: Node, within: Sequence[Field] = TEXTS, *, doubt: bool = True) -> Evidence | None:
        """Return where what the node asks stands, or None if it doesn't hold.

        `doubt` is the answer where the outlet or language isn't known.
        """
        match node:
            case Term() | NameRef() | Regex():
                return [(asked_for(node), place) for place in self._places(node, within)] or None
            case And(parts):
                each = [self.holds(part, within, doubt=doubt) for part in parts]
                return None if None in each else _joined(each)
            case Or(parts):
                each = [self.holds(part, within, doubt=doubt) for part in parts]
                return None if all(part is None for part in each) else _joined(each)
            case Not(inner):
                return [] if self.holds(inner, within, doubt=not doubt) is None else None
            case Near():
                return [(to_text(node), place) for place in self._near(node, within)] or None
            case Scope():
                return self._scoped(node, doubt=doubt)

    def _scoped(self, scope: Scope, *, doubt: bool) -> Evidence | None:
        if scope.field in TEXTS:
            return self.holds(scope.node, [scope.field], doubt=doubt)
        return [] if self._comes_from(scope.field, scope.node, doubt=doubt) else None

    def _places(self, leaf: Leaf, within: Sequence[Field]) -> list[Place]:
        return [place for place in self.hits.get(leaf, ()) if place.field in within]

    def _near(self, node: Near, within: Sequence[Field]) -> list[Place]:
        return near(self._side(node.left, within), self._side(node.right, within), node.distance)

    def _side(self, node: Node, within: Sequence[Field]) -> list[Place]:
        """Return all places of one side of a NEAR."""
        return [place for _, place in self.holds(node, within) or ()]

    def _comes_from(self, field: Field, node: Node, *, doubt: bool) -> bool:
        value = self.subject.outlet if field is Field.OUTLET else self.subject.language
        return doubt if value is None else is_from(value.lower(), node)


def is_from(value: str, node: Node) -> bool:
    """Tell whether an outlet's id or a language, in lower case, is what stands in a scope."""
    match node:
        case Term(text) | NameRef(text):
            wanted = text.lower()
            return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted
        case Not(inner):
            return not is_from(value, inner)
        case And(parts):
            return all(is_from(value, part) for part in parts)
        case _:
            return any(is_from(value, part) for part in below(node))


def asked_for(leaf: Leaf) -> str:
    """Return a leaf in the operator's words."""
    return to_text(leaf) if isinstance(leaf, Regex) else leaf.text if isinstance(leaf, Term) else leaf.name


def _joined(parts: Iterable[Evidence | None]) -> Evidence:
    return [each for part in parts if part for each in part]


def _forbidden(bans: Iterable[Ban], judge: Judge) -> str | None:
    for ban in bans:
        evidence = judge.holds(ban.node, doubt=False)
        if evidence is not None:
            return _said_of(ban, evidence, judge.subject)
    return None


def _said_of(ban: Ban, evidence: Evidence, subject: Subject) -> str:
    key = "which `none` forbids" if ban.key == "none" else "which NOT in `query` forbids"
    if not evidence:
        return f"is {to_text(ban.node)}, {key}"
    _, place = evidence[0]
    return f"says {subject.text(place.field)[place.start : place.end]!r}, {key}"


def _found(tree: EventTree, met: Mapping[int, Evidence], hits: Hits, subject: Subject) -> list[Found]:
    """Return every hit, field by field and in the order of the text."""
    asked = [(place, Part.GROUP, label, number) for number, part in met.items() for label, place in part]
    asked += [(place, Part.ALIAS, alias.text, 0) for alias in tree.aliases for place in hits.get(alias, ())]
    asked += [(place, Part.NAME, name.name, 0) for name in tree.names for place in hits.get(name, ())]
    asked.sort(key=_order)
    return [
        Found(
            part, label, subject.text(place.field)[place.start : place.end], place.field, place.start, place.end, number
        )
        for place, part, label, number in asked
    ]


def _order(asked: tuple[Place, Part, str, int]) -> tuple[int, int]:
    return _RANKS[asked[0].field], asked[0].first
