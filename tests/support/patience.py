"""How long is too long: machines may be several times slower than this one, and busy with other things."""

import asyncio
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds after which a test gives up. No more is promised by it than an end: what hangs, hangs `FOR_EVER`."""

FOR_EVER = 3600.0
"""Seconds that a server which hangs takes: a test that waited for it would have lost its patience long before."""

SLOWNESS = 6
"""How many times as much CPU as an ordinary machine takes may be used; what is quadratic takes a thousand times."""


def soon() -> asyncio.Timeout:
    """Bound what runs inside by `PATIENCE`."""
    return asyncio.timeout(PATIENCE)


async def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until it is true."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
