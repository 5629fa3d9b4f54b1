"""The one place where Storywatch can be called from outside, by hubs and people, through a proxy with TLS."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web

from storywatch.errors import ListenError

IDLE_SECONDS = 15.0
"""So long a connection may be idle, or send a head that never ends."""
STOP_SECONDS = 1.0

_SILENT = logging.getLogger("storywatch.door")
_SILENT.disabled = True
"""For what aiohttp says of malformed requests: whoever finds the port could fill the log."""


class Answers(Protocol):
    """What stands behind the door."""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        ...


class Door:
    """Listens at one address or several. At each the one answers that opened it last and lives.

    So a new config takes over from the old one without a moment in which nobody listens.
    """

    def __init__(self, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._behind: dict[str, list[Answers]] = {}
        self._runners: dict[str, web.ServerRunner] = {}

    @asynccontextmanager
    async def opened(self, listen: str, answers: Answers, *, key: str) -> AsyncIterator[None]:
        """Answer at an address, `host:port`, until the block ends. Raises `ListenError`.

        `key`: what in the watch config says so.
        """
        behind = self._behind.setdefault(listen, [])
        if not behind:
            self._runners[listen] = await self._bound(listen, key)
        behind.append(answers)
        try:
            yield
        finally:
            behind.remove(answers)
            if not behind:
                await self._runners.pop(listen).cleanup()

    async def _bound(self, listen: str, key: str) -> web.ServerRunner:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            return await self._behind[listen][-1].answer(request)

        server = web.Server(
            answer,
            access_log=None,
            logger=_SILENT,
            keepalive_timeout=self._idle_seconds,
            lingering_time=0,
            auto_decompress=False,
        )
        runner = web.ServerRunner(server, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        host, _, port = listen.rpartition(":")
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            await runner.cleanup()
            reason = error.strerror or type(error).__name__
            raise ListenError(f"{key}: {listen} can't be listened at: {reason}") from error
        return runner
