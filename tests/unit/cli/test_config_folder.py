"""How the daemon sees that its config was saved: `storywatch.cli.config_folder`."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storywatch.cli.config_folder import ConfigFolder
from storywatch.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    """Have a folder with one file."""
    (tmp_path / "watch.yaml").write_text("settings: {}\n")
    return ConfigFolder(path=tmp_path)


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Let the process open nothing; what is open stays so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("name", ["b.yaml", "b.yml", "B.YAML", "b.Yml"])
def test_what_the_loader_reads_is_looked_at(folder: ConfigFolder, name: str) -> None:
    """A new file, and each change of it."""
    before = folder.stamp()
    (folder.path / name).write_text("events: []\n")
    added = folder.stamp()
    (folder.path / name).write_text("events: [ ]\n")
    assert len({before, added, folder.stamp()}) == 3


@pytest.mark.parametrize("name", [".#watch.yaml", ".hidden.yml", "b.yaXml", "notes.txt"])
def test_what_the_loader_skips_is_no_change(folder: ConfigFolder, name: str) -> None:
    """Editors leave such files for as long as a file is open in them."""
    before = folder.stamp()
    (folder.path / name).write_text("wat: 1\n")
    assert folder.stamp() == before


def test_a_secret_is_looked_at_and_may_be_gone(folder: ConfigFolder, tmp_path: Path) -> None:
    """That it is gone is a change, and none that keeps anybody from looking."""
    secret = tmp_path / "password"
    secret.write_text("old")
    folder.secret_files = (secret,)
    before = folder.stamp()
    secret.unlink()
    assert folder.stamp() != before


def test_a_process_without_descriptors_is_told_the_remedy(folder: ConfigFolder) -> None:
    """The folder is well, and seen again as soon as one is free."""
    before = folder.stamp()
    with no_descriptor_left(), pytest.raises(ConfigError, match="no file descriptor is left; raise the limit"):
        folder.stamp()
    assert folder.stamp() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_behind_a_closed_one_is_told_the_remedy(tmp_path: Path) -> None:
    """Nothing can be said of what is in there."""
    closed = tmp_path / "closed"
    (closed / "watch").mkdir(parents=True)
    closed.chmod(0)
    try:
        with pytest.raises(ConfigError, match="permission denied; let the user that runs Storywatch"):
            ConfigFolder(path=closed / "watch").stamp()
    finally:
        closed.chmod(0o700)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """It may be a share that is not mounted just now."""
    with pytest.raises(ConfigError, match="no such file or folder"):
        ConfigFolder(path=tmp_path / "watch").stamp()
