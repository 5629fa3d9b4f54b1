"""Where the public test data lies; it is not part of the project."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def corpus_path(name: str) -> Path:
    """Return where a folder of the test data should be."""
    return Path(os.environ.get("STORYWATCH_TEST_DATA") or ROOT.parent / "shared" / "data") / name


def corpus(name: str) -> Path:
    """Return a folder of the test data, or skip the test and say how to have it."""
    folder = corpus_path(name)
    if not folder.is_dir():
        pytest.skip(f"{folder} absent: set STORYWATCH_TEST_DATA to its folder")
    return folder
