"""What hosts ask for: it binds every source there, and is never shortened."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import Store, tables
from storywatch.errors import Fault
from storywatch.model import Visit, VisitOutcome
from storywatch.pacing import HostHold
from storywatch.ports import PollRecord
from tests.contract.working import claimed, poll, rows
from tests.support.samples import NOW, a_config, a_source

HOUR = timedelta(hours=1)
SITE = "www.nyt.example"
CONFIG = a_config(sources=tuple(a_source(one, url=f"https://{SITE}/{one}.xml") for one in ("world", "asia")))


async def asked(store: Store, until: datetime) -> datetime:
    """Save a poll whose host asks for a pause, and return the pause that holds then."""
    await store.sources.apply(CONFIG, NOW)
    claim = await claimed(store, "asia")
    async with store.sources.poll(claim) as transaction:
        state = replace(claim.state, last_poll_at=NOW)
        await transaction.save(PollRecord(state=state, hold=HostHold(host=SITE, until=until)))
    (hold,) = await rows(store, tables.hosts)
    held_until: datetime = hold["held_until"]
    return held_until


async def test_the_first_pause_of_a_host_holds_all_of_its_sources(store: Store) -> None:
    """A host of which nothing is known yet, too."""
    await store.sources.apply(CONFIG, NOW)
    fault = Fault(code="throttled", message="HTTP 429", retry_after=2 * HOUR)
    visit = Visit(outcome=VisitOutcome.FAILED, fault=fault, final_url=f"https://{SITE}/world.xml")
    await poll(store, CONFIG, source="world", visit=visit)
    assert await store.sources.due_hosts(NOW + HOUR, 10) == []
    assert await store.sources.due_hosts(NOW + 2 * HOUR, 10) == [SITE]


@pytest.mark.parametrize(
    ("known", "later"),
    [
        (NOW + 9 * HOUR, NOW + 9 * HOUR),
        (NOW + HOUR, NOW + 2 * HOUR),
        # Nobody can ask for so much: it was written while the clock was wrong, and would hide what is asked now.
        (NOW + timedelta(days=9000), NOW + 2 * HOUR),
    ],
)
async def test_a_pause_is_never_shortened(store: Store, known: datetime, later: datetime) -> None:
    """Visits overlap, and the one that ends last may bring the shorter pause."""
    await asked(store, known)
    assert await asked(store, NOW + 2 * HOUR) == later
