"""What a poll that matches pays for the past of its event: indexed anew, with its texts read before, and kept."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from storywatch.model import Event
from storywatch.pasts import Pasts
from storywatch.updates import Past, PastReport, about

REPORTS = 2_000
WORDS_OF_ONE = 300
VOCABULARY = 12_000
EVENT = Event(id="attack", title="Attack at Kabul airport")
SEED = 7


def main() -> None:
    """Print seconds of one core for one poll with one new report."""
    asyncio.run(_measure())


async def _measure() -> None:
    history = _reports(REPORTS + 1)
    pasts = Pasts()

    async def kept(reports: Sequence[PastReport]) -> None:
        pasts.keep(EVENT, await pasts.of(EVENT, reports))

    async def anew() -> None:
        Past(_stored(history), about=about(EVENT))

    print(f"{REPORTS:,} reports of {WORDS_OF_ONE} words, seconds of one core")
    print(f"indexed anew, after a start      {await _took(anew):8.2f}")
    print(f"indexed anew, its texts known    {await _took(anew):8.2f}")
    await pasts.around(lambda: kept(_stored(history[:-1])))
    print(f"kept, with one report more       {await _took(lambda: kept(_stored(history))):8.2f}")


async def _took(work: Callable[[], Awaitable[None]]) -> float:
    began = time.process_time()
    await work()
    return time.process_time() - began


def _stored(reports: Sequence[PastReport]) -> list[PastReport]:
    """Return them as a transaction reads them: values of their own, of which nothing is known."""
    return [
        PastReport(
            update=one.update,
            number=one.number,
            item=one.item,
            outlet=one.outlet,
            headline=one.headline,
            text=one.text,
            seen=one.seen,
        )
        for one in reports
    ]


def _reports(count: int) -> list[PastReport]:
    dice = random.Random(SEED)
    words = ["".join(dice.choices("aeiourstlnmkdbgp", k=dice.randint(4, 9))) for _ in range(VOCABULARY)]
    return [_report(number, dice.choices(words, k=WORDS_OF_ONE)) for number in range(count)]


def _report(number: int, words: Sequence[str]) -> PastReport:
    sentences = (" ".join(words[start : start + 15]).capitalize() for start in range(0, len(words), 15))
    return PastReport(
        update=f"u{number}",
        number=number + 1,
        item=f"i{number}",
        outlet="nyt",
        headline=f"Report {number}",
        text=f"Report {number}\n" + ". ".join(sentences),
        seen=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
    )
