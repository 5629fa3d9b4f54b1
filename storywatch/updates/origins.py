"""Where a report's text comes from: an agency that is credited, an earlier report that it copies, or its own outlet."""

from storywatch.model import Item
from storywatch.updates.agencies import agency_of
from storywatch.updates.past import Past
from storywatch.updates.reading import read

COPIED = 0.5
"""Share of passages from which two texts are one text."""

LEAST_PASSAGES = 8
"""Passages (of five words) that a text must have, to be called a copy."""

_OUTLETS = {"ap", "reuters", "afp", "dpa", "ansa", "efe", "tass", "interfax", "xinhua", "upi", "yonhap"}
_OUTLETS |= {"anadolu", "kyodo", "pti", "ani", "bloomberg", "pajhwok", "apnews", "ap-news"}


def origin_of(item: Item, past: Past) -> str:
    """Return where an item's text comes from, as `agency:NAME` or `outlet:ID`.

    A copy of an earlier report has that one's origin, whoever is credited: one text is one origin.
    """
    revision = item.revision
    body = revision.content or revision.summary
    telling = read(f"{revision.title}\n{revision.summary}" if len(revision.summary) >= len(body) else
                   f"{revision.title}\n{body[:2000]}")  # fmt: skip
    twin, share = past.copied(telling)
    if twin is not None and share >= COPIED and len(telling.passages) >= LEAST_PASSAGES and twin.origin:
        return twin.origin
    agency = agency_of(revision.author, revision.summary, revision.content)
    if agency is None and item.outlet in _OUTLETS:
        agency = {"apnews": "ap", "ap-news": "ap"}.get(item.outlet, item.outlet)
    return f"agency:{agency}" if agency else f"outlet:{item.outlet}"
