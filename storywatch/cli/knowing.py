"""What the storage knows for matching, for commands that judge. They only read: nothing that they learn is saved."""

import asyncio
from collections.abc import Iterable

from storage import Store
from storywatch.cli.clock import utc_now
from storywatch.cli.output import progress_bar
from storywatch.matching import Matcher
from storywatch.matching.likeness import Background
from storywatch.model import Event
from storywatch.recalling import Recollection, Stored


async def recalled(store: Store, events: Iterable[Event]) -> Matcher:
    """Return a matcher that knows what a daemon with these events would know now."""
    matcher = Matcher(events)
    stored = Stored(memories=store.memories, feedbacks=store.feedbacks, seeds=store.seeds)
    with progress_bar() as progress:
        bar = progress.add_task("recalling", total=None)
        await Recollection(matcher, asyncio.Lock(), stored, utc_now).recall(lambda count: progress.advance(bar, count))
    return matcher


async def background_of(store: Store) -> Background:
    """Return how many of the stored items say a word."""
    return (await recalled(store, ())).memory.background
