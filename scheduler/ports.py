"""What the daemon asks of others."""

from typing import Protocol

from storywatch.model import WatchConfig


class ConfigFiles(Protocol):
    """The watch config on disk."""

    def load(self) -> WatchConfig:
        """Read it. Raises `ConfigError` with every problem found."""
        ...

    def stamp(self) -> object:
        """Return a value that differs whenever the files do. Raises `ConfigError` if they can't be looked at."""
        ...
