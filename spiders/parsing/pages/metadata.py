"""What a page says about itself: JSON-LD by schema.org, Open Graph and other `meta` elements, headings.

JSON-LD is right about headline and dates where it stands; the text of articles is hardly ever in it.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from spiders.parsing.pages.selectors import line_of
from spiders.parsing.text import html_to_text

Node = Mapping[str, Any]

_MOST_NODES = 1000
_MOST_CHARS = 2_000_000
_MOST_AUTHORS = 10
# Nested nodes that are the page's own subject; those of comments, lists and liveblog entries have other headlines.
_NESTING = ("@graph", "mainEntity", "mainEntityOfPage")
_OTHER_SUBJECTS = ("image", "video", "audio", "media", "person", "organization", "breadcrumb", "itemlist", "website")

_PUBLISHED = ("article:published_time", "datepublished", "og:published_time", "parsely-pub-date", "dcterms.created")
_UPDATED = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified")
_AUTHOR = ("author", "parsely-author", "dcterms.creator", "article:author")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a page tells about itself, as it stands there; empty where it tells nothing."""

    title: str = ""
    published: str = ""
    updated: str = ""
    author: str = ""
    language: str = ""
    canonical: str = ""


def metadata_of(root: HtmlElement) -> Told:
    """Return what the page tells about itself, the most trustworthy place first."""
    article, meta = _article(root), _metas(root)
    return Told(
        title=_plain(_string(article, "headline"))
        or meta.get("og:title", "")
        or _text_of_first(root, "h1")
        or _plain(_string(article, "name"))
        or _text_of_first(root, "title"),
        published=_string(article, "datePublished") or _first(meta, _PUBLISHED),
        updated=_string(article, "dateModified") or _first(meta, _UPDATED),
        author=", ".join(_names(article)) or next(filter(_is_name, (meta.get(key, "") for key in _AUTHOR)), ""),
        language=_string(article, "inLanguage") or meta.get("og:locale", ""),
        canonical=_canonical(root),
    )


def _article(root: HtmlElement) -> Node:
    """Return the node of the article itself: one with a headline before one with dates before any other."""
    nodes = [node for node in _nodes(root) if not _is_other(node)]
    return max(nodes, key=lambda node: [bool(_string(node, key)) for key in ("headline", "datePublished")], default={})


def _is_other(node: Node) -> bool:
    kinds = node.get("@type")
    named = [kind.lower() for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]
    return any(other in kind for kind in named for other in _OTHER_SUBJECTS)


def _nodes(root: HtmlElement) -> Iterator[Node]:
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            yield from _flat(_loaded(script.text or ""))


def _loaded(text: str) -> Any:
    # Line breaks inside strings are no JSON, and common; strict=False reads them.
    with suppress(ValueError, RecursionError):
        return json.loads(text[:_MOST_CHARS].strip().removesuffix(";"), strict=False)
    return None


def _flat(value: Any) -> Iterator[Node]:
    waiting = deque([value])
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.popleft()
        if isinstance(node, list):
            waiting.extend(node[:_MOST_NODES])
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in _NESTING if key in node)


def _string(node: Node, key: str) -> str:
    value = node.get(key)
    value = value[0] if isinstance(value, list) and value else value
    value = value.get("name") or value.get("@value") if isinstance(value, dict) else value
    return value.strip() if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Return text that some write as HTML."""
    return html_to_text(text) if "&" in text or "<" in text else text


def _names(node: Node) -> list[str]:
    listed = node.get("author")
    authors: Sequence[Any] = listed if isinstance(listed, list) else [listed]
    names = (_string({"author": author}, "author") for author in authors[:_MOST_AUTHORS])
    return list(dict.fromkeys(filter(_is_name, names)))


def _is_name(text: str) -> bool:
    return bool(text) and "://" not in text


def _metas(root: HtmlElement) -> dict[str, str]:
    """Return the contents of `meta` elements by property, name or itemprop, lower-case; the first of a name counts."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name, content = meta.get("property") or meta.get("name") or meta.get("itemprop"), meta.get("content")
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), content.strip())
    return found


def _first(meta: Mapping[str, str], names: Sequence[str]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _text_of_first(root: HtmlElement, tag: str) -> str:
    return next(filter(None, map(line_of, root.iter(tag))), "")


def _canonical(root: HtmlElement) -> str:
    links = (link for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    return next((link.get("href") or "" for link in links), "")
