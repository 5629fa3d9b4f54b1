"""Addresses: what is cited, and what tells articles apart, whatever feeds, caches and share buttons made of them."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

from storywatch.model import Outlet
from storywatch.tracking import asks_for_amp, pairs, without_tracking

DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_CHARS = 8000
"""Longer addresses are none: servers needn't take more (RFC 9110, section 4.1)."""

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_HOST_CHARS = 253
# The fronts of a site, where it shows the same articles for other screens.
_FRONTS = frozenset({"www", "m", "mobile", "amp", "wap", "touch"})

# Google's and Bing's caches of AMP pages, and Google's viewer: the publisher's address stands in the path.
_CACHE_HOST = re.compile(
    r"(?:[^.]+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)|(?:www\.)?(?:google(?:\.[a-z]{2,3}){1,2}|bing\.com)"
)
_CACHED = re.compile(r"/(?:amp|[a-z]{1,3})/(?P<secure>s/)?(?P<address>[^/.]+\.[^/]+(?:/.*)?)")
_VIEWED = re.compile(r"/amp/")

_ESCAPE = r"%([0-9A-Fa-f]{2})"
_IN_PATH = re.compile(rf"{_ESCAPE}|[^A-Za-z0-9._~!$&'()*+,;=:@/-]")
_IN_QUERY = re.compile(rf"{_ESCAPE}|[^A-Za-z0-9._~!$&'()*+,;=:@/?-]")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_AMP_END = re.compile(r"\.amp(?=(?:\.html?)?$)")
_INDEX_END = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def canonical_url(url: str | None, outlet: Outlet) -> str | None:
    """Return the address to cite: the outlet's canonical host, no tracking parameters, no fragment, normalised.

    Normalised means RFC 3986, section 6.2.2 and 6.2.3: one address for all spellings of it. An address in a cache of
    AMP pages becomes the publisher's own. A fragment that begins with `!` is a route of old single-page sites, and
    stays. None when `url` is absent or no absolute http(s) address. Never raises.
    """
    text = (url or "").strip()
    if len(text) > MOST_CHARS:
        return None
    try:
        parts = _uncached(urlsplit(text))
        port = parts.port
    except ValueError:
        return None
    host = _plain_host(parts.hostname or "")
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    cited = _canonical_host(host, outlet)
    path = _path(parts.path)
    path = path if cited == host else _without_amp_head(path, host)
    netloc = _shown(cited)
    if port not in (None, DEFAULT_PORTS[parts.scheme]):
        netloc = f"{netloc}:{port}"
    query = _normalised(without_tracking(parts.query, outlet.strip_params), _IN_QUERY)
    route = _normalised(parts.fragment.strip(), _IN_QUERY) if parts.fragment.startswith("!") else ""
    canonical = urlunsplit((parts.scheme, netloc, path or "/", query, route))
    return canonical if len(canonical) <= MOST_CHARS else None


def url_identity(canonical: str | None) -> str | None:
    """Return what tells articles of an outlet apart, or None for a home page, which many items may link to.

    These don't: scheme, the front of the site (`www.`, `m.`, `amp.`), AMP's marks in path and query, a closing slash or
    index page, doubled slashes, the order of parameters. Never raises.
    """
    if canonical is None:
        return None
    try:
        parts = urlsplit(canonical)
    except ValueError:
        return None
    shown = _without_amp_head(_INDEX_END.sub("/", parts.path), parts.netloc)
    path = "/".join(["", *(each for each in shown.split("/") if each and each != "amp")])
    path = _AMP_END.sub("", path.removesuffix("/amp.html"))
    query = "&".join(sorted(pair for pair, name, value in pairs(parts.query) if not asks_for_amp(name, value)))
    if not path and not query and not parts.fragment:
        return None
    return urlunsplit(("", _behind_front(parts.netloc), path, query, parts.fragment)).removeprefix("//")


def has_form(url: str, forms: Iterable[str]) -> bool:
    """Tell whether an address has one of the forms, in which `*` stands for anything and all else for itself.

    A form that names no scheme, such as `www.outlet.example/live/*`, is one of every scheme.
    """
    bare = url.partition("://")[2] or url
    return any(_fits(url, form) or _fits(bare, form) for form in forms)


def host_of(url: str) -> str:
    """Return the lower-case host of an address, the unit of politeness; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _fits(text: str, form: str) -> bool:
    first, *others = form.split("*")
    if not others:
        return text == form
    *middle, last = others
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def _uncached(parts: SplitResult) -> SplitResult:
    """Return the publisher's address that stands in an address of an AMP cache."""
    while _CACHE_HOST.fullmatch(parts.hostname or ""):
        found = _CACHED.fullmatch(parts.path)
        # Google's own pages have paths of that form too.
        if found is None or ("amp" not in (parts.hostname or "") and not _VIEWED.match(parts.path)):
            break
        scheme = "https" if found["secure"] else "http"
        query = f"?{parts.query}" if parts.query else ""
        parts = urlsplit(f"{scheme}://{found['address']}{query}")
    return parts


def _plain_host(host: str) -> str:
    """Return the host in lower case and ASCII, without a closing dot; empty when it can't be one."""
    if ":" in host:
        return host
    if len(host) > _HOST_CHARS:
        return ""
    ascii_host = (host if host.isascii() else _punycode(host)).rstrip(".")
    return ascii_host if _HOST.fullmatch(ascii_host) else ""


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        # The standard library knows the characters of 2002; emoji and later scripts have names all the same.
        labels = (
            each if each.isascii() else f"xn--{each.encode('punycode').decode('ascii')}" for each in host.split(".")
        )
        return ".".join(labels).lower()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _canonical_host(host: str, outlet: Outlet) -> str:
    hosts, names = _names_of(outlet.hosts)
    return hosts[0] if _behind_front(host) in names else host


@lru_cache(maxsize=256)
def _names_of(hosts: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the outlet's hosts in their plain form, and all of them without their fronts."""
    plain = tuple(filter(None, (_plain_host(host.lower()) for host in hosts)))
    return plain, frozenset(map(_behind_front, plain))


def _behind_front(host: str) -> str:
    """Cut `www.`, `m.`, `amp.` and the like off, as long as a domain is left: `amp.dev` has none."""
    labels = host.split(".")
    while len(labels) > 2 and labels[0] in _FRONTS:
        del labels[0]
    return ".".join(labels)


def _without_amp_head(path: str, host: str) -> str:
    """Drop the outlet's own name, with which some AMP hosts begin their paths: `amp.cnn.com/cnn/2021/…`."""
    head = f"/{_behind_front(host).partition('.')[0]}"
    return path.removeprefix(head) if host.startswith("amp.") and path.startswith(f"{head}/") else path


def _path(path: str) -> str:
    return _without_dots(_SESSION.sub("", _normalised(path.strip(), _IN_PATH)))


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, section 5.2.4)."""
    if "." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    # What ends in a dot segment is a folder.
    closing = "/" if segments[-1:] in (["."], [".."]) and kept else ""
    return "/" + "/".join(kept) + closing


def _normalised(text: str, escaped: re.Pattern[str]) -> str:
    """Escape what has to be, in upper-case UTF-8, and nothing else (RFC 3986, section 6.2.2)."""
    return escaped.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.fullmatch(character) else f"%{found[1].upper()}"
