"""Finds the listings of a page: repeated entries that each lead to one story, and a selector for them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from spiders.discovery.links import same_site
from spiders.discovery.values import Listing
from spiders.parsing.fields import web_link
from spiders.parsing.pages.selectors import line_of, select
from spiders.parsing.pages.tree import Page

FEWEST = 5
_MOST_LINKS = 3000
_MOST_GROUPS = 8
_MOST_LISTINGS = 3
_TRIED = 24
_ABOVE = 6
# Of what a selector selects, and of what it should.
_GOOD = 0.8

_NAME = re.compile(r"[a-zA-Z][a-zA-Z_-]{0,39}")
# What style tools make up anew with each release of a site: css-dGhKw, Card_title__xKqZb.
_MADE_UP = re.compile(r"^(?:css|sc|jsx|emotion|svelte)-|__(?=[a-zA-Z]*[A-Z])[a-zA-Z]{5}$|[a-z][A-Z][a-z]?[A-Z]")
_TELLING_NOTHING = frozenset({"div", "span", "body", "html", "td", "tr", "table", "tbody"})
_NAMED = re.compile(r"[.#]|\barticle\b|\bmain\b")


def listings_of(page: Page) -> tuple[Listing, ...]:
    """Return the best listings, those with the most entries first."""
    groups = sorted(_groups(page).values(), key=len, reverse=True)
    found: list[tuple[Listing, frozenset[str]]] = []
    for group in groups[:_MOST_GROUPS]:
        if len(group) >= FEWEST and (listing := _best(page.root, list(group.values()))):
            urls = frozenset(group)
            if all(len(urls & other) * 2 < len(urls) for _, other in found):
                found.append((listing, urls))
    return tuple(listing for listing, _ in found[:_MOST_LISTINGS])


def _groups(page: Page) -> dict[tuple[str, ...], dict[str, HtmlElement]]:
    """Return the entries by address, grouped by the tags that they stand in."""
    links = list(islice(_headlines(page), _MOST_LINKS))
    below: dict[HtmlElement, set[str]] = defaultdict(set)
    for link, url in links:
        for above in (link, *link.iterancestors()):
            below[above].add(url)
    groups: dict[tuple[str, ...], dict[str, HtmlElement]] = defaultdict(dict)
    for link, url in links:
        entry = _entry(link, below)
        tags = (entry.tag, *(above.tag for above in islice(entry.iterancestors(), _ABOVE)))
        groups[tags].setdefault(url, entry)
    return groups


def _headlines(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the links to other pages of the site that read like headlines."""
    own = urldefrag(page.url or "").url
    for link in page.root.iter("a"):
        url = web_link(link.get("href") or "", page.base)
        address = urldefrag(url).url if url else ""
        if not address or address == own or (page.url and not same_site(address, page.url)):
            continue
        text = line_of(link)
        # Scripts without spaces between words say as much in ten characters.
        if len(text.split()) >= 4 or len(text) >= 25 or (len(text) >= 10 and ord(min(text)) > 0x2E80):
            yield link, address


def _entry(link: HtmlElement, below: dict[HtmlElement, set[str]]) -> HtmlElement:
    """Return the largest element around a link in which no other story is linked."""
    entry = link
    for above in link.iterancestors():
        if len(below[above]) > 1 or above.tag in {"body", "html"}:
            break
        entry = above
    return entry


def _best(root: HtmlElement, entries: Sequence[HtmlElement]) -> Listing | None:
    """Return the selector that selects these entries best; of equals one with a name, then the nearest."""
    wanted = set(entries)
    best: tuple[float, bool, int, str, int] | None = None
    for order, selector in enumerate(islice(dict.fromkeys(_selectors(entries)), _TRIED)):
        found = {each for each in select(root, selector) if not isinstance(each, str)}
        right = len(found & wanted)
        if not right or right / len(found) < _GOOD or right / len(wanted) < _GOOD:
            continue
        is_named = bool(_NAMED.search(selector))
        rated = (2 * right / (len(found) + len(wanted)), is_named, -order, selector, len(found))
        best = max(best, rated) if best else rated
    return Listing(selector=best[3], entries=best[4]) if best else None


def _selectors(entries: Sequence[HtmlElement]) -> Iterator[str]:
    own = list(_names(entries))
    yield from own[1:]
    levels = list(zip(*(islice(entry.iterancestors(), _ABOVE) for entry in entries), strict=False))
    for level in levels:
        for above in _names(level):
            if above not in _TELLING_NOTHING:
                yield from (f"{above} {name}" for name in own)
    yield own[0]


def _names(elements: Sequence[HtmlElement]) -> Iterator[str]:
    """Yield simple selectors that fit all of these elements of one tag: the tag first, then with a class or the id."""
    tag = str(elements[0].tag)
    yield tag
    ids = {each.get("id") or "" for each in elements}
    if len(ids) == 1 and _is_lasting(next(iter(ids))):
        yield f"#{next(iter(ids))}"
    classes = Counter(name for each in elements for name in set((each.get("class") or "").split()))
    fitting = [name for name, count in classes.most_common(20) if count >= _GOOD * len(elements) and _is_lasting(name)]
    yield from (f"{tag}.{name}" for name in fitting[:4])


def _is_lasting(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and not _MADE_UP.search(name)
