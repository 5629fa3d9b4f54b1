"""Addresses of the web as alerts show them."""

import re
from urllib.parse import SplitResult, quote, urlsplit

_LONGEST = 2000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|[0-9a-f:.]*:[0-9a-f:.]*")
# The Wayback Machine's addresses: a time, how the copy is shown, and the address of the page.
_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/[0-9]{4,14}(?:[a-z]{2}_)?/(https?:/.+)")
# RFC 3986: reserved, unreserved, and the percent sign of what is encoded already. All else is encoded.
_KEPT = "%:/?#[]@!$&'()*+,;=-._~"


def web_link(url: str | None) -> str | None:
    """Return `url` if a reader may be sent there: http or https, a plain host, no user name, no control character.

    What a URL can't hold is encoded, so that what is shown is what is opened. Anything else gives None: an alert
    without a link is better than one with a wrong link.
    """
    if url is None or len(url) > _LONGEST or _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url.strip())
        netloc = _netloc(parts)
        link = quote(parts._replace(netloc=netloc or "").geturl(), safe=_KEPT)
    except (ValueError, UnicodeError):  # a bad port, half a surrogate pair
        return None
    if parts.scheme not in {"http", "https"} or netloc is None:
        return None
    return link if len(link) <= _LONGEST else None


def host_of(link: str) -> str:
    """Return the host that a link from `web_link` opens, without `www.`."""
    return (urlsplit(link).hostname or "").removeprefix("www.")


def archived(link: str | None) -> tuple[str | None, str | None]:
    """Return the address of the page itself, and that of its archived copy if `link` from `web_link` opens one."""
    found = _ARCHIVED.fullmatch(link or "")
    if found is None:
        return link, None
    return web_link(found[1]), link


def endpoint(url: str) -> str:
    """Return `scheme://host[:port]`, the part of a webhook's address that holds no secret.

    Raises ValueError if it has none, without repeating the address.
    """
    try:
        parts = urlsplit(url)
        netloc = _netloc(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except (ValueError, UnicodeError):
        netloc = None
    if netloc is None or parts.scheme not in {"http", "https"}:
        raise ValueError("the webhook address does not start with http:// or https:// and a host") from None
    return f"{parts.scheme}://{netloc}"


def _netloc(parts: SplitResult) -> str | None:
    """Return host and port in ASCII, None if there is no plain host or a user name before it. ValueError: bad port."""
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode()
    if "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port is None else f"{shown}:{parts.port}"
