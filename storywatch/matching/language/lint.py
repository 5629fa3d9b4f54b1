"""The linter: what an event's declaration allows but probably doesn't mean. Pure; it reads no stored items."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from storywatch.matching.language.building import EventTree, resolver, tree_of
from storywatch.matching.language.common import can_be_common, is_only_common, stands_alone, too_short
from storywatch.matching.language.never import unknown_outlets, why_never
from storywatch.matching.language.overlaps import swallowed
from storywatch.matching.language.queries import parse_member
from storywatch.matching.language.seeds import on_seeds
from storywatch.matching.language.slips import slip_in_member, slips_in_query
from storywatch.matching.language.terms import words_of
from storywatch.matching.language.text import to_text
from storywatch.matching.language.tree import Node, Or, Term, leaves
from storywatch.model import Event

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A warning about an event. `path`: the keys below the event, such as `all`, 0, 2."""

    event: str
    path: Path
    message: str


def lint(events: Sequence[Event], outlets: Collection[str] | None = None) -> Iterator[Doubt]:
    """Yield the doubts about events. `outlets`: the ids that are declared, where that is known."""
    trees = [tree_of(event) for event in events]
    for tree in trees:
        for path, message in _on_event(tree, outlets):
            yield Doubt(event=tree.event.id, path=path, message=message)
    for event, number, places in swallowed(trees):
        message = f"this alias also stands in {places}: an item that says it is taken for both"
        yield Doubt(event=event, path=("aliases", number), message=message)


def _on_event(tree: EventTree, outlets: Collection[str] | None) -> Iterator[tuple[Path, str]]:
    yield from _on_names(tree.event)
    yield from _on_groups(tree, outlets)
    yield from _on_lists(tree.event)
    yield from _on_query(tree, outlets)
    yield from _on_telling_words(tree)
    yield from on_seeds(tree)


def _on_names(event: Event) -> Iterator[tuple[Path, str]]:
    """Aliases and spellings need a word, and a spelling belongs to one name."""
    yield from _on_aliases(event)
    yield from _on_spellings(event)


def _on_aliases(event: Event) -> Iterator[tuple[Path, str]]:
    for number, alias in enumerate(event.aliases):
        if not words_of(alias):
            yield ("aliases", number), "has no letter or digit, so it never matches"
        elif can_be_common(Term(alias)):
            yield ("aliases", number), "is made of everyday words, and an alias is enough by itself: take it out"
        elif said := stands_alone(alias):
            yield ("aliases", number), said


def _on_spellings(event: Event) -> Iterator[tuple[Path, str]]:
    owners: dict[tuple[object, ...], str] = {}
    for key in ("people", "places", "organisations"):
        for number, name in enumerate(getattr(event, key)):
            for spelling in name.spellings:
                parsed = words_of(spelling)
                owner = owners.setdefault(parsed, name.spellings[0])
                if not parsed:
                    yield (key, number), f"{spelling!r} has no letter or digit, so it never matches"
                elif owner != name.spellings[0]:
                    yield (key, number), f"{spelling!r} is listed for {owner} too: each stands for both"
                elif said := stands_alone(spelling):
                    yield (key, number), f"{spelling!r} {said}"


def _on_groups(tree: EventTree, outlets: Collection[str] | None) -> Iterator[tuple[Path, str]]:
    event, resolve = tree.event, resolver(tree.names)
    for group, members in enumerate(event.all_of):
        nodes = [parse_member(member, resolve) for member in members]
        reasons = [why_never(node, event, tree.bans) for node in nodes]
        if all(reasons):
            yield ("all", group), f"no member of this group can ever match: {members[0]}: {reasons[0]}"
        for number, (member, node, reason) in enumerate(zip(members, nodes, reasons, strict=True)):
            path: Path = ("all", group, number)
            if reason and not all(reasons):
                yield path, f"can never match: {reason}"
            yield from ((path, message) for message in _on_member(member, node, tree, outlets))
        yield from ((("all", group, number), message) for number, message in _twice(members, nodes))


def _on_member(member: str, node: Node, tree: EventTree, outlets: Collection[str] | None) -> Iterator[str]:
    prefix = too_short(node.text) if isinstance(node, Term) else None
    if prefix:
        yield f"matches every word that begins with {prefix}; write more letters"
    yield from _on_script(node)
    slip = slip_in_member(member, node, tree.names)
    if slip:
        yield slip
    yield from _on_outlets(node, outlets)


def _on_script(node: Node) -> Iterator[str]:
    terms = (leaf.text for leaf in leaves(node) if isinstance(leaf, Term))
    yield from (f"{text} {said}" for text in terms if (said := stands_alone(text)))


def _on_outlets(node: Node, outlets: Collection[str] | None) -> Iterator[str]:
    for name in unknown_outlets(node, outlets) if outlets is not None else ():
        yield f"no outlet has the id {name!r}"


def _on_lists(event: Event) -> Iterator[tuple[Path, str]]:
    banned = [parse_member(member) for member in event.none_of]
    for key, texts, nodes in (("none", event.none_of, banned), ("aliases", event.aliases, [*map(Term, event.aliases)])):
        yield from (((key, number), message) for number, message in _twice(texts, nodes))


def _twice(texts: Sequence[str], nodes: Sequence[Node]) -> Iterator[tuple[int, str]]:
    """Yield the number of each entry that another before it asks for already."""
    first: dict[object, str] = {}
    for number, (text, node) in enumerate(zip(texts, nodes, strict=True)):
        before = first.setdefault(words_of(node.text) if isinstance(node, Term) else node, text)
        if before is not text:
            yield number, f"is there twice: {before!r} finds the same"


def _on_query(tree: EventTree, outlets: Collection[str] | None) -> Iterator[tuple[Path, str]]:
    event = tree.event
    if event.query is None:
        return
    for message in slips_in_query(event.query, tree.names):
        yield ("query",), message
    for group in tree.groups[len(event.all_of) :]:
        for part in group.node.parts if isinstance(group.node, Or) else (group.node,):
            reason = why_never(part, event, tree.bans)
            if reason:
                yield ("query",), f"{to_text(part)} can never match: {reason}"
        yield from ((("query",), message) for message in _on_outlets(group.node, outlets))
        yield from ((("query",), message) for message in _on_script(group.node))
        for prefix in filter(None, (too_short(leaf.text) for leaf in leaves(group.node) if isinstance(leaf, Term))):
            yield ("query",), f"{prefix}* matches every word that begins with {prefix}; write more letters"
    for ban in tree.bans:
        if ban.key == "query":
            yield from ((("query",), message) for message in _on_outlets(ban.node, outlets))


def _on_telling_words(tree: EventTree) -> Iterator[tuple[Path, str]]:
    """At least one group must ask for words that most reports don't have."""
    if not tree.declared or not all(can_be_common(group.node) for group in tree.groups):
        return
    path: Path = ("all",) if tree.event.all_of else ("query",)
    if all(is_only_common(group.node) for group in tree.groups):
        yield (
            path,
            "asks only for everyday words, which stand in reports of every story; add a group of names or places",
        )
        return
    witnesses = "; ".join(_first_common(group.node) for group in tree.groups)
    yield path, f"everyday words alone satisfy it ({witnesses}): take them out of one group, or add a group of names"


def _first_common(node: Node) -> str:
    parts = node.parts if isinstance(node, Or) else (node,)
    return next(to_text(part) for part in parts if can_be_common(part))
