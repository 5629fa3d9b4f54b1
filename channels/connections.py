"""Connections to the mail server: a few at once, kept for the next mails and given up before the server does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiosmtplib

MOST_AT_ONCE = 4
MAILS_EACH = 20
"""After so many mails a connection is given up: servers cut off who stays for ever, and may spread load by it."""

IDLE = 20.0
"""Seconds that a connection is kept with nothing to do. RFC 5321, section 4.5.3.2.7, lets servers wait 300."""

PATIENCE = 20.0
"""Seconds that a mail waits for a connection before it is put off."""

FEWER_FOR = 60.0
"""Seconds that we do with a connection less when the server has turned one away beside others."""

_STILL_THERE = 5.0
_FAREWELL = 2.0


class Crowded(Exception):  # noqa: N818 - nothing went wrong: the mail's turn is later
    """All connections were busy for as long as a mail waits for one."""


@dataclass(eq=False, slots=True)
class _Line:
    """One connection, with the mails that it carried, and what ends it when nobody needs it."""

    client: aiosmtplib.SMTP
    mails: int = 0
    end: asyncio.TimerHandle | None = None


class Connections:
    """Lends connections that `dial` makes. For one server; safe for concurrent use."""

    def __init__(
        self,
        dial: Callable[[], Awaitable[aiosmtplib.SMTP]],
        *,
        most: int = MOST_AT_ONCE,
        mails_each: int = MAILS_EACH,
        idle: float = IDLE,
        patience: float = PATIENCE,
    ) -> None:
        self._dial = dial
        self._room = asyncio.Semaphore(most)
        self._mails_each = mails_each
        self._idle = idle
        self._patience = patience
        self._at_work = 0
        self._free: list[_Line] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    @asynccontextmanager
    async def lent(self, within: float) -> AsyncIterator[aiosmtplib.SMTP]:
        """Lend a connection for one mail, kept afterwards unless the conversation on it broke.

        Raises Crowded, and TimeoutError if none stands after `within` seconds.
        """
        async with asyncio.timeout(within):
            line = await self._found()
        line.mails += 1
        try:
            yield line.client
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
            self._take_back(line)  # the server said no to the mail, and goes on listening
            raise
        except BaseException:  # also when time is up: no half-spoken connection stays behind
            line.client.close()
            raise
        else:
            self._take_back(line)
        finally:
            self._leave_place()

    async def _found(self) -> _Line:
        """Return a connection, whose place in the room is taken."""
        while True:
            await self._place()
            try:
                return await self._fit() or _Line(client=await self._dial())
            except aiosmtplib.SMTPConnectResponseError as error:
                # It takes mails on the others: so many connections at once are too many for it.
                if self._at_work == 1 or not 400 <= error.code < 500:
                    self._leave_place()
                    raise
                self._leave_place(after=FEWER_FOR)
            except BaseException:
                self._leave_place()
                raise

    async def _place(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._room.acquire()
        except TimeoutError as error:
            raise Crowded from error
        self._at_work += 1

    def _leave_place(self, *, after: float = 0.0) -> None:
        self._at_work -= 1
        if after:
            asyncio.get_running_loop().call_later(after, self._room.release)
        else:
            self._room.release()

    async def _fit(self) -> _Line | None:
        """Return a kept connection on which the server still answers, or None."""
        while self._free:
            line = self._free.pop()
            self._keep(line)
            try:
                await line.client.rset(timeout=_STILL_THERE)
            except (aiosmtplib.SMTPException, OSError):
                line.client.close()
            except BaseException:
                line.client.close()
                raise
            else:
                return line
        return None

    def _take_back(self, line: _Line) -> None:
        if self._closed or line.mails >= self._mails_each or not line.client.is_connected:
            self._leave(line)
            return
        line.end = asyncio.get_running_loop().call_later(self._idle, self._expire, line)
        self._free.append(line)

    def _keep(self, line: _Line) -> None:
        if line.end is not None:
            line.end.cancel()
            line.end = None

    def _expire(self, line: _Line) -> None:
        self._free.remove(line)
        self._leave(line)

    def _leave(self, line: _Line) -> None:
        """Say goodbye without making the mail wait: what the server thinks of it can't undo what it took."""
        task = asyncio.create_task(_farewell(line.client), name="smtp-farewell")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Give up all connections; those that are lent follow when their mail has gone."""
        self._closed = True
        while self._free:
            line = self._free.pop()
            self._keep(line)
            self._leave(line)
        await asyncio.gather(*self._leaving)


async def _farewell(client: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
        await client.quit(timeout=_FAREWELL)
    client.close()
