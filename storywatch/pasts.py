"""The pasts of events that one process keeps indexed, so that a poll that matches indexes only what is new to it.

Each is held against the stored reports every time, for another worker may have added some, an operator may have merged
updates, and what a transaction added that failed was never stored. What is left out of that costs its index anew.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from storywatch import updates
from storywatch.model import Event
from storywatch.updates import Past, PastReport

ResultT = TypeVar("ResultT")

MOST_CHARS = 3_000_000
"""Text of reports that is kept indexed, of the events that were asked for last, and of the last one in any case.

A character costs some 40 bytes, so these cost 120 MB.
"""

MOST_INSIDE = 50
"""Reports that are indexed inside a transaction. More of them take seconds, for which nobody else could write."""


class UnindexedError(Exception):
    """The past of an event has to be indexed, outside of the transaction that asked for it."""

    def __init__(self, event: Event, history: Sequence[PastReport]) -> None:
        super().__init__(f"the past of {event.id} is not indexed: {len(history)} reports")
        self.event = event
        self.history = history


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    about: str
    past: Past
    chars: int


class Pasts:
    """Keeps pasts. Who asks for one has it alone until it is kept again."""

    def __init__(self, most_chars: int = MOST_CHARS) -> None:
        self._most = most_chars
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._tried: set[str] = set()

    async def around(self, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Do the work of one transaction. What it finds unindexed is indexed, and the work is done again."""
        while True:
            try:
                return await work()
            except UnindexedError as found:
                await self._index(found)

    async def of(self, event: Event, history: Sequence[PastReport], last_number: int = 0) -> Past:
        """Return the past of exactly these reports. `last_number`: the highest that an update of the event ever had.

        Raises `UnindexedError` where that would take long, once.
        """
        past = self._taken(event, history)
        missing = [report for report in history if past.report_of(report.item) is None]
        if len(missing) > MOST_INSIDE and event.id not in self._tried:
            self.keep(event, past)
            raise UnindexedError(event, history)
        self._tried.discard(event.id)
        await _add(past, missing)
        past.last_number = max(past.last_number, last_number)
        return past

    def keep(self, event: Event, past: Past) -> None:
        """Keep a past for the next who asks for it; those that were asked for longest ago make room."""
        chars = sum(len(report.text) for report in past)
        self._kept[event.id] = _Kept(about=updates.about(event), past=past, chars=chars)
        self._kept.move_to_end(event.id)
        while len(self._kept) > 1 and sum(kept.chars for kept in self._kept.values()) > self._most:
            self._kept.popitem(last=False)

    async def _index(self, found: UnindexedError) -> None:
        self._tried.add(found.event.id)
        past = self._taken(found.event, found.history)
        await _add(past, [report for report in found.history if past.report_of(report.item) is None])
        self.keep(found.event, past)

    def _taken(self, event: Event, history: Sequence[PastReport]) -> Past:
        """Take what is kept of an event, if it is part of its history; nothing of it otherwise."""
        about = updates.about(event)
        kept = self._kept.pop(event.id, None)
        return kept.past if kept and kept.about == about and _is_part(kept.past, history) else Past(about=about)


async def past_of(history: Sequence[PastReport], about: str, last_number: int = 0) -> Past:
    """Index reports for once, as `Past` does."""
    past = Past(about=about, last_number=last_number)
    await _add(past, history)
    return past


async def _add(past: Past, reports: Sequence[PastReport]) -> None:
    """Add reports. There may be thousands, so that after each others have their turn."""
    for report in reports:
        past.add(report)
        await asyncio.sleep(0)


def _is_part(past: Past, history: Sequence[PastReport]) -> bool:
    """Tell whether the history has every report as it was indexed, and the same ones open its updates."""
    stored = {report.item: report for report in history}
    firsts = {report.update: report for report in reversed(history)}
    return all(report.item in stored and updates.says_the_same(report, stored[report.item]) for report in past) and all(
        known.reports[0].item == firsts[known.id].item and known.reports[0].headline == firsts[known.id].headline
        for known in past.updates.values()
    )
