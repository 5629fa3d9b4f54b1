"""Finds the hub that a document offers (WebSub, section 4), in `Link` header fields (RFC 8288). Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from storywatch.model import PushOffer

LONGEST_VALUE = 64 * 1024
LONGEST_URL = 2048

_TARGET = re.compile(r"[\s,]*<([^<>]*)>")
_PARAM = re.compile(r"""\s*;\s*(?:([^\s=;,"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*)))?)?""")
_REST = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",])*')


def push_offer(link_header_value: str | None, base_url: str, from_body: PushOffer | None) -> PushOffer | None:
    """Return the hub and topic that a document offers; None if it offers none that can be used.

    `link_header_value`: the values of all `Link` fields, joined by commas. `base_url`: the address that answered.
    `from_body`: what the document itself names, which counts only where the header names no hub.

    Of several hubs the first over https counts, else the first. A document that came over https is not entrusted to a
    hub without: the secret would travel in the clear. Raises nothing.
    """
    links = [link for link in _links((link_header_value or "")[:LONGEST_VALUE]) if link.is_about_this]
    hubs = [url for link in links if "hub" in link.rels and (url := _absolute(link.target, base_url))]
    topics = [url for link in links if "self" in link.rels and (url := _absolute(link.target, base_url))]
    if hubs:
        topic = topics[0] if topics else from_body.topic if from_body else None
        return _usable(hubs, topic, base_url)
    return _usable([from_body.hub], from_body.topic, base_url) if from_body else None


def _usable(hubs: list[str], topic: str | None, base_url: str) -> PushOffer | None:
    if topic is None or not _is_web_address(topic):
        return None
    reachable = [hub for hub in hubs if _is_web_address(hub)]
    secure = [hub for hub in reachable if urlsplit(hub).scheme == "https"]
    if secure:
        return PushOffer(hub=secure[0], topic=topic)
    must_be_secure = urlsplit(base_url).scheme == "https"
    return PushOffer(hub=reachable[0], topic=topic) if reachable and not must_be_secure else None


class _Link:
    """One link of a header: its target and the parameters that matter here; of a repeated one the first counts."""

    def __init__(self, target: str, params: list[tuple[str, str]]) -> None:
        given: dict[str, str] = {}
        for name, value in params:
            given.setdefault(name, value)
        self.target = target.strip()
        self.rels = frozenset(given.get("rel", "").lower().split())
        # A link with an anchor speaks of another document (section 3.2).
        self.is_about_this = given.get("anchor", "") == ""


def _links(value: str) -> Iterator[_Link]:
    place = 0
    while found := _TARGET.match(value, place):
        params, place = _params(value, found.end())
        yield _Link(found[1], params)
        # What can't be read is skipped up to the next comma that is not in quotes.
        rest = _REST.match(value, place)
        place = rest.end() if rest else len(value)


def _params(value: str, place: int) -> tuple[list[tuple[str, str]], int]:
    params: list[tuple[str, str]] = []
    while found := _PARAM.match(value, place):
        name, quoted, bare = found.groups()
        if name:
            params.append((name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare or ""))
        place = found.end()
    return params, place


def _absolute(target: str, base_url: str) -> str | None:
    try:
        return urljoin(base_url, target)
    except ValueError:
        return None


def _is_web_address(url: str) -> bool:
    """Tell whether an address can be dialled: http or https, with a host and without a login."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and "@" not in parts.netloc and len(url) <= LONGEST_URL and url.isascii() and url.isprintable()
