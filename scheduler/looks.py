"""The daemon's looks at the files of its config: when has an editor saved all of it."""

import asyncio

import structlog

from scheduler.ports import ConfigFiles
from storywatch.errors import ConfigError

log = structlog.get_logger()

LOOKS_ALIKE = 3
"""So many looks in a row must show the same. One look may fall between two files of a save, or into the seconds in
which a file is gone: what holds then is half a config, and sound."""


class Looks:
    """Tells when the files have changed and have come to rest. `stamp`: of what is in force."""

    def __init__(self, files: ConfigFiles, stamp: object) -> None:
        self._files = files
        self._in_force = stamp
        self._seen = stamp
        self._alike = 0
        self._trouble: tuple[str, ...] = ()

    async def changed(self) -> bool:
        """Look, and tell whether to reload. Files that can't be looked at have not changed."""
        try:
            stamp = await asyncio.to_thread(self._files.stamp)
        except ConfigError as error:
            self._tell(tuple(map(str, error.problems)))
            self._alike = 0
            return False
        self._trouble = ()
        self._alike = self._alike + 1 if stamp == self._seen else 1
        self._seen = stamp
        if stamp == self._in_force or self._alike < LOOKS_ALIKE:
            return False
        self._in_force = stamp
        return True

    def forget(self) -> None:
        """Take the files for changed at the next look: what they say did not come into force."""
        self._in_force = None

    def _tell(self, trouble: tuple[str, ...]) -> None:
        """Log it once, not at each look."""
        if trouble != self._trouble:
            log.error("config_unreadable", problems=list(trouble))
        self._trouble = trouble
