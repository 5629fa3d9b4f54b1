"""Log lines: `storywatch.cli.log`."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from storywatch.cli.log import LogFormat, configure


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def connect(password: str) -> None:
    """Fail with a secret in a local variable."""
    raise ZeroDivisionError(len(password))


@pytest.mark.parametrize("style", [LogFormat.TEXT, LogFormat.JSON])
def test_a_traceback_shows_no_local_variables(style: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    """They hold passwords; the names of the functions are enough."""
    configure(style)
    try:
        connect("hunter2" + "-and-more")
    except ZeroDivisionError:
        structlog.get_logger().exception("job_failed", queue="poll")
    line = capsys.readouterr().err
    assert "job_failed" in line
    assert "ZeroDivisionError" in line
    assert "connect" in line
    assert "hunter2-and-more" not in line
