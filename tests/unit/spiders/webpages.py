"""Small pages, written for the tests, and how the tests read them."""

from typing import Any

import pytest

from spiders.parsing import ParseLimits, parse_document
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, Outlet, PageRules, ParsedItem, SourceKind
from tests.unit.spiders.feeds import LIMITS, NOW

URL = "https://www.outlet.example/world/kabul"
OUTLET = Outlet(id="o", name="Outlet", hosts=("www.outlet.example", "outlet.example"), time_zone="Asia/Kabul")


def html(body: str, *, head: str = "", lang: str = "en") -> str:
    """Return a page."""
    return f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'


def story(*paragraphs: str, head: str = "") -> str:
    """Return an article's page, with what stands around an article."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    around = '<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>'
    return html(
        f"{around}<article><h1>The blast</h1>{text}</article><footer><p>All rights reserved</p></footer>", head=head
    )


def read(
    source: str | bytes,
    *,
    url: str | None = URL,
    content_type: str | None = "text/html",
    limits: ParseLimits = LIMITS,
    **rules: Any,
) -> Document:
    """Read a page in this process by these rules."""
    return parse_document(
        source.encode() if isinstance(source, str) else source,
        url=url,
        content_type=content_type,
        kind=SourceKind.PAGE,
        now=NOW,
        limits=limits,
        outlet=OUTLET,
        page=PageRules(**rules),
    )


def only(source: str | bytes, **about: Any) -> ParsedItem:
    """Return the single item of a page."""
    (item,) = read(source, **about).items
    return item


def fault_of(source: str | bytes, **about: Any) -> Fault:
    """Return the fault with which a page is refused."""
    with pytest.raises(VisitError) as caught:
        read(source, **about)
    return caught.value.fault
