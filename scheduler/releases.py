"""The daemon's work on what is gathered: release what is due, and what a changed config would tell earlier."""

from collections.abc import Callable

import structlog

from storywatch.errors import StorageError
from storywatch.gathering import Gathering
from storywatch.model import WatchConfig
from storywatch.ports import ReleaseRecord

log = structlog.get_logger()

RELEASES_AT_ONCE = 100
"""Subscriptions that one round releases for; the next round goes on."""

Current = Callable[[], tuple[Gathering, WatchConfig]]


class ReleaseWork:
    """Releases what is due, one subscription after the other. `current` tells what is in force."""

    def __init__(self, current: Current, stopping: Callable[[], bool]) -> None:
        self._current = current
        self._stopping = stopping
        self._seen: WatchConfig | None = None

    async def release_due(self) -> None:
        """Release what is due, by the wishes of the config in force. Raises `StorageError`."""
        gathering, config = self._current()
        if config is not self._seen:
            await self.bring_forward()
        for subscription in await gathering.due(RELEASES_AT_ONCE):
            if not self._stopping():
                await release(gathering, config, subscription)

    async def bring_forward(self) -> None:
        """Release earlier what the config would tell earlier now. Raises `StorageError`."""
        gathering, config = self._current()
        changed = await gathering.bring_forward(config)
        self._seen = config
        if changed:
            log.info("brought_forward", subscriptions=changed)


async def release(gathering: Gathering, config: WatchConfig, subscription: str) -> ReleaseRecord | None:
    """Release for one subscription and log it. Raises `StorageError`."""
    try:
        record = await gathering.release(subscription, config)
    except StorageError:
        raise  # of the database, not of this subscription: the next round tries again
    except Exception:  # the border of one subscription: what breaks its release must not hold up the others
        log.exception("release_broke", subscription=subscription)
        return None
    if record is not None:
        _log(subscription, record)
    return record


def _log(subscription: str, record: ReleaseRecord) -> None:
    if record.later is not None:
        log.info("release_postponed", subscription=subscription, until=record.later.isoformat())
    for fault in {fault.code: fault for fault in record.aside.values()}.values():
        log.error("alerts_set_aside", subscription=subscription, code=fault.code, message=fault.message)
    if record.parcel is not None:
        alerts, parcel = len(record.carried), record.parcel
        log.info("release", subscription=subscription, delivery=parcel.id, kind=parcel.kind.value, alerts=alerts)
