"""Checks the ids of a watch config: each is given once, and each that is referred to exists."""

from collections.abc import Iterable, Iterator, Sequence

from config.nearest import did_you_mean
from config.prose import found
from config.sections import Sections
from config.tree import Node
from storywatch.errors import Problem


def subscription_ids(subscriber: str, subscriptions: Sequence[tuple[str | None, str]]) -> list[str]:
    """Return the ids of a subscriber's subscriptions, given as (own id or None, channel) pairs.

    One without its own id is called `<subscriber>-<channel>`; the later ones of the same channel get `-2`, `-3`.
    """
    ids: list[str] = []
    counts: dict[str, int] = {}
    for own, channel in subscriptions:
        counts[channel] = counts.get(channel, 0) + (own is None)
        number = f"-{counts[channel]}" if counts[channel] > 1 else ""
        ids.append(own or f"{subscriber}-{channel}{number}")
    return ids


def duplicates(sections: Sections) -> Iterator[Problem]:
    """Say which ids are given twice."""
    sources = [source for outlet in sections.outlets for source in outlet.items("sources")]
    yield from twice("outlet", sections.outlets)
    yield from twice("source", sources)
    yield from twice("event", sections.events)
    yield from twice("subscriber", sections.subscribers)
    yield from _named_twice("subscription", _subscriptions(sections))


def twice(what: str, nodes: Iterable[Node]) -> Iterator[Problem]:
    """Say which of the nodes have an id that an earlier one has."""
    return _named_twice(what, ((_id(node), node) for node in nodes))


def dangling(sections: Sections) -> Iterator[Problem]:
    """Say which ids are referred to and don't exist. Silent when a file could not be read: they may stand there."""
    if not sections.whole:
        return
    events = _ids(sections.events)
    tags = {str(tag.value) for event in sections.events for tag in event.items("tags")}
    if sections.outlets_whole:
        for event in sections.events:
            yield from _unknown("outlet", event.items("outlets"), _ids(sections.outlets))
    for subscriber in sections.subscribers:
        for subscription in subscriber.items("subscriptions"):
            yield from _unknown("event", subscription.items("events"), events)
            yield from _unknown("tag", subscription.items("tags"), tags)
            if sections.outlets_whole:
                yield from _unknown("outlet", subscription.items("outlets"), _ids(sections.outlets))


def _named_twice(what: str, given: Iterable[tuple[str | None, Node]]) -> Iterator[Problem]:
    first: dict[str, Node] = {}
    for name, node in given:
        other = first.setdefault(name, node) if name is not None else node
        if other is not node:
            message = f"{name!r:.80} is already the id of another {what} ({other.file}:{other.line}); choose another id"
            yield node.problem(message, ("id",))


def _subscriptions(sections: Sections) -> Iterator[tuple[str | None, Node]]:
    for subscriber in sections.subscribers:
        nodes = subscriber.items("subscriptions")
        pairs = [(_id(node), node.text("channel") or "") for node in nodes]
        yield from zip(subscription_ids(_id(subscriber) or "", pairs), nodes, strict=True)


def _unknown(what: str, given: Iterable[Node], known: set[str]) -> Iterator[Problem]:
    for node in given:
        if isinstance(node.value, str) and node.value not in known:
            names = ", ".join(sorted(known)[:8])
            near = did_you_mean(node.value, known) or (f"; known: {names}" if known else f"; no {what} is declared")
            yield node.problem(f"expected the id of {_article(what)} {what}, found {found(node)}{near}")


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _ids(nodes: Iterable[Node]) -> set[str]:
    return {name for name in map(_id, nodes) if name is not None}


def _id(node: Node) -> str | None:
    return node.text("id")
