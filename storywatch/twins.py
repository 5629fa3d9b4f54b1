"""Sources that would bring the same document: it is asked for once."""

from collections.abc import Iterable, Mapping

from storywatch.model import Source


def twins(sources: Iterable[Source]) -> Mapping[str, str]:
    """Return, for each enabled source that repeats an earlier one, the id of that one.

    They repeat each other when address, outlet, kind and reading are the same. One that waits for gaps comes last: it
    must not keep another waiting.
    """
    first: dict[tuple[object, ...], str] = {}
    repeated: dict[str, str] = {}
    for source in sorted(sources, key=lambda source: source.gaps_only):
        if source.enabled:
            same = first.setdefault((source.url, source.outlet, source.kind, source.page, source.drop_urls), source.id)
            repeated |= {} if same == source.id else {source.id: same}
    return repeated
