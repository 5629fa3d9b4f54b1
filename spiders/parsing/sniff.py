"""Tells what a document is before anything expensive reads it."""

import re

from storywatch.errors import VisitError

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_FEED_INSIDE = re.compile(r"<(?:rss|feed|(?:rdf:)?rdf|channel)[\s>]", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf|channel|urlset)\s*>\s*(?:<!--[^<]*-->\s*)?$", re.IGNORECASE)
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_TAIL = 1000

_LISTS = {
    "opml": "an OPML list of feeds, not a feed: add the feeds that it lists",
    "urlset": "a sitemap without news entries: look for the outlet's news sitemap",
}
FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})


def root_name(text: str) -> str:
    """Return the local name of the outermost element, in lower case; empty if there is none."""
    position = 0
    while found := re.compile(r"<(?:!--|[?!])?").search(text, position):
        opening = found[0]
        if opening == "<":
            root = _ROOT.match(text, found.start())
            return root[1].lower() if root else ""
        end = text.find("-->" if opening == "<!--" else ">", found.end())
        if end < 0:
            return ""
        position = end + 1
    return ""


def looks_like_json(text: str) -> bool:
    """Tell whether the document is JSON rather than XML."""
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def may_hold_feed(text: str, root: str) -> bool:
    """Tell whether feedparser is worth asking: some feeds come wrapped in a page."""
    return root in FEED_ROOTS or _FEED_INSIDE.search(text) is not None


def is_empty_feed(text: str) -> bool:
    """Tell whether a feed that is no XML has nothing in it, rather than breaking off before its first item ends."""
    return _CLOSED.search(text[-_TAIL:]) is not None and _ITEM.search(text) is None


def not_a_feed(text: str, root: str) -> VisitError:
    """Return the error that says what the document is instead, and what to do about it."""
    return VisitError("not_a_feed", f"this is {_appearance(text, root)}")


def _appearance(text: str, root: str) -> str:
    if root in _LISTS:
        return _LISTS[root]
    if root == "html" or re.match(r"\s*<!doctype html", text, re.IGNORECASE) or "<body" in text[:20_000].lower():
        return (
            "an HTML page, not a feed: the server may show a consent, log-in or error page, or the address is the "
            "outlet's page; look for its feed's own address"
        )
    if looks_like_json(text):
        return "JSON, but no JSON Feed: its `version` would say so; check the address"
    if root:
        return f"XML with the root element {root[:40]!r}, which is no kind of feed; check the address"
    return "neither XML nor JSON; check the address"
