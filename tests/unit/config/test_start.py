"""Importing the room costs nothing until it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

import config

ROOT = Path(config.__file__).parents[1]


def run(code: str) -> str:
    """Run code in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_room_imports_no_library() -> None:
    """`storywatch --help` must not wait for pydantic."""
    code = "import sys, config; print(sorted({'pydantic', 'yaml', 'difflib'} & set(sys.modules)))"
    assert run(code) == "[]"


def test_using_it_does() -> None:
    """The negative control."""
    assert run("import sys, config; config.load; print('pydantic' in sys.modules)") == "True"


def test_every_public_name_is_there() -> None:
    """And an unknown one is an ordinary AttributeError."""
    assert all(callable(getattr(config, name)) for name in config.__all__)
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        config.lode  # noqa: B018 - the access is the test
