"""The outlets' servers: each on its own loopback address, printing what the play has let appear so far."""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from storywatch.cli.demo.feeds import content_type, print_feed
from storywatch.cli.demo.script import Article, Edit, Press


class Newsroom:
    """One outlet: its articles, and a server for its feed and its robots.txt. `clock` tells the story's time.

    `target` is its `host:port` once it is open. Corrections and answers 304 are counted.
    """

    def __init__(self, press: Press, clock: Callable[[], datetime]) -> None:
        self.press = press
        self.target = ""
        self.corrected = 0
        self.not_modified = 0
        self._clock = clock
        self._articles: dict[str, Article] = {}
        self._set_type()

    @property
    def url(self) -> str:
        """The address of the feed, once the server runs."""
        return f"http://{self.target}{self.press.path}"

    @property
    def printed(self) -> int:
        """How many articles have appeared."""
        return len(self._articles)

    def publish(self, article: Article) -> None:
        """Let an article appear."""
        self._articles[article.slug] = article
        self._set_type()

    def correct(self, edit: Edit) -> None:
        """Put new words in the place of an article's old ones. Raises KeyError if it has not appeared."""
        self._articles[edit.of] = replace(self._articles[edit.of], title=edit.title, summary=edit.summary)
        self.corrected += 1
        self._set_type()

    def _set_type(self) -> None:
        self._body = print_feed(self.press, self._articles.values())
        self._changed = self._clock().replace(microsecond=0)

    async def robots(self, _: web.Request) -> web.Response:
        """Answer for robots.txt."""
        return web.Response(text=self.press.robots)

    async def feed(self, request: web.Request) -> web.Response:
        """Answer for the feed: 304 where the visitor has it already (RFC 9110, section 13.2.2)."""
        validators = self._validators()
        if is_known(request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"), validators):
            self.not_modified += 1
            return web.Response(status=304, headers=validators)
        return web.Response(body=self._body, headers={**validators, "Content-Type": content_type(self.press)})

    def _validators(self) -> dict[str, str]:
        tag = f'"{hashlib.sha256(self._body).hexdigest()[:16]}"'
        forms = {
            "etag": ("ETag", tag),
            "weak_etag": ("ETag", f"W/{tag}"),
            "last_modified": ("Last-Modified", format_datetime(self._changed.astimezone(UTC), usegmt=True)),
        }
        return dict(forms[name] for name in self.press.validators)


def is_known(none_match: str | None, modified_since: str | None, validators: dict[str, str]) -> bool:
    """Tell whether a conditional request names what is served now; an entity tag outranks a date."""
    if none_match is not None:
        return none_match == validators.get("ETag")
    if modified_since is None or "Last-Modified" not in validators:
        return False
    return parsedate_to_datetime(validators["Last-Modified"]) <= parsedate_to_datetime(modified_since)


@asynccontextmanager
async def open_press(outlets: Sequence[Press], clock: Callable[[], datetime]) -> AsyncIterator[dict[str, Newsroom]]:
    """Open every outlet until the block ends; give them by id."""
    rooms = {press.id: Newsroom(press, clock) for press in outlets}
    async with AsyncExitStack() as stack:
        for number, room in enumerate(rooms.values(), 1):
            room.target = await stack.enter_async_context(_serving(room, f"127.0.0.{number}"))
        yield rooms


@asynccontextmanager
async def _serving(room: Newsroom, address: str) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/robots.txt", room.robots)
    app.router.add_get(room.press.path, room.feed)
    async with serving(app, address) as target:
        yield target


@asynccontextmanager
async def serving(app: web.Application, address: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve on a loopback address, or on 127.0.0.1 where a system has no other, and give `host:port`."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, address, 0).start()
        except OSError:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"{host}:{port}"
    finally:
        await runner.cleanup()
