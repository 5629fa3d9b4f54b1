"""Runs a command's asynchronous work."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from storywatch.cli.output import MISUSE, TROUBLE, fail
from storywatch.errors import ListenError, NotStoredError, StorageError

ResultT = TypeVar("ResultT")

THREAD_SECONDS = 0.2


def finished(work: Coroutine[Any, Any, ResultT], code: int = TROUBLE) -> ResultT:
    """Run work to its end. A database that fails or an address in use ends the command, with the remedy and `code`.

    A name that nothing is stored under ends it as misuse.
    """
    try:
        return asyncio.run(_patient(work))
    except NotStoredError as error:
        fail(str(error), MISUSE)
    except (StorageError, ListenError) as error:
        fail(str(error), code)


async def _patient(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    try:
        return await work
    except StorageError:
        # aiosqlite's thread still tells the loop of a connection that failed, and prints a traceback when it is closed.
        await asyncio.sleep(THREAD_SECONDS)
        raise
