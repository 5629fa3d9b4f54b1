"""Takes outlets from the shipped catalogue and lays the operator's keys over them."""

from dataclasses import replace

from config.nearest import did_you_mean
from config.shipped import catalogue_ids, catalogue_outlet
from config.tree import Node
from storywatch.errors import ConfigError


def with_catalogue(entry: Node) -> Node:
    """Return an outlet entry as a whole outlet. Raises ConfigError when the catalogue doesn't know it.

    Keys of the entry replace those of the catalogue, lists included; sources are merged by id. What the catalogue
    brings in stands, for problems, where the entry stands.
    """
    reference = entry.text("catalogue")
    if reference is None or not isinstance(entry.value, dict):
        return entry
    known = catalogue_ids()
    if reference not in known:
        near = did_you_mean(reference, known) or f"; the catalogue has {', '.join(known)}"
        raise ConfigError([entry.problem(f"the catalogue has no outlet {reference[:64]!r}{near}", ("catalogue",))])
    base = catalogue_outlet(reference).placed_at(entry)
    return replace(_laid_over(base, entry), value=_merged(base, entry))


def _merged(base: Node, over: Node) -> "dict[str, Node]":
    merged = _children(base) | _children(over)
    own = over.child("sources")
    if own is not None and isinstance(own.value, list):
        merged["sources"] = replace(own, value=_merged_sources(base.items("sources"), own.value))
    return merged


def _merged_sources(base: list[Node], own: list[Node]) -> list[Node]:
    known = {source.text("id"): number for number, source in enumerate(base)}
    merged, added = list(base), []
    for source in own:
        number = known.pop(source.text("id"), None)
        if number is None:
            added.append(source)
        else:
            merged[number] = _laid_over(base[number].placed_at(source), source)
    return merged + added


def _laid_over(base: Node, over: Node) -> Node:
    return replace(over, value=_children(base) | _children(over))


def _children(node: Node) -> "dict[str, Node]":
    return node.value if isinstance(node.value, dict) else {}
