"""Prints the tables of the crash tests below the session's summary."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.acceptance.crash import town as world
from tests.acceptance.crash.newsroom import Newsroom
from tests.acceptance.crash.town import Moods, Town

TABLES = pytest.StashKey[list[str]]()


@pytest.fixture
def show(pytestconfig: pytest.Config) -> list[str]:
    """Return the list of texts that are shown to people at the end of the session."""
    return pytestconfig.stash.setdefault(TABLES, [])


@pytest.fixture
def town() -> Iterator[Town]:
    """Open a town whose receivers acknowledge everything."""
    with world.running(Town(Newsroom(Random(1)), Moods(Random(1)))) as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print them."""
    for text in config.stash.get(TABLES, []):
        terminalreporter.section("kill -9 at every step")
        terminalreporter.write_line(text)
