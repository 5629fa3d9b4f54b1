"""A city of loopback feeds in a process of its own, so that serving costs the measured process nothing.

Each feed has 30 items with some 150 words of HTML each, as WordPress serves them. In every round after the first, three
feeds in ten have one to three new items; half of the feeds answer conditional requests. Seeded, so that every run sees
the same city.
"""

import asyncio
import hashlib
import multiprocessing
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from multiprocessing.connection import Connection

from aiohttp import web

ITEMS = 30
SEED = 7
START = datetime(2026, 3, 1, tzinfo=UTC)
SYLLABLES = [one + two for one in "bdfgklmnprst" for two in "aeiou"][:20]
WORDS = [one + two + three for one in SYLLABLES for two in SYLLABLES for three in SYLLABLES[:5]]
"""Two thousand words that nobody uses."""


@contextmanager
def running(feeds: int) -> Iterator["City"]:
    """Serve `feeds` feeds until the block ends."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, feeds), daemon=True)
    process.start()
    try:
        yield City(ours, ours.recv(), feeds)
    finally:
        process.kill()
        process.join()


class City:
    """The address of the city, and the switch to its next round."""

    def __init__(self, line: Connection, port: int, feeds: int) -> None:
        self._line = line
        self.port = port
        self.urls = [f"http://127.0.0.1:{port}/{number}" for number in range(feeds)]

    def next_round(self) -> None:
        """Publish what is new."""
        self._line.send("next")
        self._line.recv()


def _serve(line: Connection, feeds: int) -> None:
    asyncio.run(_serving(line, feeds))


async def _serving(line: Connection, feeds: int) -> None:
    dice = random.Random(SEED)
    newest = [ITEMS] * feeds
    app = web.Application()
    bodies = [feed(number, ITEMS) for number in range(feeds)]

    async def answer(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        body = bodies[number]
        headers = {"ETag": f'"{hashlib.md5(body).hexdigest()}"'} if number % 2 else {}
        if headers and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="application/rss+xml", headers=headers)

    app.router.add_get("/{number:\\d+}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    line.send(runner.addresses[0][1])
    while await asyncio.to_thread(line.recv):
        for number in range(feeds):
            if dice.random() < 0.3:
                newest[number] += dice.randint(1, 3)
                bodies[number] = feed(number, newest[number])
        line.send("done")


def feed(which: int, newest: int, items: int = ITEMS) -> bytes:
    """Return a feed whose newest item has this number."""
    listed = "".join(_item(which, number) for number in range(newest, newest - items, -1))
    return (
        f'<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Feed {which}</title><link>http://example.org/</link>"
        f"<description>A feed</description>{listed}</channel></rss>"
    ).encode()


def _item(feed: int, number: int) -> str:
    dice = random.Random(f"{feed}/{number}")
    said = " ".join(dice.choices(WORDS, k=30))
    told = "".join(f'<p>{" ".join(dice.choices(WORDS, k=30))} <a href="/x">more</a></p>' for _ in range(4))
    when = format_datetime(START + timedelta(minutes=10 * number))
    return (
        f"<item><title>{said[:60]}</title><link>http://example.org/{feed}/{number}?utm_source=rss</link>"
        f'<guid isPermaLink="false">{feed}-{number}</guid><pubDate>{when}</pubDate>'
        f"<description>{said}</description><content:encoded><![CDATA[{told}]]></content:encoded></item>"
    )
