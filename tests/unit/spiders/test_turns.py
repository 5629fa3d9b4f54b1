"""Turns at a host: `spiders.turns`."""

import asyncio
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError

from spiders import turns
from spiders.turns import A_SECOND, BURST, Bucket, Budget, Transfers
from tests.support.patience import FOR_EVER, soon


def test_a_burst_costs_no_time_and_then_each_request_does() -> None:
    """So many at once, then four a second."""
    bucket = Bucket(asyncio.Lock())
    assert [bucket.pause(0.0) for _ in range(BURST)] == [0.0] * BURST
    assert [bucket.pause(0.0) for _ in range(3)] == [0.25, 0.5, 0.75]


def test_what_was_not_used_is_given_again() -> None:
    """As far as the burst goes, and no further."""
    bucket = Bucket(asyncio.Lock())
    for _ in range(BURST):
        bucket.pause(0.0)
    assert bucket.pause(0.25) == 0.0
    assert bucket.pause(0.25) > 0.0
    assert [bucket.pause(10_000.0) for _ in range(BURST)] == [0.0] * BURST
    assert bucket.pause(10_000.0) > 0.0


@given(st.lists(st.floats(0, 5), max_size=200))
def test_no_stretch_of_time_gets_more_than_its_share(gaps: list[float]) -> None:
    """Requests that come when they like and wait as told: never more than a burst and four a second."""
    bucket = Bucket(asyncio.Lock())
    now, sent = 0.0, []
    for gap in gaps:
        now += gap
        now += bucket.pause(now)
        sent.append(now)
    for first, begin in enumerate(sent):
        for last in range(first, len(sent)):
            assert last - first + 1 <= BURST + (sent[last] - begin) * A_SECOND + 1 + 1e-6


async def test_a_host_is_visited_by_one_at_a_time() -> None:
    """Another host meanwhile."""
    transfers = Transfers()
    order: list[str] = []

    async def visit(name: str, host: str) -> None:
        async with transfers.one(host):
            order.append(f"+{name}")
            await asyncio.sleep(0.02)
            order.append(f"-{name}")

    await asyncio.gather(visit("a", "one.example"), visit("b", "one.example"), visit("c", "two.example"))
    assert order.index("-a") < order.index("+b")
    assert order.index("+c") < order.index("-a")


async def _visit_beyond_the_burst(monkeypatch: pytest.MonkeyPatch, *, paced: bool, a_second: float) -> None:
    """Visit twice, with a bucket that begins empty."""
    monkeypatch.setattr(turns, "BURST", 0)
    monkeypatch.setattr(turns, "A_SECOND", a_second)
    transfers = Transfers()
    transfers._bucket("one.example").left = 0.0
    for _ in range(2):
        async with transfers.one("one.example", paced=paced):
            pass


async def test_requests_beyond_the_burst_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    await _visit_beyond_the_burst(monkeypatch, paced=True, a_second=10)
    assert time.monotonic() - began >= 0.2


async def test_only_the_operators_own_server_is_not_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """At such a pace it would wait for an hour."""
    async with soon():
        await _visit_beyond_the_burst(monkeypatch, paced=False, a_second=1 / FOR_EVER)


async def test_a_bucket_is_remembered_between_visits() -> None:
    """Else each visit would begin with a full one."""
    transfers = Transfers()
    for _ in range(3):
        async with transfers.one("one.example"):
            pass
    assert transfers._bucket("one.example").left < BURST - 1.5


async def test_full_buckets_are_forgotten() -> None:
    """A hundred thousand hosts over the years are no leak."""
    transfers = Transfers()
    for number in range(50):
        async with transfers.one(f"{number}.example"):
            pass
        transfers._recent[f"{number}.example"].filled -= 3600
    async with transfers.one("last.example"):
        pass
    assert list(transfers._recent) == ["last.example"]
    assert len(transfers._buckets) <= 1


async def test_the_end_ends_all() -> None:
    """Those that run, those that wait for their turn, and those that begin later."""
    transfers = Transfers()

    async def visit() -> None:
        async with transfers.one("one.example"):
            await asyncio.sleep(FOR_EVER)

    running = [asyncio.create_task(visit()) for _ in range(3)]
    await asyncio.sleep(0.01)
    transfers.end()
    ended = await asyncio.gather(*running, visit(), return_exceptions=True)
    assert [type(one) for one in ended] == [DownloadFailedError] * 4


async def test_a_budget_is_spent_and_then_refuses() -> None:
    """Also by what fails."""
    budget = Budget(left=0.05)
    with suppress(ZeroDivisionError):
        async with budget.spending() as seconds:
            assert seconds == 0.05
            await asyncio.sleep(0.06)
            raise ZeroDivisionError
    assert budget.left <= 0
    with pytest.raises(DownloadTimeoutError):
        async with budget.spending():
            pytest.fail("there was no time")
