"""Readiness and watchdog notices for systemd (sd_notify(3)). Without systemd nothing happens."""

import os
import socket
from collections.abc import Mapping
from datetime import timedelta


def notify(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send a notice such as `READY=1`. Return whether there was anyone to tell."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        try:
            channel.sendto(state.encode(), address.replace("@", "\0", 1))
        except OSError:
            return False
    return True


def watchdog_interval(environ: Mapping[str, str] = os.environ) -> timedelta | None:
    """Return how often to say that we live: half of what systemd allows. None when it doesn't ask."""
    allowed = environ.get("WATCHDOG_USEC", "")
    ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return timedelta(microseconds=int(allowed) / 2) if allowed.isdecimal() and int(allowed) > 0 and ours else None
