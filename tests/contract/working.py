"""Work on a real store with the real decisions: the network and the channels are fakes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from storage import Store
from storage.engine import reading
from storage.tables import metadata
from storywatch.model import ChannelKind, Delivery, ParsedItem, Visit, WatchConfig
from storywatch.pasts import Pasts
from storywatch.ports import Channel, Claim, Fetcher
from storywatch.watch import Plan, PollResult, Watch
from tests.support.fakes import FakeChannel, FakeClock, FakeFetcher
from tests.support.samples import NOW, brought

LEASE = timedelta(minutes=2)
LATER = NOW + LEASE + timedelta(seconds=1)
"""A moment at which a lease that was taken at NOW has run out."""


async def claimed(store: Store, source: str = "nyt-world", now: datetime = NOW) -> Claim:
    """Claim a source that nobody has."""
    claim = await store.sources.claim_named(source, now=now, lease=LEASE)
    assert claim is not None
    return claim


async def poll(
    store: Store,
    config: WatchConfig,
    *items: ParsedItem,
    source: str = "nyt-world",
    now: datetime = NOW,
    visit: Visit | None = None,
    fetcher: Fetcher | None = None,
    channel: Channel | None = None,
    pasts: Pasts | None = None,
) -> PollResult:
    """Claim and poll a source that answers with these items."""
    channels: Mapping[ChannelKind, Channel] = {kind: channel or FakeChannel() for kind in ChannelKind}
    watch = Watch(
        sources=store.sources,
        fetcher=fetcher or FakeFetcher(visit or brought(*items)),
        channels=channels,
        clock=FakeClock(now),
        dice=lambda: 0.0,
        pasts=pasts or Pasts(),
    )
    return await watch.poll(await claimed(store, source, now), Plan.of(config))


async def deliveries(store: Store, lane: str = "email:desk@news.example", now: datetime = NOW) -> Sequence[Delivery]:
    """Claim all that is due in a lane."""
    return await store.outbox.claim_deliveries(lane, now=now, lease=LEASE, limit=100)


async def rows(store: Store, table: Table) -> list[dict[str, Any]]:
    """Return all rows of a table."""
    async with reading(store.engine) as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def counts(store: Store) -> dict[str, int]:
    """Return the number of rows of every table."""
    async with reading(store.engine) as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in metadata.sorted_tables
        }
