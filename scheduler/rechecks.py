"""The daemon's looks at the pages of reported items: host by host, with the pauses that each asks for."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from storywatch.errors import LeaseLost, StorageError
from storywatch.model import WatchConfig
from storywatch.rechecking import Found, Recheck
from storywatch.second_look import Looked, SecondLook
from storywatch.urls import host_of

log = structlog.get_logger()

LOOK = timedelta(seconds=30)
ENLIST = timedelta(minutes=5)
LOOKS_AT_ONCE = 8
LEASE = timedelta(minutes=15)
PAUSE = timedelta(seconds=5)
"""The least between two pages of one host."""
LONGEST_PAUSE = timedelta(minutes=2)
"""A host that wants longer ones gets one look a round."""

Current = Callable[[], tuple[SecondLook, WatchConfig] | None]
"""Tells what is in force; None if the config wants no second looks."""

Due = tuple[Recheck, str]


class RecheckWork:
    """Looks at what is due."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._stopping = asyncio.Event()
        self._looking = asyncio.Lock()

    def stop(self) -> None:
        """Begin no other look, and wait no longer for a host's sake."""
        self._stopping.set()

    async def idle(self) -> None:
        """Wait until the looks that go on have ended: they use what was in force when they began."""
        async with self._looking:
            pass

    async def enlist(self) -> None:
        """Plan first looks at the pages of new reports. Raises `StorageError`."""
        current = self._current()
        if current is not None:
            look, _ = current
            await look.rechecks.enlist(look.clock())

    async def look_due(self) -> None:
        """Look at pages that are due; hosts side by side, pages of one host one after the other."""
        async with self._looking:
            current = self._current()
            if current is not None and not self._stopping.is_set():
                await self._look_at_due(*current)

    async def _look_at_due(self, look: SecondLook, config: WatchConfig) -> None:
        now = look.clock()
        due = await look.rechecks.claim(now, LEASE, LOOKS_AT_ONCE)
        await asyncio.gather(*(self._visit(pages, look, config) for pages in by_host(due).values()))

    async def _visit(self, pages: Iterable[Due], look: SecondLook, config: WatchConfig) -> None:
        for recheck, token in pages:
            if self._stopping.is_set():
                return  # the lease runs out, and the page is due again
            looked = await _look(look, recheck, token, config)
            if looked is None:
                continue
            pause = max(PAUSE, looked.visit.crawl_delay or PAUSE)
            if pause > LONGEST_PAUSE or (looked.hold and looked.hold.until):
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause.total_seconds())


def by_host(due: Iterable[Due]) -> Mapping[str, list[Due]]:
    """Group due pages by their host."""
    hosts: dict[str, list[Due]] = defaultdict(list)
    for recheck, token in due:
        hosts[host_of(recheck.item.url or "")].append((recheck, token))
    return hosts


async def _look(look: SecondLook, recheck: Recheck, token: str, config: WatchConfig) -> Looked | None:
    """Look at one page and log what was found."""
    try:
        looked = await look.look(recheck, token, config)
    except LeaseLost:
        log.warning("lease_lost", item=recheck.item.id)
        return None
    except StorageError:
        raise  # of the database, not of this page: it is due again
    except Exception:  # the border of one page: what it breaks must not stop the others
        log.exception("recheck_broke", item=recheck.item.id)
        return None
    if looked.found is not Found.NOTHING:
        log.info(
            "recheck", item=looked.item, found=looked.found.value, changes=len(looked.changes), alerts=looked.alerts
        )
    return looked
