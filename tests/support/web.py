"""A web server on loopback that says exactly the bytes it is told, also wrong or late, and notes what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ssl import SSLContext

Headers = Mapping[str, str | bytes]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, with its header fields as they came over the wire."""

    method: str
    target: str
    fields: tuple[tuple[bytes, bytes], ...]

    def all(self, name: str) -> list[bytes]:
        """Return the values of a header field."""
        return [value for key, value in self.fields if key.lower() == name.lower().encode()]

    def __getitem__(self, name: str) -> str:
        """Return the one value of a header field."""
        (value,) = self.all(name)
        return value.decode("latin-1")

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def head(status: int = 200, headers: Headers | None = None) -> bytes:
    """Return a response's first part."""
    lines = [f"HTTP/1.1 {status} Whatever".encode()]
    for name, value in (headers or {}).items():
        lines.append(name.encode() + b": " + _bytes(value))
    return b"\r\n".join([*lines, b"", b""])


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def reply(body: bytes = b"", *, status: int = 200, headers: Headers | None = None) -> Answer:
    """Answer whole and at once."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, {"Content-Length": str(len(body)), **(headers or {})}) + body)

    return answer


def raw(*parts: bytes | float, hang_up: bool = True) -> Answer:
    """Write bytes as they stand; a number is a pause in seconds."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            if isinstance(part, bytes):
                writer.write(part)
                await writer.drain()
            else:
                await asyncio.sleep(part)
        if hang_up:
            writer.close()

    return answer


def drip(first: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    """Write `first`, then `piece` for ever."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


def moved(location: str | bytes, status: int = 301) -> Answer:
    """Redirect."""
    return reply(status=status, headers={"Location": location})


def validated(body: bytes, headers: Headers, *, on_304: Headers | None = None) -> Answer:
    """Serve a body with validators, and 304 to who shows any of them, compared byte for byte."""
    ours = set(map(_bytes, headers.values()))

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        shown = {*asked.all("If-None-Match"), *asked.all("If-Modified-Since")}
        matching = bool(shown) and shown <= ours
        told = reply(status=304, headers=on_304) if matching else reply(body, headers=headers)
        await told(asked, writer)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """Give the first answer to the first request, and so on; the last one to all that follow."""
    left = list(answers)

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(asked, writer)

    return answer


@dataclass(kw_only=True)
class Site:
    """A server in motion. `pages` maps a path to its answer and may change meanwhile; others are 404."""

    pages: dict[str, Answer]
    port: int = 0
    host: str = "127.0.0.1"
    scheme: str = "http"
    connections: int = 0
    asked: list[Asked] = field(default_factory=list)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def place(self) -> str:
        """`host:port`, as the egress guard's exceptions want it."""
        return f"{self.host}:{self.port}"

    def url(self, path: str = "/feed") -> str:
        """Return a page's address."""
        return f"{self.scheme}://{self.place}{path}"

    def visits(self, path: str = "/feed") -> list[Asked]:
        """Return what was asked for a page, in order."""
        return [asked for asked in self.asked if asked.target.partition("?")[0] == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        self.running.add(task)
        # A client that goes is its right, and the test's end cancels.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                asked = _asked(await reader.readuntil(b"\r\n\r\n"))
                self.asked.append(asked)
                answer = self.pages.get(asked.target.partition("?")[0], reply(status=404))
                await answer(asked, writer)
                await writer.drain()
        self.running.discard(task)
        writer.close()


def _asked(head_bytes: bytes) -> Asked:
    first, *rest = head_bytes.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in rest if line)
    fields = tuple((name.encode("latin-1"), value.strip(" ").encode("latin-1")) for name, _, value in pairs)
    return Asked(method=method, target=target, fields=fields)


@asynccontextmanager
async def serving(
    pages: Mapping[str, Answer] | None = None, *, host: str = "127.0.0.1", port: int = 0, tls: SSLContext | None = None
) -> AsyncIterator[Site]:
    """Serve on loopback until the block ends; what still runs then is cancelled."""
    site = Site(pages=dict(pages or {}), host=host, scheme="https" if tls else "http")
    server = await asyncio.start_server(site._serve, host, port, ssl=tls, limit=2**20)
    async with server:
        site.port = server.sockets[0].getsockname()[1]
        try:
            yield site
        finally:
            running = tuple(site.running)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def rss(*titles: str, head_extra: str = "", links: Iterable[str] = ()) -> bytes:
    """Return a small feed; each item's identifier is its place, so that a changed title is a revision."""
    given = list(links)
    items = "".join(
        f"<item><guid isPermaLink='false'>item-{number}</guid><title>{title}</title>"
        f"<link>{given[number] if given else f'https://outlet.example/{number}'}</link></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>T</title>{head_extra}{items}</channel></rss>".encode()
