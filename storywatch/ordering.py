"""The one order in which items are judged, by polls and by every pass over what is stored.

What is learned of one item decides on the next, so another order would be another watch.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from storywatch.model import Item


def by_publication(item: Item) -> tuple[datetime, str]:
    """Place an item among those that came in one document: the oldest publication first."""
    return item.published, item.id


def by_sight(item: Item) -> tuple[datetime, datetime, str]:
    """Place an item among all: by first sight, which those of one document share, then by publication."""
    return item.first_seen, item.published, item.id


async def as_polled(items: AsyncIterator[Item]) -> AsyncIterator[Item]:
    """Yield items, which come in the order of first sight, in the order in which polls judge them."""
    together: list[Item] = []
    async for item in items:
        if together and item.first_seen != together[0].first_seen:
            for one in sorted(together, key=by_publication):
                yield one
            together = []
        together.append(item)
    for one in sorted(together, key=by_publication):
        yield one
