"""How long the click of a mail program takes: POST /unsubscribe, over a real server and SQLite, with readers in it."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from storywatch.audience import reader_id, subscription_id
from storywatch.model import Message, Reader, Wanted, Wish
from tests.support.samples import NOW
from tests.support.visiting import KEY, Lobby, lobby

READERS = 300
GOAL_MS = 200


def main() -> None:
    asyncio.run(_main())


async def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with lobby(Path(folder)) as desk:
            readers = [await _joined(desk, number) for number in range(READERS)]
            times = [await _click(desk, reader) for reader in readers]
            left = len(await desk.store.queries.optouts())
    cuts = statistics.quantiles(times, n=20)
    print(f"{READERS} clicks, {left} left: median {statistics.median(times):.0f} ms, ", end="")
    print(f"95 % within {cuts[18]:.0f} ms, slowest {max(times):.0f} ms (goal: below {GOAL_MS} ms)")


async def _joined(desk: Lobby, number: int) -> str:
    email = f"reader{number}@news.example"
    reader = Reader(id=reader_id(KEY, email), email=email, created=NOW)
    wanted = Wanted(id=subscription_id(reader.id, "kabul"), reader=reader.id, wish=Wish(event="kabul"), asked=NOW)
    mail = Message(address=email, body=b"", content_type="message/rfc822")
    await desk.store.people.ask(reader, [wanted], f"c{number}", mail)
    await desk.store.people.agree(reader.id, [wanted.id], "Yes", NOW)
    return reader.id


async def _click(desk: Lobby, reader: str) -> float:
    """Return milliseconds."""
    link = desk.links.unsubscribe(reader, subscription_id(reader, "kabul"), "kabul")
    began = time.perf_counter()
    answer = await desk.post(link, {"List-Unsubscribe": "One-Click"})
    spent = (time.perf_counter() - began) * 1000
    assert answer.status == 200
    return spent
