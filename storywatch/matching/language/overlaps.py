"""Aliases that another event says too: what is meant for one event would be taken for both."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from storywatch.matching.language.building import EventTree
from storywatch.matching.language.terms import words_of
from storywatch.matching.language.tree import Node, Not, Term, below
from storywatch.matching.patterns import TermWord

_Alias = tuple[EventTree, int]


def swallowed(trees: Sequence[EventTree]) -> Iterator[tuple[str, int, str]]:
    """Yield an event's id, the number of its alias, and the words about who says it too. One for each alias.

    Cost grows with the texts that the events declare, not with the number of pairs of events.
    """
    known: dict[tuple[str, ...], list[_Alias]] = defaultdict(list)
    for tree in trees:
        for number, alias in enumerate(tree.aliases):
            parsed = words_of(alias.text)
            if parsed:
                known[_folded(parsed)].append((tree, number))
    longest = max(map(len, known), default=0)
    said: dict[tuple[str, int], list[str]] = defaultdict(list)
    for tree in trees:
        for where, text in _texts(tree):
            for found, number in _inside(text, known, longest):
                if found is not tree:
                    said[found.event.id, number].append(f"the {where} {text!r} of event {tree.event.id}")
    for (event, number), places in said.items():
        more = f", and {len(places) - 1} more" if len(places) > 1 else ""
        yield event, number, f"{places[0]}{more}"


def _texts(tree: EventTree) -> Iterator[tuple[str, str]]:
    """Yield what an event says of itself, with the name of the place."""
    yield "title", tree.event.title
    yield from (("alias", alias.text) for alias in tree.aliases)
    if tree.declared:
        yield from (("facet", term.text) for group in tree.groups for term in _positive(group.node))


def _positive(node: Node) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    elif not isinstance(node, Not):
        for part in below(node):
            yield from _positive(part)


def _inside(text: str, known: dict[tuple[str, ...], list[_Alias]], longest: int) -> Iterable[_Alias]:
    parsed = words_of(text)
    for at in range(len(parsed)):
        for end in range(at + 1, min(at + longest, len(parsed)) + 1):
            span = parsed[at:end]
            for tree, number in known.get(_folded(span), ()):
                if _same_capitals(span, words_of(tree.aliases[number].text)):
                    yield tree, number


def _folded(parsed: Sequence[TermWord]) -> tuple[str, ...]:
    return tuple(word.folded for word in parsed)


def _same_capitals(span: Sequence[TermWord], alias: Sequence[TermWord]) -> bool:
    return all(said.capitals or not asked.capitals for said, asked in zip(span, alias, strict=True))
