"""Reads one page by its rules."""

from datetime import datetime

from spiders.parsing.limits import ParseLimits
from spiders.parsing.pages.listing import items_of_listing
from spiders.parsing.pages.tree import load_page
from spiders.parsing.pages.watched import watched_item
from storywatch.model import Document, Outlet, PageRules, SourceKind


def read_page(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None,
    now: datetime,
    limits: ParseLimits,
    outlet: Outlet,
    rules: PageRules,
) -> Document:
    """Return the items of a listing, or the page itself as the one item.

    Raises VisitError: `not_a_page`, `kind_mismatch`, `bad_selector`, `challenge`, `needs_script`; `no_items` for a
    listing; `no_text` and `needs_extra` for a watched page.
    """
    page = load_page(body, url=url, content_type=content_type)
    if rules.items is None:
        item = watched_item(page, rules, outlet=outlet, now=now, most=limits.max_field_chars)
        return Document(kind=SourceKind.PAGE, format="page", items=(item,))
    items = items_of_listing(page, rules, rules.items, outlet=outlet, now=now, limits=limits)
    return Document(kind=SourceKind.PAGE, format="page_listing", items=items)
