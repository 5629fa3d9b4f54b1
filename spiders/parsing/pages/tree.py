"""The tree of an HTML page, whatever bytes it came as."""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from spiders.parsing.encoding import decode
from spiders.parsing.fields import language_tag, web_link
from spiders.parsing.sniff import FEED_ROOTS, looks_like_json, root_name
from storywatch.errors import VisitError

MOST_TAGS = 100_000
"""A long liveblog has a third of this. Each element takes half a kilobyte of memory, whatever the page's size."""

# Where browsers look for it (https://html.spec.whatwg.org/multipage/parsing.html, "prescan a byte stream").
_PRESCANNED = 1024
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_OTHER_FILES = {b"%PDF-": "a PDF file", b"\x89PNG": "an image", b"\xff\xd8\xff": "an image", b"GIF8": "an image"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page: its tree without comments, its address, what relative links resolve against, and its language."""

    root: HtmlElement
    url: str | None
    base: str | None
    language: str | None


def load_page(body: bytes, *, url: str | None, content_type: str | None) -> Page:
    """Return the page. Raises VisitError: `not_a_page`, `parse_limit`, and `kind_mismatch` for a feed or sitemap."""
    for mark, what in _OTHER_FILES.items():
        if body.startswith(mark):
            raise VisitError("not_a_page", f"this is {what}, no HTML page: watch the page that links to it")
    text = decode(body, content_type if "charset" in (content_type or "").lower() else _declared(body))
    _check_is_html(text)
    if text.count("<") - text.count("</") > MOST_TAGS:
        raise VisitError("parse_limit", f"the page has more than {MOST_TAGS} tags")
    root = _tree(text)
    if root is None:
        raise VisitError("not_a_page", "there is no HTML in this document; check the address")
    return Page(root=root, url=url, base=_base(root, url), language=language_tag(root.get("lang") or ""))


def _declared(body: bytes) -> str | None:
    found = _META_CHARSET.search(body, 0, _PRESCANNED)
    return f"text/html; charset={found[1].decode('ascii')}" if found else None


def _check_is_html(text: str) -> None:
    if looks_like_json(text):
        raise VisitError("not_a_page", "this is JSON, no HTML page; check the address")
    root = root_name(text[:5000])
    if root in FEED_ROOTS or root in {"urlset", "sitemapindex"}:
        kind = "feed" if root in FEED_ROOTS else "news_sitemap"
        message = f"the source is declared as page but serves a {kind}: declare it as that"
        raise VisitError("kind_mismatch", message, permanent=True)


def _tree(text: str) -> HtmlElement | None:
    """Return the tree, whose depth libxml2 bounds at 256; None when there is no element in the text.

    Comments are left out, so that nothing hidden in them is taken for text.
    """
    # The text is decoded already: what the page says about its encoding must not be believed again.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None


def _base(root: HtmlElement, url: str | None) -> str | None:
    """Return the address that relative links resolve against: the first `base` with an href counts."""
    href = next((base.get("href") for base in root.iter("base") if base.get("href")), None)
    return (web_link(href, url) if href else None) or url
