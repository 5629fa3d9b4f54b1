"""Sources that moved, and hosts that asked for something: on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import Store, tables
from storywatch.model import PageRules, Source, SourceKind
from storywatch.pacing import HostHold
from storywatch.ports import PollRecord
from tests.contract.working import LEASE, claimed, rows
from tests.support.samples import NOW, a_config, a_source

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
NEW = "https://feeds.nyt.example/new.xml"


async def set_up(store: Store, *sources: Source) -> None:
    """Declare sources."""
    await store.sources.apply(a_config(sources=sources), NOW)


async def move(store: Store, source: str, url: str | None) -> None:
    """Record that a source is visited elsewhere from now on."""
    claim = await claimed(store, source)
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=replace(claim.state, url=url, last_poll_at=NOW)))


async def hold(store: Store, until: datetime | None = None, pages_after: datetime | None = None) -> None:
    """Record what the host asked for."""
    claim = await claimed(store)
    asked = HostHold(host="nyt.example", until=until, pages_after=pages_after)
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=replace(claim.state, last_poll_at=NOW), hold=asked))


async def awake(store: Store) -> dict[str, str]:
    """Return the hosts of the sources that do not rest, by source."""
    return {row["id"]: row["host"] for row in await rows(store, tables.sources) if row["active"]}


async def test_a_source_counts_for_the_host_where_it_is_visited(store: Store) -> None:
    """And for its own again when it falls back."""
    await set_up(store, a_source())
    await move(store, "nyt-world", NEW)
    assert await store.sources.due_hosts(LATER, 10) == ["feeds.nyt.example"]
    assert (await claimed(store)).state.url == NEW
    await store.free_leases()
    await move(store, "nyt-world", None)
    assert await store.sources.due_hosts(LATER, 10) == ["nyt.example"]


async def test_the_declared_address_is_kept(store: Store) -> None:
    """For the operator who looks it up."""
    await set_up(store, a_source())
    await move(store, "nyt-world", NEW)
    (row,) = await rows(store, tables.sources)
    assert (row["url"], row["current_url"]) == ("https://nyt.example/nyt-world.xml", NEW)


async def test_two_readings_of_one_page_stay_two(store: Store) -> None:
    """They bring different items, and only the config knows."""
    url = "https://nyt.example/old"
    pages = [a_source(one, url=url, kind=SourceKind.PAGE, page=PageRules(items=one)) for one in ("one", "two")]
    await set_up(store, *pages)
    for page in pages:
        await move(store, page.id, NEW)
    assert await awake(store) == dict.fromkeys(["one", "two"], "feeds.nyt.example")


# Hosts ---------------------------------------------------------------------------------------------------------------


async def test_a_host_that_asked_for_a_pause_has_nothing_due(store: Store) -> None:
    """Until then; other hosts have."""
    await set_up(store, a_source("nyt-world"), a_source("second"), a_source("cnn-world", "cnn"))
    await hold(store, until=LATER)
    just_before = LATER - timedelta(seconds=1)
    assert await store.sources.due_hosts(just_before, 10) == ["cnn.example"]
    assert await store.sources.claim("nyt.example", now=just_before, lease=LEASE, limit=5) == ()
    assert "nyt.example" in await store.sources.due_hosts(LATER, 10)
    claims = await store.sources.claim("nyt.example", now=LATER, lease=LEASE, limit=5)
    assert {claim.source for claim in claims} == {"nyt-world", "second"}


async def test_who_is_claimed_by_name_knows_of_the_pause(store: Store) -> None:
    """An operator's hand is no reason to come early."""
    await set_up(store, a_source(), a_source("second"))
    await hold(store, until=LATER, pages_after=LATER + HOUR)
    claim = await claimed(store, "second")
    assert claim.hold == HostHold(host="nyt.example", until=LATER, pages_after=LATER + HOUR)


async def test_only_pages_wait_for_a_crawl_delay(store: Store) -> None:
    """The host's feeds are due."""
    await set_up(store, a_source(), a_source("page", kind=SourceKind.PAGE))
    await hold(store, pages_after=LATER)
    claims = await store.sources.claim("nyt.example", now=NOW + HOUR / 2, lease=LEASE, limit=5)
    assert [claim.source for claim in claims] == ["nyt-world"]
    claims = await store.sources.claim("nyt.example", now=LATER, lease=LEASE, limit=5)
    assert "page" in {claim.source for claim in claims}


async def test_a_pause_is_never_cut_short(store: Store) -> None:
    """A visit that was under way may be told less; what it doesn't speak of stays."""
    await set_up(store, a_source())
    for until, pages_after in [(LATER, None), (NOW + HOUR / 2, NOW + HOUR), (None, NOW), (LATER, None)]:
        await hold(store, until, pages_after)
    assert await rows(store, tables.hosts) == [{"host": "nyt.example", "held_until": LATER, "pages_after": NOW + HOUR}]
    await hold(store, until=LATER + HOUR)
    (row,) = await rows(store, tables.hosts)
    assert row["held_until"] == LATER + HOUR


async def test_a_pause_that_a_wrong_clock_wrote_gives_way(store: Store) -> None:
    """Nobody can ask for ten years; it would hide every pause that is asked for meanwhile."""
    await set_up(store, a_source())
    await hold(store, until=NOW + timedelta(days=3650))
    await hold(store, until=LATER)
    (row,) = await rows(store, tables.hosts)
    assert row["held_until"] == LATER


# Gaps ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "due"), [(timedelta(seconds=59), False), (timedelta(minutes=1), True), (None, True)])
async def test_a_gap_calls_for_the_sitemap_unless_it_was_just_visited(
    ago: timedelta | None,
    due: bool,  # noqa: FBT001 - a table
    store: Store,
) -> None:
    """An address is asked for once a minute at most."""
    await set_up(store, a_source(), a_source("map", kind=SourceKind.NEWS_SITEMAP, gaps_only=True, every=9 * HOUR))
    if ago is not None:
        claim = await claimed(store, "map")
        visited = replace(claim.state, last_poll_at=LATER - ago, next_poll_at=LATER + 9 * HOUR)
        async with store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=visited))
    claim = await claimed(store)
    state = replace(claim.state, last_poll_at=LATER, next_poll_at=LATER + HOUR)
    async with store.sources.poll(claim) as transaction:
        await transaction.save(PollRecord(state=state, refill=("map",)))
    assert (await store.sources.due_hosts(LATER, 10) == ["nyt.example"]) is due


# The overdue ---------------------------------------------------------------------------------------------------------


async def test_what_was_missed_is_spread(store: Store) -> None:
    """Longest due first; what is only just due, and what is not, keeps its moment."""
    names = ["old", "older", "oldest", "just", "not-yet"]
    await set_up(store, *(a_source(name, url=f"https://{name}.example/") for name in names))
    for name, due in zip(names, (-HOUR, -2 * HOUR, -3 * HOUR, timedelta(seconds=-30), HOUR), strict=True):
        claim = await claimed(store, name)
        async with store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=replace(claim.state, next_poll_at=NOW + due)))
    assert await store.sources.spread_overdue(NOW) == 3
    moments = {row["id"]: row["next_poll_at"] - NOW for row in await rows(store, tables.sources)}
    assert moments == {
        "oldest": timedelta(),
        "older": timedelta(seconds=0.25),
        "old": timedelta(seconds=0.5),
        "just": timedelta(seconds=-30),
        "not-yet": HOUR,
    }
