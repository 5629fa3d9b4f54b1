"""An event loop with a name service of its own, in which public addresses lead to loopback: the internet in a test."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

Answers = Sequence[str]
T = TypeVar("T")


class NamedLoop(asyncio.SelectorEventLoop):
    """Answers look-ups from `names`: a name's lists of addresses are given in turn, the last one for ever.

    Keeps what was looked up and dialled. A dialled address that is in `routes` is reached on loopback.
    """

    def __init__(self, names: Mapping[str, Sequence[Answers]], routes: Sequence[str] = ()) -> None:
        super().__init__()
        self._names = {name: list(answers) for name, answers in names.items()}
        self._routes = routes
        self.looked_up: list[str] = []
        self.dialled: list[str] = []

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        """Resolve a name, literals too."""
        self.looked_up.append(host)
        if host not in self._names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        left = self._names[host]
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [_entry(address, port) for address in addresses]

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Dial."""
        self.dialled.append(address[0])
        target = ("127.0.0.1", address[1]) if address[0] in self._routes else address
        await super().sock_connect(sock, target)


def _entry(address: str, port: int) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


def with_names(
    names: Mapping[str, Sequence[Answers]], routes: Sequence[str], work: Callable[[NamedLoop], Awaitable[T]]
) -> T:
    """Run `work` in such a loop."""
    loop = NamedLoop(names, routes)

    async def main() -> T:
        return await work(loop)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main())
