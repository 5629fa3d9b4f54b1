"""The egress guard: judges the address that is really dialled, so that no DNS answer can change under it.

Two places, because aiohttp skips the resolver for literal addresses: `resolve` judges what a host name resolved to,
where the name is still known, and `open_socket` judges every address once more as the socket is made for it.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from storywatch.egress import EgressPolicy, is_public


class Refused(OSError):  # noqa: N818 - it names what happened
    """The egress guard refused the address; `storywatch.egress` has the rule."""


def refusal_in(error: BaseException | None) -> Refused | None:
    """Return the refusal that an HTTP client's error wraps, or None if it failed for another reason."""
    return next((link for link in causes(error) if isinstance(link, Refused)), None)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what caused it, the outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unheard(_: str) -> None:
    """Hear nothing."""


class Guard(AbstractResolver):
    """Dials only what the policy permits. `told` hears of each address that is dialled."""

    def __init__(self, policy: EgressPolicy, *, told: Callable[[str], None] = _unheard) -> None:
        self._policy = policy
        self._told = told
        # Private addresses that an allowed host name resolved to: the socket sees only the address.
        self._vouched: set[tuple[str, int]] = set()

    def for_target(self, host: str, port: int) -> "Guard":
        """Return a guard that also permits the operator's own target, for the one client that dials it."""
        return Guard(self._policy.and_target(host, port), told=self._told)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve and judge. Raises `Refused` when any answer is refused: a mixed answer is an attack or a mistake."""
        loop = asyncio.get_running_loop()
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        return [self._judged(host, port, info[0], info[4]) for info in infos]

    def _judged(self, host: str, port: int, family: int, dialled: tuple[Any, ...]) -> ResolveResult:
        address = str(dialled[0])
        if not self._policy.permits(host, address, port):
            raise Refused(f"{host} resolves to {address}, which is not a public address")
        if not is_public(address):
            self._vouched.add((address, port))
        return ResolveResult(
            hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
        )

    async def close(self) -> None:
        """Nothing to close: resolving uses the loop's threads."""

    def open_socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for one `getaddrinfo` entry, or raise `Refused`. For aiohttp's `socket_factory`."""
        family, kind, proto, _, dialled = info
        address, port = str(dialled[0]), int(dialled[1])
        if (address, port) not in self._vouched and not self._policy.permits(address, address, port):
            raise Refused(f"{address}:{port} is not a public address")
        self._told(f"dialling {address} at port {port}")
        return socket.socket(family=family, type=kind, proto=proto)

    def connector(self, **options: Any) -> aiohttp.TCPConnector:
        """Return an aiohttp connector that dials through this guard."""
        return aiohttp.TCPConnector(resolver=self, socket_factory=self.open_socket, **options)

    async def connect(self, host: str, port: int) -> socket.socket:
        """Dial for clients that take a connected socket, such as the mail client. Raises OSError."""
        loop = asyncio.get_running_loop()
        last = OSError(f"{host} has no address")
        for answer in await self.resolve(host, port, socket.AF_UNSPEC):
            family = socket.AddressFamily(answer["family"])
            target = (answer["host"], port)
            made = self.open_socket((family, socket.SOCK_STREAM, 0, "", target))
            made.settimeout(0)
            try:
                await loop.sock_connect(made, target)
            except OSError as error:
                made.close()
                last = error
            else:
                return made
        raise last

    def dial(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """Dial for clients that block their own thread, such as `requests`; `timeout` in seconds. Raises OSError."""
        last = OSError(f"{host} has no address")
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for answer in [self._judged(host, port, info[0], info[4]) for info in infos]:
            target = (answer["host"], port)
            made = self.open_socket((answer["family"], socket.SOCK_STREAM, 0, "", target))
            made.settimeout(timeout)
            try:
                made.connect(target)
            except OSError as error:
                made.close()
                last = error
            else:
                return made
        raise last
