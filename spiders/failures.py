"""From the exceptions of Scrapy and its HTTP client to faults with stable codes."""

import ssl

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from network import refusal_in
from storywatch.errors import Fault


class RefusedVisit(IgnoreRequest):
    """A middleware refused the visit; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


EXPECTED = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    OSError,
    ValueError,
)
"""All that a download may fail with; ValueError is how Scrapy and yarl say that an address is malformed."""

CODES: dict[type[Exception], tuple[str, bool]] = {
    CannotResolveHostError: ("dns", False),
    DownloadTimeoutError: ("timeout", False),
    DownloadCancelledError: ("too_large", False),
    ResponseDataLossError: ("cut_short", False),
    UnsupportedURLSchemeError: ("bad_url", True),
    DownloadConnectionRefusedError: ("connection", False),
    DownloadFailedError: ("connection", False),
    IgnoreRequest: ("too_large", False),  # what is left of these: a body that inflates beyond the limit
    TimeoutError: ("timeout", False),
    OSError: ("connection", False),
    ValueError: ("bad_url", True),
}


def fault_of(error: Exception) -> Fault:
    """Return the fault that a failed download becomes."""
    if isinstance(error, RefusedVisit):
        return error.fault
    refusal = refusal_in(error)
    if refusal is not None:
        remedy = "if you trust it, allow HOST:PORT under settings.egress.allow (fetch: --allow)"
        return Fault(code="egress_refused", message=f"{refusal}; {remedy}", permanent=True)
    if isinstance(error.__cause__, (aiohttp.ClientSSLError, ssl.SSLError)):
        return Fault(code="tls", message=f"no trusted TLS connection: {_message('tls', error)}")
    if _is_about_headers(error.__cause__):
        return Fault(code="headers_too_large", message=_message("headers_too_large", error))
    code, permanent = next(codes for kind, codes in CODES.items() if isinstance(error, kind))
    return Fault(code=code, message=_message(code, error), permanent=permanent)


WORDS = {
    "timeout": "the server took longer than settings.polling.timeout allows",
    "too_large": "the document is larger than settings.polling.max_bytes allows",
    "headers_too_large": "the answer has more than 100 header fields, or one of more than 8190 bytes",
    "cut_short": "the connection broke before the document was whole",
}
"""Said instead of the library's words, which name its own settings, and the address with any password in it."""


def _is_about_headers(cause: BaseException | None) -> bool:
    """Tell whether aiohttp refused header fields: too many of them, or one that is too long."""
    return isinstance(cause, aiohttp.ClientResponseError) and (
        "Got more than" in cause.message or "Too many headers" in cause.message
    )


def _message(code: str, error: Exception) -> str:
    return WORDS.get(code) or " ".join(_said(error).split())[:300]


def _said(error: Exception) -> str:
    """Return what the error says; of a failed connection only the system's words, not the client's innards."""
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorError):
        return f"can't connect to {cause.host}:{cause.port}: {cause.os_error.strerror or cause.os_error}"
    if isinstance(cause, aiohttp.ClientResponseError):
        return f"the server doesn't speak HTTP: {cause.message}"
    if isinstance(error, (ValueError, UnsupportedURLSchemeError)):
        return f"this address, or one that it redirects to, is malformed: {error}"
    return str(error) or type(error).__name__
