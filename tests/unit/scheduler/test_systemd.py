"""Notices for systemd: `scheduler.systemd`, over a real Unix socket."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from scheduler.systemd import notify, watchdog_interval
from tests.support.patience import PATIENCE


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """Listen as systemd does, at a path or at an abstract name."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@storywatch-{uuid4().hex}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(PATIENCE)
        receiver.bind(name.replace("@", "\0", 1) if request.param == "abstract" else name)
        yield receiver, name


def test_a_notice_arrives(listening: tuple[socket.socket, str]) -> None:
    """Byte for byte, one datagram each."""
    receiver, name = listening
    for state in ("READY=1", "STOPPING=1"):
        assert notify(state, {"NOTIFY_SOCKET": name})
        assert receiver.recv(100) == state.encode()


def test_the_environment_is_read_at_the_time_of_the_notice(
    listening: tuple[socket.socket, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon names no environment."""
    receiver, name = listening
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    assert notify("WATCHDOG=1")
    assert receiver.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, "", "relative", "/nonexistent/notify", "/" + "x" * 300])
def test_without_anyone_to_tell_nothing_happens(address: str | None) -> None:
    """Neither an error nor a wait."""
    assert not notify("READY=1", {} if address is None else {"NOTIFY_SOCKET": address})


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({"WATCHDOG_USEC": "30000000"}, timedelta(seconds=15)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=15)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({}, None),
    ],
)
def test_we_say_that_we_live_twice_as_often_as_we_must(environ: dict[str, str], interval: timedelta | None) -> None:
    """And never when nobody asks, or asks another process (sd_watchdog_enabled(3))."""
    assert watchdog_interval(environ) == interval
