"""Puts the egress guard around `requests`, for libraries that call it by themselves and can't be given a client.

It holds for the whole process and for good: such a library may start threads, and may still try when nobody waits.
"""

import socket
from collections.abc import Callable
from typing import Any

from network.guard import Guard, Refused


def judge_requests(guard: Guard, refused: Callable[[Refused], None]) -> None:
    """Let each connection that `requests` makes from now on be dialled by `guard`, follow no redirect, use no proxy.

    A redirect leads where nobody meant to go, and of a proxy the guard would see only the proxy. A later call puts
    another guard in place. `refused` hears of each refusal, in the thread that met it: the libraries between turn it
    into "no connection". Needs `requests`, which the extra brings that needs this.
    """
    import requests  # noqa: PLC0415 - comes with an extra
    from urllib3.util import connection  # noqa: PLC0415 - the same

    def create_connection(
        address: tuple[str, int],
        timeout: Any = None,
        source_address: Any = None,  # noqa: ARG001 - urllib3's form
        socket_options: Any = None,
    ) -> socket.socket:
        host, port = address
        seconds = float(timeout) if isinstance(timeout, (int, float)) else None
        try:
            made = guard.dial(host.strip("[]"), port, seconds)
        except Refused as error:
            refused(error)
            raise
        for option in socket_options or ():
            made.setsockopt(*option)
        return made

    connection.create_connection = create_connection
    requests.Session.send = _straight(_send_of(requests.Session))  # type: ignore[method-assign]


def _send_of(session: Any) -> Any:
    return getattr(session.send, "before", session.send)


def _straight(before: Any) -> Any:
    def send(self: Any, request: Any, **kwargs: Any) -> Any:
        return before(self, request, **kwargs | {"allow_redirects": False, "proxies": {}})

    send.before = before  # type: ignore[attr-defined]  # so that a second call wraps what was there at first
    return send
