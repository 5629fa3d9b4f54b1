"""The watch config on disk, as the daemon reads it and looks at it."""

import os
from dataclasses import dataclass
from pathlib import Path

import config
from config.files import find_files
from storywatch.model import WatchConfig


@dataclass(kw_only=True)
class ConfigFolder:
    """Implements `scheduler.ports.ConfigFiles`. `secret_files`: what else was read when it was loaded last."""

    path: Path
    secret_files: tuple[Path, ...] = ()

    def load(self) -> WatchConfig:
        """Read it. Raises `ConfigError` with every problem found."""
        loaded = config.load_with_warnings(self.path, os.environ)
        self.secret_files = loaded.secret_files
        return loaded.config

    def stamp(self) -> object:
        """Return a value that differs whenever the YAML files do, or the secrets that they name.

        Raises `ConfigError` if the folder can't be read.
        """
        return tuple(_stamp(file) for file in (*find_files(self.path), *self.secret_files))


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError:  # an editor replaces a file by removing it first
        return (file.name, 0, 0)
    return (file.name, found.st_mtime_ns, found.st_size)
