"""Who may ask what of the pages: hosts, origins, limits; and the headers that keep a page from doing anything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from storywatch.allowance import Allowance
from storywatch.model import PageSettings

SAFE: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Server": "Storywatch",
}
"""A page is what it shows and no more: nothing runs in it, nothing is loaded from elsewhere, nobody keeps a copy."""

RETRY_SECONDS = 600


class Refused(Exception):  # noqa: N818 - it names what happened
    """A request is not answered as it wishes: the status that says so, and what to tell."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers or {}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How often forms may be sent: by one who asks, for one address, and by all together. In requests and seconds."""

    client: Allowance = field(default_factory=lambda: Allowance(burst=10, every=30.0))
    address: Allowance = field(default_factory=lambda: Allowance(burst=3, every=8 * 3600.0))
    everybody: Allowance = field(default_factory=lambda: Allowance(burst=300, every=10.0))

    def admit(self, client: str, now: float) -> None:
        """Count a wish to subscribe. Raises `Refused`."""
        if not (self.client.take(client, now) and self.everybody.take("", now)):
            raise Refused(429, {"Retry-After": str(RETRY_SECONDS)})


def check_host(request: web.BaseRequest, settings: PageSettings) -> None:
    """Refuse what was meant for another host: a page of ours must not be had under a stranger's name."""
    if request.headers.get("Host", "").lower() not in _hosts(settings):
        raise Refused(421)


def check_origin(request: web.BaseRequest, settings: PageSettings) -> None:
    """Refuse a form that another site sends.

    `Origin: null` is what browsers send from pages that ask for no referrer, as ours do. It says nothing, and then the
    token in the address has to do.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    if site is not None and site not in ("same-origin", "none"):
        raise Refused(403)
    if site is None and origin != "null" and urlsplit(origin).netloc.lower() not in _hosts(settings):
        raise Refused(403)


def _hosts(settings: PageSettings) -> set[str]:
    public = urlsplit(settings.public_url)
    with_port = f"{public.hostname}:{public.port or (443 if public.scheme == 'https' else 80)}"
    return {public.netloc.lower(), with_port, settings.listen.lower()}


def client_of(request: web.BaseRequest) -> str:
    """Return who asks: behind a proxy on this machine whom it names last. An IPv6 network counts as one."""
    peer = request.remote or ""
    # A header that a client sent stands in a line of its own, before that of the proxy.
    named = ",".join(request.headers.getall("X-Forwarded-For", ())).rpartition(",")[2].strip()
    asker = _address(named) if _is_loopback(peer) and _address(named) else _address(peer)
    return asker or "unknown"


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def _address(text: str) -> str | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)
