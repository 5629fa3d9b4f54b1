"""A folder with a watch config in it, in one line."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from config import load
from storywatch.errors import ConfigError, Problem
from storywatch.model import WatchConfig

Files = Mapping[str, str | bytes]
Write = Callable[[Files], Path]
Problems = Callable[..., tuple[Problem, ...]]
Load = Callable[..., WatchConfig]

SETTINGS = "settings:\n  contact: desk@newsroom.org\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files into a new folder and return it; texts may be indented."""

    def written(files: Files) -> Path:
        folder = tmp_path / "watch"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        return folder

    return written


@pytest.fixture
def loaded(write: Write) -> Load:
    """Load a watch config of the given files."""

    def load_files(files: Files, environ: Mapping[str, str] | None = None) -> WatchConfig:
        return load(write(files), environ or {})

    return load_files


@pytest.fixture
def problems(write: Write) -> Problems:
    """Load a watch config that is wrong and return its problems, with the file names alone."""

    def found(files: Files, environ: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as caught:
            load(write(files), environ or {})
        return caught.value.problems

    return found
