"""The house: who owns the import names, and which room may import which."""

import importlib.metadata
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.fixture(scope="module")
def owners() -> dict[str, set[str]]:
    """Return the installed distributions that own each of our import names."""
    try:
        ours = importlib.metadata.distribution("storywatch")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("Storywatch is not installed: make install, or pip install --editable .")
    owned = importlib.metadata.packages_distributions()
    # An editable install lists no files of its own: it owns what the checkout holds.
    origin = json.loads(ours.read_text("direct_url.json") or "{}")
    editable = {"storywatch"} if origin.get("dir_info", {}).get("editable") else set[str]()
    return {room: editable.union(owned.get(room, ())) for room in ROOMS}


def test_every_room_is_a_package_that_is_shipped() -> None:
    """The rooms that the design names, and no folder with code beside them that the wheel forgets."""
    assert set(ROOMS) == {"storywatch", "spiders", "channels", "storage", "scheduler", "config", "network", "dashboard"}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "bench"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_each_import_name_has_one_owner(owners: dict[str, set[str]], room: str) -> None:
    """`config` and `storage` are common names: another distribution with one of them would shadow ours."""
    assert owners[room] == {"storywatch"}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_that_it_is_typed(room: str) -> None:
    """PEP 561."""
    assert (ROOT / room / "py.typed").exists()


def test_imports_point_inward() -> None:
    """The contracts in pyproject.toml hold."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
