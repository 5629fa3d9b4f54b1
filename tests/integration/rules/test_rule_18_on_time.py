"""Rule 18: a due poll starts within a second; what became due while nothing ran is spread, not fired together.

Against the real daemon. How moments are spread: `tests/contract/test_sources.py`.
"""

import asyncio
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.process import daemon
from tests.support.watching import Desk
from tests.support.web import Answer, Asked, Site, reply, rss, serving

pytestmark = pytest.mark.alone


def noting(moments: list[float]) -> Answer:
    """Answer, and note when it was asked."""
    page = reply(rss("A"), headers={"ETag": '"1"'})

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        moments.append(time.time())
        await page(asked, writer)

    return answer


async def test_rule_18_a_due_poll_starts_within_a_second(tmp_path: Path) -> None:
    """Measured at the server, for moments that fall anywhere between two ticks."""
    moments: list[float] = []
    async with serving({"/feed": noting(moments)}) as site:
        desk = Desk(folder=tmp_path / "desk", sites=[site], sources={"wire-world": site.url()})
        async with daemon(desk.save(), tmp_path) as running:
            await running.says("poll")
            late = []
            for number in range(4):
                due = time.time() + 1.1 + number * 0.13
                set_due(desk, {"wire-world": due})
                await running.says("poll", count=number + 2)
                late.append(moments[-1] - due)
            await running.stops()
    assert all(0 <= seconds <= 1 for seconds in late)


async def test_rule_18_what_was_missed_is_spread(tmp_path: Path) -> None:
    """Twelve sources on as many hosts, all overdue for hours when the daemon starts."""
    moments: list[float] = []
    async with AsyncExitStack() as stack:
        sites: list[Site] = [
            await stack.enter_async_context(serving({"/feed": noting(moments)}, host=f"127.0.0.{number}"))
            for number in range(2, 14)
        ]
        sources = {f"s{number}": site.url() for number, site in enumerate(sites)}
        desk = Desk(folder=tmp_path / "desk", sites=sites, sources=sources)
        async with daemon(desk.save(), tmp_path) as running:
            await running.says("poll", count=12)
            await running.stops()
        set_due(desk, dict.fromkeys(desk.sources, time.time() - 3 * 3600))
        moments.clear()
        async with daemon(desk.folder, tmp_path) as running:
            assert (await running.says("overdue_spread"))["sources"] == 12
            await running.says("poll", count=12)
            await running.stops()
    assert len(moments) == 12
    assert 2.0 <= moments[-1] - moments[0] <= 15
    assert max(sum(1 for other in moments if moment <= other < moment + 0.9) for moment in moments) <= 6


def set_due(desk: Desk, moments: dict[str, float]) -> None:
    """Say when sources are due."""
    told = [
        [datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), name] for name, moment in moments.items()
    ]
    with closing(sqlite3.connect(desk.database, timeout=30)) as connection, connection:
        connection.executemany("UPDATE sources SET next_poll_at = ? WHERE id = ?", told)
