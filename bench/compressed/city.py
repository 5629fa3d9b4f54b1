"""A loopback city of feeds that publish by a clock which somebody sets."""

import hashlib
from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from storywatch.pacing.simulation import Track
from storywatch.pacing.simulation.engine import WINDOW


@dataclass(kw_only=True)
class StandingClock:
    """Tells the time that somebody sets."""

    now: datetime

    def __call__(self) -> datetime:
        """Return it."""
        return self.now


@dataclass(frozen=True, kw_only=True)
class City:
    """Serves each trace as a feed: what is published by now, newest first, with an ETag."""

    tracks: Sequence[Track]
    clock: StandingClock

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a poll."""
        number = int(request.match_info["number"])
        published = self.tracks[number].published
        count = bisect_right(published, self.clock.now.timestamp())
        tag = f'"{number}-{count}"'
        headers = {"ETag": tag, "Date": format_datetime(self.clock.now, usegmt=True)}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        body = feed(number, [(index, float(published[index])) for index in range(max(0, count - WINDOW), count)])
        return web.Response(body=body, content_type="application/rss+xml", headers=headers)


def feed(number: int, items: Sequence[tuple[int, float]]) -> bytes:
    """Return an RSS document."""
    listed = "".join(_item(number, index, published) for index, published in reversed(items))
    head = f"<title>Feed {number}</title><link>http://example.org/{number}</link><description>A feed</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{listed}</channel></rss>'.encode()


def _item(number: int, index: int, published: float) -> str:
    name = f"{number}-{index}"
    when = format_datetime(datetime.fromtimestamp(published, UTC))
    said = hashlib.sha256(name.encode()).hexdigest()
    title = " ".join(said[at : at + 6] for at in range(0, 36, 6))
    return (
        f"<item><title>{title}</title><link>http://example.org/{name}</link>"
        f'<guid isPermaLink="false">{name}</guid><pubDate>{when}</pubDate></item>'
    )


@asynccontextmanager
async def serving(city: City) -> AsyncIterator[int]:
    """Serve on loopback until the block ends, and yield the port."""
    app = web.Application()
    app.router.add_get("/{number:\\d+}", city.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
