"""A listing: a page whose entries, or links, are items."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from spiders.parsing.dates import item_times
from spiders.parsing.fields import title_of, web_link
from spiders.parsing.limits import ParseLimits
from spiders.parsing.pages.obstacles import check_obstacles
from spiders.parsing.pages.selectors import elements, first_text, line_of, select, text_of
from spiders.parsing.pages.tree import Page
from spiders.parsing.text import paragraphs
from spiders.parsing.zones import zone_called
from storywatch.errors import VisitError
from storywatch.model import Outlet, PageRules, ParsedItem
from storywatch.urls import canonical_url

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Entries link to their story twice or thrice, and to sections; nothing is worth reading behind so many.
_MOST_LINKS = 50


def items_of_listing(
    page: Page, rules: PageRules, selector: str, *, outlet: Outlet, now: datetime, limits: ParseLimits
) -> tuple[ParsedItem, ...]:
    """Return the items in the page's order, each address once: the form with the most text.

    Raises VisitError: `no_items` when there are none, `bad_selector`, `challenge`, `needs_script`.
    """
    # Each address may stand there a few times.
    entries = list(islice(elements(select(page.root, selector)), limits.max_items * 4))
    own = {canonical_url(address, outlet) for address in (page.url, page.base)}
    found: dict[str, ParsedItem] = {}
    for entry in entries:
        item = _item(entry, page, rules, outlet=outlet, now=now, most=limits.max_field_chars)
        key = canonical_url(item.url, outlet) if item else None
        if item is None or key is None or key in own:
            continue
        found[key] = _merged(found[key], item) if key in found else item
    if not found:
        check_obstacles(page.root)
        raise VisitError("no_items", _why_empty(selector, len(entries)))
    return tuple(islice(found.values(), limits.max_items))


def _why_empty(selector: str, entries: int) -> str:
    if not entries:
        return f"the selector {selector!r} selects nothing in the page: the page may have changed; adapt `selector`"
    return (
        f"the selector {selector!r} selects {entries} elements, but none has a title and a link to another page: "
        "adapt `selector`, or name the link by `link_selector`"
    )


def _merged(one: ParsedItem, other: ParsedItem) -> ParsedItem:
    """Return the form with the most text; a time that only the other has is kept."""
    longest, rest = sorted((one, other), key=lambda item: len(item.title) + len(item.summary), reverse=True)
    if longest.published is not None or rest.published is None:
        return longest
    return replace(
        longest, published=rest.published, time_origin=rest.time_origin, time_correction=rest.time_correction
    )


def _item(
    entry: HtmlElement, page: Page, rules: PageRules, *, outlet: Outlet, now: datetime, most: int
) -> ParsedItem | None:
    """Return the entry as an item, or None if it has no title or leads nowhere."""
    url, link = _link(entry, page, rules)
    title = title_of(first_text(entry, rules.title) if rules.title else _title(entry, link))
    if url is None or not title:
        return None
    times = item_times([_time(entry, rules)], [], now, zone_called(outlet.time_zone))
    return ParsedItem(
        url=url,
        title=title,
        summary=paragraphs(_summary(entry, rules, title), most),
        published=times.published,
        language=page.language,
        time_origin=times.origin,
        time_correction=times.correction,
    )


# The link ------------------------------------------------------------------------------------------------------------


def _link(entry: HtmlElement, page: Page, rules: PageRules) -> tuple[str | None, HtmlElement | None]:
    """Return the address that an entry leads to, without a fragment, and the link that says so."""
    if rules.link:
        return _named_link(entry, page, rules.link)
    links = ((_target(link, page), link) for link in islice(_links(entry), _MOST_LINKS))
    usable = [(url, link) for url, link in links if url is not None]
    # The link of a picture has no words; the story's stands in the heading or is the first that says something.
    in_headings = [pair for pair in usable if _is_in_heading(pair[1], entry)]
    with_words = [pair for pair in usable if line_of(pair[1])]
    return next(iter((*in_headings, *with_words, *usable)), (None, None))


def _named_link(entry: HtmlElement, page: Page, selector: str) -> tuple[str | None, HtmlElement | None]:
    for each in select(entry, selector):
        if isinstance(each, str):
            url, link = _resolved(each, page), None
        else:
            links = ((_target(link, page), link) for link in islice(_links(each), _MOST_LINKS))
            url, link = next(((url, link) for url, link in links if url is not None), (None, None))
        if url is not None:
            return url, link
    return None, None


def _links(entry: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the links of an entry: itself, those in it, or the one that it stands in."""
    yield from (link for link in entry.iter("a", "area") if link.get("href"))
    yield from (link for link in entry.iterancestors("a") if link.get("href"))


def _target(link: HtmlElement, page: Page) -> str | None:
    return _resolved(link.get("href") or "", page)


def _resolved(href: str, page: Page) -> str | None:
    # A lone fragment is a place in this page.
    if href.strip().startswith("#"):
        return None
    url = web_link(href, page.base)
    return urldefrag(url).url if url else None


def _is_in_heading(link: HtmlElement, entry: HtmlElement) -> bool:
    if next(link.iter(*_HEADINGS), None) is not None:
        return True
    for above in link.iterancestors():
        if above.tag in _HEADINGS:
            return True
        if above is entry:
            return False
    return False


# The text ------------------------------------------------------------------------------------------------------------


def _title(entry: HtmlElement, link: HtmlElement | None) -> str:
    """Return the text of the link's heading, of the entry's heading, of the link, or what stands in for that."""
    places = [link, entry] if link is not None else [entry]
    for place in places:
        if found := next(filter(None, map(line_of, place.iter(*_HEADINGS))), ""):
            return found
    return line_of(places[0]) or _spoken(places[0])


def _spoken(link: HtmlElement) -> str:
    """Return what a reader of screens would say of a link without words."""
    images = (image.get("alt") or "" for image in link.iter("img"))
    return next(filter(None, (link.get("aria-label") or "", link.get("title") or "", *images)), "")


def _summary(entry: HtmlElement, rules: PageRules, title: str) -> str:
    if rules.summary:
        return "\n\n".join(map(text_of, select(entry, rules.summary)))
    texts = (text_of(paragraph) for paragraph in entry.iter("p"))
    return "\n\n".join(text for text in texts if title_of(text) != title)


def _time(entry: HtmlElement, rules: PageRules) -> str:
    """Return what an entry says about its time: an attribute for machines before the text."""
    if rules.time:
        found = select(entry, rules.time)
        return next(filter(None, (each if isinstance(each, str) else _written_time(each) for each in found)), "")
    return next(filter(None, map(_written_time, entry.iter("time"))), "")


def _written_time(element: HtmlElement) -> str:
    return element.get("datetime") or element.get("content") or line_of(element)
