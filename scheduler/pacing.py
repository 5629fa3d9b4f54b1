"""The daemon's work on the pace: worked out anew every three hours; waiting polls brought forward for live events."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from storywatch.pacemaking import Kept, Pacemaking

log = structlog.get_logger()

LOOK = timedelta(seconds=2)


@dataclass
class PaceWork:
    """Looks at the pace. `glow`: the chance of a match by which waiting polls are planned, when last `looked` at."""

    pacemaking: Pacemaking
    glow: float = 0.0
    looked: datetime | None = None

    async def keep_pace(self) -> None:
        """Work it out anew if it is old; bring polls forward if an event heated up. Raises `StorageError`."""
        kept = await self.pacemaking.keep(self.glow, self.looked)
        self.glow, self.looked = kept.glow, kept.looked
        _log(kept)


def _log(kept: Kept) -> None:
    if kept.pace is not None:
        log.info(
            "paced",
            sources=kept.pace.members,
            budget=round(kept.budget),
            planned=round(kept.pace.planned),
            price=round(kept.pace.price, 1),
        )
    if kept.forward:
        log.info("polls_brought_forward", polls=kept.forward)
