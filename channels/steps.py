"""What a channel says of its steps to who tries it: `storywatch send --test`. It never names a secret."""

import ssl
from collections.abc import Callable
from typing import Any

Told = Callable[[str], None]
"""Hears one step, as a line for people."""


def nobody(_: str) -> None:
    """Hear nothing: what a channel does when it is not being tried."""


def encryption(connection: ssl.SSLObject | Any | None, host: str) -> str:
    """Word how a connection is encrypted."""
    if connection is None:
        return "the connection is not encrypted"
    cipher = connection.cipher()
    return f"{connection.version()} with {cipher[0] if cipher else 'no cipher'}; the certificate is good for {host}"
