"""Canonical addresses: one article, one address, whatever the feed hung onto it."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from storywatch.model import Outlet

TRACKING_PARAMS = (
    "utm_*",
    "at_*",
    "fbclid",
    "gclid",
    "dclid",
    "msclkid",
    "mc_cid",
    "mc_eid",
    "igshid",
    "ocid",
    "cmpid",
)
"""Query parameters that say where a reader came from, never which article it is; `*` stands for any rest."""

DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str | None, outlet: Outlet) -> str | None:
    """Return the address to cite: the outlet's canonical host, no tracking parameters, no fragment.

    None when `url` is absent or no absolute http(s) address.
    """
    try:
        parts = urlsplit((url or "").strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    netloc = _canonical_host(host, outlet)
    if port not in (None, DEFAULT_PORTS[parts.scheme]):
        netloc = f"{netloc}:{port}"
    # White space stands at the end of an address once what followed it is dropped.
    query = _without(parts.query, (*TRACKING_PARAMS, *outlet.strip_params)).strip()
    return urlunsplit((parts.scheme, netloc, parts.path.strip() or "/", query, ""))


def url_identity(canonical: str | None) -> str | None:
    """Return what tells articles of an outlet apart: scheme, `www.` and a closing slash don't.

    None for a home page, which many items may link to.
    """
    if canonical is None:
        return None
    parts = urlsplit(canonical)
    path = parts.path.rstrip("/")
    if not path and not parts.query:
        return None
    return urlunsplit(("", parts.netloc.removeprefix("www."), path, parts.query, "")).removeprefix("//")


def host_of(url: str) -> str:
    """Return the lower-case host of an address, the unit of politeness; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def has_form(url: str, forms: Sequence[str]) -> bool:
    """Tell whether an address has one of the forms, in which `*` stands for anything."""
    return any(fnmatchcase(url, form.replace("[", "[[]").replace("?", "[?]")) for form in forms)


def _canonical_host(host: str, outlet: Outlet) -> str:
    shown = f"[{host}]" if ":" in host else host
    return outlet.hosts[0] if host in outlet.hosts else shown


def _without(query: str, dropped: Sequence[str]) -> str:
    """Drop parameters, and leave the others untouched, byte for byte."""
    exact = {name for name in dropped if not name.endswith("*")}
    prefixes = tuple(name[:-1] for name in dropped if name.endswith("*"))
    named = ((unquote_plus(pair.partition("=")[0]), pair) for pair in query.split("&"))
    return "&".join(pair for name, pair in named if name not in exact and not name.startswith(prefixes))
